"""The criteria of the profile as CSV: for spreadsheets and statistics, one line per criterion."""

import csv
import io

from django.utils.translation import gettext as _

from assessments.reports.export.table import ProfileColumn, Value, criterion_columns, harmless
from assessments.reports.profile.model import MaturityProfile, RecordMark


def render_csv(profile: MaturityProfile) -> bytes:
    """UTF-8 with BOM, semicolons, CRLF: what a German spreadsheet opens by a double click. Dates are ISO 8601.

    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    columns = [*criterion_columns(profile), *_document(profile.meta.record)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    writer.writerows([_cell(column.value(result)) for column in columns] for result in profile.criteria)
    return out.getvalue().encode("utf-8-sig")


def _document(mark: RecordMark | None) -> list[ProfileColumn]:
    """Which approved document a line comes from, and in which rendition: the format has no other place for it."""
    if mark is None:
        return []
    return [
        ProfileColumn(_("Dokumentnummer"), 0, lambda _result: mark.number),
        ProfileColumn(_("Fassung"), 0, lambda _result: mark.rendition),
    ]


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return value if isinstance(value, int | float) else value.isoformat()
