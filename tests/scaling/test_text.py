"""One function for text: what looks the same is the same, and what shows nothing is empty."""

import ast
import importlib
import pkgutil
import unicodedata
from pathlib import Path

import pytest
from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import get_commands
from django.http import QueryDict

import assessments
import catalogue
import scaling
from assessments.services.answers import Answer, NewEvidence
from assessments.services.evidence_files import validate_upload
from scaling.common.forms import DayField, Form, ReasonField, TidyText
from scaling.common.text import german_slug, has_letters, look_alike, tidy_file_name, tidy_line, tidy_text

NFC, NFD = "Ämterbuch", unicodedata.normalize("NFD", "Ämterbuch")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ein Satz.", "Ein Satz."),
        (NFD, NFC),
        ("eins\u2028zwei\u2029drei", "eins\nzwei\ndrei"),
        ("eins\vzwei\r\ndrei\rvier\fdrei\x85", "eins\nzwei\ndrei\nvier\ndrei\n"),
        ("\u200b", ""),
        ("\u00ad\u2060\ufeff", ""),
        ("\u3164\uffa0\u115f", ""),
        ("\u2800 \u2800", ""),
        ("\u00a0\u2003\t\n", ""),
        ("\u0301", ""),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("Daten\u00adplattform", "Datenplattform"),
        ("null\x00byte\x07", "nullbyte"),
        ("1\u00a0000 €", "1\u00a0000 €"),
        ("👩\u200d🚒 löscht", "👩\u200d🚒 löscht"),
        ("नमस्\u200dते", "नमस्\u200dते"),
    ],
)
def test_text_is_tidied(given, kept):
    assert tidy_text(given) == kept
    assert tidy_text(kept) == kept


def test_every_character_that_shows_nothing_is_an_empty_answer():
    for sign in map(chr, range(0x110000)):
        if unicodedata.category(sign) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            assert tidy_text(sign * 3).strip() == "", hex(ord(sign))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NFC, NFD),
        ("Parkraum-App", "PARKRAUM-APP"),
        ("A\u00a0 B", "A B"),
        ("Straße", "STRASSE"),
        ("Ｘ１", "x1"),
        ("a\u200bb", "ab"),
    ],
)
def test_names_that_look_alike_are_the_same(one, other):
    assert look_alike(one) == look_alike(other)


def test_names_that_differ_are_not():
    assert len({look_alike(name) for name in ("Ämterbuch", "Amterbuch", "Ämter buch", "Ämterbuch 2")}) == 4


@pytest.mark.parametrize("text", ["", "–", "...", "123", "!?", "\u200b\u200b", "\u3164"])
def test_no_reason_is_given_without_letters(text):
    assert not has_letters(text)


@pytest.mark.parametrize("text", ["nein", "§ 3 GO", "因为", "1. entfällt"])
def test_reason_has_letters(text):
    assert has_letters(text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Akten\\Beschluss.pdf", "Beschluss.pdf"),
        (f"Ablage/{NFD}.pdf", f"{NFC}.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("a\u2028b\u200b.pdf", "ab.pdf"),
    ],
)
def test_file_name_is_one_line_read_from_left_to_right(given, kept):
    assert tidy_file_name(given) == kept
    upload = SimpleUploadedFile("x.pdf", b"%PDF-1.7")
    upload.__dict__["_name"] = given
    if kept.endswith(".pdf"):
        assert validate_upload(upload).name == kept


def test_doors_for_answers_take_text_through_the_same_door():
    assert Answer(rationale=f"{NFD}\u2028\u200b ").rationale == NFC
    assert Answer(state="not_applicable", rationale="\u200b").rationale == ""
    with pytest.raises(forms.ValidationError):
        Answer(state="not_applicable", rationale="\u3164 … 1").clean()
    assert NewEvidence("Rats\u00adbeschluss\v2").text == "Ratsbeschluss 2"
    assert tidy_line(" a \n b ") == "a b"


# --- Every form


def our_forms():
    for package in (assessments, catalogue, scaling):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not {"migrations", "wsgi", "gunicorn_conf"} & set(module.name.split(".")):
                importlib.import_module(module.name)
    found, todo = set(), [forms.BaseForm]
    while todo:
        for kind in todo.pop().__subclasses__():
            todo.append(kind)
            if kind.__module__.split(".")[0] in {"assessments", "catalogue", "scaling"}:
                found.add(kind)
    return found


