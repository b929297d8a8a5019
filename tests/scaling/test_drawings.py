"""What is drawn once and kept: for what two drawings are taken to be the same, and how much is kept."""

import re
from dataclasses import replace

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from scaling.common.drawings import FORM_TOKENS, Drawings, drawn, templates
from scaling.views.shown import ShownProject, ShownTask

BADGE = "components/badge.html"


@pytest.fixture(autouse=True)
def nothing_kept():
    templates.clear()
    yield
    templates.clear()


def test_same_values_are_drawn_once():
    first = drawn(BADGE, state="draft", label="Entwurf", note=None)
    assert drawn(BADGE, state="draft", label="Entwurf", note=None) is first
    assert drawn(BADGE, state="draft", label="Plan", note=None) != first
    assert len(templates) == 2


def test_each_language_has_its_own():
    texts: dict[str, list[str]] = {}
    for code in ("de", "en", "de"):
        with translation.override(code):
            texts.setdefault(code, []).append(drawn("components/level.html", level=2))
    assert texts["de"][0] is texts["de"][1]
    assert "Stufe 2" in texts["de"][0]
    assert "Level 2" in texts["en"][0]


def test_text_to_translate_counts_as_it_reads():
    late = gettext_lazy("Katalog")
    with translation.override("de"):
        german = drawn(BADGE, state="draft", label=late, note=None)
    with translation.override("en"):
        english = drawn(BADGE, state="draft", label=late, note=None)
    assert "Katalog" in german
    assert "Catalogue" in english


def test_values_that_are_equal_but_drawn_differently_are_told_apart():
    escaped = drawn(BADGE, state="draft", label="<i>a</i>", note=None)
    assert "&lt;i&gt;" in escaped
    assert "<i>a</i>" in drawn(BADGE, state="draft", label=SafeString("<i>a</i>"), note=None)
    assert drawn(BADGE, state="draft", label=1, note=None) != drawn(BADGE, state="draft", label=True, note=None)


def test_it_sees_nothing_of_the_page():
    page = Template('{% drawn "components/badge.html" state="draft" label="Entwurf" note=None %}')
    plain = page.render(Context())
    templates.clear()
    assert page.render(Context({"label": "fremd", "kind": "fremd", "note": "fremd"})) == plain


@override_settings(DEBUG=True)
def test_while_templates_may_change_none_is_taken_from_the_store():
    first = drawn(BADGE, state="draft", label="Entwurf", note=None)
    again = drawn(BADGE, state="draft", label="Entwurf", note=None)
    assert again == first
    assert again is not first


def test_number_and_length_are_bounded():
    kept = Drawings(2, 3)
    for key in "abac":  # the second "a" makes "b" the one not asked for longest
        if kept.get(key) is None:
            kept.keep(key, SafeString(key))
    kept.keep("long", SafeString("xxxx"))
    assert [kept.get(key) for key in ("a", "b", "c", "long")] == ["a", None, "c", None]


def test_all_forms_of_a_page_carry_the_same_tokens(rf, alice):
    """Drawn once for a request; another request has others."""
    seen = []
    for _request in range(2):
        request = rf.get("/")
        request.user = alice
        forms = Template("{% csrf_token %}|{% csrf_token %}").render(Context({"request": request, "csrf_token": "geheim"}))
        one, other = forms.split("|")
        assert one == other
        assert 'value="geheim"' in one
        assert 'name="einmal"' in one
        seen.append(one)
    assert seen[0] != seen[1]


def of_request(rf, user, token, text='{% drawn_forms "home/measure.html" measure=measure several=False back="/" %}', **values):
    request = rf.get("/")
    request.user = user
    return Template(text).render(Context({"request": request, "csrf_token": token, **values}))


@pytest.fixture
def task():
    return ShownTask("abc", ShownProject("xyz", "Parkraum-App", "Auenfurt"), "Betrieb klären", "Alice", None, False, 3)


def test_form_drawn_once_carries_the_tokens_of_each_page(rf, alice, bob, task):
    first = of_request(rf, alice, "von-alice", measure=task)
    second = of_request(rf, bob, "von-bob", measure=task)
    assert len(templates) == 1
    assert 'value="von-alice"' in first
    assert 'value="von-bob"' in second
    assert "von-alice" not in second
    once = [re.findall(r'name="einmal" value="([^"]+)"', page) for page in (first, second)]
    assert len(once[0]) == len(once[1]) == 1
    assert once[0] != once[1]
    assert FORM_TOKENS not in first + second


def test_form_drawn_once_is_another_for_another_version_and_for_who_may_not(rf, alice, task):
    assert 'name="version" value="3"' in of_request(rf, alice, "t", measure=task)
    assert 'name="version" value="4"' in of_request(rf, alice, "t", measure=replace(task, version=4))
    assert "<form" not in of_request(rf, alice, "t", measure=replace(task, version=None))


def test_place_of_the_tokens_is_empty_without_a_request_and_nothing_a_page_can_set(rf, alice, task):
    assert FORM_TOKENS not in Template('{% drawn_forms "home/measure.html" measure=m several=False back="" %}').render(
        Context({"m": task})
    )
    page = of_request(rf, alice, "t", "{% csrf_token %}", form_tokens=True)
    assert FORM_TOKENS not in page
    assert 'value="t"' in page
