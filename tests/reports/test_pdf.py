"""The report as a file: valid for assistive technology and for archives, complete, the same every time."""

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any
from xml.etree import ElementTree

import page as pdf_validator
import pikepdf
import pytest
from django.utils.translation import override

from assessments.models import ScoreState
from assessments.reports.pdf import END, NEARLY_EMPTY, engine, first_page_of, is_one_page, render_pdf
from assessments.reports.pdf.content import FIRST_PAGES, SHOWN_ROUNDS, report_html
from assessments.reports.pdf.document import as_xml
from assessments.reports.profile import texts
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.cover import CouncilPaper
from assessments.reports.profile.texts import short_day
from assessments.reports.templatetags.profile_values import in_phases
from tests.reports.pdf_facts import elements, open_pdf, page_text, tag_names, text_as_read, text_of
from tests.reports.rendered import MADE_AT, PROFILES, profile_of, rendered
from tests.reports.sample import EARLIER_REASON, make_facts, make_profile, with_rationale


def failures(content: bytes, profile: str) -> list[str]:
    return [
        f"{failure.rule_id}: {failure.message}"
        for failure in pdf_validator.validate_pdf_bytes(content, profile=profile).failures
    ]


@pytest.fixture(scope="module")
def lang() -> bytes:
    return rendered("approved", "lang")


@pytest.fixture(scope="module")
def kurz() -> bytes:
    return rendered("approved", "kurz")


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize("name", PROFILES)
def test_report_is_accessible_and_archivable(name, variant):
    content = rendered(name, variant)
    assert failures(content, "ua1") == []
    assert failures(content, "3a") == []


@pytest.mark.parametrize("broken", ["title", "alternative text", "language"])
def test_validator_fails_a_report_without(broken):
    html = report_html(profile_of("one criterion"), variant="lang")
    start, end = {
        "title": ("<title>Reife", "</title>"),
        "alternative text": ("<title>Verteilung", "</title>"),
        "language": ("<html", ">"),
    }[broken]
    left, rest = html.split(start, 1)
    html = left + ("<html>" if broken == "language" else "<title></title>" if broken == "title" else "") + rest.split(end, 1)[1]
    content = engine.html_to_pdf(html, ("css/print-report.css",))
    assert content
    assert failures(content, "ua1") != []


@pytest.mark.parametrize("broken", ["relationship", "date of an attachment", "colour profile"])
def test_validator_fails_an_archive_copy_without(broken):
    with open_pdf(rendered("one criterion", "kurz")) as pdf:
        assert failures(saved(pdf), "3a") == []
        if broken == "relationship":
            for one in pdf.Root.AF:
                del one.AFRelationship
        elif broken == "date of an attachment":
            del pdf.Root.AF
        else:
            del pdf.Root.OutputIntents
        assert failures(saved(pdf), "3a") != []


def saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_file_names_both_standards_and_embeds_what_it_needs(lang):
    with open_pdf(lang) as pdf:
        meta = pdf.open_metadata()
        assert meta["pdfaid:part"] == "3"
        assert meta["pdfaid:conformance"] == "A"
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == "Reifeprofil Parkraum-App mit Belegungsanzeige, Runde 3"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "de-DE"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not pdf.is_encrypted
        fonts = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
        assert all("Fira-Sans" in str(font.FontName) for font in fonts), "a fallback font crept in"


def test_every_figure_is_described_and_every_header_cell_has_its_scope(lang):
    with open_pdf(lang) as pdf:
        found = list(elements(pdf))
        figures = [str(one.Alt) for one in found if one.S == "/Figure"]
        with_bar = [one for one in make_profile().criteria if one.level is not None or one.target_level is not None]
        told = [one for one in with_bar if one.state != "open"]
        assert len(figures) == 4 + len(told), "three charts, the key of the bars, and a bar for each level or target"
        assert all(len(text) > 60 for text in figures)
        cells = [one for one in found if one.S == "/TH"]
        assert {str(cell.A.Scope) for cell in cells} == {"/Column", "/Row"}
        assert all("/Scope" in cell.A for cell in cells)


