"""From the file to the stored answers: the preview, conflicts, rights, and all or nothing."""

import io
import re

import pytest
from django.db import IntegrityError, connection

from assessments.models import Evidence, Score, WorkbookUpload
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, save_score
from assessments.workbook.importing import PreviewOutdated, import_upload, plan_of, read_upload, store_upload
from tests.assessments.workbook.workbooks import changed, exported, put, table_of
from tests.factories import make_catalogue
from tests.pages import one_line


def three(table):
    """A change in every row, and one new piece of evidence."""
    put(1, level=3, rationale="offline 1")(table)
    put(2, state="weiß nicht")(table)
    put(3, rationale="offline 3", evidence_text="Protokoll")(table)


@pytest.fixture
def answers(assessment):
    def answers():
        return [Answer.of(score) for score in assessment.scores.all()]

    return answers


@pytest.fixture
def bring(client, assessment, alice):
    """Brings a file and follows to the preview: the text and its address."""
    client.force_login(alice)

    def bring(data):
        file = io.BytesIO(data)
        file.name = "Bogen von Alice.xlsx"
        response = client.post(f"/bewertungen/{assessment.public_id}/bogen/", {"file": file}, follow=True)
        assert response.status_code == 200
        ((address, _status),) = response.redirect_chain
        return one_line(response.text), address

    return bring


def hidden(text):
    """What the page's form sends along."""
    return dict(re.findall(r'<input type="hidden" name="(gesehen-[^"]+)" value="(\d+)">', one_line(text)))


@pytest.fixture
def online(assessment, alice):
    """Somebody saves while the sheet is out."""

    def online(key, text="online"):
        score = assessment.scores.get(criterion__key=key)
        return save_score(score=score, version=score.version, by=alice, answer=Answer(rationale=text))

    return online


def test_preview_changes_nothing_and_names_every_change(bring, assessment, answers):
    text, _address = bring(changed(assessment, three))
    assert answers() == [Answer()] * 3
    assert "<strong>3</strong> Kriterien ändern sich" in text
    assert "<strong>1</strong> neuer Nachweis" in text
    assert "0 Kriterien bleiben gleich" in text
    assert "3 – umgesetzt" in text
    assert "offline 1" in text
    assert "Protokoll" in text
    assert "Bogen von Alice.xlsx" in text
    assert len(hidden(text)) == 3


def test_import_makes_every_change_through_the_common_door(bring, client, assessment, alice, answers):
    text, address = bring(changed(assessment, three))
    response = client.post(address, {**hidden(text), "uebernehmen": "1"}, follow=True)
    assert "3 Kriterien sind geändert, 1 Nachweis ist neu." in response.content.decode()
    assert answers() == [Answer("rated", 3, "offline 1"), Answer("unknown"), Answer(rationale="offline 3")]
    assert {(s.version, s.updated_by) for s in assessment.scores.all()} == {(2, alice)}
    assert Score.history.filter(version=2, history_user=alice).count() == 3
    assert Evidence.objects.get().text == "Protokoll"
    assert not WorkbookUpload.objects.exists()


def test_import_twice_changes_nothing_more(bring, client, assessment, answers):
    text, address = bring(changed(assessment, three))
    for _time in range(2):
        response = client.post(address, hidden(text), follow=True)
    assert "schon eingelesen oder verworfen" in response.content.decode()
    assert {score.version for score in assessment.scores.all()} == {2}
    assert Evidence.objects.count() == 1


def test_dropping_the_sheet_changes_nothing(bring, client, assessment, answers):
    text, address = bring(changed(assessment, three))
    client.post(address, {**hidden(text), "verwerfen": "1"})
    assert answers() == [Answer()] * 3
    assert client.get(address).status_code == 404


