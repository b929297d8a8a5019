"""The blank workshop form by address."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.models import Assessment
from assessments.reports.rendering.orders import PdfOrder, form_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.views.access import get_assessment
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from scaling.common.offices import Office
from scaling.common.text import german_slug


def requested_criteria(request: HttpRequest, assessment: Assessment) -> list[tuple[int, Criterion, int]]:
    """The round's criteria in catalogue order, each between the number it has in every report of the
    round and the version of its answer; narrowed by
    ``?kriterien=key,key`` (also repeated, as a form sends it), ``?phase=key`` and ``?stelle=office``. One query.

    404 for a criterion, a phase or an office that is not in the round.
    """
    in_round = dict(assessment.scores.values_list("criterion_id", "version"))
    criteria = [criterion for criterion in cached_edition(assessment.edition).criteria if criterion.pk in in_round]
    keys = {key for part in request.GET.getlist("kriterien") for key in part.split(",") if key}
    phase, office = request.GET.get("phase", ""), request.GET.get("stelle", "")
    if keys - {criterion.key for criterion in criteria}:
        raise Http404
    chosen = [
        (number, c, in_round[c.pk])
        for number, c in enumerate(criteria, 1)
        if (not keys or c.key in keys) and (not phase or c.phase.key == phase) and (not office or office in c.offices)
    ]
    if not chosen:
        raise Http404
    return chosen


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def workshop_form(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?kriterien=``, ``?phase=``, ``?stelle=``, ``?sprache=``.

    202 with a page that waits, 503 with one that says why there is no PDF.
    """
    assessment = get_assessment(request.user, public_id)
    criteria = requested_criteria(request, assessment)
    office = request.GET.get("stelle", "")
    language = requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            words = [_("Arbeitsbogen"), assessment.project.slug, str(assessment.round)]
            if office:
                words.append(str(Office(office).label))
            name = f"{'-'.join(str(german_slug(word)) for word in words)}.pdf"
            return form_order(assessment, criteria, office=office), name

    return pdf_answer(
        request,
        wanted,
        back=(_("Zurück zur Bewertung"), assessment.get_absolute_url()),
        assessment=assessment,
    )
