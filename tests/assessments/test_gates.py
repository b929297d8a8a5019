"""The gates: what they ask for, and that none says more than was examined."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import scoring, sentences
from assessments.scoring import Blocker, Gate, GateMilestone, Rating
from catalogue.models import CROSS_PHASE
from tests.assessments.ratings import PHASES, rated, rounds

#: What a cross-phase milestone asks for in P1 to P5.
LADDER = tuple(zip(PHASES, (1, 2, 2, 3, 3), strict=True))


def gates(milestones, answers, current="p3"):
    return scoring.gates(milestones, answers, phases=PHASES, current=current, cross_phase=CROSS_PHASE)


def states(milestones, answers, current="p3"):
    return [gate.state for gate in gates(milestones, answers, current)]


def away(key, state="not_applicable"):
    return Rating(key, state)


@pytest.mark.parametrize(
    ("rating", "passed"),
    [
        (rated(2), False),
        (rated(3), True),
        (rated(4), True),
        (Rating("k", "not_applicable"), False),
        (Rating("k", "unknown"), False),
        (Rating("k"), False),
        (None, False),
    ],
)
def test_milestone_passes_at_its_level_and_never_without_one(rating, passed):
    assert scoring.passes(GateMilestone("k", "p1", 3), rating, "p1") is passed


@pytest.mark.parametrize(("phase", "level"), [*LADDER, (None, 3), (CROSS_PHASE, 3)])
def test_cross_phase_milestone_asks_each_gate_for_its_own_level(phase, level):
    milestone = GateMilestone("x", CROSS_PHASE, 3, LADDER)
    assert milestone.required_for(phase) == level
    assert scoring.passes(milestone, rated(level, "x"), phase)
    assert not scoring.passes(milestone, rated(level - 1, "x"), phase)


def test_nobody_has_to_have_a_plan_for_operation_to_leave_the_idea_phase():
    milestones = [GateMilestone("x", CROSS_PHASE, 3, LADDER), *(GateMilestone(phase, phase, 3) for phase in PHASES)]
    answers = [rated(2, "x"), *(rated(3, phase) for phase in PHASES)]
    found = gates(milestones, answers, current="p5")
    assert [gate.state for gate in found] == ["reached", "reached", "reached", "blocked", "blocked"]
    assert found[3].blockers == (Blocker(milestones[0], "below", 3, 2),)


@pytest.mark.parametrize(
    ("answer", "cause", "level"),
    [
        (rated(2, "a"), "below", 2),
        (Rating("a"), "open", None),
        (Rating("a", "unknown"), "unknown", None),
        (None, "unassessed", None),
    ],
)
def test_gate_names_what_blocks_it_and_why(answer, cause, level):
    milestone, other = GateMilestone("a", "p3", 3), GateMilestone("b", "p3", 3)
    found = gates([milestone, other], [rated(3, "b"), *([answer] if answer else [])])
    assert found[2] == Gate(
        phase="p3",
        state="blocked",
        blockers=(Blocker(milestone, cause, 3, level),),
        dropped=(),
        passed=1,
        total=2,
        unconfirmed=0,
        own=2,
        earlier=0,
        cross_phase=0,
    )


def test_gate_asks_for_its_own_phase_the_earlier_ones_and_the_cross_phase_set():
    milestones = [
        GateMilestone("one", "p1", 3),
        GateMilestone("three", "p3", 3),
        GateMilestone("four", "p4", 3),
        GateMilestone("x", CROSS_PHASE, 3),
    ]
    answers = [rated(3, "one"), rated(3, "three"), rated(0, "four"), rated(3, "x")]
    found = gates(milestones, answers)
    assert [(gate.state, gate.passed, gate.total, gate.own, gate.earlier, gate.cross_phase) for gate in found] == [
        ("reached", 2, 2, 1, 0, 1),
        ("not_examined", 2, 2, 0, 1, 1),
        ("reached", 3, 3, 1, 1, 1),
        ("ahead", 3, 4, 1, 2, 1),
        ("ahead", 3, 4, 0, 3, 1),
    ]


def test_gate_is_blocked_by_an_earlier_milestone_whatever_the_average():
    milestones = [GateMilestone("one", "p1", 3), GateMilestone("three", "p3", 3)]
    found = gates(milestones, [rated(2, "one"), *(rated(4, f"k{n}") for n in range(50)), rated(4, "three")])
    assert [gate.state for gate in found] == ["blocked", "not_examined", "blocked", "ahead", "ahead"]
    assert [blocker.milestone.key for blocker in found[2].blockers] == ["one"]


def test_gate_ahead_with_its_milestones_passed_is_reached():
    assert gates([GateMilestone("four", "p4", 3)], [rated(3, "four")])[3].state == "reached"


ALL = [GateMilestone("x", CROSS_PHASE, 3), *(GateMilestone(phase, phase, 3) for phase in PHASES)]
FULL = [rated(4, "x"), *(rated(4, phase) for phase in PHASES)]


@pytest.mark.parametrize(
    ("milestones", "answers", "current", "expected"),
    [
        # T3: nothing applies.
        (ALL, [away("x"), *map(away, PHASES)], "p3", ["not_examined"] * 3 + ["ahead"] * 2),
        # The same with everything unknown, everything open, nothing asked at all.
        (ALL, [away(key, "unknown") for key in ("x", *PHASES)], "p3", ["not_examined"] * 3 + ["ahead"] * 2),
        (ALL, [away(key, "open") for key in ("x", *PHASES)], "p3", ["not_examined"] * 3 + ["ahead"] * 2),
        (ALL, [], "p5", ["not_examined"] * 5),
        # T4: an edition with cross-phase milestones only, and with none.
        ([ALL[0]], [rated(4, "x")], "p5", ["not_examined"] * 5),
        ([ALL[0]], [rated(0, "x")], "p5", ["not_examined"] * 5),
        ([], [rated(4)], "p3", ["not_examined"] * 3 + ["ahead"] * 2),
        # One phase left out of a round that has everything else.
        (ALL, [one for one in FULL if one.key != "p3"], "p3", ["reached", "reached", "not_examined", "ahead", "ahead"]),
        (ALL, [*FULL[:3], away("p3"), *FULL[4:]], "p3", ["reached", "reached", "not_examined", "reached", "reached"]),
        # An own milestone that was looked at decides, whatever became of the cross-phase one.
        (ALL, [away("x"), *FULL[1:]], "p3", ["reached"] * 5),
        (ALL, [away("x", "unknown"), *FULL[1:]], "p3", ["blocked"] * 3 + ["ahead"] * 2),
    ],
)
def test_gate_without_a_rated_milestone_of_its_own_is_neither_green_nor_red(milestones, answers, current, expected):
    assert states(milestones, answers, current) == expected


def test_gate_drops_what_does_not_apply_and_keeps_it_by_name():
    milestones = [GateMilestone("a", "p1", 3), GateMilestone("b", "p1", 3), GateMilestone("x", CROSS_PHASE, 3)]
    found = gates(milestones, [rated(3, "a"), away("b"), away("x")])[0]
    assert (found.state, found.passed, found.total) == ("reached", 1, 1)
    assert [milestone.key for milestone in found.dropped] == ["b", "x"]


@pytest.mark.parametrize(
    ("answers", "unconfirmed"),
    [
        ([rated(3, "a", confirmed=False), rated(1, "b", confirmed=False)], 2),
        # Blockers alone: what holds up was carried over as well as what passes.
        ([rated(3, "a"), rated(1, "b", confirmed=False)], 1),
        ([rated(1, "a", confirmed=False), Rating("b", "unknown", confirmed=False)], 2),
        # What drops out drops out by an answer of the past.
        ([rated(3, "a"), Rating("b", "not_applicable", confirmed=False)], 1),
        # An open one is no answer, one that is no milestone is none of the gate's.
        ([rated(3, "a"), Rating("b", "open", confirmed=False), rated(3, "k", confirmed=False)], 0),
        ([rated(3, "a")], 0),
    ],
)
def test_gate_counts_every_unconfirmed_answer_it_stands_on(answers, unconfirmed):
    milestones = [GateMilestone("a", "p1", 3), GateMilestone("b", "p1", 3)]
    assert gates(milestones, answers)[0].unconfirmed == unconfirmed


@pytest.mark.parametrize(
    ("answer", "state"), [(rated(3, "x"), "reached"), (rated(2, "x"), "blocked"), (away("x"), "not_examined")]
)
def test_gate_of_the_municipality_as_a_whole_is_that_of_the_cross_phase_set(answer, state):
    milestones = [GateMilestone("x", CROSS_PHASE, 3, LADDER), GateMilestone("one", "p1", 3)]
    (found,) = gates(milestones, [answer], current=None)
    assert (found.phase, found.state, found.cross_phase, found.earlier) == (CROSS_PHASE, state, 0, 0)


# --- What holds for any answers ---------------------------------------------------------------------------------------------

#: A gate may only move towards less when something is left out: from green to any other, from red to none.
GREENNESS = {"blocked": 0, "not_examined": 1, "ahead": 1, "reached": 2}


@st.composite
def assessed(draw, /, **sizes):
    """Answers, milestones of most of them, and the project's phase."""
    answers = draw(rounds(max_size=9, **sizes))
    chosen = draw(st.sets(st.sampled_from([r.key for r in answers])) if answers else st.just(set()))
    milestones = [
        GateMilestone(r.key, r.phase, draw(st.integers(1, 4)), LADDER if r.phase == CROSS_PHASE else ())
        for r in answers
        if r.key in chosen
    ]
    return answers, milestones, draw(st.sampled_from(PHASES))