def test_conflict_shows_both_versions_and_waits_for_a_choice(bring, client, assessment, online, answers):
    data = changed(assessment, three)
    online("kriterium-1")
    text, address = bring(data)
    assert "<strong>1</strong> Kriterium in zwei Fassungen" in text
    assert "Fassung aus dem Bogen (Zeile 2)" in text
    assert re.search(r"Fassung von Alice, .*\sUhr", text)
    assert "offline 1" in text
    assert "online" in text

    response = client.post(address, hidden(text))
    assert response.status_code == 422
    assert "Bitte wählen Sie, welche Fassung gilt." in response.content.decode()
    assert answers() == [Answer(rationale="online"), Answer(), Answer()]


@pytest.mark.parametrize(
    ("choice", "first"), [("mine", Answer("rated", 3, "offline 1")), ("theirs", Answer(rationale="online"))]
)
def test_conflict_is_resolved_as_chosen(bring, client, assessment, online, answers, choice, first):
    data = changed(assessment, three)
    online("kriterium-1")
    text, address = bring(data)
    client.post(address, {**hidden(text), "wahl-kriterium-1": choice})
    assert answers() == [first, Answer("unknown"), Answer(rationale="offline 3")]


def test_conflict_is_resolved_by_a_reason_made_of_both(bring, client, assessment, online, answers):
    data = changed(assessment, three)
    online("kriterium-1")
    text, address = bring(data)
    assert "online\n\noffline 1</textarea>" in client.get(address).text
    client.post(address, {**hidden(text), "wahl-kriterium-1": "both", "beide-kriterium-1": "online und offline"})
    assert answers() == [Answer("rated", 3, "online und offline"), Answer("unknown"), Answer(rationale="offline 3")]


@pytest.mark.parametrize(
    ("state", "reason", "complaint"),
    [
        ("rated", "x" * 10_001, "Höchstens 10000 Zeichen; das sind 10001."),
        ("not_applicable", " ", "Bitte begründen Sie, warum das Kriterium nicht zutrifft."),
    ],
)
def test_reason_made_of_both_is_checked_and_kept(bring, client, assessment, online, answers, state, reason, complaint):
    sheet = put(1, level=3, rationale="offline") if state == "rated" else put(1, state="trifft nicht zu", rationale="offline")
    data = changed(assessment, sheet)
    online("kriterium-1")
    text, address = bring(data)
    response = client.post(address, {**hidden(text), "wahl-kriterium-1": "both", "beide-kriterium-1": reason})
    assert response.status_code == 422
    assert complaint in response.text
    assert f">\n{reason}</textarea>" in response.text
    assert answers()[0] == Answer(rationale="online")


@pytest.mark.parametrize("choice", ["", "all", "mine\n"])
def test_conflict_takes_no_other_choice(bring, client, assessment, online, answers, choice):
    data = changed(assessment, three)
    online("kriterium-1")
    text, address = bring(data)
    assert client.post(address, {**hidden(text), "wahl-kriterium-1": choice}).status_code == 422
    assert answers()[1:] == [Answer(), Answer()]


def test_row_nobody_touched_offline_keeps_the_newer_answer(bring, client, assessment, online, answers):
    """Not a conflict: the file only repeats what stood there when it was made."""
    online("kriterium-2", "erste Fassung")
    data = changed(assessment, put(1, rationale="offline 1"))
    online("kriterium-2", "zweite Fassung")
    online("kriterium-2", "dritte Fassung")
    text, address = bring(data)
    assert "1 Kriterium wurde online geändert und im Bogen nicht" in text
    client.post(address, hidden(text))
    assert [answer.rationale for answer in answers()] == ["offline 1", "dritte Fassung", ""]


def test_same_answer_on_both_sides_is_no_conflict(bring, assessment, online):
    data = changed(assessment, put(1, rationale="online"))
    online("kriterium-1")
    text, _address = bring(data)
    assert "Der Bogen enthält nichts Neues" in text
    assert "uebernehmen" not in text


