"""Whether a document is a catalogue: first its shape (JSON Schema), then what a schema cannot say. All problems at once.

The schema is catalogue/documents/schema/catalogue-1.json, described in docs/catalogue-format.md.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, ValidationError

from catalogue.documents.yaml_reader import CatalogueFileError, CatalogueProblem, Document, Path
from catalogue.models import CROSS_PHASE, PROJECT_PHASES, Subject

SCHEMA = FilePath(__file__).with_name("schema") / "catalogue-1.json"
#: Addresses under /katalog/ that are pages of their own, so no criterion can have them as its key.
RESERVED_KEYS = frozenset({"praxisbeispiele", "betreibermodelle", "redaktion", "druck", "suche", "ausgaben", "neu"})
#: More lines than these help nobody.
MAX_PROBLEMS = 50
# A file of a million wrong entries is not searched to its end.
_MAX_ERRORS_READ = 1000

# Texts are Markdown; HTML in them is never shown as HTML, so it is either a mistake or an attack.
# No pattern may try the same text twice: files come from people we do not know.
_HTML = re.compile(r"<[/!?]?[a-z][^<>]*>|<!--|<\s*+/?\s*+script", re.IGNORECASE)
_ODD_LINK = re.compile(r"\]\(\s*+(?:<\s*+)?+(?!https?:|mailto:)|\b(?:java|vb)script\s*+:|\bdata:[a-z]+/", re.IGNORECASE)


#: As ``url`` of the schema: what a form takes, a file has to take, too.
ADDRESS = re.compile(r"""https?://[^\s<>"']+""")
MAX_ADDRESS, MAX_ENTRIES, MAX_ENTRY, MAX_NOTES, MAX_REFERENCES, MAX_SOURCE, MAX_TEXT = 300, 12, 1000, 12, 50, 250, 4000


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def validate(document: Document, name: str) -> None:
    """Raise CatalogueFileError with every problem found (at most MAX_PROBLEMS), each with line and field."""
    problems = sorted(islice(_shape(document), _MAX_ERRORS_READ)) or sorted(islice(_sense(document), _MAX_ERRORS_READ))
    if len(problems) > MAX_PROBLEMS:
        more = len(problems) - MAX_PROBLEMS
        problems = problems[:MAX_PROBLEMS]
        problems.append(CatalogueProblem(problems[-1].line, "", _("… und %d weitere Fehler") % more))
    if problems:
        raise CatalogueFileError(name, problems)


def field_name(document: Document, path: Path) -> str:
    """The way to a value as people read it: ``criteria[impact-narrative].levels[2].description.de``; places count from 1."""
    name, value = "", document.data
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(part, str):
            name += f".{part}" if name else part
        elif isinstance(value, dict) and isinstance(value.get("key"), str):
            name += f"[{value['key']}]"
        else:
            name += f"[{part + 1}]"
    return name


def _problem(document: Document, path: Path, message: str) -> CatalogueProblem:
    return CatalogueProblem(document.line(path), field_name(document, path), message)


# --- Shape


def _shape(document: Document) -> Iterator[CatalogueProblem]:
    for error in _validator().iter_errors(document.data):
        yield from _problems_of(document, error)


