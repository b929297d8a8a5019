"""One function for text: what looks the same is the same, and what shows nothing is empty."""

import importlib
import pkgutil
import unicodedata

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

import assessments
import catalogue
import scaling
from assessments.services.answers import Answer, NewEvidence
from assessments.services.evidence_files import validate_upload
from scaling.accounts.models import User
from scaling.common.forms import DayField, Form, ReasonField, TidyText
from scaling.common.text import has_letters, look_alike, tidy_file_name, tidy_line, tidy_password, tidy_text

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


@pytest.mark.django_db
def test_password_set_before_its_form_was_unified_still_opens(client, alice):
    old = unicodedata.normalize("NFD", "Übungsleiter-Köln")
    super(User, alice).set_password(old)
    alice.save()
    assert client.login(email=alice.email, password=old)
    client.logout()
    assert client.login(email=alice.email, password=tidy_password(old))
