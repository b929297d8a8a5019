"""What was approved, as the document itself, and its files made anew."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from assessments.models import AssessmentRecord
from assessments.reports.pdf import VARIANTS
from assessments.reports.records.codec import canonical
from assessments.reports.records.renditions import NoLongerApproved, NothingNew, redesign
from assessments.reports.views.requested import requested_record
from assessments.views.access import get_assessment, require


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def record_json(request: HttpRequest, public_id: str) -> HttpResponse:
    """The document of an approval: the very bytes whose SHA-256 is its checksum. ``?dokument=`` as for the profile.

    For those who work on the round: it holds their comments, too. 404 while there is none.
    """
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.read_comments", assessment)
    record = requested_record(request, assessment)
    if record is None:
        raise Http404
    name = f"dokument-{record.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(canonical(record.document), content_type="application/json", headers=headers)


@login_required
@require_POST
def redesign_files(request: HttpRequest, public_id: str) -> HttpResponse:
    """For managers: the files of an approved round with today's templates, as a new rendition beside the kept ones."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    try:
        made = redesign(assessment=assessment, by=request.user)
    except NoLongerApproved:
        messages.error(request, _("Diese Runde ist nicht mehr freigegeben. Neue Dateien entstehen mit der nächsten Freigabe."))
    except NothingNew:
        messages.info(request, _("Die Dateien haben schon die heutige Gestaltung. Es ist alles beim Alten geblieben."))
    else:
        text = _("Die Dateien werden ab jetzt neu gestaltet, als Fassung %(number)s. Die bisherigen bleiben abrufbar.")
        messages.success(request, text % {"number": made.number})
    return redirect("reports:profile", assessment.public_id)


@dataclass(frozen=True)
class EarlierFile:
    """A kept file of an earlier rendition."""

    rendition: int
    label: str
    url: str


def earlier_files(record: AssessmentRecord, *, public_id: str, with_comments: bool) -> list[EarlierFile]:
    """The latest rendition's first, then by kind. No query where there is one rendition only, else one.

    Left out are those of shared links, which have no address for members, and those with comments for who may not read them.
    """
    latest = record.last_rendition
    if latest == 1:
        return []
    kept = record.files.filter(version__lt=latest, content__isnull=False)
    kept = kept.order_by("-version", "kind", "language", "options")
    found = []
    for version, kind, language, options in kept.values_list("version", "kind", "language", "options"):
        words = options.split()
        if "ohne-namen" in words or ("kommentare" in words and not with_comments):
            continue
        query = [("dokument", record.number), ("fassung", version), ("sprache", language)]
        query += [("umfang", word) for word in words if word in VARIANTS]
        query += [("kommentare", 1)] if "kommentare" in words else []
        query += [("vergleich", word.partition("=")[2]) for word in words if word.startswith("vergleich=")]
        url = f"{reverse(f'reports:{kind}', args=[public_id])}?{urlencode(query)}"
        found.append(EarlierFile(version, _label(kind, language, words), url))
    return found


def _label(kind: str, language: str, words: list[str]) -> str:
    names = {
        "xlsx": _("Excel"),
        "ods": _("OpenDocument-Tabelle"),
        "docx": _("Word-Datei (DOCX)"),
        "csv": _("CSV"),
        "json": _("JSON"),
    }
    name = names.get(kind) or (_("PDF, Kurzfassung") if "kurz" in words else _("PDF, Langfassung"))
    if "kommentare" in words:
        name = _("PDF, Langfassung mit Kommentaren")
    if any(word.startswith("vergleich=") for word in words):
        name = _("%(file)s, anderer Vergleich") % {"file": name}
    spoken = _("Englisch") if language == "en" else _("Deutsch")
    return f"{name} ({spoken})"
