"""The demo data: loads through the service functions, and lies in the past."""

import re
from datetime import date

from django.utils import timezone

from assessments.models import (
    Assessment,
    AssessmentState,
    AssessmentTransition,
    EditionMove,
    Evidence,
    Measure,
    Score,
    ScoreState,
)
from assessments.services.demo import demo_accounts, load_demo
from catalogue.models import Edition, Milestone
from scaling.accounts.models import Membership, Municipality, User


class TestDemo:
    def test_demo_has_what_it_promises(self, demo):
        assert Municipality.objects.filter(is_fictional=True).count() == 2
        assert set(Membership.objects.values_list("role", flat=True)) == {"manager", "team", "reader"}
        rounds = Assessment.objects.filter(project__slug="parkraum-lotse").order_by("round")
        approved = AssessmentState.APPROVED
        assert [a.state for a in rounds] == [approved, approved, approved, AssessmentState.DRAFT]
        draft = rounds[3].scores.all()
        assert draft.filter(criterion__phase__key="durchgehend").count() == 21
        assert draft.filter(confirmed=False).count() == 10
        assert {a.state for a in Assessment.objects.all()} == set(AssessmentState.values)
        assert Score.objects.filter(state=ScoreState.NOT_APPLICABLE).exists()
        assert Measure.objects.filter(due_on__lt=date(2026, 11, 23)).exists()
        assert User.objects.filter(is_superuser=True).count() == 1
        assert {email for email, _ in demo_accounts()} == set(User.objects.values_list("email", flat=True))

    def test_demo_lies_in_the_past_and_names_who_did_it(self, demo):
        today = timezone.localdate()
        assert not Evidence.objects.filter(added_at__date__gte=today).exists()
        assert not AssessmentTransition.objects.filter(at__date__gte=today).exists()
        for history in (Score.history, Evidence.history, Measure.history):
            assert not history.filter(history_date__date__gte=today).exists()
        assert not Evidence.history.filter(history_type="-", history_user=None).exists()
        for assessment in Assessment.objects.filter(state=AssessmentState.APPROVED):
            assert [step.kind for step in assessment.steps] == ["begin", "submit", "approve"]
            assert sorted(step.at for step in assessment.steps) == [step.at for step in assessment.steps]

    def test_demo_enters_no_evidence_before_the_day_it_bears(self, demo):
        found = list(Evidence.objects.values_list("text", "added_at"))
        days = [(text, day, at) for text, at in found for day in re.findall(r"(\d\d)\.(\d\d)\.(20\d\d)", text)]
        assert len(days) > 40
        assert [text for text, (day, month, year), at in days if date(int(year), int(month), int(day)) > at.date()] == []

    def test_second_load_adds_nothing(self, demo):
        assert load_demo() == 0

    def test_demo_shows_rounds_of_every_edition_and_one_that_moved(self, demo):
        assert set(Assessment.objects.values_list("edition__major", flat=True)) == {1, 2, 3}
        moved = EditionMove.objects.get()
        assert (moved.from_edition.number, moved.to_edition.number) == ("1.0", "2.0")
        assert moved.assessment.project.slug == "parkraum-lotse"

    def test_demo_answers_every_milestone_somewhere(self, demo):
        milestones = set(Milestone.objects.values_list("criterion__key", flat=True))
        rated = Score.objects.filter(criterion__milestone__isnull=False, level__isnull=False)
        assert set(rated.values_list("criterion__key", flat=True)) == milestones

    def test_demo_round_of_the_municipality_asks_what_is_worded_for_it(self, demo):
        scores = Score.objects.filter(assessment__project__is_municipality_wide=True)
        asked = set(scores.values_list("criterion__key", flat=True))
        edition = Edition.objects.get(major=3)
        assert asked == set(edition.criteria.exclude(subject="solution").values_list("key", flat=True))
        assert not scores.filter(state__in=[ScoreState.NOT_APPLICABLE, ScoreState.OPEN]).exists()

    def test_demo_has_several_assessors_in_a_round(self, demo):
        for slug in ("parkraum-lotse", "gesamt", "dorfbus-auf-abruf"):
            latest = Assessment.objects.filter(project__slug=slug).latest("round")
            scores = Score.objects.filter(assessment=latest).exclude(updated_by=None)
            assert scores.values("updated_by").distinct().count() > 1
