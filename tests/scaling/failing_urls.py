"""The site's addresses and some that fail, for tests of the error pages."""

import errno

from django.core.exceptions import RequestDataTooBig
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


def full_disk(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "secret place is full")


def too_big(request: HttpRequest) -> HttpResponse:
    raise RequestDataTooBig


urlpatterns = [
    path("api/scheitert/kaputt/", broken),
    path("api/scheitert/datenbank/", no_database),
    path("api/scheitert/platte/", full_disk),
    path("api/scheitert/zustand/", wrong_state),
    path("api/scheitert/zu-viel/", too_big),
    path("scheitert/zustand/", wrong_state),
    path("scheitert/veraltet/", stale),
    path("scheitert/datenbank/", no_database),
    path("scheitert/kaputt/", broken),
    path("geteilt/<str:token>/kaputt/", broken),
    path("", include("scaling.urls")),
]
