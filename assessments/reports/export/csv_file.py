"""The criteria of the profile as CSV: for spreadsheets and statistics, one line per criterion."""

import csv
import io

from assessments.reports.export.book import Value
from assessments.reports.export.table import criterion_columns, harmless
from assessments.reports.profile.model import MaturityProfile


def render_csv(profile: MaturityProfile) -> bytes:
    """UTF-8 with BOM, semicolons, CRLF: what a German spreadsheet opens by a double click. Dates are ISO 8601.

    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    columns = criterion_columns(profile)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    writer.writerows([_cell(column.value(result)) for column in columns] for result in profile.criteria)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return value if isinstance(value, int | float) else value.isoformat()
