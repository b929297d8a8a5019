"""Every page speaks one language at a time, says which, and stays where it is when the language is switched."""

import re
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.core import mail
from django.urls import reverse

from tests.mails import mails_leave
from tests.pages import one_line
from tests.test_permissions import PERSONS, TABLE

ROOT = Path(__file__).resolve().parents[2]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-label")
#: Words that no English sentence has, and no name in the tests' data.
GERMAN = re.compile(
    r"\b([Uu]nd|[Dd]er|[Dd]as|[Dd]em|[Dd]en|[Ii]st|[Nn]icht|[Ff]ür|[Mm]it|[Nn]och|[Ss]ie|[Ww]ird|[Ww]erden|[Ee]ine[rnms]?|[Kk]eine?"
    r"|[Oo]der|[Zz]ur?|[Zz]um|[Vv]on|[Bb]ewertung|[Rr]unde|[Ss]tufe|[Ss]peichern|[Zz]urück|[Ww]eiter|[Kk]riterien)\b"
)
#: An office and the roadmap keep their names.
NAMES = "FD 10 Personal, gemeinsam mit der Pressestelle|Smart-City-Lösungen skalieren: Eine Roadmap für Kommunen"
#: Files have tests of their own; the page at the end of a mail speaks the language of the mail.
PDFS = (
    "reports:pdf",
    "reports:collected",
    "reports:municipal_pdf",
    "reports:form",
    "reports:short_check_pdf",
    "reports:shared_pdf",
    "reports:example_pdf",
)
NOT_HERE = (
    *PDFS,
    "reports:xlsx",
    "reports:portfolio_xlsx",
    "reports:portfolio_json",
    "reports:municipal_xlsx",
    "reports:municipal_json",
    "reports:development_xlsx",
    "reports:development_json",
    "reports:ods",
    "reports:docx",
    "reports:csv",
    "reports:json",
    "assessments:sheet",
    "unsubscribe",
)
PAGES = sorted(
    {(name, ids) for name, ids, method, expected in TABLE if method == "get" and "200" in expected and name not in NOT_HERE}
)


class Texts(HTMLParser):
    """The texts a reader meets outside the parts that are marked as German."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def skipped(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        skipped = self.skipped or given.get("lang") == "de" or tag in ("script", "style")
        if not skipped:
            self.found += [given[name] for name in SPOKEN if given.get(name)]
        if tag not in VOID:
            self.open.append((tag, skipped))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        text = re.sub(r"\s+", " ", data).strip()
        if text and not self.skipped:
            self.found.append(text)


def texts_of(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    return parser.found


def german_in(page: str, known: set[str]) -> list[str]:
    """Texts of the tests' own catalogue name their criterion, which has no English; nor has what people wrote, nor names."""
    texts = [re.sub(NAMES, "", text) for text in texts_of(page) if not re.search(r"kriterium-\d|Stimmt das\?|^Datei$", text)]
    return [text for text in texts if text in known or GERMAN.search(text)]


def english(entries: polib.POFile) -> list[str]:
    return [text for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())]


@pytest.fixture(scope="module")
def known() -> set[str]:
    """German texts of ours that read differently in English."""
    entries = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    return {entry.msgid for entry in entries if entry.msgstr and entry.msgstr != entry.msgid and "%(" not in entry.msgid} - {
        "Deutsch"  # in the choice of languages each names itself
    }


def test_check_finds_german_left_in_a_page(known):
    page = '<p>All is well</p><p lang="de">Das ist gut</p><input placeholder="Speichern"><p>Das ist gut</p><h2>Einordnung</h2>'
    assert german_in(page, known) == ["Speichern", "Das ist gut", "Einordnung"]


class TestPages:
    @pytest.mark.parametrize(("name", "ids"), PAGES)
    def test_english_page_is_english(self, client, world, request, known, name, ids):
        path = reverse(name, args=[world.ids[word] for word in ids.split()])
        client.cookies["django_language"] = "en"
        found = {}
        for person in PERSONS:
            client.logout()
            client.cookies["django_language"] = "en"
            if person != "nobody":
                client.force_login(request.getfixturevalue(person), backend="django.contrib.auth.backends.ModelBackend")
                client.cookies["django_language"] = "en"
            response = client.get(path)
            if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
                b"".join(response if response.streaming else ())  # reading a file to its end closes it
                continue
            page = response.content.decode()
            assert '<html lang="en"' in page or "<html" not in page  # a part of a page
            if german := german_in(page, known):
                found[person] = german
        assert found == {}


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
def test_english_sign_in_pages_are_english(client, db, known, name):
    client.cookies["django_language"] = "en"
    assert german_in(client.get(reverse(name)).content.decode(), known) == []


