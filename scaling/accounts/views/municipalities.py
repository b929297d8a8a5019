"""Where the operator makes a municipality."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scaling.accounts.forms import NewMunicipalityForm
from scaling.accounts.invitations import TooManyInvitations
from scaling.accounts.models import Invitation, Municipality
from scaling.accounts.municipalities import create_municipality
from scaling.common.addresses import start_page

#: Beside the form stand those made last; all others are found in the admin.
MAX_NEWEST = 20


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new municipality and the invitation to whoever manages it. For operators; they see nothing else of it."""
    if not request.user.has_perm("accounts.create_municipality"):
        raise PermissionDenied
    form = NewMunicipalityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = create_municipality(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            for field, problems in error.message_dict.items():
                form.add_error(field if field in form.fields else None, problems)
        except TooManyInvitations as error:
            form.add_error("manager", str(error))
        else:
            _tell(request, invitation)
            return redirect("municipality_create")
    context = {
        "form": form,
        "newest": Municipality.objects.order_by("-pk")[:MAX_NEWEST],
        "crumbs": [(_("Start"), start_page()), (_("Kommune anlegen"), "")],
    }
    return render(request, "accounts/municipality_create.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, invitation: Invitation) -> None:
    values = {"name": invitation.municipality.name, "email": invitation.email}
    messages.success(request, _("„%(name)s“ ist angelegt, und die Einladung an %(email)s ist unterwegs.") % values)
