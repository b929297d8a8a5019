"""The trail as a file, for auditors and their programs."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assessments.reports.export.table import harmless
from scaling.trail.reading import LogEntry


def as_json(entries: Iterable[LogEntry]) -> bytes:
    """A list of objects, times in ISO 8601. ``seal``: the number of the entry's link in the chain, null where it has none."""
    return json.dumps([_as_object(entry) for entry in entries], ensure_ascii=False, indent=1).encode()


def _as_object(entry: LogEntry) -> dict[str, Any]:
    return {
        "when": entry.when.isoformat(),
        "recorded": entry.recorded.isoformat(),
        "who": entry.who,
        "who_id": entry.who_id,
        "kind": entry.kind,
        "what": entry.what,
        "title": entry.title,
        "municipality": entry.municipality,
        "project": entry.project,
        "changes": [{"field": one.label, "before": one.before, "after": one.after} for one in entry.changes],
        "request": entry.request,
        "table": entry.table,
        "row": entry.row,
        "seal": entry.seal,
    }


def as_csv(entries: Iterable[LogEntry]) -> bytes:
    """As the profile's CSV (``reports.export.csv_file``), with a line for each field that changed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    heads = [_("Wann"), _("Wer"), _("Art"), _("Was"), _("Woran"), _("Kommune"), _("Projekt")]
    writer.writerow([*heads, _("Angabe"), _("Vorher"), _("Nachher"), _("Anfrage"), _("Tabelle"), _("Zeile"), _("Siegel")])
    for entry in entries:
        place = [entry.kind_name, entry.what, entry.title, entry.municipality, entry.project]
        start = [entry.when.isoformat(), entry.who, *place]
        end = [entry.request, entry.table, entry.row, entry.seal or ""]
        for label, old, new in [(one.label, one.before, one.after) for one in entry.changes] or [("", "", "")]:
            row = [*start, label, old, new, *end]
            writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")
