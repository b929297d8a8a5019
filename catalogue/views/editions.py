"""Editions for curators: list, one edition, its states, its texts, its history, comparison."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalogue.documents.checksum import checksum_of
from catalogue.documents.compare import compare, with_titles
from catalogue.documents.completeness import grouped
from catalogue.documents.export import edition_document, edition_references, edition_texts
from catalogue.forms.edition import EditionForm
from catalogue.models import Criterion, Edition, Phase
from catalogue.services import editing, publishing
from catalogue.services.checksums import last_comparison
from catalogue.services.publishing import missing_to_publish
from catalogue.usage import uses_of
from catalogue.views.access import curated_edition, curator_only, login_required
from catalogue.views.breadcrumbs import curator_page
from catalogue.views.edit_page import edited, preview_page

CHANGES_PER_PAGE = 50


@login_required
@require_GET
def editions(request: HttpRequest) -> HttpResponse:
    """All editions with their state and use, and whether they are still what was published. Three queries."""
    curator_only(request)
    found = Edition.objects.with_use()
    page = curator_page((_("Redaktion"), ""))
    page["crumbs"].pop(1)
    return render(request, "catalogue/editions.html", page | {"editions": found, "comparison": last_comparison()})


@login_required
@require_GET
def edition(request: HttpRequest, number: str) -> HttpResponse:
    """One edition: its criteria in order, what is missing, what can be done."""
    found = curated_edition(request, number)
    document = edition_document(found)
    missing = missing_to_publish(found, document) if found.is_draft else []
    by_key: dict[str, int] = {}
    for item in missing:
        if item.kind == "criterion":
            by_key[item.key] = by_key.get(item.key, 0) + 1
    criteria = Criterion.objects.for_listing().filter(edition=found).order_by("order")
    rows: dict[int, list[Criterion]] = {}
    for criterion in criteria:
        rows.setdefault(criterion.phase_id, []).append(criterion)
    phases = [
        (phase, [(criterion, by_key.get(criterion.key, 0)) for criterion in rows.get(phase.pk, [])])
        for phase in Phase.objects.all()
    ]
    moved = request.GET.get("bewegt", "")
    opened = next((phase.key for phase, mine in phases if any(one.key == moved for one, _missing in mine)), None)
    context = {
        "phases": phases,
        "opened": opened or next((phase.key for phase, mine in phases if mine), ""),
        "missing": missing,
        "gaps": grouped(missing),
        "practices": found.good_practices.order_by("order"),
        "models": found.operating_models.order_by("order"),
        "references": found.references.filter(criterion=None, good_practice=None).order_by("order"),
        "others": Edition.objects.exclude(pk=found.pk),
        "use_count": uses_of(found),
    }
    return render(request, "catalogue/edition.html", curator_page(edition=found) | context)


def _texts(edition: Edition) -> dict[str, Any]:
    """What the edition says as a whole, as in its document. One query."""
    texts: dict[str, Any] = edition_texts(edition)
    return texts | {"references": edition_references(edition)}


@login_required
@require_http_methods(["GET", "POST"])
def texts(request: HttpRequest, number: str) -> HttpResponse:
    """The edition's own texts and references."""
    found = curated_edition(request, number, "catalogue.edit_edition")
    item = _texts(found)
    url = reverse("catalogue:edition_preview", args=[number])
    edit = edited(
        request,
        make=lambda data, version: EditionForm(data, item=item, version=version, preview_url=url),
        item=item,
        version=found.version,
        save=lambda version, mine: editing.save_edition(edition=found, version=version, by=request.user, item=mine),
        read=_texts,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert."))
        return redirect("catalogue:edition", number)
    context = curator_page((_("Texte der Ausgabe"), ""), edition=found) | edit.context
    return render(request, "catalogue/edition_texts.html", context, status=edit.status)


@login_required
@require_POST
def texts_preview(request: HttpRequest, number: str) -> HttpResponse:
    found = curated_edition(request, number, "catalogue.edit_edition")
    form = EditionForm(request.POST, item=_texts(found), version=found.version)
    return preview_page(request, "catalogue/edition_preview.html", form)


@login_required
@require_POST
def copy(request: HttpRequest, number: str) -> HttpResponse:
    found = curated_edition(request, number)
    try:
        draft = publishing.copy_edition(edition=found, by=request.user, minor="berichtigung" in request.POST)
    except publishing.AlreadyDrafted as found_one:
        messages.info(request, str(found_one))
        return redirect("catalogue:edition", found_one.draft.number)
    except publishing.WrongEditionState as problem:
        messages.error(request, str(problem))
        return redirect("catalogue:edition", number)
    messages.success(request, _("Entwurf %s ist angelegt. Er ändert nichts an laufenden Bewertungen.") % draft.number)
    return redirect("catalogue:edition", draft.number)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, number: str) -> HttpResponse:
    """Number, title and differences once more, since nobody can take this back; then the step itself."""
    found = curated_edition(request, number)
    if request.method == "GET":
        return _ask_to_publish(request, found)
    try:
        publishing.publish(edition=found, by=request.user, seen=request.POST.get("gesehen", ""))
    except publishing.Incomplete as incomplete:
        text = ngettext(
            "Noch nicht veröffentlicht: %(number)s Angabe fehlt.",
            "Noch nicht veröffentlicht: %(number)s Angaben fehlen.",
            len(incomplete.missing),
        )
        messages.error(request, text % {"number": len(incomplete.missing)})
    except publishing.DraftHasChanged:
        return _ask_to_publish(request, found, changed=True)
    except publishing.WrongEditionState as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Ausgabe %s ist veröffentlicht. Neue Bewertungen beginnen mit ihr.") % number)
    return redirect("catalogue:edition", number)


