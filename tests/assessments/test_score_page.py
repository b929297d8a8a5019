from assessments.models import Score
from tests.conftest import PASSWORD


def test_page_opens(client, alice, score):
    client.force_login(alice)
    response = client.get(f"/bewertungen/{score.assessment.public_id}/kriterium-1/")
    assert response.status_code == 200
