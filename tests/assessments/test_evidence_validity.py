"""Evidence has a day and an end: both are kept, told in words on the right day, and never touch a figure."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from assessments.models import Evidence
from assessments.queries.history import read_history
from assessments.queries.round_history import round_sources
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, NotEditable, add_evidence, date_evidence, save_score
from assessments.validity import (
    TOLD_BEFORE,
    Validity,
    ageing_words,
    days_in_words,
    rests_on_expired,
    until_words,
    validity,
)
from assessments.workbook.importing import import_upload, plan_of, read_upload, store_upload
from assessments.workbook.plan import is_among
from catalogue.edition_cache import cached_edition
from scaling.common.versions import StaleRecord
from tests.assessments.workbook.workbooks import changed, exported, put, table_of, workbook

DAY = date(2026, 11, 28)


def days(before=0):
    return timezone.localdate() - timedelta(days=before)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (None, Validity.VALID),
        (DAY - timedelta(days=1), Validity.EXPIRED),
        (DAY, Validity.ENDING),
        (DAY + TOLD_BEFORE, Validity.ENDING),
        (DAY + TOLD_BEFORE + timedelta(days=1), Validity.VALID),
    ],
)
def test_validity_counts_its_last_day(end, expected):
    assert validity(end, DAY) is expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([], False),
        ([None], False),
        ([date(2026, 1, 1)], True),
        ([date(2026, 1, 1), None], False),
        ([date(2026, 1, 1), DAY], False),
        ([date(2026, 1, 1), date(2025, 1, 1)], True),
    ],
)
def test_answer_rests_on_expired_evidence_only_if_all_of_it_is(ends, expected):
    assert rests_on_expired(ends, DAY) is expected


def test_days_are_told_in_words_in_both_languages():
    assert days_in_words(None, None, DAY) == ""
    assert (
        days_in_words(date(2026, 5, 1), date(2027, 12, 31), DAY)
        == "vom 1.\N{NO-BREAK SPACE}Mai 2026, gilt bis 31.\N{NO-BREAK SPACE}Dezember 2027"
    )
    assert until_words(date(2027, 1, 31), DAY) == "gilt nur noch bis 31.\N{NO-BREAK SPACE}Januar 2027"
    assert until_words(date(2026, 10, 8), DAY) == "abgelaufen, galt bis 8.\N{NO-BREAK SPACE}Oktober 2026"
    assert ageing_words(0, 0) == ""
    assert ageing_words(1, 0) == "1 Nachweis ist abgelaufen"
    assert ageing_words(2, 1) == "2 Nachweise sind abgelaufen, 1 läuft in den nächsten 90\N{NO-BREAK SPACE}Tagen ab"
    assert ageing_words(0, 2) == "2 Nachweise laufen in den nächsten 90\N{NO-BREAK SPACE}Tagen ab"
    with translation.override("en"):
        assert until_words(date(2026, 10, 8), DAY) == "expired, was valid until 8 October 2026"


def test_form_keeps_the_days_and_the_page_tells_them(client, assessment, score, alice):
    client.force_login(alice)
    sent = {"version": 1, "choice": "2", "evidence_text": "Gutachten", "bleiben": "1"}
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"
    client.post(url, sent | {"evidence_dated_on": "2026-05-01", "evidence_valid_until": "2099-12-31"})
    stored = Evidence.objects.get()
    assert (stored.text, stored.dated_on, stored.valid_until) == ("Gutachten", date(2026, 5, 1), date(2099, 12, 31))
    page = client.get(url).text
    assert "Vom 1.\N{NO-BREAK SPACE}Mai 2026, gilt bis 31.\N{NO-BREAK SPACE}Dezember 2099" in page
    assert "nur abgelaufene Nachweise" not in page


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (
            {"evidence_text": "", "evidence_valid_until": "2027-01-01"},
            "Bitte nennen Sie den Nachweis, zu dem das Datum gehört.",
        ),
        (
            {"evidence_dated_on": "2027-01-02", "evidence_valid_until": "2027-01-01"},
            "„Gilt bis“ liegt vor dem Datum des Nachweises.",
        ),
        ({"evidence_valid_until": "0202-01-01"}, "Das Jahr 202 kann nicht stimmen."),
    ],
)
def test_form_says_what_is_amiss_and_keeps_what_was_typed(client, assessment, score, alice, more, complaint):
    client.force_login(alice)
    sent = {"version": 1, "choice": "2", "rationale": "Text", "evidence_text": "Gutachten", "bleiben": "1", **more}
    response = client.post(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/", sent)
    assert response.status_code == 422
    assert complaint in response.text
    assert f'value="{more["evidence_valid_until"]}"' in response.text
    assert not Evidence.objects.exists()


def test_autosave_waits_for_no_evidence(client, assessment, score, alice):
    """Half a date of a proof that nobody has sent yet must not keep the level from being stored."""
    client.force_login(alice)
    sent = {"version": 1, "choice": "2", "autosave": "1", "evidence_valid_until": "0002-01-01"}
    response = client.post(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/", sent)
    assert (response.status_code, response["X-Save"]) == (200, "saved")
    score.refresh_from_db()
    assert score.level == 2


def test_answer_that_rests_on_expired_evidence_is_marked_and_stays(client, assessment, score, alice):
    client.force_login(alice)
    gone = [NewEvidence("Alt", valid_until=days(1)), NewEvidence("Älter", valid_until=days(400))]
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 3), evidence=gone)
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"
    page = client.get(url).text
    assert "Diese Antwort stützt sich nur auf abgelaufene Nachweise." in page
    assert page.count("nur abgelaufene Nachweise") == 1  # as a mark beside the title
    score.refresh_from_db()
    assert (score.level, score.version) == (3, 2)
    add_evidence(score=score, by=alice, evidence=NewEvidence("Neu"))
    assert "nur abgelaufene Nachweise" not in client.get(url).text


def test_what_says_nothing_rests_on_nothing(client, assessment, score, alice):
    client.force_login(alice)
    answer = Answer("unknown")
    save_score(score=score, version=1, by=alice, answer=answer, evidence=[NewEvidence("Alt", valid_until=days(1))])
    page = client.get(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/").text
    assert "nur abgelaufene Nachweise" not in page
    assert "Abgelaufen, galt bis" in page


def test_file_comes_with_its_days(client, assessment, score, alice):
    client.force_login(alice)
    upload = SimpleUploadedFile("beschluss.pdf", b"%PDF-1.7\n1 0 obj")
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/nachweise/datei/"
    wrong = {"file": upload, "dated_on": "2027-02-01", "valid_until": "2027-01-31"}
    assert client.post(url, wrong).status_code == 422
    upload.seek(0)
    assert client.post(url, {"file": upload, "dated_on": "2026-01-31", "valid_until": "2027-01-31"}).status_code == 302
    stored = Evidence.objects.get()
    assert (stored.file_name, stored.dated_on, stored.valid_until) == ("beschluss.pdf", date(2026, 1, 31), date(2027, 1, 31))


def test_days_can_be_given_later_and_the_log_tells_it(client, assessment, score, alice):
    client.force_login(alice)
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Zertifikat"))
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/nachweise/{evidence.pk}/datum/"
    assert client.post(url, {"version": 1, "dated_on": "2027-01-02", "valid_until": "2027-01-01"}).status_code == 422
    assert client.post(url, {"version": 1, "valid_until": "2027-01-31"})["Location"].endswith("#nachweise")
    evidence.refresh_from_db()
    assert (evidence.dated_on, evidence.valid_until, evidence.version) == (None, date(2027, 1, 31), 2)
    assert evidence.history.first().history_user == alice
    entry = read_history(round_sources(assessment, cached_edition(assessment.edition)))[0][1]
    assert (entry.what, entry.who, entry.key) == ("Nachweis datiert", str(alice), "kriterium-1")
    assert [(one.label, one.before, one.after) for one in entry.changes] == [
        ("Nachweis", "", "Zertifikat"),
        ("Gilt bis", "–", "31.\N{NO-BREAK SPACE}Januar 2027"),
    ]
    with translation.override("en"):
        entry = read_history(round_sources(assessment, cached_edition(assessment.edition)))[0][1]
    assert [(one.label, one.before, one.after) for one in entry.changes][1] == ("Valid until", "–", "31 January 2027")


def test_two_who_date_one_evidence_see_both_versions(client, assessment, score, alice, bob):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Zertifikat"))
    date_evidence(evidence=evidence, version=1, by=alice, dated_on=None, valid_until=date(2027, 1, 31))
    with pytest.raises(StaleRecord):
        date_evidence(evidence=evidence, version=1, by=bob, dated_on=None, valid_until=date(2028, 1, 31))
    date_evidence(evidence=evidence, version=1, by=bob, dated_on=None, valid_until=date(2027, 1, 31))  # says the same
    client.force_login(bob)
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/nachweise/{evidence.pk}/datum/"
    response = client.post(url, {"version": 1, "valid_until": "2028-01-31"})
    assert response.status_code == 409
    assert "31.\N{NO-BREAK SPACE}Januar 2027" in response.text
    assert "31.\N{NO-BREAK SPACE}Januar 2028" in response.text


def test_service_refuses_days_that_cannot_be_meant(assessment, score, alice):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("x"))
    with pytest.raises(ValidationError):
        date_evidence(evidence=evidence, version=1, by=alice, dated_on=date(2027, 1, 2), valid_until=date(2027, 1, 1))
    with pytest.raises(ValidationError):
        add_evidence(score=score, by=alice, evidence=NewEvidence("y", valid_until=date(202, 1, 1)))
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(score=score, text="z", dated_on=date(2027, 1, 2), valid_until=date(2027, 1, 1))
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(NotEditable):
        date_evidence(evidence=evidence, version=1, by=alice, dated_on=None, valid_until=date(2027, 1, 1))


def test_submitted_round_leads_back_and_changes_nothing(client, assessment, score, alice):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("x"))
    workflow.submit(assessment=assessment, by=alice)
    client.force_login(alice)
    url = f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/nachweise/{evidence.pk}/datum/"
    assert client.get(url).status_code == 302
    response = client.post(url, {"version": 1, "valid_until": "2027-01-31"})
    assert response.status_code == 409
    assert 'value="2027-01-31"' in response.text
    evidence.refresh_from_db()
    assert evidence.valid_until is None


def test_next_round_carries_the_days_over(assessment, score, project, alice, bob):
    new = NewEvidence("Vertrag", dated_on=date(2026, 5, 1), valid_until=date(2027, 5, 1))
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 3), evidence=[new])
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    carried = Evidence.objects.get(score__assessment=following)
    assert (carried.dated_on, carried.valid_until) == (date(2026, 5, 1), date(2027, 5, 1))


def test_conflict_keeps_the_days_of_what_was_typed(client, assessment, score, alice, bob):
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 1))
    client.force_login(alice)
    sent = {"version": 1, "choice": "2", "evidence_text": "Vertrag", "evidence_valid_until": "2027-05-01", "bleiben": "1"}
    response = client.post(f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/", sent)
    assert response.status_code == 409
    assert response.text.count('name="evidence_valid_until" value="2027-05-01"') == 3


# --- The sheet --------------------------------------------------------------------------------------------------------------


def bring_back(data, assessment, alice):
    sheet = read_upload(data, assessment)
    assert sheet.problems == []
    return store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="bogen.xlsx")


def test_sheet_brings_the_days_back_once(assessment, score, alice):
    new = {"evidence_text": "Vertrag", "evidence_dated_on": date(2026, 5, 1), "evidence_valid_until": "1. Mai 2027"}
    data = changed(assessment, put(1, **new))
    for expected in (1, 0):
        upload = bring_back(data, assessment, alice)
        plan = plan_of(upload)
        assert len(plan.additions) == expected
        import_upload(upload=upload, by=alice, seen={}, choices={})
    (evidence,) = Evidence.objects.all()
    assert (evidence.dated_on, evidence.valid_until) == (date(2026, 5, 1), date(2027, 5, 1))
    assert "Vertrag (vom 1.\N{NO-BREAK SPACE}Mai 2026, " in table_of(exported(assessment))[1][11]


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ({"evidence_text": "V", "evidence_valid_until": "bald"}, "K2"),
        ({"evidence_text": "V", "evidence_valid_until": "1.1.1998"}, "K2"),
        ({"evidence_text": "V", "evidence_dated_on": "2.1.2027", "evidence_valid_until": "1.1.2027"}, "K2"),
        ({"evidence_valid_until": "1.1.2027"}, "H2"),
    ],
)
def test_sheet_names_the_cell_of_an_odd_day(assessment, typed, cell):
    problems = read_upload(changed(assessment, put(1, **typed)), assessment).problems
    assert [problem.cell for problem in problems] == [cell]


def test_sheet_from_before_days_were_asked_for_is_read(assessment, score, alice):
    table = [[*row[:9], *row[11:]] for row in table_of(exported(assessment))]
    table[1][7] = "Vertrag"
    upload = bring_back(workbook(table), assessment, alice)
    import_upload(upload=upload, by=alice, seen={}, choices={})
    assert Evidence.objects.get().valid_until is None


def test_sheet_that_names_no_days_knows_what_was_dated_since():
    dated = NewEvidence("Vertrag", valid_until=DAY)
    assert is_among(NewEvidence("Vertrag"), [dated])
    assert is_among(dated, [dated])
    assert not is_among(NewEvidence("Vertrag", valid_until=date(2028, 1, 1)), [dated])
    assert not is_among(dated, [NewEvidence("Vertrag")])
