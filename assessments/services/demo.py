"""Loads the fictional municipalities of fixtures/demo/ with several rounds of assessments.

The answers go through the same service functions as anyone's. Their dates are set back before the round is handed in, since a
demo without a past shows neither trend nor comparison, and a record keeps what was true on its own day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assessments.mail import notifications
from assessments.models import (
    Assessment,
    AssessmentState,
    Evidence,
    Measure,
    MeasureStatus,
    Project,
    Score,
    ScoreState,
)
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, NewEvidence, remove_evidence, save_score
from assessments.services.council_paper import save_project_paper, save_round_paper
from catalogue.models import Edition, EditionState, Phase
from scaling.accounts.models import Membership, Municipality, User
from scaling.common.embedded import is_embedded
from scaling.common.history import attribute_to, rewriting_history
from scaling.common.offices import in_order
from scaling.common.yaml_files import read_yaml

PASSWORD = "skalierungscheck"  # noqa: S105 – printed by ./run; the demo listens on this machine only
FOLDER = settings.BASE_DIR / "fixtures" / "demo"
#: Where all of the demo's people have their addresses. The ending is nobody's (RFC 2606), so no real account is taken for one.
DOMAINS = ("auenfurt.example", "moorwinkel.example", "skalierungscheck.example")
CURATOR = ("redaktion@skalierungscheck.example", "Judith Harms")
#: The edition of rounds that name none.
OLDEST = "1.0"
OPERATOR = ("betrieb@skalierungscheck.example", "Sven Adler")


def _read(folder: Path) -> list[dict[str, Any]]:
    return [read_yaml(path) for path in sorted(folder.glob("*.yaml"))]


def demo_accounts() -> Iterator[tuple[str, str]]:
    """The demo's sign-ins: address and what the person is there for."""
    roles = {"manager": "manager", "team": "project team", "reader": "reader"}
    for municipality in _read(FOLDER):
        for user in municipality["users"]:
            yield user["email"], f"{roles[user['role']]}, {municipality['municipality']['name']}"
    yield CURATOR[0], "catalogue curator"
    yield OPERATOR[0], "operator (superuser)"


def accounts_of_demo() -> list[str]:
    """The addresses of demo accounts in this database, locked ones too, in order. One query."""
    of_demo = Q()
    for domain in DOMAINS:
        of_demo |= Q(email__endswith=f"@{domain}")
    return list(User.objects.filter(of_demo).order_by("email").values_list("email", flat=True))


class NotTheDemosDatabase(Exception):
    """The demo's data may only be loaded into the embedded database; the message says so."""

    def __init__(self) -> None:
        super().__init__(
            "Demo data is only loaded into the demo's own database, since everybody knows its passwords: ./run starts the demo."
        )


def demo_in_english(folder: Path = FOLDER) -> dict[str, str]:
    """The demo's German texts that have an English one beside them (``rationale`` and ``rationale_en`` …), by the German."""
    return dict(pair for municipality in _read(folder) for pair in _pairs(municipality))


def _pairs(content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, list):
        for one in content:
            yield from _pairs(one)
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _pairs(value)
            if english := content.get(f"{key}_en"):
                yield value.strip(), english.strip()


@notifications.muted()
@transaction.atomic
def load_demo(folder: Path = FOLDER) -> int:
    """Load every municipality that is not there yet and return how many were. All or nothing.

    Raises NotTheDemosDatabase on any other database than the embedded one, whatever the settings say.
    """
    if not is_embedded():
        raise NotTheDemosDatabase
    known = set(Municipality.objects.values_list("ags", flat=True))
    missing = [content for content in _read(folder) if content["municipality"]["ags"] not in known]
    if missing:
        password = make_password(PASSWORD)  # once: it takes a fifth of a second
        for content in missing:
            _load_municipality(content, password)
        _person(*CURATOR, password=password, is_curator=True, is_staff=True)
        _person(*OPERATOR, password=password, is_staff=True, is_superuser=True)
    return len(missing)


