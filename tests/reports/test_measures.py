"""What a profile says about the project's measures: their order, and which are overdue."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from assessments.models import Assessment, AssessmentRecord, Evidence, Measure
from assessments.reports.export import render_csv, render_json, render_xlsx
from assessments.reports.export.json_file import document
from assessments.reports.pdf import VARIANTS, render_pdf
from assessments.reports.pdf.content import report_html
from assessments.reports.profile import texts
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.load import load_profile
from assessments.reports.profile.measures import measures_on
from assessments.reports.profile.model import MaturityProfile, MeasureItem
from assessments.reports.records.keeping import record_profile
from assessments.reports.rendering.orders import running_order
from assessments.services import workflow
from tests.reports.conftest import noon
from tests.reports.pdf_facts import text_of
from tests.reports.sample import make_facts

DAY = date(2026, 3, 20)


def measure(text: str = "Stelle schaffen", status: str = "planned", due_on: date | None = DAY) -> MeasureItem:
    return MeasureItem(
        text, "Alice Ahlers", due_on, status, {"planned": "geplant", "running": "läuft"}.get(status, status), "", ""
    )


@pytest.mark.parametrize(
    ("status", "days", "is_overdue"),
    [
        ("planned", -1, True),
        ("running", -400, True),
        ("planned", 0, False),
        ("running", 1, False),
        ("done", -1, False),
        ("dropped", -1, False),
        ("planned", None, False),
    ],
)
def test_a_measure_is_overdue_if_open_and_due_before_the_profile_s_day(status, days, is_overdue):
    due_on = None if days is None else DAY + timedelta(days)
    (found,) = measures_on(DAY, [measure(status=status, due_on=due_on)])
    assert found.is_overdue is is_overdue
    assert ("überfällig" in found.status_label) is is_overdue


def test_open_measures_come_first_then_by_date_and_those_without_one_last():
    given = [
        measure("fertig", "done", DAY),
        measure("ohne Termin", due_on=None),
        measure("später", due_on=DAY + timedelta(9)),
        measure("bald"),
    ]
    assert [one.text for one in measures_on(DAY, given)] == ["bald", "später", "ohne Termin", "fertig"]


def with_one_overdue(language: str = "de") -> MaturityProfile:
    facts = make_facts(3, language=language)
    late = replace(measure("Vertretung regeln", due_on=date(2026, 1, 31)), criterion_key=facts.answers[0].rating.key)
    with override(language):
        return build_profile(replace(facts, measures=(late, measure("Später", due_on=date(2027, 1, 1)))))


#: Measures of the blocking criterion, as (text, who, due, status), and what its priority says of them.
BESIDE: dict[str, Any] = {
    "one, with person and date": (
        [("Vertrag aushandeln", "alice", date(2027, 2, 1), "planned")],
        "Vertrag aushandeln",
        "Alice, bis 1. Februar 2027",
        "",
    ),
    "none": ([], None, "", ""),
    "done only": ([("Gespräch geführt", "alice", date(2025, 1, 1), "done")], None, "", ""),
    "dropped only": ([("Gutachten", "alice", date(2027, 1, 1), "dropped")], None, "", ""),
    "two, the sooner one somebody else's": (
        [("Später", "alice", date(2028, 1, 1), "planned"), ("Zuerst", "bob", date(2027, 1, 1), "running")],
        "Zuerst",
        "Bob, bis 1. Januar 2027",
        "und 1 weitere",
    ),
    "overdue before dated": (
        [("Später", "bob", date(2028, 1, 1), "planned"), ("Lange fällig", "alice", date(2025, 1, 1), "planned")],
        "Lange fällig",
        "Alice, bis 1. Januar 2025, überfällig",
        "und 1 weitere",
    ),
    "nobody's, without a date": (
        [("Irgendwann", "", None, "planned")],
        "Irgendwann",
        "noch niemand zuständig, ohne Termin",
        "",
    ),
    "an office's": ([("Vertrag", "Kämmerei", date(2027, 5, 1), "planned")], "Vertrag", "Kämmerei, bis 1. Mai 2027", ""),
    "of another criterion": ([("Stelle", "alice", date(2027, 3, 1), "planned", "personal")], None, "", ""),
    "of the whole project": ([("Runder Tisch", "alice", date(2027, 3, 1), "planned", "")], None, "", ""),
}
PROPOSAL = "vertrauen von 2 weiter"


@pytest.mark.parametrize("case", BESIDE)
def test_person_and_date_stand_only_beside_the_measure_they_belong_to(case, second, client, alice, bob):
    """T8: what the catalogue proposes is never told with somebody's name or date behind it."""
    measures, text, assigned, more = BESIDE[case]
    people = {"alice": alice, "bob": bob}
    Measure.objects.all().delete()
    for what, who, due_on, status, *key in measures:
        row = Measure(project=second.project, criterion_key=[*key, "vertrauen"][0], text=what, due_on=due_on, status=status)
        row.owner, row.owner_text = people.get(who), "" if who in people else who
        row.save()
    profile = load_profile(second)
    first = next(item for item in profile.priorities if item.criterion.key == "vertrauen")
    assert (first.next_step, first.measure and first.measure.text) == (PROPOSAL, text)
    assert (texts.assigned(first.measure).replace("\xa0", " ") if first.measure else "") == assigned
    assert texts.further_measures(first.more_measures) == more

    client.force_login(alice)
    page = client.get(reverse("reports:profile", args=[second.public_id])).text
    row = page[page.index('id="prioritaeten"') :].partition('<a href="#k-vertrauen">')[2]
    cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row[: row.index("</tr>")].split("<td")[2:]]
    said = " · ".join(filter(None, (f"{text} {assigned}", more))) if text else "keine geplant"
    assert [cell.partition(">")[2].strip() for cell in cells] == [said, PROPOSAL]

    answer = json.loads(render_json(profile))["priorities"][0]
    assert (answer["next_step"], answer["measure"] and answer["measure"]["text"]) == (PROPOSAL, text)

    pdf = text_of(render_pdf(profile, variant="kurz"))
    next_up = pdf[pdf.index("Was kommt als Nächstes?") :]
    shown = next_up.partition("Kriterium vertrauen. ")[2].partition("Kriterium ")[0].strip()
    assert shown == (f"Maßnahme: {text} – {assigned}" if text else f"Noch ohne Maßnahme. Vorschlag: {PROPOSAL}")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_pdf_marks_what_is_overdue_by_a_word_and_says_what_it_means(variant):
    profile = with_one_overdue()
    text = text_of(render_pdf(profile, variant=variant))
    assert "geplant, überfällig" in text
    assert text.count("Überfällig ist eine offene Maßnahme") == 1
    assert "bis 31. Januar 2026, überfällig" in text, "the priority that names the measure"


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_blank_stands_between_a_name_and_what_it_names(language):
    """A line break in a template between two pieces of a sentence is no indentation."""
    html = report_html(with_one_overdue(language), variant="kurz")
    assert {"de": "Überfällig:</b> <span", "en": "Overdue:</b> <span"}[language] in html


