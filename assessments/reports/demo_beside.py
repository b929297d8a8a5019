"""What the demo shows beside its two municipalities: others to be compared with, good examples, projections.

All of it goes through the service functions. Nobody signs in at the others, so their rounds are entered by the operator.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from assessments.mail import notifications
from assessments.models import Measure, PracticeOffer, Project, Score, ScoreState
from assessments.reports.peers import membership
from assessments.reports.peers.publishing import publish
from assessments.reports.plan.frame import frame_of, ratings_in, waiting_in
from assessments.reports.records.keeping import speaking
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from assessments.services.demo import CURATOR, OPERATOR, NotTheDemosDatabase, at_hour, set_back
from assessments.services.plan_variants import save_variant
from assessments.services.practice_offers import decide_offer, offer_practice
from assessments.services.projects import create_project, standing_project
from catalogue.edition_cache import cached_edition_of
from catalogue.models import EditionState, Phase
from scaling.accounts.models import Municipality, Role, User
from scaling.common.embedded import is_embedded
from scaling.common.yaml_files import read_yaml

FILE = settings.BASE_DIR / "fixtures" / "demo_beside" / "beside.yaml"
#: The projects of the others are in this phase.
PHASE = "p2"


@notifications.muted()
@transaction.atomic
def load_beside(file: Path = FILE) -> int:
    """After ``load_demo``, once. Returns how many municipalities came. All or nothing.

    Raises NotTheDemosDatabase on any other database than the embedded one.
    """
    if not is_embedded():
        raise NotTheDemosDatabase
    content = read_yaml(file)
    others = [one for one in content["neighbours"] if not Municipality.objects.filter(ags=one["ags"]).exists()]
    if not others:
        return 0
    operator = User.objects.get(email=OPERATOR[0])
    for one in others:
        _load_other(one, operator)
    for one in content["taking_part"]:
        _take_part(**one)
    for one in content["examples"]:
        _offer(**one)
    for one in content["variants"]:
        _assume(**one)
    publish()
    return len(others)


def _load_other(said: dict[str, Any], by: User) -> None:
    place = Municipality.objects.create(
        name=said["name"], ags=said["ags"], population=said["population"], population_source="erfunden", is_fictional=True
    )
    membership.join(municipality=place, by=by)
    phase = Phase.objects.get(key=PHASE)
    project = create_project(municipality=place, by=by, name=said["project"], phase=phase)
    for subject, levels in ((project, said["levels"]), (standing_project(municipality=place, by=by), said["whole"])):
        _approve(subject, levels.split(), said["approved_on"], by)


def _approve(project: Project, levels: list[str], on: date, by: User) -> None:
    assessment = workflow.start_assessment(project=project, by=by, phases=[], at=at_hour(on, 8))
    for number, score in enumerate(assessment.scores.order_by("criterion__order")):
        said = levels[number % len(levels)]
        answer = Answer(ScoreState.UNKNOWN) if said == "." else Answer(ScoreState.RATED, int(said))
        save_score(score=score, version=score.version, by=by, answer=answer)
    set_back(assessment, at_hour(on, 8))
    workflow.submit(assessment=assessment, by=by, at=at_hour(on, 18))
    workflow.approve(assessment=assessment, by=by, at=at_hour(on, 19))


def _take_part(ags: str, population: int, population_source: str) -> None:
    place = Municipality.objects.get(ags=ags)
    manager = _manager(place)
    membership.set_size(municipality=place, by=manager, population=population, population_source=population_source)
    membership.join(municipality=place, by=manager)


def _manager(place: Municipality) -> User:
    return User.objects.filter(memberships__municipality=place, memberships__role=Role.MANAGER).earliest("pk")


def _offer(project: str, criterion: str, shows_name: bool, decision: str = "") -> None:
    place = Project.objects.get(slug=project, municipality__ags=_OFFERS).municipality
    record = speaking(_manager(place), place).get(assessment__project__slug=project)
    score = Score.objects.get(assessment=record.assessment_id, criterion__key=criterion)
    offer: PracticeOffer = offer_practice(score=score, text=score.rationale, shows_name=shows_name, by=_manager(place))
    if decision:
        curator = User.objects.get(email=CURATOR[0])
        decide_offer(offer=offer, accepted=True, note=decision, version=offer.version, by=curator)


#: The AGS of the municipality that offers examples and keeps projections.
_OFFERS = "03999001"


def _assume(project: str, name: str, targets_on: date | None = None) -> None:
    """All open measures; with a day, also what the first gate that waits asks of each criterion it waits for."""
    found = Project.objects.get(slug=project, municipality__ags=_OFFERS)
    measures = Measure.objects.running().filter(project=found).values_list("public_id", flat=True)
    targets = _asked_for(found) if targets_on else None
    by = found.team.earliest("pk")
    save_variant(project=found, by=by, name=name, measures=list(measures), targets=targets, targets_on=targets_on)


def _asked_for(project: Project) -> dict[str, int]:
    record = speaking(_manager(project.municipality), project.municipality).get(assessment__project=project)
    phases = {phase.key: phase for phase in Phase.objects.all()}
    edition = cached_edition_of(record.assessment.edition_id, EditionState.PUBLISHED)
    own = frame_of(edition, phases, project.phase.key).gates(ratings_in(record.ratings))
    return waiting_in(gate for gate in own if gate.phase == project.phase.key)