def _person(email: str, name: str, **fields: Any) -> User:
    return User.objects.get_or_create(email=email, defaults={"name": name, **fields})[0]


def _load_municipality(content: dict[str, Any], password: str) -> None:
    municipality = Municipality.objects.create(**content["municipality"], is_fictional=True)
    people = {}
    for user in content["users"]:
        people[user["email"]] = _person(user["email"], user["name"], password=password)
        Membership.objects.create(
            user=people[user["email"]],
            municipality=municipality,
            role=user["role"],
            offices=in_order(user.get("offices", ())),
        )
    manager = next(people[user["email"]] for user in content["users"] if user["role"] == "manager")
    editions = {edition.number: edition for edition in Edition.objects.filter(state=EditionState.PUBLISHED)}
    for entry in content["projects"]:
        project = Project(
            municipality=municipality,
            slug=entry["slug"],
            name=entry["name"],
            summary=entry["summary"],
            phase=Phase.objects.get(key=entry["phase"]),
            field=entry.get("field", ""),
            is_municipality_wide=entry.get("municipality_wide", False),
        )
        started = [round_["started_on"] for round_ in entry.get("rounds", [])]
        begun = min(started, default=timezone.localdate() - timedelta(days=7))
        attribute_to(project, manager, at=at_hour(begun, 8))
        project.save()
        project.team.set(people[email] for email in entry.get("team", []))
        if "paper" in entry:
            paper = entry["paper"] | {"contact": people[entry["paper"]["contact"]]}
            save_project_paper(project=project, by=manager, at=at_hour(begun, 8, 10), **paper)
        measures = _Measures(project, entry.get("measures", []), people)
        for round_ in entry.get("rounds", []):
            _load_round(project, round_, people, manager, editions, measures)
        measures.bring_to(timezone.localdate())


def status_on(measure: dict[str, Any], day: date) -> str | None:
    """How far a measure of the demo was on a day; None before it was agreed."""
    if measure["agreed_on"] > day:
        return None
    status: str = measure["status"] if measure.get("status_on", day) <= day else MeasureStatus.PLANNED
    return status


class _Measures:
    """The measures of a project, brought forward day by day: an approval keeps them as they were."""

    def __init__(self, project: Project, entries: list[dict[str, Any]], people: dict[str, User]) -> None:
        self.project, self.entries, self.people = project, entries, people
        self.rows: dict[int, Measure] = {}

    def bring_to(self, day: date) -> None:
        for number, entry in enumerate(self.entries):
            status = status_on(entry, day)
            if status is None:
                continue
            found = self.rows.get(number)
            if found is None:
                planned = status_on(entry, entry["agreed_on"])
                found = self.rows[number] = self._create(entry, planned or MeasureStatus.PLANNED)
            if found.status != status:
                found.status = status
                found.save(update_fields=["status"])
                moment = at_hour(entry["status_on"], 11, 15)
                with rewriting_history():
                    Measure.history.filter(id=found.pk, status=status).update(history_date=moment)

    def _create(self, entry: dict[str, Any], status: str) -> Measure:
        measure = Measure.objects.create(
            project=self.project,
            criterion_key=entry["criterion"] or "",
            text=entry["text"],
            owner=self.people.get(entry.get("owner")),  # type: ignore[arg-type]
            owner_text=entry.get("owner_text") or "",
            due_on=entry.get("due_on"),
            status=status,
        )
        with rewriting_history():
            Measure.history.filter(id=measure.pk).update(history_date=at_hour(entry["agreed_on"], 11))
        return measure