def _ask_to_publish(request: HttpRequest, found: Edition, *, changed: bool = False) -> HttpResponse:
    """With the checksum of what is shown, so that nothing else is published."""
    if not found.is_draft:
        messages.info(request, _("Ausgabe %s ist kein Entwurf.") % found.number)
        return redirect("catalogue:edition", found.number)
    document = edition_document(found)
    if missing_to_publish(found, document):
        messages.info(request, _("Zum Veröffentlichen fehlt noch etwas; hier steht, was."))
        return redirect(reverse("catalogue:edition", args=[found.number]) + "#luecken")
    result = None
    if found.based_on:
        before = edition_document(found.based_on)
        result = with_titles(compare(before, document), before, document, language=get_language() or "de")
    context = {"comparison": result, "seen": checksum_of(document), "changed": changed}
    page = curator_page((_("Veröffentlichen"), ""), edition=found) | context
    return render(request, "catalogue/edition_publish.html", page, status=409 if changed else 200)


@login_required
@require_POST
def retire(request: HttpRequest, number: str) -> HttpResponse:
    found = curated_edition(request, number)
    try:
        publishing.retire(edition=found, by=request.user)
    except publishing.WrongEditionState as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Ausgabe %s ist zurückgezogen.") % number)
    return redirect("catalogue:edition", number)


@login_required
@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    found = curated_edition(request, number)
    try:
        publishing.discard(edition=found, by=request.user)
    except publishing.WrongEditionState as problem:
        messages.error(request, str(problem))
        return redirect("catalogue:edition", number)
    messages.success(request, _("Der Entwurf %s ist gelöscht.") % number)
    return redirect("catalogue:editions")


@login_required
@require_GET
def comparison(request: HttpRequest, number: str) -> HttpResponse:
    """What differs between the edition and an older one (``?mit=``, else the one it was copied from)."""
    found = curated_edition(request, number)
    other_number = request.GET.get("mit", "")
    other = Edition.objects.numbered(other_number) if other_number else found.based_on
    if other is None and other_number:
        raise Http404
    result = None
    if other:
        documents = edition_document(other), edition_document(found)
        result = with_titles(compare(*documents), *documents, language=get_language() or "de")
    context = {"other": other, "comparison": result, "others": Edition.objects.exclude(pk=found.pk)}
    return render(request, "catalogue/comparison.html", curator_page((_("Vergleich"), ""), edition=found) | context)


@login_required
@require_GET
def changes(request: HttpRequest, number: str) -> HttpResponse:
    """Who changed what, the newest first."""
    found = curated_edition(request, number)
    pages = Paginator(found.changes.select_related("by"), CHANGES_PER_PAGE)
    context = {"page_obj": pages.get_page(request.GET.get("seite"))}
    return render(request, "catalogue/changes.html", curator_page((_("Änderungen"), ""), edition=found) | context)