def test_headings_follow_each_other_without_a_gap(lang):
    with open_pdf(lang) as pdf:
        levels = [int(name[1]) for name in tag_names(pdf) if name in ("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_reading_order_puts_the_heading_of_a_criterion_first(lang):
    with open_pdf(lang) as pdf:
        articles = [one for one in elements(pdf) if one.S == "/Art"]
        told = [one for one in make_profile().criteria if one.state != "open"]
        assert len(articles) == len(told), "one for each criterion, however many pages it is on"
        assert [str(one.S) for one in elements(pdf, articles[0])][:3] == ["/Art", "/Div", "/H3"]


@pytest.mark.parametrize(
    ("name", "variant"),
    [(name, variant) for name in ("approved", "draft", "english", "empty") for variant in ("kurz", "lang")]
    + [("sixty criteria", "lang")],  # its Kurzfassung shows less than asked for
)
def test_every_page_is_read_aloud_in_the_order_of_its_text(name, variant):
    """Each piece of text of the document is found behind the one before it, across all pages."""
    profile = profile_of(name)
    first_page = first_page_of(profile, variant, ("css/print-report.css",))
    pieces = spoken(report_html(profile, variant=variant, first_page=first_page))
    assert len(pieces) > 60
    with open_pdf(rendered(name, variant)) as pdf:
        text = squeezed(text_as_read(pdf))
    place = 0
    for piece in pieces:
        found = text.find(piece, place)
        assert found >= 0, piece
        place = found + len(piece)


def plain(title: str) -> str:
    """A bookmark as it is read: without what keeps a hyphen with its word."""
    return " ".join(title.replace("\u2060", "").split())


def squeezed(text: str) -> str:
    """Without what a line break adds or takes away."""
    return re.sub(r"[\s\u00ad\u200b\u2060-]", "", text)


def spoken(html: str) -> list[str]:
    """The pieces of text of a document in their order, drawings left out."""
    root = ElementTree.fromstring(as_xml(html))  # noqa: S314 – our own text
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}svg"):
                parent.remove(child)
    body = root.find("body")
    assert body is not None
    return list(filter(None, map(squeezed, body.itertext())))


def test_a_wrong_reading_order_is_noticed():
    html = '<html lang="de"><head><title>Probe</title></head><body><p>Erstens</p><p>Zweitens</p></body></html>'
    with open_pdf(engine.html_to_pdf(html, ()) or b"") as pdf:
        assert squeezed(text_as_read(pdf)) == "ErstensZweitens"
        pdf.Root.StructTreeRoot.K[0].K = pikepdf.Array(reversed(list(pdf.Root.StructTreeRoot.K[0].K)))
        assert squeezed(text_as_read(pdf)) == "ZweitensErstens"


def test_bookmarks_lead_through_the_report(lang):
    with open_pdf(lang) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root[0].children]
        criteria = next(item for item in outline.root[0].children if item.title == "Die Kriterien im Einzelnen")
        assert titles[:3] == ["Zusammenfassung", "Inhalt", "Workstreams im Vergleich"]
        assert len(criteria.children) == 20
        assert next(item for item in outline.root[0].children if item.title == "Noch ohne Stufe")


@pytest.mark.parametrize("name", ["approved", "sixty criteria"])
def test_table_of_all_criteria_names_the_page_each_starts_on(name):
    profile = profile_of(name)
    with open_pdf(rendered(name, "lang")) as pdf:
        pages = [" ".join(page_text(one).split()) for one in pdf.pages]
        number_of: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        with pdf.open_outline() as outline:
            parts = {item.title: item for item in outline.root[0].children}
            found = (parts["Noch ohne Stufe"], *parts["Die Kriterien im Einzelnen"].children)
            places: list[tuple[str, Any]] = [(plain(item.title), item.destination) for item in found]
        (_title, others), *page_of_each = [(title, number_of[place[0].objgen]) for title, place in places]
        page_of = dict(page_of_each)
    table = " ".join(pages[2:8])
    rounds = "[0-4?–] " * (len(profile.trend.points[-SHOWN_ROUNDS:]) + 1)
    wrong = []
    for one in profile.criteria:
        name = f"{one.number} {one.title}"
        row = re.search(rf"{re.escape(name)} (?:\(unbestätigt\) )?{rounds}(\d+) ", table)
        if row is None or int(row[1]) != page_of.get(name, others):
            wrong.append((name, row and row[0]))
    assert wrong == []
    assert 0 < len(page_of) < len(profile.criteria), "both kinds"


