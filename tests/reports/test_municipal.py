"""The profile of a municipality: its own answers beside what its projects show, counted and never mixed."""

from collections import Counter
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assessments import scoring
from assessments.models import AssessmentRecord
from assessments.reports.municipal.narrowing import SHOWN
from assessments.reports.municipal.texts import no_disagreement, not_asked, other_editions, own_gate, standing
from assessments.reports.portfolio.texts import names as named_in_words
from assessments.services import workflow
from assessments.services.answers import Answer
from catalogue.models import EditionState
from tests.cast import Cast
from tests.factories import make_criteria, make_edition
from tests.reports.conftest import CRITERIA, FIRST, answer, approved, publish
from tests.reports.municipal import another, evidence, fetch, names, published_for_two, rated, seen, whole
from tests.reports.pdf_facts import text_of


@pytest.fixture
def edition(db):
    """Seven criteria, two of which are also about the municipality."""
    return published_for_two()


def test_column_of_ratings_is_what_the_document_says(bob, municipality, edition):
    another(municipality, bob, "Parkraum-App", FIRST)
    record = AssessmentRecord.objects.get()
    assert record.ratings == [one["rating"] for one in record.document["facts"]["answers"]]


@pytest.mark.parametrize(
    ("own_state", "own", "level", "kind"),
    [
        ("rated", 2, 4, scoring.HIGHER),
        ("rated", 2, 3, ""),
        ("rated", 2, 2, ""),
        ("rated", 2, 1, ""),
        ("rated", 2, 0, scoring.LOWER),
        ("rated", 0, 0, ""),
        ("rated", 2, None, ""),
        ("unknown", None, 4, ""),
        ("open", None, 0, ""),
        ("not_applicable", None, 0, scoring.DENIED),
        ("not_applicable", None, None, ""),
    ],
)
def test_disagreement_needs_two_levels_or_a_denial(own_state, own, level, kind):
    assert scoring.disagreement(own_state, own, level) == kind


def test_distribution_counts_each_project_once_where_it_stands(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=3))
    another(municipality, bob, "Bäderpass", {"vertrauen": Answer("unknown")})
    another(municipality, bob, "Fährplan", {"vertrauen": Answer("not_applicable", rationale="Ohne Daten")})
    another(municipality, bob, "Gärten", {})
    one = evidence(bob, municipality)
    assert one.counts == (0, 1, 0, 1, 0)
    assert [names(projects) for projects in one.by_level] == [[], ["Ämterbuch"], [], ["Zählwerk"], []]
    assert (names(one.unknown), names(one.not_applicable), names(one.open)) == (["Bäderpass"], ["Fährplan"], ["Gärten"])
    assert (one.n, one.m) == (2, 5)
    assert one.own is None
    assert one.own_note == "nichts freigegeben"


def test_parts_add_up_and_equal_the_profiles_own_figures(bob, municipality, edition):
    """Answers by workstream are the sum of what each project's own profile says."""
    another(municipality, bob, "Ämterbuch", FIRST)
    another(municipality, bob, "Zählwerk", rated(vertrauen=3, personal=0, folgekosten=2), date(2026, 4, 1))
    whole(municipality, bob)
    profile = seen(bob, municipality)
    expected: dict[str, Counter[str]] = {}
    for record in AssessmentRecord.objects.filter(assessment__project__is_municipality_wide=False):
        for figure in (*record.figures["workstreams"], record.figures["overall"]):
            expected.setdefault(figure["key"], Counter()).update(figure["levels"])
            expected[figure["key"]]["asked"] += figure["average"]["of"]
    for stream in profile.streams:
        assert list(stream.counts) == [expected[stream.key][str(level)] for level in range(5)]
        assert stream.asked == expected[stream.key]["asked"]
    assert sum(one.n for one in profile.criteria) == profile.streams[-1].rated
    assert sum(one.m for one in profile.criteria) == profile.streams[-1].asked


