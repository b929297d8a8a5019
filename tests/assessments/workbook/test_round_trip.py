"""Out, changed, and in again: exactly what was changed, and nothing else."""

import datetime
import io
import re

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.models import Evidence, Score
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from assessments.workbook.cells import UnreadableFile
from assessments.workbook.columns import COLUMNS
from assessments.workbook.export import INSTRUCTIONS
from assessments.workbook.importing import import_upload, plan_of, read_upload, store_upload
from catalogue.levels import Level
from scaling.common.row_heights import lines_of
from tests.assessments.workbook.workbooks import changed, exported, put, table_of, workbook
from tests.factories import make_catalogue, make_project

DAY = datetime.date(2027, 12, 31)


@pytest.fixture
def round_of_40(municipality, alice):
    make_catalogue(40)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


def bring_back(data, assessment, alice):
    sheet = read_upload(data, assessment)
    assert sheet.problems == []
    return store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="bogen.xlsx")


def seen(plan):
    return {change.row.key: change.current.version for change in (*plan.changes, *plan.conflicts)}


def test_every_row_is_high_enough_for_its_texts(round_of_40, alice):
    """LibreOffice fits no row that is written without a height: the instructions stood on one another."""
    save_score(score=round_of_40.scores.first(), version=1, by=alice, answer=Answer("rated", 2, "Ein Satz. " * 100))
    book = openpyxl.load_workbook(io.BytesIO(exported(round_of_40)))
    instructions, answers = book.worksheets
    heights = {
        sheet.title: [sheet.row_dimensions[row].height for row in range(1 + (sheet is answers), sheet.max_row + 1)]
        for sheet in book
    }
    assert len(heights[answers.title]) == 40
    for sheet in book:
        for row, height in enumerate(heights[sheet.title], 1 + (sheet is answers)):
            for cell in sheet[row]:
                width = COLUMNS[cell.column - 1].width if sheet is answers else INSTRUCTIONS
                assert height >= 15 * lines_of(str(cell.value or ""), width), (sheet.title, cell.coordinate)
    assert max(heights[answers.title]) > 1000 / 60 * 15
    assert max(heights[instructions.title]) > 30
    # On paper LibreOffice cuts a single column that is wider than the page: some 75 characters where a wider font stands in.
    assert instructions.column_dimensions["A"].width <= 75


def test_thirty_changed_cells_are_exactly_thirty_changes(round_of_40, alice):
    for number, score in enumerate(round_of_40.scores.all()):
        answer = Answer("rated", number % 5, f"Grund {number}", number % 5, DAY) if number % 4 else Answer()
        save_score(score=score, version=1, by=alice, answer=answer, evidence=[NewEvidence(f"Beleg {number}")])
    before = {s.criterion.key: Answer.of(s) for s in round_of_40.scores.select_related("criterion")}

    def thirty(table):
        for row in range(1, 11):
            put(row, rationale=f"Neu {row}")(table)
        for row in range(11, 21):
            put(row, target_date=datetime.date(2028, 1, row))(table)
        for row in range(21, 31):
            old = table[row][3]
            put(row, level=4 if old is None else (old + 1) % 5)(table)

    upload = bring_back(changed(round_of_40, thirty), round_of_40, alice)
    plan = plan_of(upload)
    assert (len(plan.changes), plan.conflicts, plan.additions, plan.unchanged) == (30, (), (), 10)
    import_upload(upload=upload, by=alice, seen=seen(plan), choices={})
    after = {s.criterion.key: Answer.of(s) for s in round_of_40.scores.select_related("criterion")}
    differing = {key for key in before if before[key] != after[key]}
    assert differing == {f"kriterium-{n}" for n in range(1, 31)}
    assert after["kriterium-2"].rationale == "Neu 2"
    assert after["kriterium-12"] == Answer("rated", 1, "Grund 11", 1, datetime.date(2028, 1, 12))
    assert after["kriterium-21"].level == 4  # was open: a level alone makes it rated
    assert Evidence.objects.count() == 40


def test_untouched_sheet_changes_nothing(round_of_40, alice):
    upload = bring_back(exported(round_of_40), round_of_40, alice)
    plan = plan_of(upload)
    assert plan.is_empty
    assert plan.unchanged == 40
    import_upload(upload=upload, by=alice, seen={}, choices={})
    assert not Score.objects.exclude(version=1).exists()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=3, max_size=3))
def test_every_text_survives_the_way_out_and_in(assessment, texts):
    scores = list(assessment.scores.all())
    for score, text in zip(scores, texts, strict=True):
        Score.objects.filter(pk=score.pk).update(rationale=Answer(rationale=text).rationale)
    sheet = read_upload(exported(assessment), assessment)
    assert sheet.problems == []
    assert [row.answer for row in sheet.rows] == [Answer.of(score) for score in assessment.scores.all()]


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1234", "@SUM(A1)", "https://example.org", "_x0041_", "007", "Wahr"])
def test_text_that_looks_like_something_else_stays_text(assessment, score, alice, text):
    save_score(score=score, version=1, by=alice, answer=Answer(rationale=text))
    sheet = read_upload(exported(assessment), assessment)
    assert (sheet.problems, sheet.rows[0].answer.rationale) == ([], text)