@pytest.mark.parametrize("name", ["approved", "sixty criteria"])
def test_every_line_of_the_contents_names_the_page_its_heading_is_on(name):
    with open_pdf(rendered(name, "lang")) as pdf:
        contents = " ".join(" ".join(page_text(page).split()) for page in pdf.pages[2:5])
        number_of: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        with pdf.open_outline() as outline:
            parts = [item for item in outline.root[0].children if item.title != "Inhalt"]
        places: list[tuple[str, Any]] = [(" ".join(item.title.split()), item.destination) for item in parts]
        wrong = [
            title for title, place in places if f"{number_of[place[0].objgen]} {title} " not in contents.replace("  ", " ")
        ]
    assert wrong == []


def test_langfassung_holds_every_reason_evidence_and_step(lang):
    text = text_of(lang)
    profile = make_profile()
    for one in profile.criteria:
        assert f"{one.number} {one.title}" in text
    for said in (
        "Stadt Musterhafen",
        "freigegeben",
        "Bob Berger",
        "Ausgabe 1",
        "sind erfunden",
        "im Stellenplan",
        "(eingetragen 20.02.2026)",
        "Kriterien gegenüber Runde 2",
        "Vorschlag für den nächsten Schritt",
        "Fachdienst Mobilität",
        "Phasentor",
        "Die Stufen 0 bis 4",
        "Grundlage ist",
        "Glossar",
    ):
        assert said in text, said


def test_criteria_are_grouped_by_phases_that_come_once_and_in_order():
    profile = make_profile(60)
    runs = [label for label, _ones in groupby(profile.criteria, key=attrgetter("phase_label"))]
    assert len(runs) > len(set(runs)), "the criteria's own order comes back to a phase"
    groups = in_phases(profile, profile.criteria[::-1])
    assert [label for label, _ones in groups] == [phase.name for phase in profile.phases]
    assert all(one.phase_label == label for label, ones in groups for one in ones)
    assert sorted(one.number for _label, ones in groups for one in ones) == [one.number for one in profile.criteria]
    assert [label for label, _ones in in_phases(profile, profile.criteria[:1])] == [profile.criteria[0].phase_label]


@pytest.mark.parametrize(
    ("found", "said"),
    [([], ""), ([4], "4"), ([1, 2], "1, 2"), ([1, 2, 3], "1 bis 3"), ([3, 7, 8, 22, 23, 24, 26], "3, 7, 8, 22 bis 24, 26")],
)
def test_numbers_in_a_row_are_told_as_one(found, said):
    assert texts.numbers(found) == said


def test_langfassung_says_of_each_priority_whether_a_measure_is_missing(lang):
    profile = make_profile()
    missing = sum(item.measure is None for item in profile.priorities[:10])
    assert any(item.measure is None and not item.is_blocking for item in profile.priorities[:10])
    assert text_of(lang).count("Noch keine Maßnahme geplant.") == missing


def test_where_no_priority_has_a_measure_all_are_meant():
    some = [replace(item, measure=None) for item in make_profile().priorities[:3]]
    assert texts.unplanned(some).startswith("Für alle 3 Kriterien dieser Liste fehlt eine Maßnahme")


def test_langfassung_gives_the_reason_before_where_a_level_fell():
    facts = make_facts(3)
    answers = [replace(one, rating=replace(one.rating, state="rated", level=4)) for one in facts.rounds[-1].answers]
    higher = replace(facts.rounds[-1], answers=tuple(answers))
    with override("de"):
        profile = build_profile(replace(facts, rounds=(*facts.rounds[:-1], higher)))
    text = text_of(render_pdf(profile, variant="lang"))
    assert text.count(EARLIER_REASON[:30]) == len(profile.changes.down) > 0  # type: ignore[union-attr]
    assert EARLIER_REASON[:30] not in text_of(rendered("three criteria", "lang")), "nothing fell"


def test_every_page_of_a_draft_says_so_and_none_of_an_approved_round():
    with open_pdf(render_pdf(make_profile(3, approved=False), variant="lang")) as pdf:
        assert all("· Entwurf" in page_text(one) for one in pdf.pages)
        assert all("/Pattern" in one.resources or "/XObject" in one.resources for one in pdf.pages), "no watermark"
    assert "· Entwurf" not in text_of(rendered("three criteria", "lang"))


def test_pages_are_counted(kurz):
    with open_pdf(kurz) as pdf:
        for number, one in enumerate(pdf.pages, 1):
            assert f"Seite {number} von {len(pdf.pages)}" in page_text(one)


@pytest.mark.parametrize("name", ["one criterion", "approved", "sixty criteria", "hundred and twenty criteria"])
def test_kurzfassung_has_at_most_four_pages(name):
    with open_pdf(rendered(name, "kurz")) as pdf:
        assert len(pdf.pages) <= 4