@given(assessed(), st.sampled_from(["open", "unknown", "not_applicable", None]), st.sampled_from([*PHASES, CROSS_PHASE]))
def test_leaving_a_new_milestone_without_a_level_never_makes_a_gate_greener(round_, state, phase):
    answers, milestones, current = round_
    added = [Rating("new", state, phase=phase)] if state else []
    before = gates(milestones, answers, current)
    after = gates([*milestones, GateMilestone("new", phase, 3)], [*answers, *added], current)
    for old, new in zip(before, after, strict=True):
        assert GREENNESS[new.state] <= GREENNESS[old.state]


@given(assessed(min_size=1), st.sampled_from(["open", "unknown", "not_applicable"]), st.data())
def test_taking_levels_away_never_reaches_a_gate_by_leaving_everything_out(round_, state, data):
    answers, milestones, current = round_
    gone = data.draw(st.sets(st.sampled_from([r.key for r in answers])))
    left = [Rating(r.key, state, phase=r.phase) if r.key in gone else r for r in answers]
    for gate in gates(milestones, left, current):
        own = {milestone.key for milestone in milestones if milestone.phase == gate.phase}
        if gate.state == "reached":
            assert any(r.level is not None and r.key in own for r in left)
            assert gate.passed == gate.total > 0
        if state != "not_applicable" and gone & {m.key for m in milestones if m.phase in (gate.phase, CROSS_PHASE)}:
            assert gate.state != "reached"