def test_a_pdf_without_overdue_measures_explains_nothing():
    facts = make_facts(3)
    with override("de"):
        profile = build_profile(replace(facts, measures=(measure("Später", due_on=date(2027, 1, 1)),)))
    text = text_of(render_pdf(profile, variant="lang"))
    assert "Überfällig:" not in text
    assert "Überfällig ist" not in text


def test_english_reports_say_overdue():
    assert "geplant, overdue" in text_of(render_pdf(with_one_overdue("en"), variant="lang"))


def test_data_says_what_is_overdue():
    profile = with_one_overdue()
    with override("de"):
        assert [one["is_overdue"] for one in document(profile)["measures"]] == [True, False]
        assert "geplant, überfällig" in render_csv(profile).decode()
        assert texts.assigned(profile.measures[0]) == "Alice Ahlers, bis 31. Januar 2026, überfällig"
        assert texts.assigned(profile.measures[1]) == "Alice Ahlers, bis 1. Januar 2027"
        assert render_xlsx(profile) != render_xlsx(replace(profile, measures=profile.measures[1:]))


LONG_AGO = date(2025, 9, 1)


@pytest.fixture
def untouched(first, project, alice) -> Assessment:
    """The second round, begun long ago: nobody answered or did anything since, and meanwhile a measure fell due."""
    round_ = workflow.start_assessment(project=project, by=alice, at=noon(LONG_AGO))
    Measure.objects.create(project=project, criterion_key="personal", text="Stelle schaffen", due_on=LONG_AGO + timedelta(1))
    return Assessment.objects.with_context().with_papers().get(pk=round_.pk)


