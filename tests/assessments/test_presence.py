from datetime import timedelta

import pytest
from django.core.cache import cache

from assessments.services import presence


@pytest.fixture(autouse=True)
def _no_one_here(db):
    cache.clear()


def test_others_are_named_until_they_leave(client, alice, bob, score, monkeypatch):
    url = f"/bewertungen/{score.assessment.public_id}/kriterien/kriterium-1/anwesend/"
    client.force_login(bob)
    assert client.get(url).text.strip() == ""
    client.force_login(alice)
    assert client.get(url).text.strip() == "Bob ist gerade auch hier."
    monkeypatch.setattr(presence, "FRESH", timedelta(0))
    assert client.get(url).text.strip() == ""


def test_signed_out_page_is_not_led_to_the_sign_in(client, score):
    response = client.get(f"/bewertungen/{score.assessment.public_id}/kriterien/kriterium-1/anwesend/")
    assert response.status_code == 401