def _problems_of(document: Document, error: ValidationError) -> Iterator[CatalogueProblem]:
    path: Path = tuple(error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "oneOf":  # milestone, second wording: speak of what is wrong inside
        # That it is not null either is no news; a wrong type deeper inside is.
        inner = [e for e in error.context or [] if e.validator != "type" or e.relative_path]
        for cause in inner:
            yield from _problems_of(document, cause)
        if not inner:
            yield _problem(document, path, _("Erwartet werden Felder oder null."))
        return
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        for key in value.keys() - schema["properties"].keys():
            yield _problem(document, (*path, key), _("unbekanntes Feld"))
        return
    if error.validator == "required":
        for key in wanted:
            if key not in value and f"'{key}'" in error.message:
                yield _problem(document, path, _("Das Feld „%s“ fehlt.") % key)
        return
    if error.validator is None or error.validator == "items":
        yield _problem(document, path, _("Das ist ein Eintrag zu viel."))
        return
    kinds = {
        "object": _("Felder"),
        "array": _("eine Liste"),
        "string": _("ein Text (wenn nötig in Anführungszeichen)"),
        "integer": _("eine ganze Zahl"),
        "null": "null",
    }
    messages: dict[str, Callable[[], str]] = {
        "type": lambda: (
            _("Erwartet wird %s.") % _(" oder ").join(kinds[k] for k in ([wanted] if isinstance(wanted, str) else wanted))
        ),
        "enum": lambda: _("Erlaubt ist nur: %s.") % ", ".join(map(str, wanted)),
        "const": lambda: _("Hier muss „%s“ stehen.") % wanted,
        "pattern": lambda: _("„%s“ hat nicht die verlangte Form.") % str(value)[:80],
        "minLength": lambda: _("Der Text ist leer oder zu kurz."),
        "maxLength": lambda: (
            _("Der Text hat %(length)d Zeichen; erlaubt sind %(most)d.") % {"length": len(value), "most": wanted}
        ),
        "minItems": lambda: (
            _("Mindestens %(least)d Einträge sind nötig, hier sind %(found)d.") % {"least": wanted, "found": len(value)}
        ),
        "maxItems": lambda: (
            _("Höchstens %(most)d Einträge sind erlaubt, hier sind %(found)d.") % {"most": wanted, "found": len(value)}
        ),
        "uniqueItems": lambda: _("Ein Eintrag steht doppelt in der Liste."),
        "minimum": lambda: _("Der Wert muss mindestens %s sein.") % wanted,
        "maximum": lambda: _("Der Wert darf höchstens %s sein.") % wanted,
    }
    message = messages.get(str(error.validator))
    yield _problem(document, path, message() if message else error.message[:200])


# --- Sense


def _sense(document: Document) -> Iterator[CatalogueProblem]:
    data = document.data
    phases = {phase["key"] for phase in data["phases"]}
    workstreams = {workstream["key"] for workstream in data["workstreams"]}
    criteria = {criterion["key"] for criterion in data["criteria"]}
    if CROSS_PHASE not in phases:
        yield _problem(document, ("phases",), _("Die Phase „%s“ fehlt.") % CROSS_PHASE)
    for group in ("phases", "workstreams", "criteria", "good_practices", "operating_models"):
        yield from _twice(document, group, "key")
    for group in ("phases", "workstreams"):
        yield from _twice(document, group, "order")
    for index, criterion in enumerate(data["criteria"]):
        here: Path = ("criteria", index)
        if criterion["key"] in RESERVED_KEYS:
            yield _problem(document, (*here, "key"), _("Diese Adresse braucht der Katalog selbst."))
        if criterion["phase"] not in phases:
            yield _problem(document, (*here, "phase"), _("Die Phase „%s“ gibt es nicht.") % criterion["phase"])
        yield from _unknown(document, (*here, "workstreams"), workstreams, _("Den Workstream „%s“ gibt es nicht."))
        yield from _unknown(document, (*here, "related"), criteria, _("Ein Kriterium „%s“ gibt es in dieser Ausgabe nicht."))
        if criterion["key"] in criterion["related"]:
            place = criterion["related"].index(criterion["key"])
            yield _problem(document, (*here, "related", place), _("Ein Kriterium ist nicht mit sich selbst verwandt."))
        if criterion["milestone"]:
            yield from _milestone(document, (*here, "milestone"), criterion)
        yield from _as_many(document, here, criterion)
        wording = criterion["municipality_wording"]
        if wording:
            yield from _as_many(document, (*here, "municipality_wording"), wording)
        if wording is None and criterion["subject"] != Subject.SOLUTION:
            message = _("Ein Kriterium über die Kommune insgesamt braucht einen Wortlaut für sie.")
            yield _problem(document, (*here, "municipality_wording"), message)
        if wording and criterion["subject"] == Subject.SOLUTION:
            message = _("Ein Kriterium allein über die Lösung hat keinen Wortlaut für die Kommune insgesamt.")
            yield _problem(document, (*here, "municipality_wording"), message)
    for index, practice in enumerate(data["good_practices"]):
        here = ("good_practices", index)
        if practice["phase"] is not None and practice["phase"] not in phases:
            yield _problem(document, (*here, "phase"), _("Die Phase „%s“ gibt es nicht.") % practice["phase"])
        yield from _unknown(document, (*here, "criteria"), criteria, _("Ein Kriterium „%s“ gibt es in dieser Ausgabe nicht."))
    for index, _model in enumerate(data["operating_models"]):
        here = ("operating_models", index, "criteria")
        yield from _unknown(document, here, criteria, _("Ein Kriterium „%s“ gibt es in dieser Ausgabe nicht."))
    yield from _markup(document, (), data)


def _as_many(document: Document, path: Path, part: dict[str, Any]) -> Iterator[CatalogueProblem]:
    """Lists have as many entries in English as in German, or none."""
    for field in ("questions", "evidence_examples"):
        german, english = (len(part[field][language]) for language in ("de", "en"))
        if english not in (0, german):
            message = _("Deutsch und Englisch haben verschieden viele Einträge (%(de)d und %(en)d).")
            yield _problem(document, (*path, field, "en"), message % {"de": german, "en": english})


def _milestone(document: Document, path: Path, criterion: dict[str, Any]) -> Iterator[CatalogueProblem]:
    """A cross-phase milestone has a level for each phase, any other has one level."""
    milestone = criterion["milestone"]
    wanted, other = "required_level", "required_levels"
    if criterion["phase"] == CROSS_PHASE:
        wanted, other = other, wanted
    if wanted not in milestone:
        yield _problem(document, path, _("Das Feld „%s“ fehlt.") % wanted)
    if other in milestone:
        yield _problem(document, (*path, other), _("Dieses Feld passt nicht zur Phase des Kriteriums."))
    levels = [milestone.get("required_levels", {}).get(phase, 1) for phase in PROJECT_PHASES]
    if levels != sorted(levels):
        message = _("Die erforderliche Stufe darf von Phase zu Phase nicht sinken.")
        yield _problem(document, (*path, "required_levels"), message)


def _twice(document: Document, group: str, field: str) -> Iterator[CatalogueProblem]:
    seen: dict[Any, int] = {}
    for index, item in enumerate(document.data[group]):
        value = item[field]
        if value in seen:
            message = _("„%(value)s“ steht schon in Zeile %(line)d.")
            yield _problem(document, (group, index, field), message % {"value": value, "line": seen[value]})
        seen.setdefault(value, document.line((group, index, field)))


def _unknown(document: Document, path: Path, known: set[str], message: str) -> Iterator[CatalogueProblem]:
    value = document.data
    for part in path:
        value = value[part]
    for place, key in enumerate(value):
        if key not in known:
            yield _problem(document, (*path, place), message % key)


def _markup(document: Document, path: Path, value: Any) -> Iterator[CatalogueProblem]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _markup(document, (*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _markup(document, (*path, index), item)
    elif isinstance(value, str):
        message = markup_problem(value)
        if message:
            yield _problem(document, path, message)


def markup_problem(text: str) -> str | None:
    """What is wrong with a text's markup, or None: HTML, or a link that leads anywhere but to the web or a mailbox."""
    if _HTML.search(text):
        return _("HTML ist in den Texten nicht erlaubt, nur einfaches Markdown.")
    if _ODD_LINK.search(text):
        return _("Verweise dürfen nur auf http-, https- und mailto-Adressen zeigen.")
    return None
