"""What an entry of the trail says about a file that was fetched, or what else the program noted with it, in words."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from scaling.trail.environment import MARKS

#: By the name of the address; how the file is kept stands beside it in brackets.
FILES: dict[str, tuple[Any, str]] = {
    "data_export": (_("Daten zum Mitnehmen"), "ZIP"),
    "trail_file": (_("Protokoll der Kommune"), ""),
    "trail_of_all_file": (_("Protokoll aller Kommunen"), ""),
    "assessments:evidence_file": (_("Datei eines Nachweises"), ""),
    "assessments:sheet": (_("Bogen zum Ausfüllen"), "XLSX"),
    "reports:pdf": (_("Profil"), "PDF"),
    "reports:json": (_("Profil"), "JSON"),
    "reports:csv": (_("Profil"), "CSV"),
    "reports:xlsx": (_("Profil"), "XLSX"),
    "reports:ods": (_("Profil"), "ODS"),
    "reports:docx": (_("Profil"), "DOCX"),
    "reports:record_json": (_("Freigegebenes Dokument"), "JSON"),
    "reports:form": (_("Formular zum Ausdrucken"), "PDF"),
    "reports:short_check_pdf": (_("Kurzcheck"), "PDF"),
    "reports:shared_pdf": (_("Profil über einen geteilten Link"), "PDF"),
    "reports:collected": (_("Sammelbericht"), "PDF"),
    "reports:portfolio_pdf": (_("Portfolio"), "PDF"),
    "reports:portfolio_xlsx": (_("Portfolio"), "XLSX"),
    "reports:portfolio_json": (_("Portfolio"), "JSON"),
    "reports:municipal_pdf": (_("Kommune insgesamt"), "PDF"),
    "reports:municipal_xlsx": (_("Kommune insgesamt"), "XLSX"),
    "reports:municipal_json": (_("Kommune insgesamt"), "JSON"),
    "reports:development_xlsx": (_("Entwicklung"), "XLSX"),
    "reports:development_json": (_("Entwicklung"), "JSON"),
    "reports:plan_calendar": (_("Termine des Plans"), "ICS"),
    # What everybody may read is noted for whoever is signed in, too.
    "catalogue:yaml": (_("Katalogausgabe"), "YAML"),
    "catalogue:xlsx": (_("Katalogausgabe"), "XLSX"),
    "reports:example_pdf": (_("Beispielprofil"), "PDF"),
    "reports:schema": (_("Schema des Profils"), "JSON"),
    "reports:portfolio_schema": (_("Schema des Portfolios"), "JSON"),
    "reports:development_schema": (_("Schema der Entwicklung"), "JSON"),
    "reports:municipal_schema": (_("Schema des Profils der Kommune"), "JSON"),
    "reports:record_schema": (_("Schema eines Dokuments"), "JSON"),
    "openapi": (_("Beschreibung der Schnittstelle"), "JSON"),
}
#: Numbers that are told with other events: which person, key or file it was, and how many rows of a kind went.
NUMBERS: dict[str, Any] = {
    "person": _("Person Nr."),
    "number": _("Kommune Nr."),
    "export": _("Datenausgabe Nr."),
    "key": _("Schlüssel Nr."),
    "new": _("neu"),
    "changed": _("geändert"),
    "records": _("Dokumente"),
    "rows": _("Einträge"),
    "histories": _("Einträge der Verläufe"),
    "sign_ins": _("Anmeldungen"),
    "downloads": _("Downloads"),
    "account_changes": _("Änderungen an Konten"),
    "admin_log": _("Einträge der Verwaltung"),
    "workshops": _("Angaben aus Workshops"),
    "invitations": _("Einladungen"),
    "drafts": _("Entwürfe"),
    "exports": _("Datenausgaben"),
}
#: Which of them number one thing instead of counting some.
SINGLE = frozenset({"person", "number", "export", "key"})


def event_in_words(detail: dict[str, Any]) -> str:
    """ "" where there is nothing to add; what ``settings_in_words`` tells is left to it."""
    if MARKS in detail:
        return ""
    if "address" in detail:
        return _file(detail)
    return ", ".join(_number(name, value) for name, value in detail.items() if name in NUMBERS and value is not None)


def _number(name: str, value: int) -> str:
    if name in SINGLE:
        return f"{NUMBERS[name]}\u00a0{value}"
    return f"{NUMBERS[name]}: {number_format(value, force_grouping=True)}"


def _file(detail: dict[str, Any]) -> str:
    found = FILES.get(detail["address"])
    if found is None:  # an address of an older version
        return ""
    name, kind = found
    kind = kind or str(detail.get("kind", "")).upper()
    return f"{name} ({kind})" if kind else str(name)
