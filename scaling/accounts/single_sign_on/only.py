"""Whose people sign in by their provider alone."""

from collections.abc import Iterable

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from scaling.accounts.models import Membership, Municipality, User
from scaling.common.identity_providers import IdentityProvider


def forbidding_provider(user: User, places: Iterable[Membership] | None = None) -> IdentityProvider | None:
    """The provider by whom alone the person may sign in, if any: that of a municipality of theirs, else one they came by.

    Two queries at most, one less for who brings all their ``places`` with the municipalities; none where no provider is
    so strict.

    Operators always have a way in: a provider that is out of order must not lock out who could mend it.
    """
    strict = [provider for provider in settings.IDENTITY_PROVIDERS.values() if provider.only]
    if not strict or user.is_staff or user.is_superuser:
        return None
    if places is None:
        places = user.memberships.select_related("municipality")
    homes = {place.municipality.ags for place in places}
    at_home = next((provider for provider in strict if provider.municipalities & homes), None)
    if at_home is not None:
        return at_home
    linked = set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    return next((provider for provider in strict if provider.id in linked), None)


def forbidding_provider_of(municipality: Municipality) -> IdentityProvider | None:
    """The same for whoever joins the municipality. No query."""
    providers = settings.IDENTITY_PROVIDERS.values()
    return next((provider for provider in providers if provider.only and municipality.ags in provider.municipalities), None)