def test_own_answer_stands_beside_and_enters_no_count(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    before = evidence(bob, municipality).counts, seen(bob, municipality).streams[-1].counts
    own = whole(municipality, bob)
    one = evidence(bob, municipality)
    assert (one.counts, seen(bob, municipality).streams[-1].counts) == before
    assert (one.own.state, one.own.level, one.own.label) == ("rated", 4, "Stufe 4, fest verankert")
    profile = seen(bob, municipality)
    assert profile.total == len(profile.projects) == 1
    figures = AssessmentRecord.objects.get(assessment=own).figures
    assert profile.streams[-1].own.mean == figures["overall"]["average"]["value"]


def test_contradiction_is_said_with_who_stands_where(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1, personal=1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=2, personal=3))
    another(municipality, bob, "Bäderpass", rated(vertrauen=3, personal=2))
    whole(municipality, bob)
    (trust,) = evidence(bob, municipality).disagreements
    assert (trust.kind, names(trust.projects)) == (scoring.LOWER, ["Ämterbuch", "Zählwerk"])
    assert trust.sentence == "Die Kommune nennt Stufe 4; niedriger stehen Ämterbuch (Stufe 1) und Zählwerk (Stufe 2)."
    (staff,) = evidence(bob, municipality, "personal").disagreements
    assert staff.sentence == "Die Kommune nennt Stufe 1; höher steht Zählwerk (Stufe 3)."
    assert [one.key for one in seen(bob, municipality).disagreeing] == ["vertrauen", "personal"]
    assert [one.key for one in seen(bob, municipality, zeigen="widerspruch").shown] == ["vertrauen", "personal"]


def test_denied_criterion_is_contradicted_by_any_level(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=0))
    another(municipality, bob, "Zählwerk", {"vertrauen": Answer("not_applicable", rationale="Ohne Daten")})
    whole(municipality, bob, {"vertrauen": Answer("not_applicable", rationale="Macht der Landkreis")})
    (found,) = evidence(bob, municipality).disagreements
    assert found.sentence == "Die Kommune sagt „trifft nicht zu“; eingeschätzt hat es Ämterbuch (Stufe 0)."


def test_no_contradiction_is_not_claimed_where_nothing_can_be_compared(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=4))
    assert no_disagreement(seen(bob, municipality)).startswith("Noch gibt es kein Kriterium")
    whole(municipality, bob, {"vertrauen": Answer("unknown")})
    assert no_disagreement(seen(bob, municipality)).startswith("Noch gibt es kein Kriterium")
    another(municipality, bob, "Zählwerk", rated(vertrauen=3))
    assert seen(bob, municipality).disagreeing == []


def test_own_note_says_why_the_municipality_was_not_asked(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST)
    whole(municipality, bob)
    assert evidence(bob, municipality, "zielbild").own_note == "nur für Projekte formuliert"
    assert evidence(bob, municipality, "personal").own_note == ""


def test_what_holds_up_is_what_the_gate_of_the_approval_waits_for(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST)
    another(municipality, bob, "Zählwerk", FIRST | rated(vertrauen=4))
    whole(municipality, bob, rated(vertrauen=0))
    assert names(evidence(bob, municipality).holds_up) == ["Ämterbuch"]
    gates = AssessmentRecord.objects.filter(assessment__project__name="Ämterbuch").get().figures["gates"]
    (current,) = [gate for gate in gates if gate["is_current"]]
    told = {one.key for one in seen(bob, municipality).criteria if "Ämterbuch" in names(one.holds_up)}
    assert told == {one["criterion"] for one in current["blocked_by"]}


@pytest.mark.parametrize(("own", "projects"), [(False, False), (True, False), (False, True)])
def test_nothing_is_claimed_of_what_is_not_there(client, bob, municipality, edition, own, projects):
    if own:
        whole(municipality, bob)
    if projects:
        another(municipality, bob, "Ämterbuch", FIRST)
    page = " ".join(fetch(client, bob, municipality).text.split())
    assert ("Eine eigene Einschätzung der Kommune ist nicht freigegeben." in page) == (not own)
    assert ("Gerade steht hier kein Projekt; archivierte sind nicht mitgezählt." in page) == (not projects)
    assert "widersprechen sie sich nicht" not in page
    assert "Kein freigegebenes Phasentor" not in page
    assert ("Sobald eine Bewertung freigegeben ist" in page) == (not own and not projects)
    for name in ("municipal_xlsx", "municipal_json"):
        assert fetch(client, bob, municipality, name).status_code == 200


