"""The doors through which an edition changes its state."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.completeness import Gap, gaps
from catalogue.exporting import edition_document
from catalogue.models import Edition, EditionState


class WrongState(Exception):
    """The edition's state does not allow this step."""


class Incomplete(Exception):
    """The edition cannot be published yet; ``gaps`` says what is missing."""

    def __init__(self, edition: Edition, found: list[Gap]) -> None:
        self.edition, self.gaps = edition, found
        super().__init__(
            _("Ausgabe %(number)s ist unvollständig: ") % {"number": edition.number} + "; ".join(map(str, found[:5]))
        )


@transaction.atomic
def publish(*, edition: Edition, by: Any) -> Edition:
    """Make a complete draft public and unchangeable. ``by``: a user, or None for the command line.

    Raises WrongState for anything but a draft, Incomplete with the list of gaps.
    """
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if not edition.is_draft:
        raise WrongState(_("Ausgabe %s ist kein Entwurf.") % edition.number)
    found = gaps(edition_document(edition))
    if found:
        raise Incomplete(edition, found)
    edition.state = EditionState.PUBLISHED
    edition.published_at = timezone.now()
    edition.published_by = by
    edition.save()
    return edition
