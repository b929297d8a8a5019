"""The demo data: loads through the doors, and lies in the past."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessments.models import Assessment, AssessmentState, Evidence, Measure, Score, ScoreState
from assessments.services.demo import demo_accounts, load_demo
from scaling.accounts.models import Membership, Municipality, User


@pytest.fixture
def demo(settings, db):
    call_command(
        "import_catalogue", str(settings.BASE_DIR / "fixtures/catalogue/edition-1.yaml"), publish=True, stdout=io.StringIO()
    )
    assert load_demo() == 2


def test_demo_has_what_it_promises(demo):
    assert Municipality.objects.filter(is_fictional=True).count() == 2
    assert set(Membership.objects.values_list("role", flat=True)) == {"manager", "team", "reader"}
    rounds = Assessment.objects.filter(project__slug="parkraum-lotse").order_by("round")
    approved = AssessmentState.APPROVED
    assert [a.state for a in rounds] == [approved, approved, approved, AssessmentState.DRAFT]
    draft = rounds[3].scores.all()
    assert (draft.count(), draft.filter(confirmed=False).count()) == (21, 10)
    assert {a.state for a in Assessment.objects.all()} == set(AssessmentState.values)
    assert Score.objects.filter(state=ScoreState.NOT_APPLICABLE).exists()
    assert Measure.objects.filter(due_on__lt=date(2026, 11, 23)).exists()
    assert User.objects.filter(is_superuser=True).count() == 1
    assert {email for email, _ in demo_accounts()} == set(User.objects.values_list("email", flat=True))


def test_demo_lies_in_the_past_and_names_who_did_it(demo):
    today = timezone.localdate()
    assert not Evidence.objects.filter(added_at__date__gte=today).exists()
    for history in (Assessment.history, Score.history, Evidence.history):
        assert not history.filter(history_date__date__gte=today).exists()
    assert not Evidence.history.filter(history_type="-", history_user=None).exists()
    for assessment in Assessment.objects.filter(state=AssessmentState.APPROVED):
        assert assessment.submitted_at is not None
        assert assessment.approved_at is not None
        assert assessment.started_on <= assessment.submitted_at.date() <= assessment.approved_at.date()


def test_second_load_adds_nothing(demo):
    assert load_demo() == 0
