"""The offices of a town hall that know the answers: one closed list for criteria, people and invitations."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Office(models.TextChoices):
    """Who can usually answer a criterion, and what people hold: to invite, to assign and to print."""

    PROJECT_LEAD = "project_lead", _("Projektleitung")
    SPECIALIST_DEPARTMENT = "specialist_department", _("Fachamt")
    IT = "it", _("IT")
    TREASURY = "treasury", _("Kämmerei")
    LEGAL = "legal", _("Rechtsamt")
    DATA_PROTECTION = "data_protection", pgettext_lazy("Stelle", "Datenschutz")
    PROCUREMENT = "procurement", _("Vergabestelle")
    HEAD_OF_ADMINISTRATION = "head_of_administration", _("Verwaltungsleitung")
    MUNICIPAL_COMPANY = "municipal_company", _("kommunales Unternehmen")


def offices_field(**options: object) -> "ArrayField[list[str], list[str]]":
    """None, one or several offices."""
    one: models.CharField[str, str] = models.CharField(max_length=24, choices=Office.choices)
    return ArrayField(one, default=list, blank=True, **options)  # type: ignore[arg-type]


def known_offices(name: str) -> models.CheckConstraint:
    """The database takes no office that is not on the list."""
    return models.CheckConstraint(condition=Q(offices__contained_by=Office.values), name=name)


def in_order(offices: Iterable[str]) -> list[str]:
    """Each office once, as the list has them; what is not on the list is left out."""
    held = set(offices)
    return [office for office in Office.values if office in held]


def office_names(offices: Iterable[str]) -> str:
    """The offices' names in the order of the list, with commas; empty for none."""
    return ", ".join(str(Office(office).label) for office in in_order(offices))


# --- What somebody typed ----------------------------------------------------------------------------------------------------

#: Words that only an office has, by their whole or their end; also companies, bodies and functions.
_OFFICE = re.compile(
    r"(?:\w*(?:amt|ämter|amts|referat|abteilung|dezernat|fachbereich|bereich"  # untranslated: what people type
    r"|fachdienst|dienst|dienste|sachgebiet|fachgebiet|stelle|kämmerei|verwaltung|werke?|betriebe?|zentrale?|zentrum|büro|team"
    r"|gruppe|archiv|bibliothek|bücherei|museum|hochschule|universität|feuerwehr|polizei|ministerium|verband|verein|gesellschaft"
    r"|anstalt|behörde|ausschuss|vorstand|leitung|leiter|leiterin|beauftragter?|dienstleister|agentur|institut|aufsicht|direktion"
    r"|dezernent|dezernentin|gremium|redaktion|sekretariat|vergabe|datenschutz|rechnungsprüfung)"
    r"|(?:ober|alt)?(?:bürger|haus)meister(?:in)?|kämmerer|kämmerin|(?:bau|betriebs|wertstoff|fried)hof|(?:krisen)?stab"
    r"|(?:stadt|gemeinde|kreis|personal|betriebs|aufsichts|verwaltungs|fach|bei)?rat|(?:land|arbeits|fach)?kreis"
    r"|(?:volkshoch|musik|grund|gesamt|berufs)?schule|(?:handwerks|architekten|industrie)kammer|(?:stadt|gemeinde|kreis)?kasse"
    r"|IT|EDV|IuK|CDO|CIO|FD|FB|SG|AG|GmbH|gGmbH|AöR|eG|e\.V|KG|Bund|Land|Stadt|Gemeinde|Kommune|kommunales"
    r"|(?:city|town|county|parish)|offices?|departments?|division|unit|section|centre|center|council|agency|authority|services?"
    r"|company|utilities|treasury|board|committee|mayor|manager|management|operations?|administration|procurement|ltd|inc)",
    re.IGNORECASE,
)
#: Fields of work, and what stands before an office: no names, but no office by themselves either.
_FIELD = re.compile(
    r"(?:\w+(?:ung|heit|keit|schaft|tion|ik|wesen|daten|service|recht|bau|schutz|verkehr|planung)|\w+(?:lich|isch|ig|al|ell|iv)e[rnms]?"
    r"|personal|soziales|finanzen|umwelt|kultur|sport|jugend|digitales|bürger|untere|obere|freie|human|resources|data|press|legal"
    r"|\w*\d\w*)",
    re.IGNORECASE,
)
#: Who types „Frau Muster“ means a person.
_SALUTATION = re.compile(r"\b(?:Frau|Herrn?|Fr\.|Hr\.|Dr\.|Prof\.|Mr|Mrs|Ms)(?=\s|$)", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;:/()&+–]")
_AND = re.compile(r"\b(?:und|and|mit|with|sowie)\b", re.IGNORECASE)
#: „Amt für Kultur und Sport“ is one office.
_FOR = re.compile(r"\b(?:für|for|of)\b", re.IGNORECASE)
_TOGETHER = {"gemeinsam", "zusammen", "extern", "intern", "jointly", "together"}
#: What is called after a person as well as after a field.
_ANYBODYS = {"team", "gruppe", "büro", "office", "unit"}


# Asked for every measure of a profile, at every look; the same text gives the same answer.
@lru_cache(maxsize=1024)
def reads_as_office(text: str) -> bool:
    """Whether a typed „Wer“ is an office, a company, a body or a function, with nothing in it that may be somebody's name.

    Whatever is not known for sure counts as a name: „Krause“ and „IT, Sabine Krause“ are none, „Amt 61, Geodaten“ is one. Two
    unknown words in a row are a name; a single one behind an office („Stadtwerke Musterhafen“) is a place or a field.
    """
    if _SALUTATION.search(text) or "@" in text:
        return False
    pieces = [
        piece
        for part in _BETWEEN.split(text)
        for piece in ([part] if _FOR.search(part) else _AND.split(part))
        if piece.strip(" .")
    ]
    found = [_names_office(piece) for piece in pieces]
    return all(one is not None for one in found) and any(found)


def _names_office(piece: str) -> bool | None:
    """None where the piece may be a name; False where it is neither a name nor an office by itself."""
    offices, unknown, small = [], 0, set()
    for word in piece.strip(" .").split():
        bare = word.rstrip(".")
        if _OFFICE.fullmatch(bare) or _OFFICE.fullmatch(bare.rpartition("-")[2]):
            offices.append(bare.lower())
            unknown = 0
        elif _FIELD.fullmatch(bare):
            unknown = 0
        elif word.islower():
            small.add(bare)
            unknown = 0
        else:
            unknown += 1
            if unknown > 1 or not offices or offices[-1] in _ANYBODYS:
                return None
    return bool(offices) if offices or small <= _TOGETHER else None
