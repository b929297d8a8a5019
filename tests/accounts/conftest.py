import pytest
from django.core import mail
from django.urls import reverse

from scaling.accounts.models import Role
from tests.accounts.people import NEW, link_in


@pytest.fixture
def invite(client, bob, municipality, django_capture_on_commit_callbacks):
    """Bob invites through the page; the answer is the link in the mail, and nobody is signed in."""

    def invite(email: str = NEW, role: str = Role.TEAM) -> str:
        client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(reverse("people", args=[municipality.public_id]), {"email": email, "role": role})
        assert response.status_code == 302
        client.logout()
        return link_in(mail.outbox[-1])

    return invite
