"""Rounds of a municipality and of its projects, and what its profile says of them."""

from datetime import date

from django.urls import reverse

from assessments.reports.municipal.build import municipal_profile_of
from assessments.services import workflow
from assessments.services.answers import Answer
from catalogue.models import Criterion, EditionState, Subject
from tests.factories import make_criteria, make_edition, make_project
from tests.reports.conftest import CRITERIA, answer, approved, publish

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: What the municipality says of itself in these tests, where a test says nothing else.
OWN = {"vertrauen": Answer("rated", 4, "Regeln für alle"), "personal": Answer("rated", 1, "Zwei Stellen für alle Projekte")}


def published_for_two():
    edition = make_edition(state=EditionState.DRAFT, attribution_de="Quelle: Roadmap", level_scale_notice_de="Eigene Skala")
    make_criteria(edition, CRITERIA)
    Criterion.objects.exclude(key__in=OWN).update(subject=Subject.SOLUTION)
    return publish(edition)


def another(municipality, by, name, answers, on=date(2026, 2, 1), **project):
    assessment = workflow.start_assessment(project=make_project(municipality, name, **project), by=by)
    answer(assessment, by, answers)
    return approved(assessment, by, on)


def whole(municipality, by, answers=OWN, on=date(2026, 3, 1)):
    return another(municipality, by, "Kommune insgesamt", answers, on, is_municipality_wide=True)


def rated(**levels):
    return {key: Answer("rated", level, f"Grund {level}") for key, level in levels.items()}


def seen(person, municipality, **query):
    return municipal_profile_of(person, municipality, query)[0]


def evidence(person, municipality, key="vertrauen"):
    return next(one for one in seen(person, municipality).criteria if one.key == key)


def names(projects):
    return [one.name for one in projects]


def fetch(client, person, municipality, name="municipal", *args, **query):
    client.force_login(person, backend=BACKEND)
    return client.get(reverse(f"reports:{name}", args=[municipality.public_id, *args]), query)
