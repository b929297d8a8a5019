"""What the demo shows beside its two municipalities: a comparison, good examples, projections; by the services alone."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, AssessmentTransition, OfferState, PeerBasis, PlanVariant, PracticeOffer, Score
from assessments.reports.demo_beside import load_beside
from assessments.reports.peers.page import Position, peer_page
from assessments.reports.peers.partition import MINIMUM
from assessments.reports.templatetags.peer_values import drawn_beside
from assessments.services.demo import NotTheDemosDatabase, demo_accounts
from scaling.accounts.models import Membership, Municipality, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="class")
def shared_beside(_shared_demo, shared_rows):
    """Three seconds of the services' work, once for all tests."""
    assert shared_rows.make(load_beside) == 7


@pytest.fixture
def beside(shared_beside, demo):
    return Municipality.objects.get(ags="03999001")


class TestBeside:
    def test_both_municipalities_are_compared_and_no_group_is_too_small(self, client, beside):
        for place in Municipality.objects.filter(ags__in=["03999001", "13999002"]):
            page = peer_page(place)
            assert page.has_figures
            assert all(row.figure.size >= MINIMUM for row in page.rows if row.figure)
            assert all(row.place for row in page.streams)
        assert peer_page(beside).chosen.path == "erfunden/gross/03"
        assert peer_page(beside, basis=PeerBasis.WHOLE).has_figures
        client.force_login(User.objects.get(email="leitung@auenfurt.example"), backend=BACKEND)
        text = client.get(reverse("reports:peers", args=[beside.public_id])).text
        assert "Ihre Projekte liegen" in text
        assert "Noch gibt es nichts zu vergleichen" not in text

    def test_one_example_is_shown_and_one_waits(self, client, beside):
        assert sorted(PracticeOffer.objects.values_list("state", flat=True)) == [OfferState.ACCEPTED, OfferState.OFFERED]
        shown = PracticeOffer.objects.get(state=OfferState.ACCEPTED)
        text = client.get(reverse("catalogue:criterion", args=[shown.score.criterion.key])).text
        assert shown.text.split(";")[0] in text
        assert "Stadt Auenfurt" in text

    def test_projections_are_kept_and_the_second_reaches_a_gate(self, client, beside):
        client.force_login(User.objects.get(email="leitung@auenfurt.example"), backend=BACKEND)
        reached = []
        for variant in PlanVariant.objects.select_related("project").order_by("pk"):
            page = client.get(reverse("reports:what_if", args=[variant.project.public_id]), {"variante": variant.public_id})
            assert page.status_code == 200
            reached.append(any(gate.falls_on for gate in page.context["projection"].gates))
        assert reached == [False, True]

    def test_it_is_invented_lies_in_the_past_and_nobody_new_signs_in(self, beside, mailoutbox):
        assert Municipality.objects.filter(is_fictional=False).count() == 0
        assert {email for email, _ in demo_accounts()} == set(User.objects.values_list("email", flat=True))
        others = Municipality.objects.exclude(ags__in=["03999001", "13999002"])
        assert not Membership.objects.filter(municipality__in=others).exists()
        today = timezone.localdate()
        assert not AssessmentTransition.objects.filter(at__date__gte=today).exists()
        assert not Score.history.filter(history_date__date__gte=today).exists()
        assert Assessment.objects.filter(project__municipality__in=others).count() == 14
        assert mailoutbox == []

    def test_second_time_adds_nothing_and_no_real_database_is_touched(self, beside, monkeypatch):
        assert load_beside() == 0
        monkeypatch.setattr("assessments.reports.demo_beside.is_embedded", lambda: False)
        with pytest.raises(NotTheDemosDatabase):
            load_beside()

    def test_drawing_agrees_with_the_words(self, beside):
        """2.2 is drawn where it is told: on 2.0, within a middle half that ends there."""
        told = dict.fromkeys(Position, 0)
        for row in peer_page(beside).rows:
            figure, drawn = row.figure, drawn_beside(row)
            if (
                figure is None or row.place is None or figure.lower == figure.upper
            ):  # of one point the box is widened to be seen
                continue
            [dot] = re.findall(r'<circle[^>]* cx="([\d.]+)"', drawn)
            [(left, width)] = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)[:1]
            beyond = float(dot) - float(left) - float(width)
            side = Position.BELOW if float(dot) < float(left) - 0.2 else Position.ABOVE if beyond > 0.2 else Position.WITHIN
            assert side == row.place, drawn
            told[side] += 1
        assert all(told.values()), told