def test_every_form_of_ours_takes_text_through_the_door():
    found = our_forms()
    assert len(found) > 20
    assert {f"{kind.__module__}.{kind.__name__}" for kind in found if not issubclass(kind, TidyText)} == set()


@pytest.mark.django_db
def test_every_form_of_the_admin_takes_text_through_the_door(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    wrong, seen = set(), 0
    # The queue's pages change nothing: their fields are to be read.
    ours = {model: page for model, page in admin.site._registry.items() if not model.__module__.startswith("procrastinate")}
    for model, page in ours.items():
        kinds = [page.get_form(request), *(formset.form for formset, _inline in page.get_formsets_with_inlines(request))]
        for kind in kinds:
            seen += 1
            if not issubclass(kind, TidyText):
                wrong.add(f"{model._meta.label}: {kind}")
    assert seen > 10
    assert wrong == set()


def test_no_form_makes_its_own_dates():
    wrong = {
        f"{kind.__name__}.{name}"
        for kind in our_forms()
        if kind.__module__ != "scaling.styleguide"  # which shows fields, and keeps nothing
        for name, field in kind.base_fields.items()
        if isinstance(field, forms.DateField) and not isinstance(field, DayField)
    }
    assert wrong == set()


class Sample(Form):
    line = forms.CharField(max_length=3)
    reason = ReasonField(ask="Warum?")
    day = DayField(required=False)
    password = forms.CharField(widget=forms.PasswordInput, strip=False)


def sample(**data):
    return Sample(QueryDict(mutable=True) | {"line": "abc", "reason": "weil", "password": "geheim", **data})


def test_form_sees_its_fields_tidied():
    form = sample(line="a\u200bb\u00ad\u0308", reason=f"{NFD}\u2029", password="\u200bä\u0308")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["line"] == "ab̈"
    assert form.cleaned_data["reason"] == NFC
    assert form.cleaned_data["password"] == "\u200bä\u0308"
    assert sample(line="\u200b").errors.keys() == {"line"}
    assert sample(reason="\u2800…").errors == {"reason": ["Warum?"]}


@pytest.mark.parametrize("day", ["0002-01-01", "0020-12-31", "0202-05-05", "1999-12-31", "2101-01-01", "9999-01-01"])
def test_day_out_of_the_range_is_a_slip(day):
    assert sample(day=day).errors["day"][0].startswith("Das Jahr")


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31", "2027-02-28", ""])
def test_day_in_the_range_is_taken(day):
    assert sample(day=day).is_valid()


# --- Passwords


@pytest.mark.django_db
@pytest.mark.parametrize(("set_as", "typed"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFKC", "NFKD"), ("NFKD", "NFC")])
def test_password_is_the_same_on_every_keyboard(alice, set_as, typed):
    password = "Größe-ﬁnden-Übung"
    alice.set_password(unicodedata.normalize(set_as, password))
    assert alice.check_password(unicodedata.normalize(typed, password))
    assert not alice.check_password("Grosse-finden-Ubung")


# --- Every other way in


#: Forms that take a file, and what reads its text.
FILES = {
    "assessments.forms.evidence.EvidenceFileForm": "kept as it is; its name by tidy_file_name",
    "assessments.forms.municipality.CoatOfArmsForm": "a picture, drawn anew",
    "assessments.forms.workbook.SheetForm": "assessments.services.answers.Answer and NewEvidence",
    "scaling.people_list.views.ListForm": "scaling.people_list.reading, by tidy_line",
    "catalogue.forms.upload.UploadForm": "catalogue.documents.yaml_reader",
}
#: Commands, and what takes the text they are given; none of the others stores any.
COMMANDS = {
    "create_municipality": "Municipality.clean, normal_email",
    "import_catalogue": "catalogue.documents.yaml_reader",
    "load_demo": "the doors of the services, from a file of ours",
    "serve": "import_catalogue, load_demo",
    "restore": "rows as they were in the database that was backed up",
    "apply_retention": "",
    "publish_peers": "",
    "delete_municipality": "",
    "export_municipality": "",
    "export_person": "",
    "seal_history": "",
    "verify_history": "",
    "backup": "",
    "build": "",
    "delete_unused_files": "",
    "doctor": "",
    "export_catalogue": "",
    "export_example": "",
    "export_profile": "",
    "jobs": "",
    "make_load_data": "",
    "make_anonymous": "normal_email",
    "prepare": "import_catalogue",
    "record_schema": "",
    "send_digest": "",
    "timer": "",
    "worker": "",
}
#: Modules that read what was sent beside their forms: marks, numbers, keys and choices, which are looked up and never stored.
WITHOUT_FORM = {
    "assessments.views.assessment": {"gesehen"},
    "assessments.views.assignment": {"person"},
    "assessments.views.confirming": {"stimmt", "?"},  # numbers
    "assessments.views.criterion": {"einmal", "version"},
    "assessments.views.measures": {"version", "zurueck"},
    "assessments.views.short_check": {"kommune", "projekt"},
    "assessments.views.voting": {"einmal", "words"},
    "assessments.views.wall": {"abstimmung", "ballot", "einmal", "kriterium", "rationale", "schritt"},
    "catalogue.admin": {"edition"},
    "catalogue.views.criteria": {"richtung"},
    "catalogue.views.edit_page": {"platz"},
    "catalogue.views.editions": {"gesehen"},
    "catalogue.views.files": {"einlesen", "gesehen"},
    "catalogue.views.practices_and_models": {"richtung"},
    "scaling.accounts.views.people": {"password"},
    "scaling.accounts.views.single_sign_on": {"logout_token"},
    "scaling.drafts": {"entwurf"},
    "scaling.people_list.views": {"gesehen"},
    "scaling.once": {"einmal"},
    "scaling.views.theme": {"next", "theme"},
}
#: Modules that go through all that was sent, and what they do with it.
WHOLE = {
    "assessments.views.workbook": "decisions, by tidy_text; numbers",
    "scaling.once": "compared",
    "scaling.resending": "shown, to be sent again",
}


def test_every_file_that_is_taken_is_known():
    found = {
        f"{kind.__module__}.{kind.__name__}"
        for kind in our_forms()
        if any(isinstance(field, forms.FileField) for field in kind.base_fields.values())
    }
    assert found - {"scaling.styleguide.StyleguideForm"} == set(FILES)


def test_every_command_is_known():
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in {"assessments", "catalogue", "scaling"}}
    assert ours == set(COMMANDS)


def read_beside_forms():
    """module -> names of fields read from what was sent; "" for one that goes through all of it."""
    found: dict[str, set[str]] = {}
    for package in (assessments, catalogue, scaling):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            module = ".".join(path.relative_to(Path(package.__path__[0]).parent).with_suffix("").parts)
            tree = ast.parse(path.read_text("utf-8"))
            constants = {
                node.targets[0].id: node.value.value
                for node in tree.body
                if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Constant)
            }

            def name(node, known=constants):
                return node.value if isinstance(node, ast.Constant) else known.get(getattr(node, "id", ""), "?")

            for node in ast.walk(tree):
                match node:
                    case ast.Call(func=ast.Attribute(attr="get" | "getlist", value=ast.Attribute(attr="POST")), args=[key, *_]):
                        found.setdefault(module, set()).add(name(key))
                    case ast.Subscript(value=ast.Attribute(attr="POST"), slice=key):
                        found.setdefault(module, set()).add(name(key))
                    case ast.Call(func=ast.Attribute(attr="items" | "lists", value=ast.Attribute(attr="POST"))):
                        found.setdefault(module, set()).add("")
                    case ast.Attribute(attr="body", value=ast.Name(id="request")):
                        found.setdefault(module, set()).add("")
    return found


def test_what_is_read_beside_a_form_is_known():
    found = read_beside_forms()
    assert {module for module, names in found.items() if "" in names} == set(WHOLE)
    beside = {module: names - {""} for module, names in found.items() if names - {""}}
    assert beside == WITHOUT_FORM


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Kämmerei", "kaemmerei"), ("Ka\u0308mmerei", "kaemmerei"), ("Straße & Öffnung", "strasse-oeffnung"), ("Łódź 2", "odz-2")],
)
def test_names_of_files_write_umlauts_out(text, slug):
    assert german_slug(text) == slug
