"""What an edition still lacks before it can be published. Pure: works on the document that ``export`` makes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

LANGUAGES = {"de": "Deutsch", "en": "Englisch"}


@dataclass(frozen=True)
class MissingContent:
    """Something missing. ``kind``: edition, criterion, practice or operating_model; ``key`` names the object of that kind.

    ``field`` is the name of the field in the curators' form. Where a text is missing, ``label`` names it and ``language`` says
    in which; else both are "" and ``message`` says all.
    """

    kind: str
    key: str
    title: str
    field: str
    message: str
    label: str = ""
    language: str = ""

    def __str__(self) -> str:
        return f"{self.title}: {self.message}" if self.title else self.message


@dataclass(frozen=True)
class Gap:
    """One thing missing in an object, in one language or in several: ``fields`` are pairs of a language's name and a field."""

    label: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gaps:
    """Everything missing in one object, in the order of its form."""

    kind: str
    key: str
    title: str
    gaps: tuple[Gap, ...]


def grouped(missing: Iterable[MissingContent]) -> list[Gaps]:
    """A line an object and a word a text, in the order given: 28 lines for one criterion tell nobody anything."""
    objects: dict[tuple[str, str, str], dict[str, list[tuple[str, str]]]] = {}
    for item in missing:
        texts = objects.setdefault((item.kind, item.key, item.title), {})
        texts.setdefault(item.label or item.message, []).append((item.language, item.field))
    return [
        Gaps(kind, key, title, tuple(Gap(label, tuple(fields)) for label, fields in texts.items()))
        for (kind, key, title), texts in objects.items()
    ]


def missing_content(document: dict[str, Any]) -> list[MissingContent]:
    """Everything missing, in the order of the document."""
    return list(_missing_content(document))


def _missing_content(document: dict[str, Any]) -> Iterator[MissingContent]:
    edition = document["edition"]
    for field, label in (
        ("title", _("Titel")),
        ("attribution", _("Quelle")),
        ("level_scale_notice", _("Hinweis zur Stufenskala")),
    ):
        yield from _both(edition[field], "edition", "", _("Ausgabe"), field, label)
    for field, label in (
        ("note", _("Anmerkung")),
        ("operating_models_intro", _("Einleitung zu den Betreibermodellen")),
    ):
        yield from _in_both_or_none(edition[field], "edition", "", _("Ausgabe"), field, label)
    if not document["criteria"]:
        yield MissingContent("edition", "", _("Ausgabe"), "criteria", _("Es gibt noch kein Kriterium."))
    for criterion in document["criteria"]:
        yield from _missing_in_criterion(criterion)
    for practice in document["good_practices"]:
        name = practice["title"]["de"] or practice["key"]
        for field, label in (("title", _("Titel")), ("summary", _("Kurzbeschreibung")), ("body", _("Beschreibung"))):
            yield from _both(practice[field], "practice", practice["key"], name, field, label)
        lesson = _("Was Kommunen mitnehmen können")
        yield from _in_both_or_none(practice["lesson"], "practice", practice["key"], name, "lesson", lesson)
    for model in document["operating_models"]:
        name = model["name"]["de"] or model["key"]
        for field, label in (("name", _("Name")), ("group", _("Gruppe")), ("summary", _("Kurzbeschreibung"))):
            yield from _both(model[field], "operating_model", model["key"], name, field, label)


def _missing_in_criterion(criterion: dict[str, Any]) -> Iterator[MissingContent]:
    key = criterion["key"]
    name = criterion["title"]["de"] or key
    for field, label in (
        ("title", _("Titel")),
        ("summary", _("Kurzbeschreibung")),
        ("why", _("Warum es zählt")),
        ("questions", _("Leitfragen")),
        ("evidence_examples", _("Beispiele für Nachweise")),
    ):
        yield from _both(criterion[field], "criterion", key, name, field, label)
    if not criterion["workstreams"]:
        yield MissingContent("criterion", key, name, "workstreams_0", _("kein Workstream gewählt"))
    if not criterion["offices"]:
        yield MissingContent("criterion", key, name, "offices_0", _("„Wer weiß das?“ nennt keine Stelle"))
    for field, label in (("note", _("In einfachen Worten")), ("not_here", _("Gehört nicht hierher"))):
        yield from _in_both_or_none(criterion[field], "criterion", key, name, field, label)
    for note in criterion["legal_notes"]:
        source = note["source"]["title"]
        for language, words in LANGUAGES.items():
            if not note["text"][language] or not source[language]:
                message = _("Rechtshinweis „%(source)s“: Text oder Quelle fehlt (%(language)s)")
                values = {"source": source["de"] or source["en"], "language": _(words)}
                yield MissingContent("criterion", key, name, "legal_notes", message % values)
    yield from _level_gaps(criterion["levels"], key, name, "", "%s")
    wording = criterion["municipality_wording"]
    if wording:
        whole = _("Kommune insgesamt: %s")
        for field, label in (
            ("summary", _("Kurzbeschreibung")),
            ("questions", _("Leitfragen")),
            ("evidence_examples", _("Beispiele für Nachweise")),
        ):
            yield from _both(wording[field], "criterion", key, name, f"municipality_{field}", whole % label)
        yield from _level_gaps(wording["levels"], key, name, "municipality_", whole)


def _level_gaps(levels: list[dict[str, Any]], key: str, name: str, prefix: str, form: str) -> Iterator[MissingContent]:
    by_level = {level["level"]: level for level in levels}
    for number in range(5):
        empty = {"de": "", "en": ""}
        level = by_level.get(number, {"description": empty, "next_step": empty})
        label = form % (_("Beschreibung der Stufe %d") % number)
        yield from _both(level["description"], "criterion", key, name, f"{prefix}level_{number}_description", label)
        if number < 4:
            label = form % (_("Schritt von Stufe %d zur nächsten") % number)
            yield from _both(level["next_step"], "criterion", key, name, f"{prefix}level_{number}_next_step", label)


def _in_both_or_none(
    texts: dict[str, Any], kind: str, key: str, title: str, field: str, label: str
) -> Iterator[MissingContent]:
    """A text that may be left out, but not in one language alone."""
    if texts["de"] or texts["en"]:
        yield from _both(texts, kind, key, title, field, label)


def _both(texts: dict[str, Any], kind: str, key: str, title: str, field: str, label: str) -> Iterator[MissingContent]:
    for language, name in LANGUAGES.items():
        if not texts[language]:
            yield MissingContent(
                kind,
                key,
                title,
                f"{field}_{language}",
                _("%(field)s (%(language)s)") % {"field": label, "language": _(name)},
                str(label),
                _(name),
            )
