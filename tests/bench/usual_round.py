"""The round that pages are measured with, made anew in the bench's own database.

The limits were set with a running round of 21 criteria that carries on from an approved one. The demo's own rounds have grown
since, to 49 criteria and more, so a figure of theirs says nothing beside those limits.
"""

import os

NAME = "Ladesäulen-Karte"
CRITERIA = 21
CONFIRMED = 8  # so that the wall, which begins after them, has ten more to go


def make() -> None:
    """A project with an approved round and a running one. The answers are those of the demo's approved round of 21 criteria."""
    from assessments.models import Assessment, AssessmentState, Project
    from assessments.services import projects, workflow
    from assessments.services.answers import Answer, save_score
    from catalogue.models import Phase
    from scaling.accounts.models import Role, User

    earlier = Assessment.objects.filter(state=AssessmentState.APPROVED, project__municipality__name="Stadt Auenfurt")
    pattern = next(one for one in earlier.order_by("-round") if one.scores.count() == CRITERIA)
    municipality = pattern.project.municipality
    team = User.objects.get(email="team@auenfurt.example")
    manager = User.objects.get(memberships__municipality=municipality, memberships__role=Role.MANAGER)
    project: Project = projects.create_project(
        municipality=municipality, by=manager, name=NAME, phase=Phase.objects.get(pk=pattern.project.phase_id), team=[team]
    )
    said = {score.criterion.key: Answer.of(score) for score in pattern.scores.select_related("criterion")}
    first = workflow.start_assessment(project=project, by=team, phases=[], edition=pattern.edition)
    assert first.scores.count() == CRITERIA, first.scores.count()
    for score in first.scores.select_related("criterion"):
        save_score(score=score, version=score.version, by=team, answer=said[score.criterion.key])
    workflow.submit(assessment=first, by=team)
    workflow.approve(assessment=first, by=manager)
    running = workflow.start_assessment(project=project, by=team, phases=[], edition=pattern.edition)
    for score in running.scores.select_related("criterion").order_by("criterion__order")[:CONFIRMED]:
        save_score(score=score, version=score.version, by=team, answer=Answer.of(score))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
    django.setup()
    make()