@pytest.mark.parametrize("key", ["kriterium-1", "kriterium-3"])
def test_save_between_preview_and_import_stops_everything(bring, client, assessment, online, answers, key):
    text, address = bring(changed(assessment, three))
    online(key, "dazwischen")
    before = answers()
    response = client.post(address, hidden(text))
    assert response.status_code == 409
    again = response.content.decode()
    assert "Inzwischen hat jemand gespeichert" in again
    assert "dazwischen" in again
    assert answers() == before
    assert not Evidence.objects.exists()
    client.post(address, {**hidden(again), f"wahl-{key}": "mine"})
    assert {score.version for score in assessment.scores.exclude(criterion__key=key)} == {2}


def test_conflict_that_moved_on_is_shown_again(bring, client, assessment, online, answers):
    data = changed(assessment, three)
    online("kriterium-1", "erste")
    text, address = bring(data)
    online("kriterium-1", "zweite")
    response = client.post(address, {**hidden(text), "wahl-kriterium-1": "mine"})
    assert response.status_code == 409
    assert answers() == [Answer(rationale="zweite"), Answer(), Answer()]


@pytest.mark.parametrize("spoil", [{}, {"gesehen-kriterium-1": "99"}, {"gesehen-kriterium-1": "x"}, {"gesehen-nichts": "1"}])
def test_import_of_what_was_not_shown_is_refused(bring, client, assessment, answers, spoil):
    text, address = bring(changed(assessment, three))
    sent = {**hidden(text), **spoil} if spoil else {}
    assert client.post(address, sent).status_code == 409
    assert answers() == [Answer()] * 3


def test_nothing_is_half_imported_when_the_last_row_fails(assessment, alice, answers):
    sheet = read_upload(changed(assessment, three), assessment)
    upload = store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="x")
    seen = {change.row.key: 1 for change in plan_of(upload).changes}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE assessments_score ADD CONSTRAINT full_disk CHECK (rationale <> 'offline 3')")
    with pytest.raises(IntegrityError, match="full_disk"):
        import_upload(upload=upload, by=alice, seen=seen, choices={})
    assert answers() == [Answer()] * 3
    assert WorkbookUpload.objects.filter(pk=upload.pk).exists()


def test_import_asks_for_every_conflict(assessment, alice, online):
    data = changed(assessment, three)
    online("kriterium-1")
    upload = store_upload(sheet=read_upload(data, assessment), assessment=assessment, by=alice, file_name="x")
    plan = plan_of(upload)
    seen = {change.row.key: change.current.version for change in (*plan.changes, *plan.conflicts)}
    with pytest.raises(PreviewOutdated):
        import_upload(upload=upload, by=alice, seen=seen, choices={})


def test_submitted_round_takes_no_sheet(bring, client, assessment, alice, answers):
    text, address = bring(changed(assessment, three))
    data = exported(assessment)
    workflow.submit(assessment=assessment, by=alice)
    response = client.post(address, hidden(text), follow=True)
    assert "Es ist nichts übernommen." in response.content.decode()
    assert answers() == [Answer()] * 3
    upload = f"/bewertungen/{assessment.public_id}/bogen/"
    response = client.post(upload, {"file": io.BytesIO(data)})
    assert response.status_code == 409
    assert "lässt sich nicht mehr ändern" in response.content.decode()
    assert 'type="file"' not in client.get(upload).content.decode()


def test_upload_without_a_file_is_told(client, assessment, alice):
    client.force_login(alice)
    response = client.post(f"/bewertungen/{assessment.public_id}/bogen/")
    assert response.status_code == 422
    assert "<title>Fehler:" in response.content.decode()


@pytest.mark.parametrize(("person", "status"), [("charlie", 404), ("dora", 404), ("rita", 404), ("bob", 404), ("alice", 200)])
def test_preview_is_for_who_brought_the_sheet(bring, client, assessment, request, person, status):
    """Bob may bring a sheet of his own, but not see Alice's."""
    _text, address = bring(changed(assessment, three))
    client.force_login(request.getfixturevalue(person))
    assert client.get(address).status_code == status


