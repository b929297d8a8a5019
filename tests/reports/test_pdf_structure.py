"""What the tags of a PDF say beside its text: languages, contents, links; and the data inside it."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from django.conf import settings
from django.utils.translation import override

from assessments.reports.export import render_json, render_xlsx
from assessments.reports.pdf import VARIANTS, engine, render_pdf
from tests.reports.pdf_facts import elements, open_pdf, page_text, said_in, said_in_each, tag_names
from tests.reports.rendered import MADE_AT, profile_of, rendered
from tests.reports.sample import REASON, with_rationale
from tests.reports.test_pdf import squeezed


@pytest.fixture(scope="module")
def english() -> bytes:
    return rendered("english", "lang")


@pytest.fixture(scope="module")
def german() -> bytes:
    return rendered("approved", "lang")


def passages(pdf: pikepdf.Pdf) -> list[str]:
    """The text of each element that names a language of its own."""
    german = (one for one in elements(pdf) if one.get("/Lang") == "de-DE")
    return [" ".join(text.split()) for text in said_in_each(pdf, german)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_english_report_names_the_language_of_each_german_passage(variant):
    profile = profile_of("english")
    with open_pdf(rendered("english", variant)) as pdf:
        found = squeezed(" ".join(passages(pdf)))
        assert squeezed(profile.meta.project) in found
        for measure in [one for one in profile.measures if one.is_open][:2]:
            assert squeezed(measure.text) in found
        if variant == "lang":
            reasons = squeezed(REASON.split("\n")[0][:90])
            assert found.count(reasons) == sum(REASON[:90] in one.rationale for one in profile.criteria)
            assert all(squeezed(item.label) in found for one in profile.criteria for item in one.evidence)
        assert "level" not in found.lower()
        assert "catalogue" not in found.lower()


def test_a_german_report_names_no_other_language(german):
    with open_pdf(german) as pdf:
        assert not any("/Lang" in one for one in elements(pdf))


def test_templates_keep_the_tags_that_name_a_language_for_passages():
    """``structure`` tells passages by these tags alone."""
    folder = Path(settings.BASE_DIR) / "templates" / "report" / "pdf"
    texts = [re.sub(r"{% comment %}.*?{% endcomment %}", "", file.read_text(), flags=re.S) for file in folder.rglob("*.html")]
    found = [tag for text in texts for tag in re.findall(r"<(?:section|span|blockquote)\b[^>]*>", text)]
    assert len(found) > 10
    assert [
        tag for tag in found if "own_language|lang" not in tag and "written_lang" not in tag and 'lang="de-DE"' not in tag
    ] == []


def test_contents_are_tagged_as_contents(german):
    with open_pdf(german) as pdf:
        names = tag_names(pdf)
        contents = [one for one in elements(pdf) if one.S == "/TOC"]
        entries = [one for one in elements(pdf) if one.S == "/TOCI"]
        assert len(entries) == 12
        assert all(kid.S in ("/TOCI", "/TOC") for one in contents for kid in one.K)
        assert all(one.K[0].S == "/Reference" for one in entries)
    assert names.count("Reference") == len(entries)


def test_one_link_has_one_tag_with_all_its_parts():
    """A long address goes over several lines, each of which is a place to click."""
    address = "https://ratsinfo.example/" + "vorlage-" * 40 + "ende"
    html = f'<html lang="de"><title>Probe</title><p>Siehe <a href="{address}">{address}</a> und <a href="https://a.de">a</a>.</p></html>'
    content = engine.html_to_pdf(html, ("css/print-report.css",))
    assert content
    with open_pdf(content) as pdf:
        links = [one for one in elements(pdf) if one.S == "/Link"]
        assert [said_in(pdf, one).replace(" ", "").replace("\u200b", "") for one in links] == [address, "a"]
        parts = [kid for kid in links[0].K if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"]
        assert len(parts) > 1
        numbers: Any = pdf.Root.StructTreeRoot.ParentTree.Nums
        by_number = {int(number): value for number, value in zip(numbers[::2], numbers[1::2], strict=True)}
        for part in parts:
            assert by_number[int(part.Obj.StructParent)].objgen == links[0].objgen


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("name", "language"), [("approved", "de"), ("english", "en")])
def test_a_report_carries_its_own_data(variant, name, language):
    profile = profile_of(name)
    with open_pdf(rendered(name, variant)) as pdf:
        names = list(pdf.attachments)
        assert names == ["reifeprofil-parkraum-app-runde-3.json", "reifeprofil-parkraum-app-runde-3.xlsx"]
        data, table = (pdf.attachments[name].get_file() for name in names)
        with override(language):
            assert data.read_bytes() == render_json(profile)
            assert table.read_bytes() == render_xlsx(profile)
        assert json.loads(data.read_bytes())["meta"]["project"] == profile.meta.project
        assert openpyxl.load_workbook(io.BytesIO(table.read_bytes())).sheetnames
        assert data.mime_type == "application/json"
        assert table.mime_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert data.creation_date == MADE_AT
        files = list(pdf.Root.AF)
        assert [str(one.AFRelationship) for one in files] == ["/Data", "/Alternative"]
        assert all(str(one.Desc) for one in files)


def test_a_file_is_dated_to_its_making_and_says_its_own_day_in_words(german):
    with open_pdf(german) as pdf:
        assert str(pdf.docinfo.CreationDate) == "D:20261127190508Z"
        assert pdf.open_metadata()["xmp:CreateDate"] == "2026-11-27T19:05:08Z"
        assert all("Stand 20. März 2026" in " ".join(page_text(page).split()) for page in pdf.pages[1:])


def test_the_running_head_names_the_criterion_and_says_where_one_goes_on():
    profile = with_rationale("Wort für Wort. " * 600, criteria=3)
    with open_pdf(render_pdf(profile, variant="lang")) as pdf:
        pages = [" ".join(page_text(page).split()) for page in pdf.pages]
    title = f"1 {profile.criteria[0].title}"
    going_on = [text for text in pages if f"Fortsetzung: {title}" in text]
    assert len(going_on) >= 2
    begins = next(number for number, text in enumerate(pages) if "Die Kriterien im Einzelnen" in text and number > 2)
    assert "Fortsetzung" not in pages[begins]
    assert all(one != two for one, two in pairwise(pages))
