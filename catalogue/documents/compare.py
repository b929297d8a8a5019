"""What differs between two editions. Pure: works on the documents that ``export`` makes or a file brings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

#: In the order in which differences are shown.
KINDS = ("edition", "criteria", "good_practices", "operating_models", "references")
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; a text, a list of texts, or None where it did not exist."""

    field: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        return field_label(self.field)


@dataclass(frozen=True)
class ObjectChange:
    """One criterion, practice … that came, went or changed. ``fields`` is empty unless it changed."""

    kind: str
    key: str
    title: str
    status: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class EditionComparison:
    """``reordered`` names the kinds whose common objects stand in another order."""

    objects: tuple[ObjectChange, ...]
    reordered: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.objects or self.reordered)

    def of(self, kind: str, status: str) -> list[ObjectChange]:
        return [change for change in self.objects if change.kind == kind and change.status == status]


def compare(old: dict[str, Any], new: dict[str, Any]) -> EditionComparison:
    """Criteria and the rest are matched by key, references of the edition by title; phases and workstreams are left out."""
    objects: list[ObjectChange] = []
    reordered = []
    for kind in KINDS:
        before, after = _by_key(old, kind), _by_key(new, kind)
        for key, item in after.items():
            if key not in before:
                objects.append(ObjectChange(kind, key, _title(item), ADDED))
            else:
                fields = tuple(_fields(before[key], item))
                if fields:
                    objects.append(ObjectChange(kind, key, _title(item), CHANGED, fields))
        objects += [ObjectChange(kind, key, _title(item), REMOVED) for key, item in before.items() if key not in after]
        if [key for key in before if key in after] != [key for key in after if key in before]:
            reordered.append(kind)
    return EditionComparison(tuple(objects), tuple(reordered))


def compare_items(old: dict[str, Any], new: dict[str, Any]) -> tuple[FieldChange, ...]:
    """The differing fields of two criteria (or practices …), both as in a document."""
    return tuple(_fields(old, new))


def with_titles(comparison: EditionComparison, *documents: dict[str, Any], language: str = "de") -> EditionComparison:
    """The comparison as it is shown: titles in ``language``, also of criteria at which fields point by key. A later document's
    title wins.
    """
    titles = {item["key"]: _title(item, language) for document in documents for item in document["criteria"]}
    shown = {
        (kind, key): _title(item, language)
        for kind in {change.kind for change in comparison.objects}
        for document in documents
        for key, item in _by_key(document, kind).items()
    }

    def named(value: Any) -> Any:
        return [titles.get(key, key) for key in value] if isinstance(value, list) else value

    objects = tuple(
        replace(
            change,
            title=shown.get((change.kind, change.key), change.title),
            fields=tuple(
                replace(field, before=named(field.before), after=named(field.after))
                if field.field in ("related", "criteria")
                else field
                for field in change.fields
            ),
        )
        for change in comparison.objects
    )
    return EditionComparison(objects, comparison.reordered)


def _by_key(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    if kind == "edition":
        texts = {"edition_note" if key == "note" else key: value for key, value in document["edition"].items()}
        return {"": {key: value for key, value in texts.items() if key != "number"}}
    if kind == "references":
        return {item["title"]["de"]: item for item in document["references"]}
    return {item["key"]: item for item in document[kind]}


def _title(item: dict[str, Any], language: str = "de") -> str:
    titles: dict[str, str] = item.get("title") or item.get("name") or {}
    return titles.get(language) or titles.get("de") or str(item.get("key", ""))


def _fields(old: dict[str, Any], new: dict[str, Any]) -> Iterator[FieldChange]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for field in [*after, *(field for field in before if field not in after)]:
        if before.get(field) != after.get(field):
            yield FieldChange(field, before.get(field), after.get(field))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Texts by language and levels one by one; lists of texts stay lists; references and legal notes become lines."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif path in ("levels", "municipality_wording.levels"):
        for level in value:
            yield from _flat({key: item for key, item in level.items() if key != "level"}, f"{path}.{level['level']}")
    elif path == "references":
        yield f"{path}.de", [" ".join(filter(None, (item["title"]["de"], item["url"]))) for item in value]
        yield f"{path}.en", [item["title"]["en"] for item in value]
    elif path == "legal_notes":
        for language in ("de", "en"):
            yield f"{path}.{language}", [_legal_note_line(item, language) for item in value]
    else:
        yield path, value


def _legal_note_line(item: dict[str, Any], language: str) -> str:
    """The note with its source and month; the source's address once, with the German text."""
    address = item["source"]["url"] if language == "de" else ""
    return f"{item['text'][language]} ({', '.join(filter(None, (item['source']['title'][language], item['as_of'], address)))})"


def field_label(field: str) -> str:
    """``levels.2.description.de`` as people read it: „Stufe 2: Beschreibung (Deutsch)“."""
    labels = {
        "title": _("Titel"),
        "subject": _("Gegenstand"),
        "offices": _("Wer weiß das?"),
        "not_here": _("Gehört nicht hierher"),
        "municipality_wording": _("Kommune insgesamt"),
        "legal_notes": _("Rechtshinweise"),
        "name": _("Name"),
        "group": _("Gruppe"),
        "edition_note": _("Anmerkung"),
        "note": _("In einfachen Worten"),
        "attribution": _("Quelle"),
        "level_scale_notice": _("Hinweis zur Stufenskala"),
        "operating_models_intro": _("Einleitung zu den Betreibermodellen"),
        "phase": _("ab Phase"),
        "workstreams": _("Workstreams"),
        "title_source": _("Herkunft des Titels"),
        "editorial": _("von der Redaktion gewählt"),
        "summary": _("Kurzbeschreibung"),
        "why": _("Warum es zählt"),
        "questions": _("Leitfragen"),
        "evidence_examples": _("Beispiele für Nachweise"),
        "related": _("verwandte Kriterien"),
        "milestone": _("Meilenstein"),
        "kind": _("Art"),
        "required_level": _("erforderliche Stufe"),
        "required_levels": _("erforderliche Stufe je Phase"),
        "references": _("Quellen"),
        "body": _("Beschreibung"),
        "lesson": _("Was Kommunen mitnehmen können"),
        "criteria": _("Kriterien"),
        "url": _("Adresse"),
        "description": _("Beschreibung"),
        "next_step": _("Schritt zur nächsten Stufe"),
        "official_name": _("Name in der Roadmap"),
        "meaning": _("Bedeutung"),
    }
    labels |= {f"p{number}": f"P{number}" for number in range(1, 6)}
    parts = field.split(".")
    language = {"de": _("Deutsch"), "en": _("Englisch")}.get(parts[-1])
    if language:
        parts.pop()
    if "levels" in parts:
        place = parts.index("levels")
        parts[place : place + 2] = [_("Stufe %s") % parts[place + 1]]
        name = ": ".join(labels.get(part, part) for part in parts)
    else:
        name = ": ".join(labels.get(part, part) for part in parts)
    return f"{name} ({language})" if language else name
