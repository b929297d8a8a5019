"""Compares what the database holds with what was published: at every start, and wherever somebody asks."""

from django.utils.translation import gettext as _

from catalogue.documents.checksum import checksum_of, shipped_checksums
from catalogue.documents.export import edition_document
from catalogue.models import Edition


def checksum_problems() -> list[str]:
    """A sentence for each published edition whose content is not what its number stands for. Fifteen queries an edition."""
    shipped = shipped_checksums()
    found = []
    for edition in Edition.objects.readable().order_by("major", "minor"):
        actual = checksum_of(edition_document(edition))
        if edition.checksum and edition.checksum != actual:
            text = _("Ausgabe %s hat nicht mehr den Inhalt, mit dem sie veröffentlicht wurde.")
            found.append(text % edition.number)
        elif edition.number in shipped and shipped[edition.number] != actual:
            text = _("Ausgabe %s hat einen anderen Inhalt als die mitgelieferte Ausgabe dieser Nummer.")
            found.append(text % edition.number)
    return found
