"""Every form is taken once: who sends it twice, by a second click or by „back“, gets the first one's answer.

``{% csrf_token %}`` puts one token of the page into every form of it (``scaling.templatetags.site``). A form is known by that
token together with everything that was sent: the same form with another text is another form, or a text would be swallowed.

Nothing is held between the two but a row: the second request waits until the first has its answer. Answers that led nowhere (an
error in a field, two versions) have stored nothing; they are not kept, and the form is taken anew.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from scaling.models import ANSWER_TTL, GIVEN_UP_AFTER, SubmittedForm

#: The hidden field with the page's token.
FIELD = "einmal"
#: Cookies that belong to an answer: its messages, which answer was stored (``assessments.views.criterion``), and its language.
COOKIES = frozenset({"messages", "gespeichert", settings.LANGUAGE_COOKIE_NAME})
#: Seconds the second request waits for the first, and between two looks.
PATIENCE, PAUSE = 20, 0.05


def page_token(request: HttpRequest) -> str:
    """One for all forms of a page; another one each time it is drawn."""
    if not hasattr(request, "page_token"):
        request.page_token = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
    token: str = request.page_token  # type: ignore[attr-defined]
    return token


class OnceMiddleware:
    """Takes each form of a signed-in person once. Two queries for a form that changes something, one more where it is not kept.

    Stands inside of sessions and sign-in, and around messages, whose cookie it keeps.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = getattr(request, "submitted_form", None)
        if key is None:
            return response
        if _leads_on(request, response):
            cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
            _keep(key, response["Location"], cookies)
        else:
            SubmittedForm.objects.filter(key=key).delete()
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """After the CSRF middleware's own: what another site sent never comes here."""
        if (
            request.method != "POST"
            or not request.POST.get(FIELD)
            or _is_autosave(request)
            or not request.user.is_authenticated
        ):
            return None
        key = _key_of(request)
        until = time.monotonic() + PATIENCE
        while not _begin(key, request.user.pk):
            kept = SubmittedForm.objects.filter(key=key).values_list("target", "cookies").first()
            if kept is not None and kept[0]:
                return _again(*kept)
            if time.monotonic() > until:
                return render(request, "409.html", status=409)
            time.sleep(PAUSE)
        request.submitted_form = key  # type: ignore[attr-defined]
        return None


def _is_autosave(request: HttpRequest) -> bool:
    """Sent by a script again and again from one page; each names the version it started from, so none doubles anything."""
    return "autosave" in request.POST or "HX-Request" in request.headers


def _key_of(request: HttpRequest) -> str:
    parts = [str(request.user.pk), request.get_full_path()]
    for name, values in sorted(request.POST.lists()):
        if name != "csrfmiddlewaretoken":  # masked anew in each form
            parts += [name, *values]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            parts += [name, file.name or "", digest.hexdigest()]
    # Lengths beside the parts: "ab", "c" and "a", "bc" are two things.
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


#: Outdated ones are swept away by the way, a few at a time; those another request is sweeping are left to it.
#: Nobody waits for the disk to have this row: what the form does is written after it, in one order, so a crash that loses the
#: row has lost all that was done. Of the answer (``_KEEP``) that would not be true.
_BEGIN = """
    WITH without_waiting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
    outdated AS MATERIALIZED ( -- once: a subquery might be asked again for each row, and sweep all of them
        SELECT key FROM scaling_submittedform WHERE at < %(outdated)s AND key <> %(key)s
        ORDER BY at LIMIT 20 FOR UPDATE SKIP LOCKED
    ),
    swept AS (DELETE FROM scaling_submittedform WHERE key IN (SELECT key FROM outdated))
    INSERT INTO scaling_submittedform AS form (key, user_id, target, cookies, at)
    SELECT %(key)s, %(user)s, '', '{}'::jsonb, %(now)s FROM without_waiting
    ON CONFLICT (key) DO UPDATE SET at = EXCLUDED.at, target = ''
    WHERE form.at < %(outdated)s OR (form.target = '' AND form.at < %(given_up)s)
"""


def _begin(key: str, user: int) -> bool:
    """Whether this request is the first with that form; or the one before it died, or was long ago. One query."""
    now = timezone.now()
    values: dict[str, Any] = {
        "key": key,
        "user": user,
        "now": now,
        "outdated": now - ANSWER_TTL,
        "given_up": now - GIVEN_UP_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, values)
        return bool(cursor.rowcount == 1)


def _leads_on(request: HttpRequest, response: HttpResponse) -> bool:
    """Only a redirect tells that something was done, and one that sets other cookies did it to this browser."""
    known = set(response.cookies) <= COOKIES | {settings.CSRF_COOKIE_NAME}
    return response.status_code == 302 and known and request.user.is_authenticated


#: Written out: to compose it took a save longer than PostgreSQL needs for it.
_KEEP = "UPDATE scaling_submittedform SET target = %s, cookies = %s::jsonb WHERE key = %s"


def _keep(key: str, target: str, cookies: dict[str, str]) -> None:
    kept = {name: text for name, text in cookies.items() if name in COOKIES}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [target[:2000], json.dumps(kept), key])


def _again(target: str, cookies: dict[str, str]) -> HttpResponse:
    response = HttpResponseRedirect(target)
    for text in cookies.values():
        response.cookies.load(text)
    return response