@given(assessed())
def test_milestones_pass_block_or_drop_out_and_nothing_else(round_):
    answers, milestones, current = round_
    found = gates(milestones, answers, current)
    for position, gate in enumerate(found):
        asked = [m for m in milestones if m.phase in {CROSS_PHASE, *PHASES[: position + 1]}]
        assert gate.passed + len(gate.blockers) == gate.total == gate.own + gate.earlier + gate.cross_phase
        assert gate.total + len(gate.dropped) == len(asked)
        assert gate.state in GREENNESS
        assert gate.state != "blocked" or (gate.blockers and position <= PHASES.index(current))
    for earlier, later in itertools.pairwise(found):
        assert {b.milestone.key for b in earlier.blockers} <= {b.milestone.key for b in later.blockers}


# --- In words ---------------------------------------------------------------------------------------------------------------


def gate(state, **fields):
    empty = Gate("p5", state, (), (), passed=0, total=0, unconfirmed=0, own=0, earlier=0, cross_phase=0)
    return replace(empty, **fields)


def missing(n):
    return tuple(Blocker(GateMilestone(f"k{i}", "p5", 3), "open", 3) for i in range(n))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        # U10.
        (
            gate("not_examined", passed=2, total=2, cross_phase=2),
            "P5 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt haben die 2 durchgehenden Meilensteine.",
        ),
        (
            gate("not_examined", passed=1, total=1, cross_phase=1),
            "P5 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt hat der 1 durchgehende Meilenstein.",
        ),
        (
            gate("not_examined", passed=4, total=5, cross_phase=2, earlier=3, blockers=missing(1)),
            (
                "P5 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt haben die 2 durchgehenden Meilensteine und "
                "3 Meilensteine früherer Phasen. 1 von 5 Meilensteinen fehlt noch."
            ),
        ),
        (gate("not_examined"), "P5 hat in dieser Ausgabe keinen eigenen Meilenstein."),
        (
            gate("not_examined", own=1, total=1, blockers=missing(1)),
            "Der Meilenstein von P5 selbst ist noch nicht eingeschätzt.",
        ),
        # What is missing and what was counted are the same milestones, those of the phase's own among them.
        (
            gate("not_examined", own=3, cross_phase=2, total=5, blockers=missing(5)),
            "Von den 3 Meilensteinen von P5 selbst ist noch keiner eingeschätzt. 5 von 5 Meilensteinen fehlen noch.",
        ),
        (
            gate("not_examined", own=1, cross_phase=2, passed=2, total=3, blockers=missing(1)),
            "Der Meilenstein von P5 selbst ist noch nicht eingeschätzt. 1 von 3 Meilensteinen fehlt noch.",
        ),
        (
            gate("not_examined", dropped=(GateMilestone("a", "p5", 3),)),
            "Der Meilenstein von P5 selbst trifft nicht zu. 1 Meilenstein entfällt, weil er nicht zutrifft.",
        ),
        # Somebody looked at them and said why they do not apply: that is another thing than having none.
        (
            gate(
                "not_examined",
                dropped=(GateMilestone("a", "p5", 3), GateMilestone("b", "p5", 3), GateMilestone("c", "p1", 3)),
                cross_phase=1,
                total=1,
                blockers=missing(1),
            ),
            (
                "Von den 2 Meilensteinen von P5 selbst trifft keiner zu. Gezählt hat der 1 durchgehende Meilenstein. "
                "Der Meilenstein fehlt noch. 3 Meilensteine entfallen, weil sie nicht zutreffen."
            ),
        ),
        (
            gate("not_examined", dropped=(GateMilestone("c", "p1", 3),), cross_phase=1, passed=1, total=1),
            (
                "P5 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt hat der 1 durchgehende Meilenstein. "
                "1 Meilenstein entfällt, weil er nicht zutrifft."
            ),
        ),
        (gate("reached", passed=1, total=1, own=1), "Der Meilenstein ist erreicht."),
        (gate("reached", passed=2, total=2, own=2), "Beide Meilensteine sind erreicht."),
        (gate("reached", passed=5, total=5, own=2), "Alle 5 Meilensteine sind erreicht."),
        (gate("blocked", passed=1, total=2, own=2, blockers=missing(1)), "1 von 2 Meilensteinen fehlt noch."),
        (gate("blocked", total=1, own=1, blockers=missing(1)), "Der Meilenstein fehlt noch."),
        (gate("blocked", passed=1, total=4, own=2, blockers=missing(3)), "3 von 4 Meilensteinen fehlen noch."),
        (
            gate("ahead", passed=1, total=2, own=1, blockers=missing(1)),
            "Steht noch an; 1 von 2 Meilensteinen ist schon erreicht.",
        ),
        (gate("ahead", total=1, own=1, blockers=missing(1)), "Steht noch an; der Meilenstein fehlt noch."),
        (gate("ahead", passed=1, total=1, own=1), "Steht noch an; der Meilenstein ist erreicht."),
        (gate("ahead", total=2, own=1, blockers=missing(2)), "Steht noch an; von 2 Meilensteinen ist noch keiner erreicht."),
        (gate("ahead", passed=3, total=3, earlier=3), "Steht noch an."),
        (
            gate("reached", passed=2, total=2, own=2, unconfirmed=1),
            "Beide Meilensteine sind erreicht. 1 Antwort darin ist übernommen und noch nicht bestätigt.",
        ),
    ],
)
def test_gate_says_what_was_counted(found, sentence):
    assert sentences.gate_sentence(found, "P5") == sentence


