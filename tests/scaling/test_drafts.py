"""The browser is told which of its drafts are stored: those of a form that led on without a complaint."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from scaling.drafts import stored_forms

ID, OTHER = "abcd1234", "efgh5678"


class Queue:
    def __init__(self, *levels):
        self._queued_messages = [Message(level, "x") for level in levels]


def cookie(response, *, ids=ID, levels=(), waiting="", method="post"):
    request = getattr(RequestFactory(), method)("/x/", {"entwurf": ids})
    request.COOKIES["gespeichert"] = waiting
    request._messages = Queue(*levels)
    found = stored_forms(lambda _request: response)(request).cookies.get("gespeichert")
    return found.value if found else None


@pytest.mark.parametrize("levels", [(), (messages.SUCCESS,), (messages.INFO, messages.SUCCESS)])
def test_form_that_leads_on_is_stored(levels):
    assert cookie(HttpResponseRedirect("/y/"), levels=levels) == ID


@pytest.mark.parametrize("levels", [(messages.ERROR,), (messages.SUCCESS, messages.WARNING)])
def test_form_that_leads_on_with_a_complaint_is_not(levels):
    assert cookie(HttpResponseRedirect("/y/"), levels=levels) is None


@pytest.mark.parametrize("status", [200, 401, 403, 404, 409, 422, 500, 503])
def test_form_that_came_back_is_not(status):
    assert cookie(HttpResponse(status=status)) is None


@pytest.mark.parametrize("ids", ["", "x", "ABCD1234", "abcd1234;Path=/", f"{ID}.", ".".join([ID] * 11)])
def test_what_is_no_id_is_not_handed_back(ids):
    assert cookie(HttpResponseRedirect("/y/"), ids=ids) is None


def test_what_another_tab_has_not_read_yet_stays():
    assert cookie(HttpResponseRedirect("/y/"), waiting=OTHER) == f"{ID}.{OTHER}"
    assert cookie(HttpResponseRedirect("/y/"), waiting="<script>") == ID
    assert cookie(HttpResponseRedirect("/y/"), method="get") is None
