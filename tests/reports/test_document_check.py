"""Whoever holds a document can check it, and learns nothing else."""

from io import BytesIO
from itertools import permutations

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse

from assessments.models import AssessmentRecord
from assessments.reports.records.keeping import mark_of
from assessments.services import workflow
from tests.pages import without_chance
from tests.reports.records import record_of


def answer_to(client, number, part):
    return client.get(reverse("reports:document", args=[number]), {"pruefsumme": part}).context["state"]


def test_anyone_can_check_a_document(client, settled, bob):
    record = record_of(settled)
    part = record.checksum[:16]
    assert answer_to(client, record.number, part) == "current"
    assert answer_to(client, record.number.lower(), record.checksum.upper()) == "current"
    assert answer_to(client, record.number, "0" * 16) == "unknown"
    assert answer_to(client, "MUSTERHAFEN-1999-1", part) == "unknown"
    assert answer_to(client, record.number, part[:15]) == ""
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    assert answer_to(client, record.number, part) == "superseded"
    assert answer_to(client, record.number, "0" * 16) == "unknown"


def withdrawn(settled, bob):
    """Reopened, changed, approved once more: the old number has a successor."""
    workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    workflow.submit(assessment=settled, by=bob)
    workflow.approve(assessment=settled, by=bob)


STATES = {
    "current": (lambda one: (one.number, one.checksum[:16]), "current", "superseded"),
    "whole checksum": (lambda one: (one.number, one.checksum), "current", "superseded"),
    "typed in capitals": (lambda one: (one.number.lower(), one.checksum[:20].upper()), "current", "superseded"),
    "another checksum": (lambda one: (one.number, "f" * 64), "unknown", "unknown"),
    "right at first": (
        lambda one: (one.number, one.checksum[:-1] + ("1" if one.checksum[-1] == "0" else "0")),
        "unknown",
        "unknown",
    ),
    "another's number": (lambda one: (one.number + "1", one.checksum), "unknown", "unknown"),
    "no checksum": (lambda one: (one.number, ""), "", ""),
}


def test_no_record_vouches_for_another(client, first, settled, bob):
    """Numbers and checksums that both exist, but not together: of two rounds, and of one round approved twice."""
    withdrawn(settled, bob)
    records = list(AssessmentRecord.objects.all())
    assert len(records) == 3
    for one, other in permutations(records, 2):
        assert answer_to(client, one.number, other.checksum) == "unknown", (one, other)
        assert answer_to(client, one.number, other.checksum[:16]) == "unknown", (one, other)
        page = client.get(reverse("reports:documents"), {"number": one.number, "pruefsumme": other.checksum}, follow=True)
        assert page.context["state"] == "unknown", (one, other)
    states = [answer_to(client, one.number, one.checksum) for one in sorted(records, key=lambda one: one.pk)]
    assert states == ["current", "superseded", "current"]


@pytest.mark.parametrize("then", [None, "reopened", "approved again"])
@pytest.mark.parametrize("asked", STATES)
def test_answer_tells_current_superseded_and_unknown_apart(client, settled, bob, asked, then):
    asks, at_first, later = STATES[asked]
    number, part = asks(record_of(settled))
    if then == "reopened":
        workflow.reopen(assessment=settled, by=bob, reason="Fehler")
    elif then:
        withdrawn(settled, bob)
    assert answer_to(client, number, part) == (later if then else at_first)


def test_check_discloses_nothing_else(client, settled):
    record = record_of(settled)
    page = client.get(reverse("reports:document", args=[record.number]), {"pruefsumme": record.checksum}).content.decode()
    for secret in ("Parkraum", "Musterhafen", "Alice", "Bob", settled.public_id):
        assert secret not in page.replace(record.number, "")
    known = client.get(reverse("reports:document", args=[record.number]))
    guessed = client.get(reverse("reports:document", args=["MUSTERHAFEN-2026-9"]))
    assert without_chance(known.content.decode()).replace(record.number, "") == without_chance(
        guessed.content.decode()
    ).replace("MUSTERHAFEN-2026-9", "")


def test_form_leads_to_the_answer(client, settled):
    record = record_of(settled)
    typed = {"number": f" {record.number.lower()} ", "pruefsumme": record.checksum[:16].upper(), "pruefen": "1"}
    response = client.get(reverse("reports:documents"), typed, follow=True)
    assert response.context["state"] == "current"
    assert client.get(reverse("reports:documents"), {"pruefen": "1"}).status_code == 422


@pytest.mark.parametrize(
    "typed", ["a/b", "/", "..", ".", "../konto/login", "a?b", "a#b", "Ä-2026-1", "\u2028", "%2e%2e", "A//C"]
)
def test_what_was_typed_for_a_number_leads_nowhere_else(client, settled, typed):
    checksum = record_of(settled).checksum
    response = client.get(reverse("reports:documents"), {"number": typed, "pruefsumme": checksum}, follow=True)
    assert (response.status_code, response.context.get("state") or response.context["form"].errors.keys()) in (
        (200, "unknown"),
        (422, {"number"}),
    )
    assert response.request["PATH_INFO"] == reverse("reports:documents")


def test_numbers_nobody_can_address_count_as_guesses(client, settled):
    for _ in range(20):
        client.get(reverse("reports:documents"), {"number": "a/b", "pruefsumme": "0" * 16})
    assert answer_to(client, record_of(settled).number, record_of(settled).checksum) == "limited"


def test_guessing_is_limited(client, settled):
    record = record_of(settled)
    for number in range(20):
        assert answer_to(client, record.number, f"{number:016x}") == "unknown"
    response = client.get(reverse("reports:document", args=[record.number]), {"pruefsumme": record.checksum})
    assert (response.status_code, response.context["state"]) == (429, "limited")


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_code_on_the_pdf_leads_to_the_answer(client, settled, bob, variant):
    record = record_of(settled)
    client.force_login(bob)
    pdf = client.get(reverse("reports:pdf", args=[settled.public_id]), {"umfang": variant}).content
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    pages = [document[number] for number in range(len(document))]
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    assert record.number in text
    assert record.checksum in "".join(text.split())
    codes = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    assert codes == [mark_of(record).address]
    client.logout()
    assert client.get(codes[0][codes[0].index("/dokument/") :]).context["state"] == "current"


def test_draft_bears_no_number(client, second, alice):
    client.force_login(alice)
    pdf = client.get(reverse("reports:pdf", args=[second.public_id]), {"umfang": "kurz"}).content
    page = pypdfium2.PdfDocument(BytesIO(pdf))[0]
    assert "MUSTERHAFEN-" not in page.get_textpage().get_text_range()
    assert not zxingcpp.read_barcodes(page.render(scale=3).to_pil())
