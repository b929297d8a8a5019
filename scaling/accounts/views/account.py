"""The person's own account: name, language, and which mails they want."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from scaling.accounts.forms import AccountForm
from scaling.accounts.languages import remember_language
from scaling.accounts.models import User
from scaling.accounts.profile import changes_in_words, save_account
from scaling.accounts.unsubscribe import BadLink, read_token, unsubscribe
from scaling.common.versions import StaleRecord, two_versions


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    # A copy of the person: a refused name must not show up in the page's header.
    person = User.objects.get(email=request.user.get_username())
    form = AccountForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            person = save_account(person, **form.cleaned_data)
        except StaleRecord as error:
            return two_versions(request, form, error, back=reverse("account"), crumbs=[])
        with translation.override(person.language):
            messages.success(request, _("Ihre Angaben sind gespeichert."))
        response = redirect("account")
        remember_language(response, person.language)
        return response
    context = {"form": form, "person": person, "changes": changes_in_words(person)}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


# The signed link is the authority, and mail programs that unsubscribe by one click (RFC 8058) know no CSRF token.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """End one kind of mail, without signing in. Reading the page changes nothing: mail scanners open every link."""
    try:
        person, kind = read_token(token)
    except BadLink:
        return render(request, "accounts/unsubscribe_bad_link.html", status=404)
    if request.method == "POST":
        unsubscribe(person, kind)
    with translation.override(person.language):
        return render(request, "accounts/unsubscribe.html", {"kind": kind, "person": person, "done": request.method == "POST"})
