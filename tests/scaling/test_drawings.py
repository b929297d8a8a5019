"""What is drawn once and kept: for what two drawings are taken to be the same, and how much is kept."""

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from scaling.common.drawings import Drawings, drawn, templates

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
