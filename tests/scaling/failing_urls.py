"""The site's addresses and some that fail, for tests of the error pages."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from assessments.models import Assessment, Score
from assessments.services import answers, workflow
from scaling.urls import handler400, handler429, handler500  # noqa: F401 – Django looks them up here


def wrong_state(request: HttpRequest) -> HttpResponse:
    raise workflow.WrongState(Assessment())


def stale(request: HttpRequest) -> HttpResponse:
    raise answers.StaleScore(current=Score())


def no_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server failed: secret.internal")


def broken(request: HttpRequest, token: str = "") -> HttpResponse:
    raise RuntimeError("secret detail")


urlpatterns = [
    path("scheitert/zustand/", wrong_state),
    path("scheitert/veraltet/", stale),
    path("scheitert/datenbank/", no_database),
    path("scheitert/kaputt/", broken),
    path("geteilt/<str:token>/kaputt/", broken),
    path("", include("scaling.urls")),
]