def test_gate_of_the_municipality_says_that_nothing_was_examined():
    assert sentences.gate_sentence(gate("not_examined", total=1, blockers=missing(1)), "") == "Geprüft wurde noch nichts."
    assert sentences.gate_sentence(gate("not_examined"), "") == "Für die Kommune insgesamt ist kein Meilenstein formuliert."
    dropped = gate("not_examined", dropped=(GateMilestone("x", "p5", 3),))
    said = "Es gibt nichts zu prüfen. 1 Meilenstein entfällt, weil er nicht zutrifft."
    assert sentences.gate_sentence(dropped, "") == said


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("Trägt der Landkreis.", "„Betrieb“ entfällt: Trägt der Landkreis."),
        ("Erste Zeile.\nZweite Zeile.", "„Betrieb“ entfällt: Erste Zeile. Zweite Zeile."),
        (
            "Das **trägt** der [Landkreis](https://example.org) & der Bund.",
            "„Betrieb“ entfällt: Das trägt der Landkreis & der Bund.",
        ),
        ("", "„Betrieb“ entfällt: ohne Begründung"),
        ("Der erste Satz. " * 30, "„Betrieb“ entfällt: " + " ".join(["Der erste Satz."] * 10)),
    ],
)
def test_dropped_milestone_is_named_with_its_reason(reason, text):
    assert sentences.dropped_milestone("Betrieb", reason) == text


@pytest.mark.parametrize(("n", "text"), [(-1, ""), (0, ""), (1, "und 1 weiteres"), (6, "und 6 weitere")])
def test_cut_list_says_how_many_follow(n, text):
    assert sentences.and_more(n) == text
