"""Tells managers what the curators decided about an example of theirs."""

from django.urls import reverse

from assessments.mail import notifications
from assessments.models import PracticeOffer
from scaling.accounts.models import Role, User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.addresses import absolute_url
from scaling.common.mail import compose, send_later


def announce_decision(offer: PracticeOffer) -> None:
    """Once the running transaction has committed, to those who want notices. One query, and one a mail."""
    if notifications.is_muted():
        return
    municipality = offer.score.assessment.project.municipality
    managers = User.objects.filter(
        memberships__municipality=municipality, memberships__role=Role.MANAGER, is_active=True, wants_notices=True
    )
    url = absolute_url(reverse("assessments:practice_offers", args=[municipality.public_id]))
    send_later(
        compose(
            to=person,
            template="assessments/mail/offer_decided.txt",
            context={"offer": offer, "municipality": municipality, "url": url},
            unsubscribe=unsubscribe_path(person, "notices"),
        )
        for person in managers.order_by("email")
    )