def test_sheet_exported_in_english_comes_back(assessment, score, alice):
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Grund", 3, DAY))
    with translation.override("en"):
        data = exported(assessment)
    sheet = read_upload(data, assessment)
    assert sheet.problems == []
    assert sheet.rows[0].answer == Answer("rated", 2, "Grund", 3, DAY)


def test_days_counted_from_1904_are_understood(assessment):
    data = changed(assessment, put(1, target_date=DAY, state="offen"), date_1904=True)
    assert read_upload(data, assessment).rows[0].answer.target_date == DAY


LEVELS: list[tuple[object, int]] = [
    (3, 3),
    (3.0, 3),
    ("3", 3),
    (" 3 ", 3),
    ("３", 3),
    ("3 – umgesetzt", 3),
    ("umgesetzt", 3),
    ("Nicht begonnen", 0),
]
WITH_WORDS: list[tuple[object, int]] = [
    ("Stufe 3", 3),
    ("stufe 3", 3),
    ("Level 3", 3),
    ("Stufe 3 – umgesetzt", 3),
    ("3: umgesetzt", 3),
    ("verstetigt", 4),
]


@pytest.mark.parametrize(("typed", "level"), LEVELS + WITH_WORDS)
def test_level_is_understood_as_people_type_it(assessment, typed, level):
    sheet = read_upload(changed(assessment, put(2, level=typed)), assessment)
    assert (sheet.problems, sheet.rows[1].answer) == ([], Answer("rated", level))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("level", Level)
def test_each_levels_own_name_is_understood_in_both_languages(assessment, level, language):
    with translation.override(language):
        names = [str(level.label), f"{level.value} – {level.label}", f"{level.value} ({str(level.label).upper()})"]
    for name in names:
        sheet = read_upload(changed(assessment, put(2, target_level=name)), assessment)
        assert (sheet.problems, sheet.rows[1].answer.target_level) == ([], level.value)


SHORT = ["31.12.27", "31. 12. 27", "31/12/27", "31-12-2027"]
IN_WORDS = ["31. Dezember 2027", "31 December 2027", "31. Dez. 2027", "31.\u00a0Dezember 27"]


@pytest.mark.parametrize(
    "typed", ["31.12.2027", "2027-12-31", "31. 12. 2027", " 31.12.2027 ", DAY, 46752, *SHORT, *IN_WORDS, "12/31/2027"]
)
def test_date_is_understood_as_people_type_it(assessment, typed):
    sheet = read_upload(changed(assessment, put(2, target_date=typed)), assessment)
    assert (sheet.problems, sheet.rows[1].answer.target_date) == ([], DAY)


@pytest.mark.parametrize(("typed", "text"), [(DAY, "31.12.2027"), (12, "12"), (12.5, "12.5")])
def test_what_a_spreadsheet_made_of_a_text_is_read_as_it_shows_it(assessment, typed, text):
    sheet = read_upload(changed(assessment, put(2, rationale=typed)), assessment)
    assert (sheet.problems, sheet.rows[1].answer.rationale) == ([], text)


