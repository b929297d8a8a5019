from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.services.projects import standing_project
from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality


class TenantOf:
    """Lets the rules for what does not exist yet be asked with the municipality it would belong to."""

    def __init__(self, municipality: Municipality) -> None:
        self.municipality_id = municipality.pk


@login_required
@require_POST
def standing(request: HttpRequest, public_id: str) -> HttpResponse:
    """Create the municipality's standing project when it is first needed, and go there."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "assessments.add_standing_project", TenantOf(municipality))
    project = standing_project(municipality=municipality, by=request.user)
    messages.success(request, _("Hier bewerten Sie die Kommune insgesamt. Die Antworten stehen allen Projekten zur Verfügung."))
    return redirect(project)
