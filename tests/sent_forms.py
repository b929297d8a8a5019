"""A form as a browser would send it, read from its page, and what is stored before and after."""

import re
from collections import Counter
from html import unescape

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from django.test import Client
from simple_history.models import HistoricalChanges

from scaling.accounts.models import AttemptCount, SignIn
from scaling.models import SubmittedForm, TrailEvent

#: What is kept of the sending itself, of signing in and of fetching.
NO_CONTENT = (SubmittedForm, Session, SignIn, AttemptCount, TrailEvent)


def signed_in(person):
    client = Client()
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_of(page, path):
    """The fields of the page's own form, as a browser reads them; none where the page has none."""
    for form in re.findall(r"<form\b.*?</form>", page, re.S):
        head = form[: form.index(">")]
        action = re.search(r'action="([^"]*)"', head)
        if 'method="post"' not in head or (action and unescape(action[1]) not in {path, ""}):
            continue
        if not action or unescape(action[1]) == path:
            return _fields(form)
    return {}


def _fields(form):
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        kind = given.get("type", "text")
        if "name" not in given or (kind in {"radio", "checkbox"} and not re.search(r"\schecked\b", tag)):
            continue
        if kind not in {"submit", "file", "button"}:
            fields.setdefault(given["name"], []).append(given.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        fields.setdefault(name, []).append(unescape(text))
    for name, options in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\bselected', options) or re.search(r'<option value="([^"]*)"', options)
        if chosen:
            fields.setdefault(name, []).append(unescape(chosen[1]))
    return fields


def answer(response):
    return response.status_code, response.headers.get("Location")


def send(client, path, fields):
    copies = {}
    for key, value in fields.items():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
            copies[key] = SimpleUploadedFile(str(value.name), value.read())
        else:
            copies[key] = value
    return client.post(path, copies)


def rows():
    """How many there are of everything but NO_CONTENT."""
    models = [model for model in apps.get_models() if model not in NO_CONTENT]
    return Counter({model._meta.label: model._base_manager.count() for model in models})


def histories():
    """Of each model that has one, the newest row's number."""
    models = [model for model in apps.get_models() if issubclass(model, HistoricalChanges)]
    return {model: model._base_manager.aggregate(last=Max("pk"))["last"] or 0 for model in models}


def contents():
    """Everything that is stored but NO_CONTENT."""
    models = [model for model in apps.get_models() if model not in NO_CONTENT]
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in models}