@pytest.mark.parametrize("answers", [{}, {"vertrauen": Answer("unknown")}])
def test_projects_without_any_level_do_not_stand_high(client, bob, municipality, edition, answers):
    """„Kein Projekt steht auf Stufe 0 oder 1“ of rounds in which nobody rated anything would say more than was looked at."""
    another(municipality, bob, "Ämterbuch", answers)
    pages = [fetch(client, bob, municipality).text, text_of(fetch(client, bob, municipality, "municipal_pdf").content)]
    for page in pages:
        text = " ".join(page.split())
        assert "Noch hat kein Projekt bei einem Kriterium eine Stufe." in text
        assert "Kein Projekt steht bei einem Kriterium" not in text
    another(municipality, bob, "Zählwerk", rated(vertrauen=3))
    assert "Kein Projekt steht bei einem Kriterium auf Stufe 0 oder 1." in fetch(client, bob, municipality).text


def test_own_gate_names_the_milestones_it_waits_for(client, bob, municipality, edition):
    whole(municipality, bob, rated(vertrauen=1, zielbild=1))
    own = seen(bob, municipality).own
    assert own.missing
    named = named_in_words([f"„{title}“" for title in own.missing])
    assert own_gate(seen(bob, municipality))[0] == f"Phasentor: {own.gate} Es fehlt: {named}."
    assert f"Es fehlt: {named}." in fetch(client, bob, municipality, "municipal").text


def test_page_of_a_criterion_says_which_projects_it_counts(client, bob, alice, rita, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=3), team=[alice])
    for person, number, note in ((bob, 2, ""), (alice, 1, "nur die eigenen;"), (rita, 2, "nur die mit einer freigegebenen")):
        text = " ".join(fetch(client, person, municipality, "municipal_criterion", "vertrauen").text.split())
        assert f"{number} von {number} Projekt" in text
        assert ("Gezählt sind" in text) == bool(note)
        assert note in text


def test_running_rounds_and_the_archive_change_nothing(bob, municipality, edition):
    kept = another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    gone = another(municipality, bob, "Zählwerk", rated(vertrauen=3))
    gone.project.archived_at = timezone.now()
    gone.project.save()
    running = workflow.start_assessment(project=kept.project, by=bob)
    answer(running, bob, rated(vertrauen=4))
    assert evidence(bob, municipality).counts == (0, 1, 0, 0, 0)


def test_latest_approved_round_speaks(bob, municipality, edition):
    first = another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    second = workflow.start_assessment(project=first.project, by=bob)
    answer(second, bob, rated(vertrauen=3))
    approved(second, bob, date(2026, 8, 1))
    assert evidence(bob, municipality).counts == (0, 0, 0, 1, 0)
    workflow.reopen(assessment=second, by=bob, reason="Ein Fehler")
    assert evidence(bob, municipality).counts == (0, 1, 0, 0, 0)


def test_projects_by_another_edition_are_counted_and_named(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1, folgekosten=2))
    newer = make_edition(major=9, state=EditionState.DRAFT, attribution_de="Quelle: Roadmap", level_scale_notice_de="Skala")
    make_criteria(newer, {key: values for key, values in CRITERIA.items() if key != "folgekosten"})
    publish(newer)
    another(municipality, bob, "Zählwerk", rated(vertrauen=3))
    whole(municipality, bob)
    profile = seen(bob, municipality)
    assert profile.edition == profile.own.edition == "9.0"
    assert evidence(bob, municipality).counts == (0, 1, 0, 1, 0)
    assert evidence(bob, municipality).other_editions == 1
    assert other_editions(profile).endswith("nach einer anderen: Ämterbuch (1.0).")
    only_older = evidence(bob, municipality, "folgekosten")
    assert only_older.counts == (0, 0, 1, 0, 0)
    assert profile.criteria[-1] == only_older


