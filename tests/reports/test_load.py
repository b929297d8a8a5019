"""The profile of real rounds: every figure, once; and what it costs to fetch."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from assessments.models import Assessment, Comment, Evidence, Measure
from assessments.reports.profile import texts
from assessments.reports.profile.anonymise import without_names
from assessments.reports.profile.load import NotComparable, load_profile
from assessments.scoring import (
    NOT_EXAMINED,
    Average,
    Blocker,
    Counts,
    Distribution,
    Gate,
    GateMilestone,
    GroupChange,
    KindCounts,
)
from assessments.services import workflow
from tests.factories import make_catalogue, make_project
from tests.reports.conftest import approved


def profile_of(assessment, **options) -> Any:
    """Typed loosely: a test that meets None where it expects more fails by itself."""
    return load_profile(assessment, **options)


def by_key(profile):
    return {result.key: result for result in profile.criteria}


def test_figures_of_a_second_round(second):
    profile = profile_of(second)
    assert profile.overall.average == Average(1.6, 5, 6)  # 2, 1, 3, 0, 2
    assert profile.overall.planned == Average(2.4, 5, 6)  # 4, 3, 3, 0, 2
    assert profile.overall.distribution == Distribution((1, 1, 2, 1, 0), 2, 1)
    # 1, 2, 3, 2 became 2, 1, 3, 2: the mean of those rated in both rounds is what it was.
    assert profile.overall.change == GroupChange(
        delta=0.0,
        now=2.0,
        before=2.0,
        n=4,
        kinds=KindCounts(up=1, down=1, same=2, newly_rated=1, still_unrated=1),
        unconfirmed=1,
    )
    assert profile.overall.earlier is None, "not the same criteria, so not to be drawn beside the average"
    assert profile.overall.counts == Counts(total=6, rated=5, unknown=0, not_applicable=1, open=0, unconfirmed=1)
    assert profile.overall.parts == "5 eingeschätzt · 0 „weiß nicht“ · 1 „trifft nicht zu“ · 0 offen"
    assert profile.overall.carried_over == "5 in dieser Runde bestätigt, 1 nur übernommen"
    assert [(f.key, f.average, f.delta, f.change.n, f.earlier) for f in profile.workstreams] == [
        ("finanziell", Average(None, 0, 1), None, 0, None),
        ("organisatorisch", Average(2.0, 4, 4), 0.0, 4, 2.0),
        ("technisch", Average(1.0, 2, 2), 1.0, 1, None),
        ("wirtschaftlich", Average(0.0, 1, 2), None, 0, None),
    ]
    assert [f.average.is_provisional for f in profile.workstreams] == [False, False, True, True]
    assert [(f.key, f.average) for f in profile.phases] == [
        ("p1", Average(3.0, 1, 1)),
        ("p2", Average(0.0, 1, 1)),
        ("p3", Average(2.0, 1, 2)),
        ("durchgehend", Average(1.5, 2, 2)),
    ]


def test_gates_of_a_second_round_name_what_blocks_them(second):
    profile = profile_of(second)
    assert [(g.code, g.state, g.passed, g.total, g.unconfirmed) for g in profile.gates] == [
        ("P1", "blocked", 1, 2, 0),
        ("P2", "not_examined", 1, 2, 0),
        ("P3", "blocked", 2, 3, 1),
        ("P4", "ahead", 2, 4, 1),
        ("P5", "ahead", 2, 4, 1),
    ]
    assert profile.current_gate == profile.gates[2]
    assert [(b.title, b.reason) for b in profile.gates[3].blockers] == [
        ("Kriterium vertrauen", "Stufe 2, nötig ist 3"),
        ("Kriterium ratsbeschluss", "in dieser Runde nicht bewertet, nötig ist Stufe 3"),
    ]
    assert profile.gates[3].blockers[1].number is None
    assert "Zum Phasentor „P3 Pilot“ fehlt noch ein Meilenstein." in profile.headline


def test_priorities_of_a_second_round_carry_step_and_measure(second):
    profile = profile_of(second)
    assert [(p.rank, p.criterion.key, p.is_blocking, p.fall, p.gap) for p in profile.priorities] == [
        (1, "vertrauen", True, 0, 2),
        (2, "personal", False, 1, 2),
        (3, "nutzertest", False, 0, 0),
        (4, "pilotbericht", False, 0, 0),
        (5, "zielbild", False, 0, 0),
    ]
    first = profile.priorities[0]
    assert first.next_step == "vertrauen von 2 weiter"
    assert first.reason == "Meilenstein für das Phasentor „P3 Pilot“: Stufe 2, nötig ist 3; Stufe 2, Ziel 4"
    assert [p.reason for p in profile.priorities[1:3]] == [
        "Gesunken von Stufe 2 auf 1; Stufe 1, Ziel 3",
        "Stufe 0, noch kein Ziel gesetzt",
    ]
    assert (first.measure.text, first.measure.who, first.measure.due_on) == ("Muster", "Alice", date(2027, 2, 1))
    assert profile.priorities[1].measure is None


def test_changes_of_a_second_round_carry_both_reasons(second):
    changes = profile_of(second).changes
    assert changes.compared.label == "Runde 1"
    assert [(one.kind, [c.key for c in one.criteria]) for one in changes.lists] == [
        ("down", ["personal"]),
        ("up", ["vertrauen"]),
        ("newly_rated", ["nutzertest"]),
        ("same", ["zielbild", "pilotbericht"]),
        ("still_unrated", ["folgekosten"]),
    ]
    assert changes.dropped == ()
    change = changes.up[0].change
    assert (change.text, change.delta) == ("von Stufe 1 auf 2", 1)
    assert (change.previous.rationale, changes.up[0].rationale) == ("Erste Absprachen", "Vereinbarung mit den Stadtwerken")
    assert (change.previous.by, change.previous.on) == ("Alice", date(2025, 5, 20))
    assert changes.sentence == (
        "6 Kriterien gegenüber Runde 1: 1 gesunken, 1 gestiegen, 1 neu eingeschätzt, 2 gleich geblieben, "
        "1 in keiner der Runden eingeschätzt (1 davon nur übernommen)."
    )
    assert changes.mean_sentence == "Im Mittel der 4 Kriterien, die in beiden Runden eingeschätzt sind: ±0."


def test_criterion_carries_everything_said_about_it(second, alice):
    Comment.objects.create(score=second.scores.get(criterion__key="vertrauen"), text="Stimmt das?", author=alice)
    result = by_key(profile_of(second))["vertrauen"]
    assert (result.number, result.phase_label, result.workstreams) == (1, "Durchgehend", ("organisatorisch", "technisch"))
    assert (result.level, result.level_name, result.level_description) == (2, "in Umsetzung", "vertrauen auf 2")
    assert (result.target_level, result.target_name) == (4, "fest verankert")
    assert (result.target_date, result.gap) == (date(2027, 6, 30), 2)
    assert (result.milestone.required_level, result.milestone.status, result.blocks) == (3, "missing", "P3 Pilot")
    assert [(e.text, e.url) for e in result.evidence] == [("Vertrag", "https://example.org/vertrag"), ("Protokoll", "")]
    assert [m.text for m in result.measures] == ["Muster", "Alt"]
    assert [(c.text, c.by, c.is_resolved) for c in result.comments] == [("Stimmt das?", "Alice", False)]
    assert [level.level for level in result.levels] == [0, 1, 2, 3, 4]


def test_evidence_names_its_file_once(second):
    score = second.scores.get(criterion__key="personal")
    Evidence.objects.create(score=score, text="Stellenplan", file="nachweise/x.pdf", file_name="plan.pdf")
    Evidence.objects.create(score=score, text="plan.pdf", file="nachweise/y.pdf", file_name="plan.pdf")
    Evidence.objects.create(score=score, text="Mündlich")
    evidence = by_key(profile_of(second))["personal"].evidence
    assert [(item.label, item.file_id is None) for item in evidence] == [
        ("Stellenplan (plan.pdf)", False),
        ("plan.pdf", False),
        ("Mündlich", True),
    ]


def test_unrated_criteria_have_words_but_no_level(second):
    results = by_key(profile_of(second))
    assert (results["folgekosten"].answer_label, results["folgekosten"].next_step) == ("trifft nicht zu", "")
    assert results["pilotbericht"].confirmed is False
    results = by_key(profile_of(Assessment.objects.get(round=1)))
    assert results["folgekosten"].next_step == "Im Team klären, welche Stufe erreicht ist."
    assert results["nutzertest"].answer_label == "weiß nicht"


def test_meta_of_a_draft_names_nobody_who_approved(second):
    meta = profile_of(second).meta
    assert (meta.is_draft, meta.state_label, meta.approved_on, meta.approved_by) == (True, "in Arbeit", None, "")
    assert [step.label for step in meta.steps] == ["begonnen"]
    assert meta.scope == ("P1 Ideenfindung", "P2 Prototyp", "P3 Pilot", "Durchgehend")
    assert (meta.attribution, meta.level_scale_notice) == ("Quelle: Roadmap", "Eigene Skala")


def test_meta_of_an_approved_round_names_day_and_person(first):
    meta = profile_of(first).meta
    assert (meta.is_draft, meta.approved_on, meta.approved_by) == (False, date(2025, 5, 20), "Bob")
    assert [(step.label, step.by) for step in meta.steps] == [("begonnen", ""), ("eingereicht", "Bob"), ("freigegeben", "Bob")]
    assert meta.as_of == date(2025, 5, 20)


def test_meta_of_a_reopened_round_is_a_draft_again(first, bob):
    workflow.reopen(assessment=first, by=bob, reason="Nachtrag")
    meta = profile_of(Assessment.objects.get(pk=first.pk)).meta
    assert (meta.is_draft, meta.approved_on, meta.approved_by, len(meta.steps)) == (True, None, "", 1)


def test_first_round_has_nothing_to_compare_with(first):
    profile = profile_of(first)
    assert profile.changes is None
    assert profile.meta.compared is None
    assert profile.overall.change is None
    assert profile.criteria[0].change is None


def test_comparison_is_with_the_chosen_earlier_round(second, alice, bob, project):
    approved(second, bob, date(2026, 6, 1))
    third = workflow.start_assessment(project=project, by=alice)
    assert profile_of(third).changes.compared.number == 2
    assert [r.number for r in profile_of(third).meta.rounds] == [2, 1]
    profile = profile_of(third, compare_with=Assessment.objects.get(round=1))
    assert profile.changes.compared.number == 1
    assert [c.key for c in profile.changes.up] == ["vertrauen"]
    assert profile == profile_of(third, compare_with=Assessment.objects.get(round=1).public_id)


def test_same_answer_is_said_to_be_as_in_the_compared_round_and_no_more(second):
    """Rounds may lie between the two, in which it was another."""
    profile = profile_of(second)
    same = [
        one
        for one in profile.criteria
        if one.change
        and one.change.previous
        and (one.state, one.level) == (one.change.previous.state, one.change.previous.level)
    ]
    assert same
    assert {texts.since(one, "Runde 1") for one in same} == {"wie in Runde 1"}


def test_comparison_with_itself_a_later_or_a_foreign_round_is_refused(second, first, elsewhere, charlie):
    foreign = workflow.start_assessment(project=make_project(elsewhere), by=charlie)
    for other in (second, foreign):
        with pytest.raises(NotComparable):
            profile_of(second, compare_with=other)
    with pytest.raises(NotComparable):
        profile_of(first, compare_with=second)


def test_trend_has_every_approved_round_and_this_one(second):
    trend = profile_of(second).trend
    assert [(p.round, p.is_this, p.average) for p in trend.points] == [
        (1, False, Average(2.0, 4, 6)),
        (2, True, Average(1.6, 5, 6)),
    ]
    assert trend.points[0].workstreams[1] == Average(2.0, 4, 4)
    assert (trend.planned, trend.planned_on) == (2.4, date(2027, 6, 30))
    rows = {row.key: row.cells for row in profile_of(second).history}
    assert rows["nutzertest"] == ("unknown", 0)
    assert rows["folgekosten"] == ("open", "not_applicable")


def test_measures_of_the_project_come_open_ones_first_by_date(second):
    assert [(m.text, m.who, m.criterion_title) for m in profile_of(second).measures] == [
        ("Muster", "Alice", "Kriterium vertrauen"),
        ("Runder Tisch", "Stabsstelle", ""),
        ("Alt", "", "Kriterium vertrauen"),
    ]


def test_municipality_as_a_whole_has_one_gate(edition, municipality, bob):
    project = make_project(municipality, "Stadt", is_municipality_wide=True)
    profile = profile_of(workflow.start_assessment(project=project, by=bob))
    assert [(g.phase, g.is_current, g.state) for g in profile.gates] == [("durchgehend", True, "not_examined")]
    assert (profile.meta.phase, profile.meta.phase_label) == (None, "")
    assert len(profile.criteria) == 7


def test_empty_profile_shows_no_number(project, alice):
    profile = profile_of(workflow.start_assessment(project=project, by=alice))
    assert profile.overall.average == Average(None, 0, 6)
    assert (profile.overall.counts.answered, profile.overall.counts.open) == (0, 6)
    assert profile.headline.startswith("Noch ist kein Kriterium eingeschätzt.")


def test_profile_speaks_the_active_language_and_falls_back_to_german(second):
    with translation.override("en"):
        profile = profile_of(second)
    assert profile.meta.language == "en"
    assert [result.title for result in profile.criteria[:2]] == ["Trust", "Kriterium personal"]
    assert profile.criteria[0].level_description == "vertrauen auf 2"


def test_same_state_gives_an_equal_profile(second):
    assert profile_of(second) == profile_of(Assessment.objects.with_context().get(pk=second.pk))


def test_profile_without_names_holds_no_name_of_a_person(second, alice, bob):
    Comment.objects.create(score=second.scores.first(), text="Nur für uns", author=alice)
    second.project.measures.filter(text="Runder Tisch").update(owner_text="Bob")
    approved(second, bob, date(2026, 6, 1))
    profile = profile_of(Assessment.objects.with_context().get(pk=second.pk))
    assert "Alice" in repr(profile)
    assert "Bob" in repr(profile)
    told = repr(without_names(profile))
    for private in ("Alice", "Bob", "Nur für uns"):
        assert private not in told
    assert "Vereinbarung mit den Stadtwerken" in told
    assert [m.who for m in without_names(profile).measures] == ["Name nicht genannt", "Name nicht genannt", ""]
    assert replace(without_names(profile), meta=profile.meta).overall == profile.overall


@pytest.mark.parametrize(
    ("owner_text", "shown"),
    [
        ("Stabsstelle Digitalisierung", "Stabsstelle Digitalisierung"),
        ("Kämmerei, Fachdienst 2", "Kämmerei, Fachdienst 2"),
        ("Amt für Stadtentwicklung und Herrenhäuser", "Amt für Stadtentwicklung und Herrenhäuser"),
        ("Bob", "Name nicht genannt"),
        ("bob (IT)", "Name nicht genannt"),
        ("Sabine Krause", "Name nicht genannt"),
        ("Frau Osterkamp", "Name nicht genannt"),
        ("Kämmerei, Hr. Vogt", "Name nicht genannt"),
        ("", ""),
    ],
)
def test_profile_without_names_hides_persons_and_shows_offices(second, bob, owner_text, shown):
    second.project.measures.filter(text="Runder Tisch").update(owner_text=owner_text)
    profile = profile_of(second)
    (found,) = (m for m in without_names(profile).measures if m.text == "Runder Tisch")
    assert found.who == shown
    assert [m.who for m in without_names(profile).measures if m.text == "Muster"] == ["Name nicht genannt"]


@pytest.mark.parametrize("criteria", [1, 60])
@pytest.mark.parametrize("rounds", [1, 3])
def test_loading_costs_the_same_queries_for_1_and_60_criteria_and_1_and_3_rounds(
    criteria, rounds, municipality, bob, django_assert_num_queries
):
    make_catalogue(criteria)
    project = make_project(municipality, team=[bob])
    for number in range(rounds):
        assessment = workflow.start_assessment(project=project, by=bob)
        for score in assessment.scores.all():
            Evidence.objects.create(score=score, text="Beleg", added_by=bob)
            Comment.objects.create(score=score, text="Hm", author=bob)
            Measure.objects.create(project=project, criterion_key="kriterium-1", text="Tun", owner=bob)
        if number < rounds - 1:
            approved(assessment, bob, date(2024 + number, 1, 1))
    assessment = Assessment.objects.with_context().with_papers().get(pk=assessment.pk)
    profile_of(assessment)  # the catalogue is kept from now on
    with django_assert_num_queries(4):
        profile = profile_of(assessment)
    assert (len(profile.criteria), len(profile.trend.points)) == (criteria, rounds)


NONE = "geprüft ist es nicht, weil die Phase keinen eigenen hat."
AWAY = "geprüft ist es nicht, weil eigene der Phase nicht zutreffen."
DROPPED = (GateMilestone("eigener", "p4", 3), GateMilestone("frueher", "p1", 3))


@pytest.mark.parametrize(
    ("missing", "own", "dropped", "said"),
    [
        (1, 0, (), f"Zum Phasentor „P4“ fehlt noch ein Meilenstein; {NONE}"),
        (2, 0, (), f"Zum Phasentor „P4“ fehlen noch 2 Meilensteine; {NONE}"),
        # What dropped out of an earlier phase is none of the phase's own.
        (1, 0, DROPPED[1:], f"Zum Phasentor „P4“ fehlt noch ein Meilenstein; {NONE}"),
        (1, 0, DROPPED, f"Zum Phasentor „P4“ fehlt noch ein Meilenstein; {AWAY}"),
        (2, 0, DROPPED[:1], f"Zum Phasentor „P4“ fehlen noch 2 Meilensteine; {AWAY}"),
        (0, 0, (), "Das Phasentor „P4“ ist nicht geprüft."),
        (2, 2, (), "Das Phasentor „P4“ ist nicht geprüft."),
    ],
)
def test_headline_says_what_is_missing_although_a_gate_is_not_examined(missing, own, dropped, said):
    """„Nicht geprüft“ alone, above a list of what is missing, would read as if one of the two were wrong."""
    milestone = GateMilestone("vertrauen", "durchgehend", 3)
    blockers = (Blocker(milestone, "open", 3),) * missing
    gate = Gate("p4", NOT_EXAMINED, blockers, dropped, 0, missing, 0, own, 0, missing - own)
    counts = Counts(total=1, rated=1, unknown=0, not_applicable=0, open=0, unconfirmed=0)
    assert texts.headline(Average(2.0, 1, 1), counts, "P4", gate).endswith(said)
