"""What the parts of a council paper are called, wherever it is filled in or shown."""

from django.utils.translation import gettext_lazy as _

PAPER_NAMES = {
    "number": _("Nummer der Vorlage"),
    "file_number": _("Aktenzeichen"),
    "office": _("Federführendes Amt"),
    "contact": _("Ansprechperson"),
    "funding_reference": _("Förderkennzeichen"),
    "funding_period": _("Förderzeitraum"),
    "resolution": _("Beschlussvorschlag"),
    "financial_effect": _("Finanzielle Auswirkungen"),
    "method": _("Vorgehen"),
    "participants": _("Teilnehmende"),
    "distribution": _("Verteiler"),
    "signatures": _("Unterschriften"),
}
REFERENCES = ("number", "file_number")
#: What stands at the head of a paper, each on a line; and what takes more than a line, in this order.
FACTS = (*REFERENCES, "office", "contact", "funding_reference", "funding_period")
TEXTS = ("resolution", "financial_effect", "method", "participants", "distribution")
