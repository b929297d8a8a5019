"""The crispy-forms template pack, read as a browser would: parsed by html5lib, asked for names, ties and states."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import translation

from scaling.common.forms import Form, ModelForm
from scaling.styleguide import EXAMPLE, ExampleMeasureFormSet, StyleguideForm
from tests.elements import classes, parse, text

TEXT_FIELDS = ["name", "email", "password", "rationale", "phase", "workstreams", "target_date", "evidence", "author"]


@pytest.fixture(autouse=True)
def german() -> Any:
    with translation.override("de"):
        yield


def render(form: Any) -> Element:
    return parse(render_crispy_form(form))


def by_id(root: Element, element_id: str) -> Element:
    found = [element for element in root.iter() if element.get("id") == element_id]
    assert len(found) == 1, f"{len(found)} elements with the id {element_id}"
    return found[0]


def controls(root: Element) -> list[Element]:
    return [e for e in root.iter() if e.tag in ("input", "select", "textarea") and e.get("type") != "hidden"]


def described_by(root: Element, element: Element) -> str:
    return " ".join(text(by_id(root, one)) for one in (element.get("aria-describedby") or "").split())


@pytest.fixture
def empty() -> Element:
    return render(StyleguideForm())


@pytest.fixture
def bound() -> Element:
    return render(StyleguideForm({"rationale": "x" * 230, "email": "alice"}))


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_field_has_exactly_one_label(empty: Element, name: str) -> None:
    labels = [label for label in empty.iter("label") if label.get("for") == f"id_{name}"]
    assert len(labels) == 1
    assert text(labels[0]).startswith(str(StyleguideForm.base_fields[name].label))


def test_every_control_has_a_label(empty: Element) -> None:
    labelled = {label.get("for") for label in empty.iter("label")}
    assert [control.get("id") for control in controls(empty) if control.get("id") not in labelled] == []


def test_ids_are_unique(bound: Element) -> None:
    ids = [element.get("id") for element in bound.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_every_reference_resolves(bound: Element) -> None:
    ids = {element.get("id") for element in bound.iter()}
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for element in bound.iter():
            assert set((element.get(attribute) or "").split()) <= ids


def test_help_text_comes_before_the_input_and_describes_it(empty: Element) -> None:
    order = [element.get("id") for element in empty.iter()]
    assert order.index("id_name_helptext") < order.index("id_name")
    assert described_by(empty, by_id(empty, "id_name")) == "So, wie Sie im Haus davon sprechen."


def test_error_describes_the_input_after_the_help_text(bound: Element) -> None:
    field = by_id(bound, "id_name")
    assert field.get("aria-describedby") == "id_name_helptext id_name_error"
    assert field.get("aria-invalid") == "true"
    assert text(by_id(bound, "id_name_error")) == "Fehler: Diese Angabe fehlt noch."
    assert "kern-form-input__input--error" in classes(field)


def test_field_without_error_is_not_invalid(bound: Element) -> None:
    assert by_id(bound, "id_target_date").get("aria-invalid") is None
    assert by_id(bound, "id_target_date").get("aria-describedby") is None


@pytest.mark.parametrize(("name", "role"), [("visibility", "radiogroup"), ("level", "radiogroup"), ("topics", None)])
def test_group_is_a_fieldset_with_a_legend(empty: Element, name: str, role: str | None) -> None:
    fieldset = by_id(empty, f"div_id_{name}")
    assert fieldset.tag == "fieldset"
    assert fieldset.get("role") == role
    legends = [child for child in fieldset if child.tag == "legend"]
    assert len(legends) == 1
    assert text(legends[0]).startswith(str(StyleguideForm.base_fields[name].label))


@pytest.mark.parametrize("name", ["visibility", "level"])
def test_radio_group_with_an_error_is_invalid_as_a_group(bound: Element, name: str) -> None:
    fieldset = by_id(bound, f"div_id_{name}")
    assert fieldset.get("aria-invalid") == "true"
    assert "Diese Angabe fehlt noch." in described_by(bound, fieldset)
    # aria-invalid is not defined for a single radio button.
    assert [radio.get("aria-invalid") for radio in fieldset.iter("input") if radio.get("aria-invalid")] == []


def test_error_summary_links_to_every_field_with_an_error(bound: Element) -> None:
    form = StyleguideForm({"rationale": "x" * 230, "email": "alice"})
    (summary,) = [e for e in bound.iter("div") if "error-summary" in classes(e)]
    assert (summary.get("role"), summary.get("tabindex")) == ("alert", "-1")
    links = [link.get("href") or "" for link in summary.iter("a")]
    targets = {"level": "#id_level_0", "visibility": "#id_visibility_0"}
    assert links == [targets.get(field.name, f"#id_{field.name}") for field in form.visible_fields() if field.errors]
    assert len(links) == 7
    assert {by_id(bound, link[1:]).tag for link in links} == {"input", "textarea", "select"}


def test_error_summary_names_what_belongs_to_no_field() -> None:
    class Form(StyleguideForm):
        def clean(self) -> dict[str, Any]:
            raise forms.ValidationError("Beides zugleich geht nicht.")

    (summary,) = [e for e in render(Form({})).iter("div") if "error-summary" in classes(e)]
    assert text(next(summary.iter("li"))) == "Beides zugleich geht nicht."


def test_error_of_a_hidden_field_is_in_the_summary() -> None:
    root = render(StyleguideForm({"version": "alt"}))
    (summary,) = [e for e in root.iter("div") if "error-summary" in classes(e)]
    assert text(next(summary.iter("li"))) == "Bitte geben Sie eine ganze Zahl ein."


def test_unbound_form_has_no_error_summary(empty: Element) -> None:
    assert [e for e in empty.iter() if "error-summary" in classes(e)] == []


def test_form_without_a_helper_has_the_summary_and_the_ties_too() -> None:
    root = parse(as_crispy_form(StyleguideForm({})))
    (summary,) = [e for e in root.iter("div") if "error-summary" in classes(e)]
    assert next(summary.iter("a")).get("href") == "#id_name"
    assert by_id(root, "id_name").get("aria-describedby") == "id_name_helptext id_name_error"


def test_two_forms_on_a_page_have_different_summaries() -> None:
    html = render_crispy_form(StyleguideForm({}, prefix="a")) + render_crispy_form(StyleguideForm({}, prefix="b"))
    ids = [element.get("id") for element in parse(html).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_optional_mark_stands_on_optional_fields_only(empty: Element) -> None:
    marked = {
        text(element) for element in empty.iter() if element.tag in ("label", "legend") and "(freiwillig)" in text(element)
    }
    assert marked == {
        f"{label} (freiwillig)"
        for label in ("E-Mail-Adresse", "Passwort", "Workstreams", "Zieltermin", "Nachweis", "Worum geht es?")
    }


def test_optional_mark_can_be_left_out_of_a_whole_form() -> None:
    form = StyleguideForm()
    form.mark_optional = False
    assert "freiwillig" not in render_crispy_form(form)


def test_hidden_field_is_only_an_input() -> None:
    root = render(StyleguideForm(initial={"version": 3}))
    hidden = by_id(root, "id_version")
    assert (hidden.get("type"), hidden.get("value")) == ("hidden", "3")
    assert [label for label in root.iter("label") if label.get("for") == "id_version"] == []


def test_disabled_field_stays_an_input_and_is_not_called_optional(empty: Element) -> None:
    field = by_id(empty, "id_author")
    assert field.get("disabled") is not None
    (label,) = [label for label in empty.iter("label") if label.get("for") == "id_author"]
    assert text(label) == "Angelegt von"


def test_multi_select_and_select_look_like_kern(empty: Element) -> None:
    assert "kern-form-input__select" in classes(by_id(empty, "id_phase"))
    assert by_id(empty, "id_workstreams").get("multiple") is not None


def test_counter_stands_beside_a_limited_text_only(empty: Element) -> None:
    counters = [e for e in empty.iter() if e.get("data-counter-for")]
    assert [(c.get("data-counter-for"), c.get("data-counter-max")) for c in counters] == [("id_rationale", "200")]
    assert counters[0].get("hidden") is not None  # nothing to see without JavaScript


def test_level_cards_carry_number_name_and_description(empty: Element) -> None:
    fieldset = by_id(empty, "div_id_level")
    radios = list(fieldset.iter("input"))
    assert [radio.get("value") for radio in radios] == ["0", "1", "2", "3", "4", "unknown", "not_applicable"]
    assert described_by(empty, radios[3]) == "Die Beschreibung ist vollständig erfüllt."
    assert radios[5].get("aria-describedby") is None
    (label,) = [label for label in fieldset.iter("label") if label.get("for") == "id_level_3"]
    assert text(label).startswith("3 umgesetzt")
    assert len([e for e in fieldset.iter("div") if "level-card--apart" in classes(e)]) == 2


def test_level_cards_work_with_plain_labels_too() -> None:
    class Form(forms.Form):
        level = forms.ChoiceField(label="Stufe", choices=[("0", "keine"), ("1", "eine")], widget=forms.RadioSelect)
        helper = FormHelper()
        helper.layout = Layout(Field("level", template="kern/level_cards.html"))

    labels = [text(label) for label in render(Form(initial={"level": "1"})).iter("label")]
    assert labels == ["keine", "eine"]


def test_chosen_values_are_checked() -> None:
    root = render(StyleguideForm(initial=EXAMPLE))
    checked = {e.get("id") for e in root.iter("input") if e.get("checked") is not None}
    assert checked == {"id_level_3", "id_visibility_1", "id_topics_1", "id_confirmed"}
    assert by_id(root, "id_target_date").get("value") == "2027-03-31"


@pytest.fixture
def read_only() -> Element:
    form = StyleguideForm(initial=EXAMPLE)
    form.read_only = True
    return render(form)


def test_read_only_form_has_no_control_and_no_button(read_only: Element) -> None:
    assert controls(read_only) == []
    assert list(read_only.iter("button")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Parkraum in Echtzeit"),
        ("email", "keine Angabe"),
        ("password", "wird nicht angezeigt"),
        ("rationale", "Der Rat hat den Betrieb beschlossen."),
        ("phase", "Pilot"),
        ("workstreams", "finanziell technisch"),
        ("target_date", "31. März 2027"),
        ("evidence", "keine Angabe"),
        ("level", "3 – umgesetzt"),
        ("visibility", "alle in der Kommune"),
        ("topics", "organisatorisch"),
        ("confirmed", "Ja"),
        ("author", "Alice Beispiel"),
    ],
)
def test_read_only_field_shows_its_value_in_words(read_only: Element, name: str, value: str) -> None:
    field = by_id(read_only, f"div_id_{name}")
    (shown,) = [e for e in field.iter("div") if "readonly__value" in classes(e)]
    assert text(shown) == value


def test_read_only_form_escapes_what_people_typed() -> None:
    form = StyleguideForm(initial={"name": "<b>fett</b>", "rationale": "<script>x</script>"})
    form.read_only = True
    html = render_crispy_form(form)
    assert "<b>" not in html
    assert "<script>" not in html


def test_read_only_level_zero_is_a_level() -> None:
    form = StyleguideForm(initial={"level": "0"})
    form.read_only = True
    assert "keine Angabe" not in text(by_id(render(form), "div_id_level"))


def test_buttons_carry_their_kind(empty: Element) -> None:
    kinds = {b.get("name"): [c for c in classes(b) if c.startswith("kern-btn--")] for b in empty.iter("button")}
    assert kinds == {"save": ["kern-btn--primary"], "later": ["kern-btn--secondary"]}


def test_form_from_the_helper_posts_with_its_inputs() -> None:
    class Form(forms.Form):
        title = forms.CharField(label="Titel")

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.helper = FormHelper(self)
            self.helper.form_action = "/projekte/"
            self.helper.add_input(Submit("save", "Speichern"))

    (form,) = render(Form()).iter("form")
    assert (form.get("method"), form.get("action")) == ("post", "/projekte/")
    assert [text(button) for button in form.iter("button")] == ["Speichern"]
    read_only = Form()
    read_only.read_only = True  # type: ignore[attr-defined]
    assert list(render(read_only).iter("button")) == []


def test_file_already_there_is_named_and_can_be_removed() -> None:
    class Stored(SimpleUploadedFile):
        url = "/nachweise/beschluss.pdf"

    root = render(StyleguideForm(initial={"evidence": Stored("beschluss.pdf", b"x")}))
    field = by_id(root, "div_id_evidence")
    assert [(link.get("href"), text(link)) for link in field.iter("a")] == [("/nachweise/beschluss.pdf", "beschluss.pdf")]
    assert by_id(root, "evidence-clear_id").get("name") == "evidence-clear"
    assert [text(label) for label in field.iter("label") if label.get("for") == "evidence-clear_id"] == ["Datei entfernen"]


def test_form_with_a_file_is_multipart(empty: Element) -> None:
    (form,) = empty.iter("form")
    assert form.get("enctype") == "multipart/form-data"


@pytest.fixture
def formset() -> Any:
    return ExampleMeasureFormSet(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-title": "Betriebskosten klären",
            "form-0-due": "2027-03-31",
            "form-0-status": "planned",
            "form-1-due": "2027-03-31",
            "form-1-status": "done",
        }
    )


@pytest.mark.parametrize("template", [None, "kern/table_inline_formset.html"])
def test_formset_links_each_error_to_its_row(formset: Any, template: str | None) -> None:
    helper = FormHelper()
    helper.template = template
    root = parse(render_crispy_form(formset, helper))
    (summary,) = [e for e in root.iter("div") if "error-summary" in classes(e)]
    assert [(link.get("href"), text(link)) for link in summary.iter("a")] == [
        ("#id_form-1-title", "Zeile 2, Maßnahme: Diese Angabe fehlt noch.")
    ]
    assert by_id(root, "id_form-1-title").get("aria-invalid") == "true"
    assert by_id(root, "id_form-TOTAL_FORMS").get("value") == "2"
    labelled = {label.get("for") for label in root.iter("label")}
    assert [c.get("id") for c in controls(root) if c.get("id") not in labelled] == []


def test_formset_table_names_its_cells_for_narrow_screens(formset: Any) -> None:
    helper = FormHelper()
    helper.template = "kern/table_inline_formset.html"
    rows = list(parse(render_crispy_form(formset, helper)).iter("tr"))[1:]
    assert [[cell.get("data-label") for cell in row.iter("td")] for row in rows] == [["Maßnahme", "Termin", "Stand"]] * 2


def test_nothing_is_inline(bound: Element) -> None:
    assert [e.tag for e in bound.iter() if e.get("style") is not None or e.tag in ("style", "script")] == []
    assert [name for e in bound.iter() for name in e.attrib if name.startswith("on")] == []


def test_no_form_brings_files_of_its_own():
    """The pack draws none: what a page needs stands in its head."""
    assert get_resolver().url_patterns  # all forms are loaded
    waiting: list[Any] = [Form, ModelForm]
    forms_of_ours: list[Any] = []
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        waiting += subclasses
        forms_of_ours += subclasses
    assert len(forms_of_ours) > 20
    fields = {(form, name, field.widget) for form in forms_of_ours for name, field in form.base_fields.items()}
    assert [name for _form, name, widget in fields if str(widget.media)] == []
    assert [form for form in forms_of_ours if "Media" in vars(form)] == []
