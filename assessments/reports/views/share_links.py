"""Links to an approved profile: managers make and revoke them, whoever has one reads page and PDF without an account."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.share_link import ShareForm
from assessments.models import Assessment, AssessmentRecord, ShareLink
from assessments.reports.profile.anonymise import without_names
from assessments.reports.profile.cover import report_name
from assessments.reports.records.keeping import record_profile
from assessments.reports.rendering.orders import PdfOrder
from assessments.reports.views.damaged import tells_damage
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf import requested_variant
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.reports.views.profile import sections_of
from assessments.reports.views.requested import recorded_pdf
from assessments.services.share_links import NotApproved, Revoked, change_link, create_link, revoke_link
from assessments.views.access import get_assessment, require
from assessments.views.breadcrumbs import crumbs_to
from scaling.common.history import last_author
from scaling.common.versions import StaleRecord, two_versions

# --- For managers -----------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def share_links(request: HttpRequest, public_id: str) -> HttpResponse:
    """The links of a round, and a form for another one while the round is approved."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _created(request, assessment, form):
        place = reverse("reports:share_links", args=[assessment.public_id])
        return redirect(f"{place}#vorhanden")  # where the new one stands, below a form that fills the screen
    links = [
        (link, request.build_absolute_uri(reverse("reports:shared", args=[link.token])))
        for link in ShareLink.objects.of(assessment)
    ]
    return render(
        request,
        "report/share_links.html",
        {
            "assessment": assessment,
            "links": links,
            "form": form,
            "crumbs": crumbs_to(
                assessment.project,
                (str(assessment.round_label), assessment.get_absolute_url()),
                (_("Reifeprofil"), reverse("reports:profile", args=[assessment.public_id])),
                (_("Links"), ""),
            ),
        },
        status=422 if form.is_bound else 200,
    )


def _created(request: HttpRequest, assessment: Assessment, form: ShareForm) -> bool:
    try:
        create_link(assessment=assessment, by=request.user, **form.cleaned_data)
    except NotApproved:
        form.add_error(None, _("Nur ein freigegebenes Reifeprofil lässt sich teilen."))
        return False
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("Der Link ist angelegt. Wer ihn hat, kann dieses Reifeprofil lesen."))
    return True


@login_required
@require_http_methods(["GET", "POST"])
def share_edit(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """For whom, until when, with or without names; the address stays."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    link = get_object_or_404(ShareLink, assessment=assessment, pk=pk)
    back = reverse("reports:share_links", args=[public_id])
    form = ShareForm(request.POST if request.method == "POST" else None, link=link)
    crumbs = crumbs_to(
        assessment.project,
        (str(assessment.round_label), assessment.get_absolute_url()),
        (_("Links"), back),
        (_("Link ändern"), ""),
    )
    try:
        if link.revoked_at is not None:
            raise Revoked
        if request.method == "POST" and form.is_valid():
            change_link(link=link, by=request.user, **form.cleaned_data)
            messages.success(request, _("Der Link ist geändert. Seine Adresse bleibt dieselbe."))
            return redirect(back)
    except Revoked:
        text = _("Der Link ist widerrufen und öffnet nichts mehr. Legen Sie bei Bedarf einen neuen an.")
        if request.method != "POST":
            messages.error(request, text)
            return redirect(back)
        form.add_error(None, text)
    except StaleRecord as error:
        page = request.get_full_path()
        return two_versions(request, form, error, back=page, crumbs=crumbs[:-1], who=last_author(error.current))
    except ValidationError as error:
        form.add_error(None, error)
    context = {"form": form, "crumbs": crumbs, "heading": _("Link ändern")}
    return render(request, "assessments/project_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def share_revoke(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    revoke_link(link=get_object_or_404(ShareLink, assessment=assessment, pk=pk), by=request.user)
    messages.success(request, _("Der Link ist widerrufen und öffnet nichts mehr."))
    return redirect("reports:share_links", assessment.public_id)


# --- For whoever has a link -------------------------------------------------------------------------------------------------


def unlisted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Not for search engines, not for caches, and the address itself for no other site."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


def _shared_record(token: str, *, for_its_files: bool = False) -> tuple[ShareLink, AssessmentRecord]:
    """404 for a link that is expired, revoked or guessed, or whose round was reopened: nobody can tell which. Two queries."""
    link = ShareLink.objects.usable(timezone.localdate()).filter(token=token).first()
    if link is None:
        raise Http404
    records = link.assessment.records.current()
    record = (records.for_its_files() if for_its_files else records.with_parts()).first()
    if record is None:
        raise Http404
    return link, record


@require_safe
@unlisted
def shared_profile(request: HttpRequest, token: str) -> HttpResponse:
    link, record = _shared_record(token)
    profile = record_profile(record) if link.with_names else without_names(record_profile(record))
    context = {
        "profile": profile,
        "sections": sections_of(profile),
        "pdf_url": reverse("reports:shared_pdf", args=[token]),
    }
    return render(request, "report/shared.html", context)


@require_safe
@unlisted
@tells_damage(lambda token: reverse("reports:shared", args=[token]))
def shared_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """``?umfang=`` and ``?sprache=`` as for members; never with comments."""
    variant = requested_variant(request)
    language = requested_language(request)
    link, record = _shared_record(token, for_its_files=True)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            name = report_name(*record.named_after)
            return recorded_pdf(record, name, variant=variant, without_names=not link.with_names)

    return pdf_answer(
        request,
        wanted,
        back=(_("Zurück zum Reifeprofil"), reverse("reports:shared", args=[token])),
    )
