"""Files out and in. A file read in the browser is first only checked and compared; what was checked is what is then loaded."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from catalogue.documents.compare import compare, with_titles
from catalogue.documents.export import edition_document, edition_yaml
from catalogue.documents.spreadsheet import edition_xlsx
from catalogue.documents.yaml_reader import CatalogueFileError
from catalogue.forms.upload import UploadForm
from catalogue.models import Edition
from catalogue.services.importing import CatalogueFile, import_files, load_file
from catalogue.services.uploads import DraftChanged, UploadGone, load_upload, replaced, store_upload
from catalogue.views.access import curated_edition, curator_only, login_required
from catalogue.views.breadcrumbs import curator_page


@login_required
@require_GET
def yaml_file(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number)
    return _download(edition_yaml(edition).encode(), f"katalog-{edition.number}.yaml", "application/yaml")


@login_required
@require_GET
def xlsx_file(request: HttpRequest, number: str) -> HttpResponse:
    edition = curated_edition(request, number)
    content = edition_xlsx(edition_document(edition))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(content, f"katalog-{edition.number}.xlsx", kind)


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Check a file and show what it would change; or load, as a draft, the file that was checked before."""
    curator_only(request)
    if request.method == "POST" and "einlesen" in request.POST:
        return _load(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        source: bytes = form.cleaned_data["file"].read()
        try:
            file = load_file(source, form.cleaned_data["file"].name)
            with transaction.atomic():
                import_files([file], by=request.user)
                transaction.set_rollback(True)
        except CatalogueFileError as error:
            context["problems"] = error.problems
        else:
            stored = store_upload(content=source, name=file.name, by=request.user)
            context |= {"file": file, "upload": stored, "seen": replaced(file.number)} | _against(file)
    status = 422 if form.errors or "problems" in context else 200
    return render(request, "catalogue/upload.html", curator_page((_("Datei einlesen"), "")) | context, status=status)


def _against(file: CatalogueFile) -> dict[str, Any]:
    """The edition the file would replace, or the current one, and what would differ from it."""
    existing = Edition.objects.numbered(file.number)
    other = existing or Edition.objects.current()
    comparison = None
    if other:
        document = edition_document(other)
        comparison = with_titles(compare(document, file.data), document, file.data, language=get_language() or "de")
    return {"existing": existing, "other": other, "comparison": comparison}


def _load(request: HttpRequest) -> HttpResponse:
    try:
        public_id, seen = request.POST["einlesen"].replace("\x00", ""), request.POST.get("gesehen", "")
        result = load_upload(public_id=public_id, by=request.user, seen=seen)
    except DraftChanged as error:
        messages.error(
            request,
            _("Der Entwurf %(number)s hat sich geändert, seit die Datei geprüft wurde. Bitte prüfen Sie sie noch einmal.")
            % {"number": error.number},
        )
        return redirect("catalogue:upload")
    except UploadGone:
        messages.error(request, _("Die geprüfte Datei liegt nicht mehr vor. Bitte wählen Sie sie noch einmal."))
        return redirect("catalogue:upload")
    except CatalogueFileError as error:
        # Somebody changed the catalogue since the check.
        messages.error(request, str(error))
        return redirect("catalogue:upload")
    messages.success(request, _("Ausgabe %s ist eingelesen.") % result.edition.number)
    return redirect("catalogue:edition", result.edition.number)