def _load_round(
    project: Project,
    content: dict[str, Any],
    people: dict[str, User],
    manager: User,
    editions: dict[str, Edition],
    measures: _Measures,
) -> None:
    author = project.team.order_by("pk").first() or manager
    begun = at_hour(content["started_on"], 8, 30)
    edition = editions[content.get("edition", OLDEST)]
    assessment = workflow.start_assessment(project=project, by=author, edition=edition, at=begun)
    _load_answers(assessment, content["answers"], people, author)
    if "moved_to" in content:
        moved = at_hour(content["started_on"] + timedelta(days=2), 11, 15)
        edition_switch.move(assessment=assessment, edition=editions[content["moved_to"]], by=author, at=moved)
        _load_answers(assessment, content["answers_after_move"], people, author)
    set_back(assessment, begun)
    if "paper" in content:
        filled_in = at_hour(content["submitted_on"], 14)
        save_round_paper(assessment=assessment, by=author, at=filled_in, **content["paper"])
    state = content["state"]
    if state == AssessmentState.DRAFT:
        return
    workflow.submit(assessment=assessment, by=author, at=at_hour(content["submitted_on"], 14, 20))
    if state == AssessmentState.APPROVED:
        measures.bring_to(content["approved_on"])
        workflow.approve(assessment=assessment, by=manager, at=at_hour(content["approved_on"], 9, 40))
    elif state == AssessmentState.RETURNED:
        returned = at_hour(content["submitted_on"] + timedelta(days=3), 10, 5)
        workflow.return_to_team(assessment=assessment, by=manager, comment=content["return_comment"], at=returned)


def _load_answers(assessment: Assessment, answers: dict[str, Any], people: dict[str, User], author: User) -> None:
    unknown = set(answers) - set(assessment.scores.values_list("criterion__key", flat=True))
    if unknown:
        raise ValueError(f"{assessment.project.slug}: no such criteria: {', '.join(sorted(unknown))}")
    for score in assessment.scores.select_related("criterion").order_by("criterion__order"):
        if score.criterion.key in answers:
            _load_answer(score, answers[score.criterion.key], people, author)


def _load_answer(score: Score, content: dict[str, Any], people: dict[str, User], author: User) -> None:
    by = people.get(content.get("by", ""), author)
    if content.get("confirm"):
        answer = Answer(
            state=score.state,
            level=score.level,
            rationale=score.rationale,
            target_level=score.target_level,
            target_date=score.target_date,
        )
    else:
        level = content.get("level")
        answer = Answer(
            state=content.get("state", ScoreState.RATED if level is not None else ScoreState.OPEN),
            level=level,
            rationale=(content.get("rationale") or "").strip(),
            target_level=content.get("target"),
            target_date=content.get("target_date"),
        )
        if content.get("evidence"):
            for old in score.evidence.all():
                remove_evidence(evidence=old, by=by)
    evidence = [_evidence(one) for one in content.get("evidence") or []]
    save_score(score=score, version=score.version, by=by, answer=answer, evidence=evidence)


def _evidence(said: dict[str, Any]) -> NewEvidence:
    return NewEvidence(
        text=said["text"],
        url=said.get("url") or "",
        dated_on=said.get("dated_on"),
        valid_until=said.get("valid_until"),
    )


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


@rewriting_history()
def set_back(assessment: Assessment, begun: datetime) -> None:
    """Move the round's answers into the past, spread over its first days, with their history."""
    Score.history.filter(assessment_id=assessment.pk).update(history_date=begun)
    Evidence.history.filter(score__assessment_id=assessment.pk).update(history_date=begun)
    answered = assessment.scores.filter(updated_at__isnull=False, confirmed=True).order_by("criterion__order")
    for number, score in enumerate(answered):
        moment = at_hour(begun.date() + timedelta(days=number // 8), 9 + number % 8, 7 * number % 60)
        Score.objects.filter(pk=score.pk).update(updated_at=moment)
        Score.history.filter(id=score.pk, version=score.version).update(history_date=moment, updated_at=moment)
        # What was carried over keeps the day it was added on.
        Evidence.objects.filter(score=score, added_at__date=timezone.localdate()).update(added_at=moment)
        Evidence.history.filter(score=score).exclude(history_user=None).update(history_date=moment)
