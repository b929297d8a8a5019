"""Links as a town hall has them, and never one that a browser would run."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template

from scaling.common.environment import Env
from scaling.common.links import LinkRejected, opens, read_link

ACCEPTED = {
    "http://intranet/akte/12": "http://intranet/akte/12",
    "http://intranet:8080/akte/12?x=1": "http://intranet:8080/akte/12?x=1",
    "http://10.1.2.3/akte": "http://10.1.2.3/akte",
    "https://example.org": "https://example.org",
    "HTTPS://Example.org/Ä": "https://Example.org/Ä",
    "example.org/b": "https://example.org/b",
    "example.org:8080/b": "https://example.org:8080/b",
    " https://example.org/Mein Ordner/a.pdf ": "https://example.org/Mein%20Ordner/a.pdf",
    "https://münchen.example/rat": "https://münchen.example/rat",
    "enaio://akte/12": "enaio://akte/12",
    "D3://akte 12": "d3://akte%2012",
    "": "",
}
PLACES = ["\\\\server\\share", "\\\\server\\share\\Mein Ordner\\a.pdf", "P:\\Akten\\12", "file://server/share/a.pdf"]
REFUSED = [
    "javascript:alert(1)",
    "JavaScript://example.org/%0aalert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "kein link",
    "intranet",
    "http://",
    "https:///akte",
    "http:akte",
    "http://a b/c",
    "https://example.org:x/",
    "https://[1/",
    "unbekannt://akte/12",
    "enaio://",
    "mailto:a@example.org",
    "\\\\server",
    "https://example.org/" + "x" * 500,
]


@pytest.fixture(autouse=True)
def _schemes(settings):
    settings.EVIDENCE_SCHEMES = ["enaio", "d3"]


@pytest.mark.parametrize("typed", ACCEPTED)
def test_address_is_kept_and_opens(typed):
    link = read_link(typed)
    assert link == ACCEPTED[typed]
    assert opens(link) == bool(typed)


@pytest.mark.parametrize("typed", PLACES)
def test_folder_is_kept_as_typed_and_shown_to_be_copied(typed):
    assert read_link(typed) == typed
    assert not opens(typed)


@pytest.mark.parametrize("typed", REFUSED)
def test_anything_else_is_refused_with_what_to_do(typed):
    with pytest.raises(LinkRejected) as refused:
        read_link(typed)
    assert any(word in str(refused.value) for word in ("Bitte schreiben Sie sie ganz", "in Worten", "Höchstens 500 Zeichen"))


def test_scheme_that_is_not_set_is_named_with_the_way_out():
    with pytest.raises(LinkRejected, match=r"„unbekannt:“.*EVIDENCE_SCHEMES.*in Worten"):
        read_link("unbekannt://akte/12")


@pytest.mark.parametrize(
    "stored", ["javascript:alert(1)", " javascript:alert(1)", "data:x", "vbscript:x", "enaio2://x", "http://a\nb"]
)
def test_what_is_stored_and_does_not_pass_never_becomes_a_link(stored, settings):
    settings.EVIDENCE_SCHEMES = ["javascript", "data", "vbscript"]  # as if somebody had got round the check of the setting
    page = Template("{% include 'assessments/_evidence.html' %}").render(
        Context(
            {
                "evidence": [{"text": "Akte", "url": stored, "pk": 1}],
                "assessment": {"public_id": "a"},
                "criterion": {"key": "k"},
                "form": {"read_only": True},
            }
        )
    )
    assert 'href="' not in page.replace('href="/', "")
    assert stored.strip() in page


@pytest.mark.parametrize("value", ["javascript", "enaio,data", "VBScript://", "kein schema", "1x"])
def test_setting_that_would_open_a_door_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="EVIDENCE_SCHEMES"):
        Env({"EVIDENCE_SCHEMES": value}).schemes("EVIDENCE_SCHEMES")


def test_setting_takes_schemes_as_people_write_them():
    assert Env({"EVIDENCE_SCHEMES": "enaio://, D3:,x-akte"}).schemes("EVIDENCE_SCHEMES") == ["enaio", "d3", "x-akte"]
