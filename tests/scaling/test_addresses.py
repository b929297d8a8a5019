"""Addresses that are remembered are those that Django would give, one by one."""

import pytest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse, set_script_prefix
from django.utils.safestring import SafeString

from scaling.common.addresses import address


@pytest.fixture
def other_prefix():
    yield "/anderswo/"
    set_script_prefix("/")


def drawn(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_addresses_are_those_of_django():
    for _ in range(2):
        for part in ("abc", SafeString("abc"), 7, "7"):
            assert address("assessments:project", part) == reverse("assessments:project", args=[part])
        assert address("home") == reverse("home")


def test_each_prefix_has_its_own(other_prefix):
    here = address("home")
    set_script_prefix(other_prefix)
    assert address("home") == other_prefix
    set_script_prefix("/")
    assert address("home") == here


def test_what_has_no_address_is_an_error_each_time():
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            address("nowhere")
        with pytest.raises(NoReverseMatch):
            drawn('{% url "nowhere" %}')
        assert drawn('{% url "nowhere" as found %}[{{ found }}]') == "[]"


def test_the_tag_gives_what_the_function_gives():
    expected = reverse("assessments:score", args=["abc", "it"])
    for _ in range(2):
        assert drawn('{% url "assessments:score" one two %}', one="abc", two="it") == expected
        assert drawn('{% url "assessments:score" public_id=one key=two %}', one="abc", two="it") == expected
        assert drawn("{% url name one two as found %}{{ found }}", name="assessments:score", one="abc", two="it") == expected
        assert drawn('{% url "assessments:project" one %}', one="7") == reverse("assessments:project", args=["7"])


def test_the_place_of_the_request_counts(rf: RequestFactory):
    request = rf.get("/")
    request.current_app = "admin"
    template = Template('{% url "admin:index" %}')
    assert template.render(RequestContext(request)) == reverse("admin:index", current_app="admin")