def test_reader_may_download_the_sheet_of_an_approved_round_and_bring_none(client, assessment, alice, bob, rita):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert client.get(f"/bewertungen/{assessment.public_id}/bogen.xlsx").status_code == 200
    assert client.get(f"/bewertungen/{assessment.public_id}/bogen/").status_code == 403


def test_sheet_downloads_as_a_private_attachment(client, assessment, alice):
    client.force_login(alice)
    response = client.get(f"/bewertungen/{assessment.public_id}/bogen.xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="bogen-parkraum-app-1.xlsx"'
    assert "no-store" in response.headers["Cache-Control"]
    assert [row[0] for row in table_of(response.content)] == ["Schlüssel", "kriterium-1", "kriterium-2", "kriterium-3"]


def test_preview_escapes_what_stands_in_the_file(bring, assessment):
    text, _address = bring(changed(assessment, put(1, rationale="<script>alert(1)</script>")))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_each_conflict_is_asked_about_once(bring, client, assessment, online, answers):
    data = changed(assessment, three)
    for key in ("kriterium-1", "kriterium-2", "kriterium-3"):
        online(key, f"online {key[-1]}")
    text, address = bring(data)
    assert text.count("<fieldset") == text.count("</textarea>") == 3
    chosen = {f"wahl-kriterium-{number}": "both" for number in (1, 2, 3)}
    reasons = {f"beide-kriterium-{number}": f"beides {number}" for number in (1, 2, 3)}
    client.post(address, {**hidden(text), **chosen, **reasons})
    assert [answer.rationale for answer in answers()] == ["beides 1", "beides 2", "beides 3"]


def test_sheet_from_before_a_move_is_read_and_says_what_has_no_place_left(bring, client, assessment, alice, answers):
    """Made before, brought back after: rows that stay are taken, those of criteria that left are shown to be copied."""
    data, untouched = changed(assessment, three), exported(assessment)
    edition_switch.move(assessment=assessment, edition=make_catalogue(2, major=2), by=alice)
    text, address = bring(untouched)
    assert "Das lässt sich nicht übernehmen" not in text
    text, address = bring(data)
    assert "Das lässt sich nicht übernehmen" in text
    assert ("offline 3" in text, "Protokoll" in text) == (True, True)
    assert client.post(address, hidden(text)).status_code == 302
    assert answers() == [Answer("rated", 3, "offline 1"), Answer("unknown")]


@pytest.mark.parametrize("row", [{"rationale": "offline 3"}, {"evidence_text": "Protokoll"}])
def test_move_between_preview_and_import_is_told(bring, client, assessment, alice, answers, row):
    text, address = bring(changed(assessment, put(3, **row)))
    edition_switch.move(assessment=assessment, edition=make_catalogue(2, major=2), by=alice)
    response = client.post(address, hidden(text))
    assert (response.status_code, "Das lässt sich nicht übernehmen" in response.text) == (409, True)
    assert next(iter(row.values())) in response.text
    edition_switch.undo(assessment=assessment, by=alice)
    text = client.get(address).text
    client.post(address, hidden(text))
    score = assessment.scores.get(criterion__key="kriterium-3")
    assert next(iter(row.values())) in (score.rationale, *score.evidence.values_list("text", flat=True))


@pytest.mark.parametrize("happened", ["dropped", "submitted"])
def test_reason_made_of_both_is_given_back_where_the_sheet_is_gone(bring, client, assessment, alice, online, happened):
    data = changed(assessment, three)
    online("kriterium-1")
    text, address = bring(data)
    if happened == "dropped":
        WorkbookUpload.objects.all().delete()
    else:
        workflow.submit(assessment=assessment, by=alice)
    form = {**hidden(text), "wahl-kriterium-1": "both", "beide-kriterium-1": "Aus beiden gemacht"}
    response = client.post(address, form)
    assert (response.status_code, "Aus beiden gemacht" in response.text) == (409, True)
    assert client.post(address, {**form, "wahl-kriterium-1": "mine"}).status_code == 302
