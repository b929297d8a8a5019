"""What people do to rounds, projects and the comparison, in any order, through the service functions: for ``test_sums``."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from assessments.models import Assessment, Project, Workshop
from assessments.models.states import EDITABLE
from assessments.reports.peers import membership
from assessments.reports.peers.publishing import publish, quarter_of
from assessments.services import edition_switch, measures, votes, workflow, workshops
from assessments.services.answers import Answer, confirm_scores, save_score
from assessments.services.projects import archive_project, change_project, create_project, standing_project
from assessments.workbook.importing import import_upload, plan_of, store_upload, to_be_seen
from assessments.workbook.reading import ReturnedSheet, SheetRow
from catalogue import edition_cache
from catalogue.models import Edition, EditionState, Phase
from scaling.accounts.models import Municipality, Role, User
from tests.cast import make_member
from tests.factories import make_criteria, make_edition
from tests.reports.conftest import CRITERIA, seven_criteria
from tests.reports.conftest import publish as publish_edition
from tests.reports.peers import give, make_places

#: The later edition drops one criterion and has one more.
LATER = {key: texts for key, texts in CRITERIA.items() if key != "personal"} | {"betrieb": {"workstreams": ["technisch"]}}
PHASES = ("p1", "p3", "p4")
PLACES, PROJECTS = 2, 3
#: Others who take part in the comparison, so that its figures may be shown.
OTHERS = 7
LEVELS = st.sampled_from((0, 1, 2, 3, 4, None, "unknown", "not_applicable"))
WHERE = st.tuples(st.integers(0, PLACES - 1), st.integers(0, PROJECTS - 1))


def said(level: Any) -> Answer:
    if level is None:
        return Answer()
    if isinstance(level, str):
        return Answer(level, rationale="Warum")
    return Answer("rated", level, f"Weil {level}")


@dataclass
class Start:
    """What there is at first: each project has an approved round, to reopen, compare and go on from."""

    edition: Edition
    places: list[Municipality]
    managers: list[User]
    projects: list[list[Project]]


def make_start() -> Start:
    start = Start(seven_criteria(), [], [], [])
    phase = Phase.objects.get(key="p3")
    for number in range(PLACES):
        place = Municipality.objects.create(
            name=f"Stadt {number}", ags=f"0940099{number}", population=8_000, compared_since=timezone.now()
        )
        manager = make_member(f"Leitung{number}", place, Role.MANAGER)
        solutions = [
            create_project(municipality=place, by=manager, name=f"Projekt {one}", phase=phase, team=[manager])
            for one in range(PROJECTS - 1)
        ]
        start.places.append(place)
        start.managers.append(manager)
        start.projects.append([standing_project(municipality=place, by=manager), *solutions])
        for project in start.projects[-1]:
            assessment = workflow.start_assessment(project=project, by=manager)
            fill(assessment, [0, 1, 2, 3, 4, None, "unknown"], manager)
            workflow.submit(assessment=assessment, by=manager)
            workflow.approve(assessment=assessment, by=manager)
    for number, other in enumerate(make_places(OTHERS, first=100)):
        levels: dict[str, int | None] = {key: (number + turn) % 5 for turn, key in enumerate(CRITERIA)}
        give(start.edition, other, levels, whole=number % 2 == 0)
        give(start.edition, other, levels, whole=number % 2 == 1)
    publish()
    return start


def fill(assessment: Assessment, levels: list[Any], by: User) -> None:
    for score, level in zip(assessment.scores.order_by("pk"), levels, strict=False):
        save_score(score=score, version=score.version, by=by, answer=said(level))


class People(RuleBasedStateMachine):
    """Two municipalities of three projects, one of them the municipality itself, until one of the two is deleted.

    ``start`` is made before the machines run, and each leaves it as it was.
    """

    start: Start

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        edition_cache.forget()
        self.editions = [self.start.edition]
        self.places: list[Municipality | None] = [*self.start.places]
        self.managers, self.projects = self.start.managers, self.start.projects
        self.sheets: list[tuple[Assessment, dict[str, tuple[int, Answer]]]] = []
        self.today = timezone.localdate()
        self.tokens = 0
        self.was_rebuilt = False
        self.voted: dict[int, list[int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- What people do ---------------------------------------------------------------------------------------------------

    def latest(self, where: tuple[int, int]) -> tuple[Project, Assessment | None, User] | None:
        """Of a municipality that was not deleted: the project as it is, its latest round, and who manages it."""
        place, number = where
        if self.places[place] is None:
            return None
        project = Project.objects.select_related("municipality", "phase").get(pk=self.projects[place][number].pk)
        found = Assessment.objects.with_context().filter(project=project).order_by("-round").first()
        return project, found, self.managers[place]

    def editable(self, where: tuple[int, int]) -> tuple[Assessment, User] | None:
        """The round under way, begun where there is none."""
        here = self.latest(where)
        if here is None:
            return None
        project, found, by = here
        if found is None or found.is_approved:
            found = workflow.start_assessment(project=project, by=by, edition=self.editions[0])
        return (found, by) if found.state in EDITABLE else None

    @rule(where=WHERE, levels=st.lists(LEVELS, min_size=1, max_size=7))
    def answer(self, where, levels):
        if here := self.editable(where):
            fill(here[0], levels, here[1])

    @rule(where=WHERE)
    def confirm(self, where):
        if here := self.editable(where):
            assessment, by = here
            versions = dict(assessment.scores.values_list("pk", "version"))
            confirm_scores(assessment=assessment, versions=versions, by=by)

    @rule(where=WHERE)
    def take_a_sheet_home(self, where):
        if here := self.editable(where):
            rows = here[0].scores.select_related("criterion")
            self.sheets.append((here[0], {row.criterion.key: (row.version, Answer.of(row)) for row in rows}))

    @precondition(lambda self: self.sheets)
    @rule(levels=st.lists(LEVELS, min_size=7, max_size=7))
    def bring_it_back(self, levels):
        taken, rows = self.sheets.pop()
        assessment = Assessment.objects.filter(pk=taken.pk).select_related("edition", "project").first()
        if assessment is None or not assessment.is_editable:
            return
        by = self.managers[[place and place.pk for place in self.places].index(assessment.project.municipality_id)]
        read = [
            SheetRow(place, key, version, said(level))
            for place, ((key, (version, _before)), level) in enumerate(zip(rows.items(), levels, strict=False))
        ]
        upload = store_upload(sheet=ReturnedSheet(read, []), assessment=assessment, by=by, file_name="bogen.xlsx")
        plan = plan_of(upload)
        if not plan.impossible:
            choices = dict.fromkeys((one.row.key for one in plan.conflicts), "mine")
            import_upload(upload=upload, by=by, seen=to_be_seen(plan), choices=choices)

    @rule(where=WHERE)
    def approve(self, where):
        if here := self.editable(where):
            assessment, by = here
            workflow.submit(assessment=assessment, by=by)
            workflow.approve(assessment=assessment, by=by)

    @rule(where=WHERE)
    def submit_and_have_it_returned(self, where):
        if here := self.editable(where):
            assessment, by = here
            workflow.submit(assessment=assessment, by=by)
            workflow.return_to_team(assessment=assessment, by=by, comment="Noch einmal")

    @rule(where=WHERE)
    def reopen(self, where):
        here = self.latest(where)
        if here and here[1] and here[1].is_approved:
            workflow.reopen(assessment=here[1], by=here[2], reason="Ein Fehler")

    @rule(where=WHERE, back=st.booleans())
    def move_to_another_edition(self, where, back):
        here = self.editable(where)
        if here is None:
            return
        if len(self.editions) == 1:
            later = make_edition(2, state=EditionState.DRAFT)
            make_criteria(later, LATER)
            self.editions.append(publish_edition(later))
        assessment = Assessment.objects.with_context().get(pk=here[0].pk)
        if assessment.edition_id == self.editions[0].pk:
            edition_switch.move(assessment=assessment, edition=self.editions[1], by=here[1])
        elif back and edition_switch.undoable(assessment):
            edition_switch.undo(assessment=assessment, by=here[1])

    @rule(where=WHERE, status=st.sampled_from(["planned", "running", "done", "dropped"]), late=st.booleans())
    def agree_a_measure(self, where, status, late):
        if here := self.latest(where):
            due = self.today + timedelta(days=-3 if late else 3)
            measures.save_measure(project=here[0], by=here[2], text="Etwas tun", due_on=due, status=status)

    @rule(where=WHERE)
    def finish_a_measure_and_take_up_another(self, where):
        if here := self.latest(where):
            for one in here[0].measures.order_by("pk")[:2]:
                if one.status == "done":
                    again = partial(measures.save_measure, text=one.text, due_on=one.due_on, status="running")
                    again(project=here[0], by=here[2], measure=one, version=one.version)
                else:
                    measures.finish_measure(measure=one, version=one.version, by=here[2])

    @rule(where=WHERE, back=st.booleans())
    def archive(self, where, back):
        here = self.latest(where)
        if here and not here[0].is_municipality_wide:
            archive_project(project=here[0], by=here[2], back=back)

    @rule(where=WHERE, phase=st.sampled_from(PHASES))
    def go_to_another_phase(self, where, phase):
        here = self.latest(where)
        if here and not here[0].is_municipality_wide:
            project, _round, by = here
            phase = Phase.objects.get(key=phase)
            change_project(project=project, by=by, name=project.name, phase=phase, team=[by], version=project.version)

    @rule(where=WHERE, ballots=st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=5), min_size=1, max_size=2))
    def vote(self, where, ballots):
        """What is kept of a vote is all that stays of it: the votes go with the approval."""
        here = self.editable(where)
        if here is None:
            return
        score = here[0].scores.select_related("assessment__project", "criterion").order_by("pk")[0]
        workshop = Workshop.objects.filter(assessment=here[0], closed_at=None).first()
        if workshop is None:
            workshop = workshops.open_workshop(assessment=here[0], by=here[1], first=score)
        workshop = workshops.show(workshop=workshop, score=score, seen=workshop.current_id or 0)
        for levels in ballots:
            ballot = workshops.vote_again(workshop=workshop, seen=workshop.current_id or 0)
            for level in levels:
                self.tokens += 1
                person = votes.join(workshop=workshop, role="it", token=f"{self.tokens:043d}")
                votes.cast_vote(participant=person, ballot=ballot.pk, version=0, state="rated", level=level)
            workshops.reveal(workshop=workshop, seen=ballot.pk)
            workshop.refresh_from_db()
            if len(levels) >= 3:
                self.voted[score.pk] = sorted(levels)

    @rule(place=st.integers(0, PLACES - 1), leaves=st.booleans())
    def leave_or_join(self, place, leaves):
        if self.places[place] is not None:
            act = membership.leave if leaves else membership.join
            act(municipality=self.places[place], by=self.managers[place])

    @precondition(lambda self: None not in self.places)
    @rule(place=st.integers(0, PLACES - 1))
    def delete(self, place):
        call_command("delete_municipality", self.places[place].ags, yes=True, verbosity=0, stdout=StringIO())
        self.places[place] = None

    @rule()
    def rebuild(self):
        """A quarter later."""
        self.today = quarter_of(self.today) + timedelta(days=100)
        publish(today=self.today)
        self.was_rebuilt = True