@pytest.mark.parametrize(("language", "other"), [("de", "en"), ("en", "de")])
def test_language_switch_keeps_the_page(client, db, language, other):
    client.cookies["django_language"] = language
    page = client.get("/katalog/?workstream=technisch").content.decode()
    assert 'name="next" value="/katalog/?workstream=technisch"' in page
    assert f'name="language" value="{other}" lang="{other}"' in page
    response = client.post(reverse("set_language"), {"language": other, "next": "/katalog/?workstream=technisch"})
    assert response["Location"] == "/katalog/?workstream=technisch"
    assert f'<html lang="{other}"' in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("de", "Ihr neues Passwort", ["Guten Tag,", "wurde ein neues Passwort angefordert", "Freundliche Grüße"]),
        ("en", "Your new password", ["Hello,", "a new password has been requested", "Kind regards"]),
    ],
)
def test_password_mail_speaks_the_readers_language(client, alice, language, subject, words):
    client.cookies["django_language"] = language
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": alice.email})
    (letter,) = mail.outbox
    assert letter.subject == subject
    assert [word for word in words if word not in letter.body] == []


def test_dates_are_written_the_way_of_the_language():
    from datetime import date

    from django.utils import translation
    from django.utils.formats import date_format

    with translation.override("en"):
        assert date_format(date(2026, 5, 3)) == "3 May 2026"
    with translation.override("de"):
        assert date_format(date(2026, 5, 3)) == "3.\u00a0Mai 2026"


def test_german_of_others_said_anew_is_still_asked_for_by_them():
    """An update that changes a text would bring its old German back without a word."""
    folders = [Path(str(module.__file__)).parent for module in (django, allauth)]
    theirs = {
        entry.msgid
        for folder in folders
        for path in folder.rglob("locale/de/LC_MESSAGES/*.po")
        for entry in polib.pofile(str(path))
    }
    ours = {entry.msgid for entry in polib.pofile(str(ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"))}
    assert ours - theirs == set()


def test_empty_form_speaks_like_a_person(client, db):
    page = one_line(client.post(reverse("account_login"), {}).text)
    assert "E-Mail-Adresse: Diese Angabe fehlt noch." in page


def test_unit_stays_with_its_number_at_the_end_of_a_line():
    entries = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    apart = re.compile(r"(\d|%d|%\(\w+\)s) (MB|kB|Uhr|€|%%?)(?!\w|\()")
    assert [entry.msgid for entry in entries if apart.search(f"{entry.msgid} {entry.msgid_plural}")] == []
    assert [text for text in english(entries) if re.search(r"(\d|%d) (MB|kB)|\d %", text)] == []


def test_english_is_written_one_way():
    """‘Single’ quotation marks and the spelling that Django and allauth use on the same screens; no straight marks in prose."""
    entries = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    other = re.compile(r"[“”„\"']|\be-mail", re.IGNORECASE)
    assert [text for text in english(entries) if other.search(re.sub(r"<[^>]+>", "", text))] == []


def test_english_has_every_plural_form():
    entries = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd]")
    wrong = []
    for entry in entries:
        if entry.fuzzy:
            continue  # ./run check names these
        if entry.msgid_plural and not all(entry.msgstr_plural.values()):
            wrong.append(entry.msgid)
        if (
            not entry.msgid_plural
            and entry.msgstr
            and set(placeholder.findall(entry.msgid)) != set(placeholder.findall(entry.msgstr))
        ):
            wrong.append(entry.msgid)
    assert wrong == []


@pytest.mark.parametrize("name", ["set_language", "theme"])
def test_switch_on_the_answer_to_a_form_leads_to_the_page_the_form_stood_on(client, world, bob, name):
    """The form's own address may take no GET."""
    client.force_login(bob)
    page = reverse("assessments:assessment", args=[world.submitted.public_id])
    path = reverse("assessments:return", args=[world.submitted.public_id])
    answered = client.post(path, {"comment": ""}, headers={"referer": f"http://testserver{page}?zeige=offen"})
    assert answered.status_code == 422
    for start in answered.text.split(f'action="{reverse(name)}"')[1:]:
        target = re.search(r'name="next" value="([^"]*)"', start)
        assert target is not None
        assert target[1] == f"{page}?zeige=offen"
        assert client.post(reverse(name), {"language": "en", "next": target[1]}, follow=True).status_code == 200
    for stranger in ("", "https://boese.example/x", "http://testserver"):
        answered = client.post(path, {"comment": ""}, headers={"referer": stranger})
        assert 'name="next" value="/"' in answered.text