def test_what_nobody_was_asked_is_named_apart(bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", FIRST)
    profile = seen(bob, municipality)
    assert not_asked(profile).startswith("1 Kriterium der Katalogausgabe 1.0 steht noch in keiner")
    assert "ratsbeschluss" not in [one.key for one in profile.shown]
    assert [one.key for one in seen(bob, municipality, zeigen="niemand").shown] == ["ratsbeschluss"]


def test_everyone_sees_what_they_may(client, bob, alice, rita, charlie, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    another(municipality, bob, "Zählwerk", rated(vertrauen=3), team=[alice])
    own = whole(municipality, bob)
    assert evidence(bob, municipality).counts == evidence(rita, municipality).counts == (0, 1, 0, 1, 0)
    assert evidence(alice, municipality).counts == (0, 0, 0, 1, 0)
    assert "nur die eigenen; mehr sehen" in standing(seen(alice, municipality))
    assert "nur die mit einer freigegebenen Bewertung; mehr sehen" in standing(seen(rita, municipality))
    assert "Gezählt" not in standing(seen(bob, municipality))
    assert "Ämterbuch" not in fetch(client, alice, municipality, "municipal_json").text
    assert "Ämterbuch" not in fetch(client, alice, municipality, "municipal_criterion", "vertrauen").text
    for name, args in (("municipal", ()), ("municipal_criterion", ("vertrauen",)), ("municipal_json", ())):
        assert fetch(client, charlie, municipality, name, *args).status_code == 404
    running = workflow.start_assessment(project=own.project, by=bob)
    assert seen(bob, municipality).running.assessment_id == running.public_id
    assert seen(rita, municipality).running is None


def test_another_municipality_counts_nowhere(bob, charlie, municipality, edition):
    other = charlie.memberships.get().municipality
    another(other, charlie, "Fremd", rated(vertrauen=0))
    another(municipality, bob, "Ämterbuch", rated(vertrauen=3))
    assert evidence(bob, municipality).counts == (0, 0, 0, 1, 0)


def test_criterion_page_quotes_reasons_of_the_records(client, bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", {"vertrauen": Answer("rated", 1, "Erste *Absprachen*")})
    another(municipality, bob, "Zählwerk", {"vertrauen": Answer("rated", 3, "")})
    own = whole(municipality, bob)
    page = fetch(client, bob, municipality, "municipal_criterion", "vertrauen").text
    assert "Erste <em>Absprachen</em>" in page
    assert "Regeln für alle" in page
    assert page.index("Ämterbuch</a>") < page.index("Zählwerk</a>")  # it contradicts
    assert page.count("widerspricht der Kommune") == 1
    assert reverse("reports:profile", args=[own.public_id]) + "#k-vertrauen" in page
    only = fetch(client, bob, municipality, "municipal_criterion", "vertrauen", stufe="3").text
    assert "Zählwerk</a>" in only
    assert "Ämterbuch</a>" not in only
    for nonsense in ("9", "-1", "²", "x" * 300):
        assert "Zählwerk</a>" in fetch(client, bob, municipality, "municipal_criterion", "vertrauen", stufe=nonsense).text
    for key in ("gibt-es-nicht", "ratsbeschluss"):
        assert fetch(client, bob, municipality, "municipal_criterion", key).status_code == 404


@pytest.fixture(scope="class")
def one_project(shared_rows):
    """The cast, with a project whose round is approved: once for all narrowings."""

    def made():
        cast = Cast()
        published_for_two()
        another(cast.municipality, cast.bob, "Ämterbuch", FIRST)
        return cast

    return shared_rows.make(made)


class TestNarrowing:
    @pytest.fixture
    def cast(self, one_project, db):
        return one_project

    @pytest.mark.parametrize("shown", [*SHOWN, "", "gibt-es-nicht"])
    @pytest.mark.parametrize(
        "more", [{}, {"workstream": "technisch"}, {"phase": "p1"}, {"workstream": "'; DROP", "seite": "x"}]
    )
    def test_every_narrowing_gives_a_page(self, client, bob, municipality, shown, more):
        assert fetch(client, bob, municipality, zeigen=shown, **more).status_code == 200
        if more.get("workstream") == "technisch":
            assert all("technisch" in one.workstreams for one in seen(bob, municipality, zeigen=shown, **more).shown)


@pytest.mark.parametrize("projects", [1, 3])
def test_pages_cost_the_same(client, bob, municipality, edition, projects, django_assert_num_queries):
    for number in range(projects):
        another(municipality, bob, f"Projekt {number}", FIRST)
    whole(municipality, bob)
    fetch(client, bob, municipality)
    with django_assert_num_queries(9):
        client.get(reverse("reports:municipal", args=[municipality.public_id]))
    with django_assert_num_queries(10):
        client.get(reverse("reports:municipal_criterion", args=[municipality.public_id, "vertrauen"]))


def test_english_reads_as_written(client, bob, municipality, edition):
    another(municipality, bob, "Ämterbuch", rated(vertrauen=1))
    whole(municipality, bob)
    with translation.override("en"):
        (found,) = evidence(bob, municipality).disagreements
        assert found.sentence == "The municipality says level 4; Ämterbuch (level 1) is lower."
