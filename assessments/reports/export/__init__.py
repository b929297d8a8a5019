"""The profile as data: JSON with a published schema, CSV, XLSX and ODS. The same profile gives the same bytes."""

from assessments.reports.export.csv_file import render_csv
from assessments.reports.export.json_file import render_json
from assessments.reports.export.ods_file import render_ods
from assessments.reports.export.xlsx_file import render_xlsx

__all__ = ["render_csv", "render_json", "render_ods", "render_xlsx"]
