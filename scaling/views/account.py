"""The person's own account: name, language, and which mails they want."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from scaling.accounts.models import User
from scaling.accounts.unsubscribe import BadLink, read_token, unsubscribe
from scaling.languages import remember_language


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language", "wants_notices", "wants_digest"]
        help_texts = {
            "name": gettext_lazy("So erscheinen Sie bei Ihren Eingaben."),
            "language": gettext_lazy("Für die Seiten nach dem Anmelden und für E-Mails an Sie."),
        }
        labels = {
            "wants_notices": gettext_lazy("Benachrichtigungen per E-Mail"),
            "wants_digest": gettext_lazy("Wochenüberblick per E-Mail"),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            Fieldset(gettext_lazy("Über Sie"), "name", "language"),
            Fieldset(gettext_lazy("E-Mails"), "wants_notices", "wants_digest"),
        )
        self.helper.add_input(Submit("speichern", gettext_lazy("Speichern")))


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    # A copy of the person: a refused name must not show up in the page's header.
    person = User.objects.get(email=request.user.get_username())
    form = AccountForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(person.language):
            messages.success(request, _("Ihre Angaben sind gespeichert."))
        response = redirect("account")
        remember_language(response, person.language)
        return response
    context = {"form": form, "person": person}
    return render(request, "account/account.html", context, status=422 if form.errors else 200)


# The signed link is the authority, and mail programs that unsubscribe by one click (RFC 8058) know no CSRF token.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """End one kind of mail, without signing in. Reading the page changes nothing: mail scanners open every link."""
    try:
        person, kind = read_token(token)
    except BadLink:
        return render(request, "account/unsubscribe_bad_link.html", status=404)
    if request.method == "POST":
        unsubscribe(person, kind)
    with translation.override(person.language):
        return render(request, "account/unsubscribe.html", {"kind": kind, "person": person, "done": request.method == "POST"})