@pytest.mark.parametrize("answered", [0, 1, 20, 60])
def test_kurzfassung_gives_no_row_to_what_nobody_has_answered(answered):
    facts = make_facts(60, rounds=0)
    answers = [
        one if place < answered else replace(one, rating=replace(one.rating, state=ScoreState.OPEN, level=None, target=None))
        for place, one in enumerate(facts.answers)
    ]
    with override("de"):
        profile = build_profile(replace(facts, answers=tuple(answers)))
    nothing = [one for one in profile.criteria if one.state == ScoreState.OPEN and one.target_level is None]
    assert len(nothing) >= 60 - answered
    with open_pdf(render_pdf(profile, variant="kurz")) as pdf:
        text = " ".join(" ".join(page_text(page) for page in pdf.pages).split())
        assert len(pdf.pages) <= 4
    said = f"Noch ohne Antwort sind {len(nothing)} Kriterien:"
    assert (said in text) == bool(nothing)
    told = " · ".join(f"{one.number} {one.title}" for one in nothing)
    assert re.sub("[- ]", "", told) in re.sub("[- ]", "", text), "a line may end within a word"


@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_page_to_decide_by_says_how_sure_it_is_when_and_what_is_asked(variant):
    profile = make_profile()
    paper = CouncilPaper(resolution="Der Rat beschließt den Dauerbetrieb.")
    without = next(one for one in profile.criteria if one.level is not None)
    criteria = tuple(replace(one, evidence=()) if one is without else one for one in profile.criteria)
    profile = replace(profile, meta=replace(profile.meta, paper=paper), criteria=criteria)
    rated = [one for one in profile.criteria if one.level is not None]
    shown = sum(bool(one.evidence) for one in rated)
    unplanned = sum(item.measure is None for item in profile.priorities)
    assert 0 < shown < len(rated)
    assert 1 < unplanned < len(profile.priorities)
    with open_pdf(render_pdf(profile, variant=variant)) as pdf:
        text = " ".join(page_text(pdf.pages[variant == "lang"]).split())
    for said in (
        f"{shown} von {len(rated)} Einschätzungen mit Nachweis",
        f"Ziele mit Termin bis spätestens {short_day(profile.trend.planned_on)}",
        f"{profile.meta.compared.label} vom {short_day(profile.meta.compared.on)}",  # type: ignore[union-attr]
        "Stufen: 0 nicht begonnen · 1 geplant",
        "Beschlussvorschlag: Der Rat beschließt den Dauerbetrieb.",
        f"Für {unplanned} der {len(profile.priorities)} Kriterien dieser Liste fehlt eine Maßnahme",
    ):
        assert said in text, said


def test_page_to_decide_by_says_that_there_is_no_measure_at_all():
    assert not profile_of("empty").measures
    text = text_of(rendered("empty", "kurz"))
    assert "Es ist noch keine Maßnahme eingetragen." in text
    assert "mit Nachweis" not in text, "nothing is rated"


def test_summary_of_the_langfassung_fits_one_page(lang):
    for content in (lang, rendered("sixty criteria", "lang")):
        with open_pdf(content) as pdf:
            pages = [page_text(one) for one in pdf.pages]
        first = next(number for number, text in enumerate(pages) if "Wo stehen wir?" in text)
        assert "Was kommt als Nächstes?" in pages[first]
        assert first == 1
        assert "Inhalt" in pages[first + 1]


@pytest.mark.parametrize("name", ["approved", "draft", "english", "empty", "one criterion", "sixty criteria", "many rounds"])
def test_last_page_of_the_langfassung_is_not_nearly_empty(name):
    filled = []

    def look(pages):
        filled.append(pages[-1].anchors[END][1] / pages[-1].height)
        return False

    engine.html_to_pdf(report_html(profile_of(name), variant="lang"), ("css/print-report.css",), accept=look)
    assert filled[0] >= NEARLY_EMPTY


@pytest.mark.parametrize("variant", ["kurz", "lang"])
@pytest.mark.parametrize("name", ["approved", "english", "sixty criteria", "many rounds"])
def test_what_is_reckoned_for_the_first_page_fits_it(name, variant):
    """And is not the least there is, where a report is of the usual kind."""
    profile = profile_of(name)
    styles = ("css/print-report.css",)
    chosen = first_page_of(profile, variant, styles)
    html = report_html(profile, variant=variant, first_page=chosen, only_first=True)
    assert engine.html_to_pdf(html, styles, accept=is_one_page), "laid out as reckoned"
    assert chosen is not FIRST_PAGES[-1] or variant == "kurz"


