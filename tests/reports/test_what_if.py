"""„Was wäre, wenn“: what is assumed of a project, what would follow, what is kept, and that it never becomes a finding."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import AssessmentRecord, Measure, PlanVariant
from assessments.reports.plan.frame import reached_by_measure
from assessments.reports.plan.what_if import Assumed, project_what_if
from assessments.scoring import NOT_APPLICABLE, RATED, UNKNOWN, Rating
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.services.plan_variants import MAX_VARIANTS, delete_variant, save_variant
from scaling.common.text import tidy_line
from tests.factories import make_project
from tests.reports.conftest import answer, approved

BACKEND = "django.contrib.auth.backends.ModelBackend"


def address(project, name="what_if", *more):
    return reverse(f"reports:{name}", args=[project.public_id, *more])


def projected(*args: Any) -> Any:
    return project_what_if(*args)


@pytest.fixture
def project(first):
    return first.project


def blocking(project, user):
    """The criteria that the gate of the project's phase waits for, with the level it asks for."""
    record = AssessmentRecord.objects.get()
    own = next(gate for gate in record.figures["gates"] if gate["is_current"])
    return {one["criterion"]: one["required_level"] for one in own["blocked_by"]}


def test_measures_done_let_the_gate_fall_on_the_day_of_the_last_one(client, bob, project):
    today = timezone.localdate()
    wanted = blocking(project, bob)
    days = {key: today + timedelta(days=30 * number) for number, key in enumerate(wanted, start=1)}
    measures = [
        Measure.objects.create(project=project, text=f"Für {key}", criterion_key=key, due_on=days[key]) for key in wanted
    ]
    assumed = Assumed(frozenset(one.public_id for one in measures))
    found = projected(bob, project, assumed)
    current = next(gate for gate in found.gates if gate.falls_on)
    assert current.falls_on == max(days.values())
    assert current.missing == ()
    client.force_login(bob, backend=BACKEND)
    page = client.get(address(project), {"massnahme": [one.public_id for one in measures]})
    assert page.status_code == 200
    assert "Vorausschau, kein Befund." in page.text
    assert page.text.count("wäre erreicht.") >= 1
    # One of them missing, the gate does not fall, and the page says what it would still wait for.
    less = projected(bob, project, Assumed(frozenset(one.public_id for one in measures[1:])))
    assert not any(gate.falls_on for gate in less.gates if gate.label == current.label)


def test_overdue_measures_count_from_today_and_undated_ones_last(bob, project):
    (key, *_rest) = blocking(project, bob)
    late = Measure.objects.create(project=project, text="Spät", criterion_key=key, due_on=date(2020, 1, 1))
    found = projected(bob, project, Assumed(frozenset({late.public_id})))
    assert [stage.on for stage in found.stages] == [timezone.localdate()]
    Measure.objects.update(due_on=None)
    found = projected(bob, project, Assumed(frozenset({late.public_id})))
    assert [stage.on for stage in found.stages] == [None]


def test_targets_are_reached_by_their_day(bob, project):
    wanted = blocking(project, bob)
    day = timezone.localdate() + timedelta(days=100)
    found = projected(bob, project, Assumed(targets=dict(wanted), targets_on=day))
    assert [stage.on for stage in found.stages] == [day]
    assert any(gate.falls_on == day for gate in found.gates)
    overall = found.figures[-1]
    assert overall.then.value > overall.now.value
    assert overall.then.m == overall.now.m
    assert sum(overall.then_counts) == overall.then.n


@pytest.mark.parametrize(
    ("rating", "required", "level"),
    [
        (Rating("a", RATED, 1, target=3), 2, 3),
        (Rating("a", RATED, 1), 2, 2),
        (Rating("a", RATED, 3, target=2), 2, 4),
        (Rating("a", RATED, 4), None, None),
        (Rating("a", UNKNOWN), 2, 2),
        (Rating("a", UNKNOWN), None, None),
        (Rating("a", NOT_APPLICABLE), 2, None),
        (None, 3, 3),
    ],
)
def test_level_that_a_measure_is_assumed_to_bring(rating, required, level):
    assert reached_by_measure(rating, required) == level


def test_it_is_no_finding(client, bob, project):
    """Nothing that speaks of the project says anything else for it: not its record, nor page, file or API."""
    client.force_login(bob, backend=BACKEND)
    places = [
        reverse("reports:portfolio_json", args=[project.municipality.public_id]),
        reverse("reports:municipal_json", args=[project.municipality.public_id]),
        reverse("reports:json", args=[project.assessments.get().public_id]),
        reverse("reports:development", args=[project.municipality.public_id]),
    ]
    before = [client.get(place).content for place in places]
    record = AssessmentRecord.objects.values("document", "checksum").get()
    save_variant(project=project, by=bob, name="Alles", targets=blocking(project, bob))
    after = [client.get(place).content for place in places]
    assert [len(one) for one in before] == [len(one) for one in after]
    assert not any("Alles" in one.decode() and "Vorausschau" in one.decode() for one in after)
    assert AssessmentRecord.objects.values("document", "checksum").get() == record