def book(**sheets):
    """Several tables in one workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as new:
        for name, table in sheets.items():
            sheet = new.add_worksheet(name)
            for row, values in enumerate(table):
                for place, value in enumerate(values):
                    if value is not None:
                        sheet.write(row, place, value)
    return target.getvalue()


@pytest.mark.parametrize("name", ["Tabelle1", "Bewertung (2)", "Endfassung"])
def test_a_renamed_table_is_recognised_by_its_head(assessment, name):
    table = table_of(changed(assessment, put(1, rationale="Neu")))
    sheet = read_upload(book(**{"Notizen": [["nur für uns"]], name: table}), assessment)
    assert (sheet.problems, [row.answer.rationale for row in sheet.rows]) == ([], ["Neu", "", ""])


def test_an_emptied_table_does_not_hide_the_one_that_was_filled_in(assessment):
    table = table_of(changed(assessment, put(1, rationale="Neu")))
    assert read_upload(book(Bewertung=[], Kopie=table), assessment).rows[0].answer.rationale == "Neu"


@pytest.mark.parametrize("copy", ["Bewertung (2)", "Sicherung", "Assessment"])
def test_a_copied_table_that_says_something_else_is_refused(assessment, copy):
    table, other = table_of(exported(assessment)), table_of(changed(assessment, put(1, rationale="Neu")))
    with pytest.raises(UnreadableFile, match=f"mehrere Tabellen mit Kriterien.*„Bewertung“, „{re.escape(copy)}“"):
        read_upload(book(**{"Bewertung": table, copy: other}), assessment)


def test_a_copied_table_that_says_the_same_is_no_matter(assessment):
    table = table_of(changed(assessment, put(1, rationale="Neu")))
    assert read_upload(book(Bewertung=table, Kopie=table), assessment).rows[0].answer.rationale == "Neu"


LINKS = {
    "http://intranet/akte/12": ("http://intranet/akte/12", "Akte"),
    "\\\\server\\freigabe\\Akte 12": ("\\\\server\\freigabe\\Akte 12", "Akte"),
    "kein link": ("", "Akte – kein link"),
    "javascript:alert(1)": ("", "Akte – javascript:alert(1)"),
    "unbekannt://12": ("", "Akte – unbekannt://12"),
}


@pytest.mark.parametrize("typed", LINKS)
def test_one_odd_link_never_blocks_a_sheet_and_is_never_lost(assessment, alice, typed):
    url, text = LINKS[typed]
    data = changed(assessment, put(1, evidence_text="Akte", evidence_url=typed, level=3))
    upload = bring_back(data, assessment, alice)
    plan = plan_of(upload)
    assert bool(plan.additions[0].row.note) == (not url)
    import_upload(upload=upload, by=alice, seen=seen(plan), choices={})
    evidence = Evidence.objects.get()
    assert (evidence.url, evidence.text) == (url, text)
    assert assessment.scores.get(criterion__key="kriterium-1").level == 3


@pytest.mark.parametrize("stored", ["x\n" * 300 + "x", "x" * 10_500])
def test_a_longer_reason_of_older_days_keeps_nobodys_sheet_from_being_read(assessment, score, stored):
    type(score).objects.filter(pk=score.pk).update(rationale=stored)
    sheet = read_upload(changed(assessment, put(3, level=2)), assessment)
    assert (sheet.problems, sheet.rows[0].answer.rationale) == ([], stored)
    (problem,) = read_upload(changed(assessment, put(1, rationale=f"{stored}\nNeu")), assessment).problems
    assert problem.cell == "E2"


def test_tabs_that_a_spreadsheet_dropped_are_no_change(assessment, score, alice):
    save_score(score=score, version=1, by=alice, answer=Answer(rationale="a\tb\n\tc"))
    data = changed(assessment, put(1, rationale="ab\nc"))
    assert plan_of(bring_back(data, assessment, alice)).is_empty
    data = changed(assessment, put(1, rationale="ab\nc", level=2))
    (change,) = plan_of(bring_back(data, assessment, alice)).changes
    assert (change.fields, change.new.rationale) == (("state", "level"), "a\tb\n\tc")
    data = changed(assessment, put(1, rationale="ab c"))
    assert plan_of(bring_back(data, assessment, alice)).changes[0].fields == ("rationale",)


def test_columns_may_move_and_strange_ones_are_ignored(assessment):
    table = [row[::-1] for row in table_of(changed(assessment, put(1, rationale="Neu")))]
    table[0].append("Notizen")
    table[1].append("nur für uns")
    sheet = read_upload(workbook(table), assessment)
    assert (sheet.problems, [row.answer.rationale for row in sheet.rows]) == ([], ["Neu", "", ""])


def test_rows_may_be_sorted_and_deleted(assessment, alice):
    def shuffle(table):
        table[1:] = [table[3], table[1]]
        put(1, rationale="zum dritten")(table)

    upload = bring_back(changed(assessment, shuffle), assessment, alice)
    plan = plan_of(upload)
    assert [(change.row.key, change.row.row) for change in plan.changes] == [("kriterium-3", 2)]
    assert (plan.unchanged, plan.missing) == (1, 1)


def test_new_evidence_is_added_once(assessment, score, alice):
    data = changed(assessment, put(1, evidence_text="Beschluss 12/27", evidence_url="example.org/b"))
    for expected in (1, 0):
        upload = bring_back(data, assessment, alice)
        plan = plan_of(upload)
        assert (len(plan.additions), plan.changes) == (expected, ())
        import_upload(upload=upload, by=alice, seen={}, choices={})
    (evidence,) = Evidence.objects.all()
    assert (evidence.score, evidence.text, evidence.url) == (score, "Beschluss 12/27", "https://example.org/b")
    assert evidence.added_by == alice


def test_link_without_a_name_is_named_by_itself(assessment):
    sheet = read_upload(changed(assessment, put(1, evidence_url="https://example.org/b")), assessment)
    assert sheet.rows[0].evidence == NewEvidence("https://example.org/b", "https://example.org/b")


def test_import_confirms_only_what_it_changes(assessment, project, alice, bob):
    for score in assessment.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "alt"))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    upload = bring_back(changed(following, put(1, level=3)), following, alice)
    import_upload(upload=upload, by=alice, seen=seen(plan_of(upload)), choices={})
    assert [s.confirmed for s in following.scores.all()] == [True, False, False]
    assert following.scores.get(criterion__key="kriterium-1").updated_by == alice


@pytest.mark.parametrize("criteria", [1, 3])
def test_reading_and_planning_cost_the_same_however_many_rows(criteria, municipality, alice, django_assert_num_queries):
    make_catalogue(criteria)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    data = changed(assessment, lambda table: [put(row, rationale="offline")(table) for row in range(1, criteria + 1)])
    for score in assessment.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer(rationale="online"))
    with django_assert_num_queries(4):  # keys; scores, evidence, earlier answers
        sheet = read_upload(data, assessment)
    upload = store_upload(sheet=sheet, assessment=assessment, by=alice, file_name="x")
    with django_assert_num_queries(3):
        assert len(plan_of(upload).conflicts) == criteria
