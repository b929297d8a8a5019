"""The projects that are copied: four rounds each, made by the service functions with what the demo says."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from assessments.mail import notifications
from assessments.models import Assessment, Measure, MeasureStatus, Project, Score, ScoreState
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.services.demo import at_hour, set_back
from assessments.services.projects import create_project, standing_project
from catalogue.models import Phase
from scaling.accounts.models import Membership, Municipality, Role, User
from scaling.load_data.places import DOMAIN, SEED

NAME, AGS = "Gemeinde Musterau", "16999999"
ROUNDS = 4
FIRST_ROUND, BETWEEN_ROUNDS = date(2023, 3, 6), timedelta(days=290)
#: One for the municipality as a whole comes on top. Each covers one phase more than the one before, from 21 criteria to all.
SUBJECTS = ("Parkleitsystem", "Pegelstände im Netz", "Digitaler Bauantrag", "Lastenradverleih", "Hitzekarte",
            "Bürgerbüro online", "Straßenbeleuchtung nach Bedarf", "Offene Daten", "Mitfahrbänke", "Wärmeplanung")  # fmt: skip
#: How the last round of each pattern ends; the others are approved.
LAST_ROUNDS = ("draft", "submitted", "approved", "returned", "approved")


@notifications.muted()
def make_patterns(subjects: Sequence[str] = SUBJECTS) -> tuple[Municipality, User, User, list[Project]]:
    """The municipality of the patterns, its manager, its team member and its projects, the municipality as a whole first.

    Takes some five milliseconds for each answer: a quarter of a minute in all. The words are those of the demo's answers.
    """
    random = Random(SEED)  # noqa: S311 – the same each time
    municipality = Municipality.objects.create(name=NAME, ags=AGS, is_fictional=True)
    manager = User.objects.create_user(f"leitung@muster.{DOMAIN}", name="Anke Ahrens")
    team = User.objects.create_user(f"team@muster.{DOMAIN}", name="Bernd Bunte")
    Membership.objects.create(user=manager, municipality=municipality, role=Role.MANAGER)
    Membership.objects.create(user=team, municipality=municipality, role=Role.TEAM)
    words = _words_of_demo()
    phases = [phase for phase in Phase.objects.order_by("order") if not phase.is_cross_phase]
    projects = [standing_project(municipality=municipality, by=manager)]
    for number, name in enumerate(subjects):
        phase = phases[number % len(phases)]
        summary = f"Erfundenes Projekt „{name}“, mit dem sich messen lässt, was viele Projekte kosten."
        projects.append(
            create_project(municipality=municipality, by=manager, name=name, phase=phase, summary=summary, team=[team])
        )
    for number, project in enumerate(projects):
        _agree_measures(project, number, team, words, random)
        for turn in range(ROUNDS):
            end = LAST_ROUNDS[number % len(LAST_ROUNDS)] if turn == ROUNDS - 1 else "approved"
            _make_round(project, FIRST_ROUND + turn * BETWEEN_ROUNDS, end, manager, team, words, random)
    return municipality, manager, team, projects


def _words_of_demo() -> list[tuple[str, str]]:
    """Reason and evidence of rated answers, in the order they were stored."""
    rated = Score.objects.filter(state=ScoreState.RATED, assessment__project__municipality__is_fictional=True)
    found = rated.exclude(rationale="").order_by("pk").values_list("rationale", "evidence__text")
    return [(reason, evidence or "") for reason, evidence in found] or [("Erfundene Begründung.", "Erfundener Vermerk")]


def _agree_measures(project: Project, number: int, team: User, words: list[tuple[str, str]], random: Random) -> None:
    statuses = list(MeasureStatus)
    for turn in range(number % 5):
        reason, _evidence = random.choice(words)
        Measure.objects.create(
            project=project,
            text=f"{reason.split('. ')[0][:180]}.",
            owner=team,
            due_on=FIRST_ROUND + timedelta(days=random.randrange(1400)),
            status=statuses[turn % len(statuses)],
        )


def _make_round(
    project: Project, day: date, end: str, manager: User, team: User, words: list[tuple[str, str]], random: Random
) -> Assessment:
    begun = at_hour(day, 8, 30)
    assessment = workflow.start_assessment(project=project, by=team, at=begun)
    scores = list(assessment.scores.select_related("criterion").order_by("criterion__order"))
    answered = scores if end != "draft" else scores[: len(scores) // 2]
    for score in answered:
        save_score(score=score, version=score.version, by=team, **_drawn(score, words, random))
    set_back(assessment, begun)
    if end == "draft":
        return assessment
    workflow.submit(assessment=assessment, by=team, at=at_hour(day + timedelta(days=20), 14, 20))
    if end == "approved":
        workflow.approve(assessment=assessment, by=manager, at=at_hour(day + timedelta(days=27), 9, 40))
    elif end == "returned":
        returned = at_hour(day + timedelta(days=25), 10, 5)
        workflow.return_to_team(assessment=assessment, by=manager, comment="Bitte die Nachweise ergänzen.", at=returned)
    return assessment


def _drawn(score: Score, words: list[tuple[str, str]], random: Random) -> dict[str, Any]:
    """Three of four criteria are rated, the higher the later the round; the others are unknown, not applicable or open."""
    reason, evidence = random.choice(words)
    chance = random.random()
    if chance < 0.08:
        return {"answer": Answer(state=ScoreState.UNKNOWN, rationale="Das klären wir noch.")}
    if chance < 0.12:
        return {"answer": Answer(state=ScoreState.NOT_APPLICABLE, rationale="Dafür ist der Landkreis zuständig.")}
    if chance < 0.2:
        return {"answer": Answer()}
    before = score.level if score.level is not None else random.randrange(3)
    level = max(0, min(4, before + random.choice((-1, 0, 0, 0, 1, 1))))
    answer = Answer(ScoreState.RATED, level, reason, min(4, level + 1), date(2027, 12, 31))
    shown = [NewEvidence(text=evidence)] if evidence and random.random() < 0.15 else []
    return {"answer": answer, "evidence": shown}
