"""What an entry of the trail says: the object, what was done to it, and each field before and after."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model, TextField
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Assessment, Measure, PlanVariant
from assessments.queries.history import ChangedField
from assessments.queries.row_history import yes_or_no
from catalogue.models import Criterion
from scaling.accounts.profile import fields_in_words
from scaling.common.offices import office_names
from scaling.common.sorting import sort_key
from scaling.trail.environment import settings_in_words
from scaling.trail.event_words import event_in_words
from scaling.trail.models import TrailEvent
from scaling.trail.sources import ACCOUNT_FIELDS, Source

#: What is read along with a row, for its title and the place it belongs to.
RELATED: dict[str, tuple[str, ...]] = {
    "assessments_historicalscore": ("criterion", "assessment__project__municipality"),
    "assessments_historicalevidence": ("score__criterion", "score__assessment__project__municipality"),
    "assessments_historicalcomment": ("score__criterion", "score__assessment__project__municipality"),
    "assessments_historicalpracticeoffer": ("score__criterion", "score__assessment__project__municipality"),
    "assessments_historicalmeasure": ("project__municipality",),
    "assessments_historicalplanvariant": ("project__municipality",),
    "assessments_historicalproject": ("municipality",),
    "assessments_historicalprojectpaper": ("project__municipality",),
    "assessments_historicalroundpaper": ("assessment__project__municipality",),
    "assessments_assessmenttransition": ("assessment__project__municipality", "from_edition", "to_edition"),
    "assessments_assessmentrecord": ("assessment__project__municipality",),
    "assessments_recordrendition": ("record__assessment__project__municipality",),
    "assessments_historicalsharelink": ("assessment__project__municipality",),
    "scaling_historicalapitoken": ("municipality",),
    "accounts_historicalmembership": ("municipality", "user"),
    "accounts_historicalinvitation": ("municipality",),
    "assessments_teamchange": ("project__municipality", "person"),
    "accounts_accountchange": ("user",),
    "catalogue_changelogentry": ("edition",),
    "scaling_trailevent": ("municipality", "project"),
}
#: What a history repeats beside what people set: keys, counters, whose row it is, and who and when, which the entry says.
LEFT_OUT = frozenset(
    {
        "id",
        "public_id",
        "slug",
        "name_key",
        "version",
        "page",
        "token",
        "updated_at",
        "updated_by",
        "created_at",
        "created_by",
        "added_at",
        "added_by",
        "author",
        "sent_at",
        "score",
        "assessment",
        "project",
        "municipality",
        "user",
        "criterion",
        "request_id",
        "recorded_at",
        "history_id",
        "history_date",
        "history_change_reason",
        "history_type",
        "history_user",
    }
)
_WORDS = {"+": gettext_lazy("angelegt"), "~": gettext_lazy("geändert"), "-": gettext_lazy("gelöscht")}

#: Things that fields point at: by model and primary key, or what else names them there.
Labels = dict[tuple[type[Model], int | str], str]


def what_happened(source: Source, row: Any) -> str:
    """„Maßnahme: geändert“."""
    return ": ".join(str(word) for word in _what(source, row))


def _what(source: Source, row: Any) -> Iterable[Any]:
    if source.is_history:
        return row.instance_type._meta.verbose_name, _WORDS[row.history_type]
    match source.table:
        case "assessments_assessmenttransition":
            return _("Bewertung"), row.get_kind_display()
        case "assessments_assessmentrecord":
            return _("Dokument"), _("freigegeben")
        case "assessments_recordrendition":
            return _("Dokument"), row.get_reason_display()
        case "assessments_teamchange":
            return _("Projektteam"), _("dazugekommen") if row.joined else _("ausgeschieden")
        case "accounts_accountchange":
            return _("Konto"), _("geändert")
        case "catalogue_changelogentry":
            return _("Katalog"), row.get_action_display()
    return (row.get_kind_display(),)


def title_of(source: Source, row: Any, names: Labels) -> str:
    """What it was done to, beside the project and the municipality."""
    table = source.table
    if table == "assessments_historicalscore":
        return _in_round(str(row.criterion.title), row.assessment)
    if table in ("assessments_historicalevidence", "assessments_historicalcomment", "assessments_historicalpracticeoffer"):
        return _in_round(str(row.score.criterion.title), row.score.assessment) if row.score else ""
    if table in ("assessments_historicalroundpaper", "assessments_assessmenttransition"):
        return str(row.assessment.round_label) if row.assessment else ""
    if table == "assessments_historicalmeasure":
        return str(row.text)
    if table == "assessments_historicalplanvariant":
        return str(row.name)
    if table in ("assessments_historicalsharelink", "scaling_historicalapitoken"):
        return str(row.purpose)
    if table == "assessments_assessmentrecord":
        return str(row.number)
    if table == "assessments_recordrendition":
        return str(row.record.number)
    if table == "accounts_historicalmembership":
        return str(row.user) if row.user else ""
    if table == "accounts_historicalinvitation":
        return str(row.email)
    if table == "assessments_teamchange":
        return str(row.person) if row.person else ""
    if table == "accounts_accountchange":
        return str(row.user)
    if table == "catalogue_changelogentry":
        return " · ".join(text for text in (str(row.edition) if row.edition else "", row.title or row.key) if text)
    if table == "scaling_trailevent":
        detail = row.detail
        named = names.get((Criterion, detail.get("key"))), names.get((Assessment, detail.get("public_id")))
        return " · ".join(text for text in (event_in_words(detail), *named) if text)
    return ""


def _in_round(title: str, assessment: Any) -> str:
    return f"{title} · {assessment.round_label}" if assessment else title


def _fields(row: Any) -> "Iterable[Field[Any, Any]]":
    for field in row._meta.concrete_fields:
        if field.name not in LEFT_OUT:
            yield field


def names_for(rows: Iterable[Any]) -> Labels:
    """What foreign keys of these rows, plans and fetched files name, in words. One query for each model they lead to."""
    wanted: dict[type[Model], set[int]] = {}
    measures: set[str] = set()
    criteria: set[str] = set()
    rounds: set[str] = set()
    for row in rows:
        if isinstance(row, TrailEvent) and "address" in row.detail:
            rounds |= {row.detail["public_id"]} if "public_id" in row.detail else set()
            criteria |= {row.detail["key"]} if "key" in row.detail else set()
        if not hasattr(row, "history_id"):
            continue
        if row.instance_type is PlanVariant:
            measures |= set(row.measures)
            criteria |= set(row.targets)
        for field in _fields(row):
            if isinstance(field, ForeignKey) and (pk := getattr(row, field.attname)) is not None:
                wanted.setdefault(field.related_model, set()).add(pk)
    names: Labels = {
        (model, pk): str(one) for model, pks in wanted.items() for pk, one in model._base_manager.in_bulk(list(pks)).items()
    }
    if measures:
        known = Measure.objects.filter(public_id__in=measures).values_list("public_id", "text")
        names |= {(Measure, public_id): text for public_id, text in known}
    if criteria:
        titles = Criterion.objects.filter(key__in=criteria).order_by("edition").titles_only()
        names |= {(Criterion, one.key): str(one.title) for one in titles}
    if rounds:
        names |= {(Assessment, one.public_id): one.round_label for one in Assessment.objects.filter(public_id__in=rounds)}
    return names


def changes(source: Source, row: Any, before: Any, names: Labels) -> tuple[ChangedField, ...]:
    """What differs from the row before; of a new one, what it held; of one that went, what it held last."""
    if not source.is_history:
        return tuple(_beside(source, row))
    told = []
    for field in _fields(row):
        new = _in_words(field, row, names)
        old = _in_words(field, before, names) if before is not None and row.history_type == "~" else ""
        if new == old or (row.history_type != "~" and not new):
            continue
        label = str(field.verbose_name or field.name)
        told.append(ChangedField(label, old, new or "–", is_text=isinstance(field, TextField)))
    return tuple(told)


def _beside(source: Source, row: Any) -> Iterable[ChangedField]:
    if source.table == "assessments_assessmenttransition":
        if row.note:
            yield ChangedField(_("Anmerkung"), "", row.note)
        if row.from_edition and row.to_edition:
            yield ChangedField(_("Katalogausgabe"), str(row.from_edition), str(row.to_edition))
    elif source.table == "assessments_assessmentrecord":
        yield ChangedField(_("Prüfsumme"), "", row.checksum)
    elif source.table == "accounts_accountchange":
        yield from (ChangedField(*field) for field in fields_in_words(row, ACCOUNT_FIELDS))
    elif source.table == "scaling_trailevent":
        yield from (ChangedField(name, "", done) for name, done in settings_in_words(row.detail))
    elif source.table == "catalogue_changelogentry":
        before, after = row.before or {}, row.after or {}
        for name in sorted({*before, *after}):
            yield ChangedField(name, _plain(before.get(name)), _plain(after.get(name)) or "–", is_text=True)


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _in_words(field: "Field[Any, Any]", row: Any, names: Labels) -> str:
    value = getattr(row, field.attname)
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), f"#{value}")
    if field.name == "offices":
        return str(office_names(value))
    if isinstance(value, list) and row.instance_type is PlanVariant:
        return "; ".join(names.get((Measure, one)) or _("gelöschte Maßnahme") for one in value)
    if isinstance(value, dict):  # levels by key of their criteria
        levels = sorted((sort_key(names.get((Criterion, key)) or key), level) for key, level in value.items())
        return "; ".join(_("%(title)s: Stufe %(level)s") % {"title": title, "level": level} for (_key, title), level in levels)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return str(yes_or_no(value))
    if isinstance(value, datetime):
        return str(date_format(localtime(value), "DATETIME_FORMAT"))
    if isinstance(value, date):
        return str(date_format(value, "DATE_FORMAT"))
    if isinstance(value, int):
        return str(number_format(value, force_grouping=True))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)
