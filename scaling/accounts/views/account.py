"""The person's own account: name, language, which mails they want, and where they are signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scaling.accounts import sign_ins
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


@login_required
@require_GET
def sign_ins_page(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in. One query more than any page."""
    here = request.session.session_key
    rows = [
        {"sign_in": sign_in, "browser": sign_ins.in_words(sign_in), "is_here": sign_in.session_id == here}
        for sign_in in sign_ins.sign_ins_of(request.user)
    ]
    rows.sort(key=lambda row: not row["is_here"])
    crumbs = [(_("Mein Konto"), reverse("account")), (_("Anmeldungen"), "")]
    context = {"rows": rows, "others": sum(not row["is_here"] for row in rows), "crumbs": crumbs}
    return render(request, "accounts/sign_ins.html", context)


@login_required
@require_POST
def end_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the person's own. What has ended already is no error: that is what they wanted."""
    if sign_ins.end(sign_ins.sign_ins_of(request.user).filter(pk=pk)):
        messages.success(request, _("Dort sind Sie jetzt abgemeldet."))
    else:
        messages.info(request, _("Diese Anmeldung gibt es nicht mehr."))
    return redirect("sign_ins")


@login_required
@require_POST
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    others = sign_ins.sign_ins_of(request.user).exclude(session=request.session.session_key)
    ended = sign_ins.end(others)
    text = ngettext(
        "Sie sind in einem anderen Browser abgemeldet.", "Sie sind in %(number)s anderen Browsern abgemeldet.", ended
    )
    messages.success(request, text % {"number": ended} if ended else _("Sie waren nirgends sonst angemeldet."))
    return redirect("sign_ins")


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
