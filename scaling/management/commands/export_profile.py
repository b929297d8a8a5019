"""Writes a maturity profile to a file: the same bytes as the download in the app."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from assessments.models import Assessment, AssessmentState, Project
from assessments.reports.export import render_csv, render_json, render_ods, render_xlsx
from assessments.reports.pdf import VARIANTS, PdfUnavailable, pdf_of, render_pdf
from assessments.reports.profile.load import load_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.records.files import file_of
from assessments.reports.records.keeping import current_record, record_profile

DATA: dict[str, Callable[[MaturityProfile], bytes]] = {
    "json": render_json,
    "csv": render_csv,
    "xlsx": render_xlsx,
    "ods": render_ods,
}


class Command(BaseCommand):
    help = "Writes a project's maturity profile as PDF, JSON, CSV, XLSX or ODS, without asking for anyone's rights."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG", help="The project's short name.")
        parser.add_argument(
            "--municipality", metavar="AGS", help="Needed where two municipalities have a project of that name."
        )
        parser.add_argument("--round", type=int, metavar="N", help="Default: the latest approved round, else the latest.")
        parser.add_argument("--format", choices=["pdf", *DATA], default="pdf")
        parser.add_argument("--variant", choices=VARIANTS, default="lang", help="Of the PDF.")
        parser.add_argument("--language", choices=["de", "en"], default="de")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        assessment = find_assessment(options["project"], options["municipality"], options["round"])
        record = current_record(assessment) if assessment.is_approved else None
        kind, variant = options["format"], options["variant"]
        with translation.override(options["language"]):
            profile = record_profile(record) if record else load_profile(assessment)
            try:
                if record is not None and kind == "pdf":
                    content = file_of(
                        record, profile, kind=kind, render=lambda one: render_pdf(one, variant=variant), options=variant
                    )
                elif record is not None:
                    content = file_of(record, profile, kind=kind, render=DATA[kind])
                else:
                    content = pdf_of(profile, variant=variant) if kind == "pdf" else DATA[kind](profile)
            except PdfUnavailable as error:
                raise CommandError(str(error)) from error
        try:
            options["output"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"Cannot write {options['output']}: {error.strerror}.") from error
        self.stdout.write(f"{assessment.project}, {assessment.round_label}: {options['output']}")


def find_assessment(slug: str, ags: str | None, number: int | None) -> Assessment:
    """Raises CommandError with what to do if there is none, or more than one project of that name."""
    projects = Project.objects.filter(slug=slug)
    if ags:
        projects = projects.filter(municipality__ags=ags)
    found = list(projects.select_related("municipality")[:3])
    if not found:
        raise CommandError(f"There is no project {slug!r}{f' in municipality {ags}' if ags else ''}.")
    if len(found) > 1:
        names = ", ".join(f"{project.municipality} ({project.municipality.ags})" for project in found)
        raise CommandError(f"Several municipalities have a project {slug!r}: {names}. Choose one with --municipality AGS.")
    rounds = Assessment.objects.with_context().filter(project=found[0]).order_by("-round")
    if number is not None:
        assessment = rounds.filter(round=number).first()
    else:
        assessment = rounds.filter(state=AssessmentState.APPROVED).first() or rounds.first()
    if assessment is None:
        raise CommandError(f"Project {slug!r} has no {'assessment yet' if number is None else f'round {number}'}.")
    return assessment