def test_a_draft_speaks_of_today_wherever_it_is_read(untouched, client, alice):
    """Not of its last answer: „Keine Maßnahme ist überfällig“ would stand above one that has been so for months."""
    profile = load_profile(untouched)
    assert profile.meta.as_of == timezone.localdate()
    assert [one.is_overdue for one in profile.measures] == [True]
    short = text_of(render_pdf(profile, variant="kurz"))
    assert "Keine Maßnahme ist überfällig" not in short
    assert "Überfällig: Stelle schaffen" in short
    assert "geplant, überfällig" in text_of(render_pdf(profile, variant="lang"))
    assert "geplant, überfällig" in render_csv(profile).decode()
    assert json.loads(render_json(profile))["measures"][0]["is_overdue"] is True
    client.force_login(alice)
    assert "geplant, überfällig" in client.get(reverse("reports:profile", args=[untouched.public_id])).text


def test_a_draft_s_pdf_of_yesterday_is_not_told_today(untouched):
    days = (LONG_AGO, LONG_AGO + timedelta(1), LONG_AGO + timedelta(2))
    profiles = [load_profile(untouched, today=day) for day in days]
    assert [one.is_overdue for profile in profiles for one in profile.measures] == [False, False, True]
    orders = [running_order(profile, variant="kurz", assessment=untouched.public_id) for profile in profiles]
    assert len({order.key for order in orders}) == 3


def test_the_proofs_of_a_draft_run_out_by_today(untouched):
    score = untouched.scores.get(criterion__key="personal")
    Evidence.objects.create(score=score, text="Prüfbericht", valid_until=LONG_AGO + timedelta(1))
    of = {day: load_profile(untouched, today=LONG_AGO + timedelta(day)) for day in (1, 2)}
    expired = {day: [one.rests_on_expired for one in profile.criteria if one.key == "personal"] for day, profile in of.items()}
    assert expired == {1: [False], 2: [True]}


def test_a_record_speaks_of_its_own_day_for_ever(first, project):
    """What fell due since is not of its time: the same record reads the same next year."""
    Measure.objects.create(project=project, text="Danach", due_on=date(2025, 6, 1))
    record = AssessmentRecord.objects.with_parts().get(assessment=first)
    profile = record_profile(record)
    assert (profile.meta.as_of, profile.measures) == (date(2025, 5, 20), ())
    assert load_profile(first, today=date(2031, 1, 1)).meta.as_of == date(2025, 5, 20)


def test_the_profile_s_day_decides_what_is_overdue(second, client, alice):
    day = load_profile(second).meta.as_of
    Measure.objects.create(project=second.project, text="Gestern", due_on=day - timedelta(1))
    Measure.objects.create(project=second.project, text="Am Tag selbst", due_on=day)
    assert [one.text for one in load_profile(second).measures if one.is_overdue] == ["Gestern"]
    client.force_login(alice)
    page = client.get(f"/bewertungen/{second.public_id}/profil/").content.decode()
    assert page.count("geplant, überfällig") == 1
