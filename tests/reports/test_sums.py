"""Whatever people do, every summary is what its rows add up to: a second reading, row by row and in Python.

Summaries are what PostgreSQL keeps of a record (``figures``, ``listed``, ``ratings``), what pages count in SQL (progress,
portfolio, municipal profile, development), the spread of a vote, the copies in histories, and the comparison's contributions
and figures, which ``publish_peers`` makes anew.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median, quantiles

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from assessments.models import (
    Assessment,
    AssessmentRecord,
    AssessmentState,
    Measure,
    PeerContribution,
    PeerFigure,
    PeerPart,
    Project,
    Score,
    ScoreSpread,
)
from assessments.reports.development.build import development_of
from assessments.reports.municipal.build import municipal_profile_of
from assessments.reports.portfolio.build import portfolio_of
from scaling.accounts.models import Municipality, User
from tests.reports.people_at_work import People, make_start

KEYS = ("finanziell", "organisatorisch", "technisch", "wirtschaftlich")
#: A workstream is given to the comparison from so many rated answers on.
ENOUGH = 3


@dataclass(frozen=True)
class Said:
    key: str
    state: str
    level: int | None
    streams: tuple[str, ...]


def said_in(assessment: Assessment) -> list[Said]:
    """The answers that belong to a round, one by one."""
    rows = Score.with_set_aside.filter(assessment=assessment).select_related("criterion")
    return [
        Said(row.criterion.key, row.state, row.level, tuple(sorted(one.key for one in row.criterion.workstreams.all())))
        for row in rows.prefetch_related("criterion__workstreams")
        if row.set_aside_at is None
    ]


def levels_of(said: Iterable[Said]) -> tuple[int, ...]:
    found = Counter(one.level for one in said if one.state == "rated")
    return tuple(found[level] for level in range(5))


def mean_of(said: Iterable[Said]) -> Fraction | None:
    levels = [one.level for one in said if one.level is not None]
    return Fraction(sum(levels), len(levels)) if levels else None


def in_stream(said: Iterable[Said], key: str) -> list[Said]:
    return [one for one in said if not key or key in one.streams]


def rounded(mean: Fraction | None, digits: int) -> float | None:
    """Upwards in the middle, as schools do."""
    return None if mean is None else float(Fraction(int(mean * 10**digits + Fraction(1, 2)), 10**digits))


@dataclass(frozen=True)
class Direct:
    """Of a project: its rounds, and the answers of the latest one that is approved."""

    project: Project
    rounds: list[Assessment]
    said: list[Said] | None

    @property
    def running(self) -> Assessment | None:
        return next((one for one in self.rounds if one.state != AssessmentState.APPROVED), None)


def directly(municipality: Municipality) -> list[Direct]:
    found = []
    for project in Project.objects.filter(municipality=municipality):
        if project.archived_at is None:
            rounds = sorted(Assessment.objects.filter(project=project), key=lambda one: one.round)
            approved = [one for one in rounds if one.state == AssessmentState.APPROVED]
            found.append(Direct(project, rounds, said_in(approved[-1]) if approved else None))
    return found


class Sums(People):
    def living(self) -> Iterable[tuple[Municipality, User]]:
        for place, manager in zip(self.places, self.managers, strict=True):
            if place is not None:
                yield Municipality.objects.get(pk=place.pk), User.objects.get(pk=manager.pk)

    @invariant()
    def pages_count_what_is_there(self):
        for municipality, manager in self.living():
            direct = directly(municipality)
            self.portfolio(municipality, manager, direct)
            self.municipal(municipality, manager, direct)
            self.development(municipality, manager, direct)

    def portfolio(self, municipality, manager, direct):
        portfolio, _narrowing = portfolio_of(manager, municipality, {})
        rows = {row.public_id: row for row in (*portfolio.rows, *([portfolio.whole] if portfolio.whole else []))}
        assert set(rows) == {one.project.public_id for one in direct}
        assert portfolio.total == sum(not one.project.is_municipality_wide for one in direct)
        today = timezone.localdate()
        late_in_all = 0
        for one in direct:
            row = rows[one.project.public_id]
            assert (row.overall is None) == (one.said is None)
            for figure in (row.overall, *row.figures) if row.overall and one.said is not None else ():
                wanted = in_stream(one.said, figure.key)
                assert (figure.counts, figure.m) == (levels_of(wanted), len(wanted))
                assert figure.n == sum(figure.counts)
                assert figure.mean == rounded(mean_of(wanted), 1)
            assert (row.running is None) == (one.running is None)
            if row.running and one.running:
                answers = said_in(one.running)
                states = Counter(answer.state for answer in answers)
                told = row.running.counts
                assert told.total == len(answers)
                assert (told.rated, told.unknown, told.not_applicable, told.open) == tuple(
                    states[name] for name in ("rated", "unknown", "not_applicable", "open")
                )
                kept = Score.objects.filter(assessment=one.running)
                assert told.unconfirmed == sum(not answer.confirmed and answer.state != "open" for answer in kept)
            open_ones = [m for m in Measure.objects.filter(project=one.project) if m.status in ("planned", "running")]
            late = [m for m in open_ones if m.due_on and m.due_on < today]
            assert (row.measures_open, row.measures_overdue) == (len(open_ones), len(late))
            late_in_all += len(late)
        assert len(portfolio.overdue) == late_in_all

    def municipal(self, municipality, manager, direct):
        profile, _narrowing = municipal_profile_of(manager, municipality, {})
        speaking = [one for one in direct if one.said is not None and not one.project.is_municipality_wide]
        assert len(profile.projects) == len(speaking)
        for evidence in profile.criteria:
            answers = [(one.project.public_id, said) for one in speaking for said in one.said if said.key == evidence.key]
            for level, projects in enumerate(evidence.by_level):
                assert {ref.public_id for ref in projects} == {pk for pk, said in answers if said.level == level}
            for state in ("unknown", "not_applicable", "open"):
                found = {ref.public_id for ref in getattr(evidence, state)}
                assert found == {pk for pk, said in answers if said.state == state}
        every = [said for one in speaking for said in one.said]
        assert sum(one.m for one in profile.criteria) == len(every)
        for stream in profile.streams:
            assert stream.counts == levels_of(in_stream(every, stream.key))

    def development(self, municipality, manager, direct):
        development = development_of(manager, municipality)
        projects = [one for one in direct if not one.project.is_municipality_wide]
        approvals = AssessmentRecord.objects.filter(assessment__project__in=[one.project for one in projects])
        assert sum(quarter.approvals for quarter in development.quarters) == approvals.count()
        done = Measure.objects.filter(project__in=[one.project for one in direct], status="done")
        assert sum(quarter.measures for quarter in development.quarters) == done.count()
        if development.quarters:
            latest = development.quarters[0]
            speaking = [one for one in projects if one.said is not None]
            assert latest.speaking == len(speaking)
            assert latest.counts == levels_of(said for one in speaking for said in one.said)

    @invariant()
    def records_keep_what_their_document_says_and_the_round_has(self):
        for record in AssessmentRecord.objects.filter(municipality__in=[place for place in self.places if place]):
            ratings = [one["rating"] for one in record.document["facts"]["answers"]]
            assert record.ratings == ratings
            assert record.figures == record.document["figures"]
            levels = Counter(one["level"] for one in ratings if one["state"] == "rated")
            for figures in (record.figures, record.listed):
                assert figures["overall"]["levels"] == {str(level): levels[level] for level in range(5)}
            round_ = record.assessment
            if record.is_current:
                assert round_.state == AssessmentState.APPROVED
                stored = [Said(one["key"], one["state"], one["level"], tuple(sorted(one["workstreams"]))) for one in ratings]
                assert sorted(stored, key=repr) == sorted(said_in(round_), key=repr)
        for place in filter(None, self.places):
            approved = Assessment.objects.filter(project__municipality=place, state=AssessmentState.APPROVED)
            current = AssessmentRecord.objects.current().filter(municipality=place)
            assert sorted(approved.values_list("pk", flat=True)) == sorted(current.values_list("assessment_id", flat=True))

    @invariant()
    def histories_end_with_what_stands_there(self):
        for model in (Score, Measure, Project):
            rows = model.with_set_aside if model is Score else model.objects
            names = [field.attname for field in model.history.model.tracked_fields]
            latest = {row.id: row for row in model.history.order_by("history_id")}
            for row in rows.filter(pk__in=latest):
                assert [getattr(row, name) for name in names] == [getattr(latest[row.pk], name) for name in names]
        # whoever gave by rows of their own, as the others of the comparison, has no history
        mine = Score.with_set_aside.filter(assessment__project__municipality__in=[place for place in self.places if place])
        assert set(mine.values_list("pk", flat=True)) <= set(Score.history.values_list("id", flat=True))

    @invariant()
    def spreads_are_those_of_the_votes(self):
        for spread in ScoreSpread.objects.all():
            levels = self.voted[spread.score_id]
            assert (spread.n, spread.lowest, spread.highest) == (len(levels), levels[0], levels[-1])
            assert spread.median == median(levels)

    # --- The comparison -----------------------------------------------------------------------------------------------------

    @invariant()
    def what_was_given_is_what_spoke(self):
        """Just after a rebuild: later it is what spoke then."""
        if not self.was_rebuilt:
            return
        self.was_rebuilt = False
        for municipality, _manager in self.living():
            given = {one.basis: one for one in PeerContribution.objects.filter(municipality=municipality).order_by("pk")}
            if municipality.compared_since is None:
                assert not given
                continue
            for basis, is_whole in (("kommune", True), ("projekte", False)):
                speaking = [one.said for one in directly(municipality) if one.project.is_municipality_wide == is_whole]
                every = [said for answers in speaking if answers is not None for said in answers]
                wanted = {f"k:{key}": mean_of(one for one in every if one.key == key) for key in {one.key for one in every}}
                for key in ("", *KEYS):
                    answers = in_stream(every, key)
                    enough = sum(one.level is not None for one in answers) >= ENOUGH
                    wanted[f"w:{key}"] = mean_of(answers) if enough else None
                found = {metric: value for metric, (value, _first) in given[basis].values.items()} if basis in given else {}
                assert found == {metric: rounded(value, 2) for metric, value in wanted.items() if value is not None}

    @invariant()
    def figures_are_those_of_what_stands_in_them(self):
        items: dict[tuple[int, str, str], float] = {}
        for one in PeerContribution.objects.all():
            for metric, (value, first) in one.values.items():
                items[first or one.pk, one.basis, metric] = value
        parts = list(PeerPart.objects.exclude(group=""))
        for figure in PeerFigure.objects.all():
            held = [
                items[member, figure.basis, figure.metric]
                for part in parts
                if (part.basis, part.metric) == (figure.basis, figure.metric)
                and f"{part.group}/".startswith(f"{figure.group}/")
                for member in part.members
            ]
            wanted = [int(one * 2 + 0.5 + 1e-9) / 2 for one in quantiles(held, n=4, method="inclusive")]
            assert [figure.lower, figure.median, figure.upper] == wanted
            assert figure.size <= len(held)


@pytest.mark.django_db
def test_summaries_equal_direct_sums():
    Sums.start = make_start()
    run_state_machine_as_test(
        Sums,
        settings=settings(
            max_examples=3,
            stateful_step_count=12,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],  # twelve steps are read more quickly than made fewer
            suppress_health_check=list(HealthCheck),
        ),
    )


ONE, OTHER, WHOLE = (0, 1), (0, 2), (0, 0)


@pytest.mark.django_db
def test_each_thing_that_people_do_leaves_them_equal():
    """Each of them at least once and in an order in which it means something; chance tries the others."""
    Sums.start = make_start()
    people = Sums()
    steps = [
        lambda: people.take_a_sheet_home(ONE),
        lambda: people.answer(ONE, [3, "unknown", None, 2]),
        lambda: people.confirm(ONE),
        lambda: people.bring_it_back([1, 2, 3, 4, "not_applicable", None, 0]),
        lambda: people.vote(ONE, [[0, 1, 4], [2, 2, 3, 3]]),
        lambda: people.submit_and_have_it_returned(ONE),
        lambda: people.move_to_another_edition(OTHER, back=False),
        lambda: people.move_to_another_edition(ONE, back=False),
        lambda: people.move_to_another_edition(ONE, back=True),
        lambda: people.approve(ONE),
        lambda: people.answer(WHOLE, [4, 4, 4]),
        lambda: people.approve(WHOLE),
        lambda: people.rebuild(),
        lambda: people.reopen(ONE),
        lambda: people.approve(OTHER),
        lambda: people.agree_a_measure(ONE, "planned", late=True),
        lambda: people.agree_a_measure(ONE, "done", late=False),
        lambda: people.finish_a_measure_and_take_up_another(ONE),
        lambda: people.go_to_another_phase(ONE, "p4"),
        lambda: people.archive(OTHER, back=False),
        lambda: people.rebuild(),
        lambda: people.archive(OTHER, back=True),
        lambda: people.leave_or_join(0, leaves=True),
        lambda: people.rebuild(),
        lambda: people.delete(1),
    ]
    try:
        for step in steps:
            step()
            people.pages_count_what_is_there()
            people.records_keep_what_their_document_says_and_the_round_has()
            people.histories_end_with_what_stands_there()
            people.spreads_are_those_of_the_votes()
            people.what_was_given_is_what_spoke()
            people.figures_are_those_of_what_stands_in_them()
    finally:
        people.teardown()
