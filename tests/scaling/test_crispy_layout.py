"""Parts of a form that are drawn once and kept: for what they are taken to be the same, and how long."""

import itertools
import re
from dataclasses import dataclass
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.test import override_settings
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling.common.crispy_layout import CachedLayout, Folded, drawings, drawn_once, value_key


@dataclass(frozen=True)
class Label:
    name: Any
    number: int | None = None


class ColourForm(forms.Form):
    name = forms.CharField(required=False)
    colour = forms.ChoiceField(choices=[("r", "rot"), ("b", "blau")], required=False)

    def __init__(self, *args: Any, parts: tuple[Any, ...] = ("name", "colour"), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.disable_csrf = True
        self.helper.layout = Layout(CachedLayout("all", *parts))


@pytest.fixture(autouse=True)
def nothing_kept():
    drawings.clear()
    yield
    drawings.clear()


def drawn(form: forms.Form, **context: Any) -> str:
    return str(render_crispy_form(form, context=context))


def test_values_that_are_drawn_differently_have_different_keys():
    values = [
        None,
        "",
        "None",
        1,
        "1",
        True,
        "True",
        "<b>",
        mark_safe("<b>"),
        [],
        ["a", "b"],
        [["a", "b"]],
        {"a": "b"},
        Label("a"),
        Label("a", 1),
        Label(mark_safe("a")),
        ["a", None],
        "('a', 'b')",
    ]
    for one, other in itertools.combinations(values, 2):
        assert value_key(one) != value_key(other), (one, other)


def test_texts_to_translate_count_as_they_read():
    assert value_key(_("Speichern")) == "Speichern"
    assert value_key(Label(format_lazy("{}!", _("Speichern")))) == value_key(Label("Speichern!"))


def test_part_is_drawn_once_for_the_same_values(monkeypatch):
    before = drawn(ColourForm(initial={"name": "x"}))
    monkeypatch.setattr(CachedLayout, "_draw", None)  # to draw again would fail
    assert drawn(ColourForm(initial={"name": "x"})) == before
    with pytest.raises(TypeError):
        drawn(ColourForm(initial={"name": "y"}))


@settings(max_examples=25, deadline=None)
@given(st.text(), st.sampled_from(["r", "b", "", None, '"><script>', "{{ form }}", "&quot;", "\x00"]), st.text(max_size=20))
def test_part_that_is_kept_is_the_part_drawn_anew(name, colour, label):
    def form() -> ColourForm:
        made = ColourForm(initial={"name": name, "colour": colour})
        made.fields["name"].label = label
        return made

    with override_settings(DEBUG=True):
        anew = drawn(form())
    assert [drawn(form()) for _time in range(2)] == [anew, anew]


def test_every_change_of_a_field_is_seen():
    seen = {drawn(ColourForm())}
    for name, value in (
        ("label", "Anders"),
        ("help_text", "Hilfe"),
        ("required", True),
        ("disabled", True),
        ("choices", [("g", "grün")]),
    ):
        form = ColourForm()
        setattr(form.fields["colour"], name, value)
        seen.add(drawn(form))
    form = ColourForm()
    form.fields["name"].widget.attrs["maxlength"] = 7
    seen.add(drawn(form))
    form = ColourForm()
    form.fields["name"].widget = forms.Textarea()
    seen |= {
        drawn(form),
        drawn(ColourForm(prefix="p")),
        drawn(ColourForm(auto_id="x_%s")),
        drawn(ColourForm(initial={"colour": "b"})),
    }
    assert len(seen) == 11


def test_part_knows_nothing_of_the_page():
    plain = drawn(ColourForm())
    drawings.clear()
    assert drawn(ColourForm(), wrapper_class="fremd", field_template="fehlt.html", inline_class="fremd") == plain


def test_form_that_was_sent_or_is_to_be_read_is_not_kept():
    assert "Anna" in drawn(ColourForm({"name": "Anna", "colour": "lila"}))
    form = ColourForm(initial={"name": "Anna"})
    form.read_only = True  # type: ignore[attr-defined]
    assert "<input" not in drawn(form)
    assert len(drawings) == 0


def test_hidden_and_unmentioned_fields_are_drawn_once():
    """crispy asks the form which fields it has drawn; also those that were kept count."""
    for _time in range(2):
        form = ColourForm(parts=("name",))
        form.helper.render_unmentioned_fields = True
        assert (drawn(form).count('name="name"'), drawn(form).count('name="colour"')) == (1, 1)


def test_number_and_length_of_what_is_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(drawings, "most", 3)
    drawn(ColourForm(initial={"name": "x" * drawings.longest}))
    assert len(drawings) == 0
    for name in "1231415":
        drawn(ColourForm(initial={"name": name}))
    kept = list(drawings._kept.values())
    assert [[name for name in "12345" if f'value="{name}"' in html] for html in kept] == [["4"], ["1"], ["5"]]


def test_buttons_are_drawn_in_each_language():
    class Sent(forms.Form):
        @property
        def helper(self) -> FormHelper:
            helper = FormHelper()
            helper.disable_csrf = True
            helper.layout = Layout(CachedLayout("all", Submit("speichern", _("Speichern"))))
            return helper

    found: dict[str, list[str]] = {}
    for language in ("de", "en", "de"):
        with translation.override(language):
            found.setdefault(language, []).append(drawn(Sent()))
    assert "Speichern" in found["de"][0] == found["de"][1]
    assert "Save" in found["en"][0]


class InParts(forms.Form):
    """Two parts that open; the second one's field is required."""

    one = forms.CharField(required=False)
    two = forms.CharField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(Folded("Eins", "one"), Folded("Zwei", Row("two")))


def test_folded_part_opens_where_a_field_of_it_has_an_error():
    def opened(form: forms.Form) -> list[str]:
        parts = re.findall(r"<details([^>]*)>\s*<summary><h2>(.*?)</h2>", render_crispy_form(form))
        return [title for attributes, title in parts if attributes.endswith(" open")]

    assert opened(InParts()) == []
    assert opened(InParts({"one": "x", "two": "y"})) == []
    assert opened(InParts({"one": "x"})) == ["Zwei"]


def test_whole_form_is_kept_by_all_that_its_fields_hold():
    """Without its tokens; another choice, value, field or language is drawn anew, and so is one that was sent."""
    others: list[dict[str, Any]] = [
        {},
        {"initial": {"name": "Ida"}},
        {"initial": {"name": '"><script>'}},
        {"initial": {"colour": "b"}},
        {"auto_id": "anders_%s"},
        {"use_required_attribute": False},
    ]
    forms_ = [ColourForm(**other) for other in others]
    more = ColourForm()
    more.fields["colour"].choices = [("g", _("Stufe"))]  # type: ignore[attr-defined]
    fewer = ColourForm(parts=("name",))
    del fewer.fields["colour"]
    said = set()
    for form in (*forms_, more, fewer) * 2:
        html = drawn_once(form)
        assert html == render_crispy_form(form)
        said.add(html)
    assert len(said) == len(others) - 1 + 2  # whether the browser asks for a value is told by no optional field
    assert drawn_once(ColourForm({"name": "Ida"})) is None
    with translation.override("de"):
        german = drawn_once(more)
    with translation.override("en"):
        assert drawn_once(more) != german