@pytest.mark.parametrize("name", ["approved", "sixty criteria"])
def test_first_page_of_the_kurzfassung_answers_the_four_questions(name):
    with open_pdf(rendered(name, "kurz")) as pdf:
        first, second = (" ".join(page_text(page).split()) for page in pdf.pages[:2])
    for question in (
        "Wo stehen wir?",
        "Was hält uns auf?",
        "Was ist überfällig, was hat sich geändert?",
        "Was kommt als Nächstes?",
    ):
        assert question in first
    assert re.match(r".{0,80}Workstreams im Vergleich", second)


def test_english_report_is_english_and_marks_german_answers():
    profile = profile_of("three criteria in English")
    with open_pdf(rendered("three criteria in English", "lang")) as pdf:
        assert pdf.Root.Lang == "en-GB"
    assert '<section lang="de-DE"><p>Die Zuständigkeit' in report_html(profile, variant="lang")
    assert profile.criteria[0].title in text_of(rendered("three criteria in English", "kurz"))


def test_comments_are_printed_only_where_wanted():
    assert "mit der Kämmerei abstimmen" not in text_of(rendered("three criteria", "lang"))
    with_comments = render_pdf(profile_of("three criteria"), variant="lang", with_comments=True)
    assert "mit der Kämmerei abstimmen" in text_of(with_comments)


def test_answers_cannot_smuggle_markup_files_or_addresses_into_the_report(tmp_path, caplog):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    text = (
        f'<img src="file://{secret}"> <link rel=attachment href="file://{secret}"> ![x](http://127.0.0.1/) <script>x</script>'
    )
    content = render_pdf(with_rationale(text), variant="lang")
    assert failures(content, "3a") == []
    assert b"geheim" not in content
    # A line may end anywhere in words as long as these.
    assert "<script>x</script>" in re.sub(r"[\s-]", "", text_of(content))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x.css", "file:///etc/passwd", "report:../manage.py", "report:/etc/passwd", "data:text/css,x"]
)
def test_nothing_but_static_files_is_ever_fetched(address):
    with pytest.raises(ValueError, match=r"Refused|Not a static file"):
        engine._fetcher().fetch(address)


def test_the_same_profile_gives_the_same_bytes(kurz):
    assert render_pdf(make_profile(), variant="kurz", made_at=MADE_AT) == kurz


def test_another_process_gives_the_same_bytes(kurz):
    code = (
        "import django, hashlib; django.setup()\n"
        "from datetime import datetime\n"
        "from assessments.reports.pdf import render_pdf\n"
        "from tests.reports.sample import make_profile\n"
        "made_at = datetime.fromisoformat('2026-11-27T19:05:08+00:00')\n"
        "print(hashlib.sha256(render_pdf(make_profile(), variant='kurz', made_at=made_at)).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONHASHSEED": "7"}
    )
    assert done.stdout.strip() == hashlib.sha256(kurz).hexdigest()


def test_a_stream_that_ends_in_a_carriage_return_is_written_without_doubt():
    """Whichever of these texts makes such a stream, the file stays valid; and at least one of them does."""
    seen = 0
    for number in range(120):
        html = f'<html lang="de"><title>Probe</title><p>Probe {number} {"x" * (number % 31)}</p></html>'
        content = engine.html_to_pdf(html, ())
        assert content
        seen += b"\r\r\nendstream" in content or b"/Padding" in content
        assert failures(content, "3a") == [], number
    assert seen


@pytest.mark.parametrize("approved", [True, False])
def test_names_of_any_length_keep_the_cover_on_one_page(approved):
    profile = make_profile(3, approved=approved)
    profile = replace(
        profile,
        meta=replace(
            profile.meta,
            municipality="Verbandsgemeinde " * 12,
            project="Donaudampfschifffahrtsgesellschaftskapitän " * 3,
            project_summary="Satz. " * 400,
        ),
    )
    with open_pdf(render_pdf(profile, variant="lang")) as pdf:
        assert "Zusammenfassung" in page_text(pdf.pages[1])


def test_days_are_written_as_the_language_has_them():
    english = text_of(rendered("three criteria in English", "kurz"))
    assert "As of 20 March 2026" in english
    assert "30 Jun 2026" in english
    german = text_of(rendered("three criteria", "kurz"))
    assert "Stand 20. März 2026" in german
    assert "30.06.2026" in german