def test_variant_is_kept_shown_replaced_and_deleted(client, alice, project):
    project.team.add(alice)
    client.force_login(alice, backend=BACKEND)
    key, level = next(iter(blocking(project, alice).items()))
    sent = {"name": "  Mit  Geld ", "ziel": f"{key}:{level}", "bis": "2027-05-01"}
    response = client.post(address(project, "what_if_save"), sent, follow=True)
    variant = PlanVariant.objects.get()
    assert (variant.name, variant.targets, variant.targets_on) == ("Mit Geld", {key: level}, date(2027, 5, 1))
    assert "Vorausschau „Mit Geld“" in response.text
    assert date_format(date(2027, 5, 1)) in response.text
    # The same name takes its place; what it was stays in the history, with who did it.
    client.post(address(project, "what_if_save"), {**sent, "bis": "2027-06-01"})
    assert PlanVariant.objects.get().targets_on == date(2027, 6, 1)
    client.post(address(project, "what_if_delete", variant.public_id))
    assert not PlanVariant.objects.exists()
    steps = PlanVariant.history.order_by("history_id")
    assert [(one.history_type, one.history_user) for one in steps] == [("+", alice), ("~", alice), ("-", alice)]


def test_name_is_asked_for_and_there_are_not_too_many(client, bob, project):
    client.force_login(bob, backend=BACKEND)
    page = client.post(address(project, "what_if_save"), {"name": " "}, follow=True)
    assert "Bitte geben Sie der Variante einen Namen." in page.text
    for number in range(MAX_VARIANTS):
        save_variant(project=project, by=bob, name=f"Variante {number}")
    with pytest.raises(ValidationError, match="Bitte löschen Sie erst eine"):
        save_variant(project=project, by=bob, name="Noch eine")
    delete_variant(variant=PlanVariant.objects.earliest("pk"), by=bob)
    assert save_variant(project=project, by=bob, name="Noch eine").name == tidy_line("Noch eine")


def test_reader_looks_and_keeps_nothing(client, rita, bob, project):
    save_variant(project=project, by=bob, name="Alles", targets=blocking(project, bob))
    client.force_login(rita, backend=BACKEND)
    page = client.get(address(project), {"variante": PlanVariant.objects.get().public_id})
    assert "Vorausschau „Alles“" in page.text
    assert "Als Variante merken" not in page.text


def test_without_an_approval_there_is_nothing_to_start_from(client, bob, municipality, edition):
    project = make_project(municipality, "Neu")
    client.force_login(bob, backend=BACKEND)
    page = client.get(address(project))
    assert page.status_code == 200
    assert "noch ist keines freigegeben" in page.text


@pytest.mark.parametrize("word", ["", "x", "kriterium-1:9", ":3", "a:b:c", "vertrauen:²"])
def test_words_that_mean_nothing_are_no_error(client, bob, project, word):
    client.force_login(bob, backend=BACKEND)
    page = client.get(address(project), {"ziel": word, "massnahme": word, "bis": word, "variante": word})
    assert page.status_code == 200


@pytest.mark.parametrize("measures", [1, 3])
def test_queries_do_not_grow_with_measures_and_variants(client, bob, project, measures, django_assert_num_queries):
    for number in range(measures):
        key = next(iter(blocking(project, bob)))
        Measure.objects.create(project=project, text=f"Schritt {number}", criterion_key=key, owner=bob)
        save_variant(project=project, by=bob, name=f"Variante {number}")
    client.force_login(bob, backend=BACKEND)
    client.get(address(project))
    with django_assert_num_queries(10):
        client.get(address(project), {"massnahme": [one.public_id for one in Measure.objects.all()]})


def test_what_no_criterion_is_called_never_reaches_the_page(client, bob, project):
    """An address somebody sends around must not make the page say words of its own."""
    client.force_login(bob, backend=BACKEND)
    page = client.get(address(project), {"ziel": "Die-Kommune-ist-pleite:4"})
    assert page.status_code == 200
    assert "pleite" not in re.sub(r'(value|href)="[^"]*"', "", page.text)
    assert page.context["projection"].stages == ()


def test_variant_outlives_its_measures_the_archive_and_another_approval(client, alice, bob, project):
    (key, *_rest) = blocking(project, bob)
    done = Measure.objects.create(project=project, text="Bald", criterion_key=key, due_on=timezone.localdate())
    variant = save_variant(project=project, by=alice, name="Alles", measures=[done.public_id], targets={key: 3})
    done.delete()
    client.force_login(alice, backend=BACKEND)
    shown = {"variante": variant.public_id}
    page = client.get(address(project), shown)
    assert page.status_code == 200
    assert "Bald" not in page.text
    again = workflow.start_assessment(project=project, by=alice)
    answer(again, alice, {key: Answer("rated", 4, "Erledigt")})
    approved(again, bob, timezone.localdate())
    page = client.get(address(project), shown)
    assert page.context["projection"].round_label == again.round_label
    assert page.context["projection"].stages == (), "what stands on 4 is lifted by nothing"
    project.archived_at = timezone.now()
    project.save()
    assert client.get(address(project), shown).status_code == 200


def test_of_two_editors_the_second_is_told_what_became_of_the_first(client, alice, bob, project):
    (key, *_rest) = blocking(project, bob)
    for person, level, words in ((alice, 3, "ist gemerkt."), (bob, 4, "ist damit ersetzt.")):
        client.force_login(person, backend=BACKEND)
        page = client.post(address(project, "what_if_save"), {"name": "Plan A", "ziel": f"{key}:{level}"}, follow=True)
        assert words in page.text
    variant = PlanVariant.objects.get()
    gone = address(project, "what_if_delete", variant.public_id)
    assert "ist gelöscht." in client.post(gone, follow=True).text
    assert "Diese Variante ist schon gelöscht." in client.post(gone, follow=True).text
