"""Whatever people type ends in a readable, valid PDF."""

from typing import Any

import page as pdf_validator
import pikepdf
import pytest

from assessments.limits import RATIONALE
from assessments.reports.pdf import limits, render_pdf
from tests.reports.pdf_facts import open_pdf, text_of
from tests.reports.rendered import rendered
from tests.reports.sample import make_profile, with_measures, with_rationale

TEXTS = {
    "one word of a hundred thousand letters": "Donaudampfschiff" * 6_500,
    "right to left": "التحول الرقمي في المدينة " * 40 + "עיר חכמה " * 40,
    "emoji": "Läuft 👍🏽 prima 🎉 ✅ ⚠️ 👨‍👩‍👧 ❌ ❤️",
    "other scripts": "Жители, Δήμος, şehir, Łódź, 市政府, ภาษาไทย, 한국어",
    "symbols": "≥ 3 → gut, ≤ 2 ≈ schlecht, ∞ ½ ✓ ✗ • ☎",
    "controls and private characters": "a\x01b\x07c\ufffee\ue000f\u200bg\u00adh",
    "markdown that nests": "> " * 500 + "tief",
    "a thousand list items": "\n".join(f"- Punkt {number}" for number in range(1000)),
    "html": "<table><tr><td>" * 200,
}


def checked(content: bytes) -> bytes:
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(content, profile=profile).failures == []
    return content


@pytest.mark.parametrize("name", TEXTS)
def test_report_stays_valid_with(name):
    checked(render_pdf(with_rationale(TEXTS[name]), variant="lang"))


def test_a_long_reason_is_cut_with_a_note_where_the_rest_is():
    text = text_of(checked(rendered("fifty thousand words", "lang")))
    assert "Gekürzt um 4" in text
    assert "der ganze Text steht in Skalierungscheck" in text


def test_a_reason_within_bounds_is_not_cut():
    assert limits.shorten("Wort " * 100, 4000) == limits.Shortened("Wort " * 100, 0)


@pytest.mark.parametrize("text", [("Wort für Wort. " * 700)[: RATIONALE.characters], "a\n" * RATIONALE.lines])
def test_what_the_form_takes_is_printed_whole(text):
    assert RATIONALE.problem(text) == ""
    profile = with_rationale(text.rstrip() + " Ende", criteria=8)
    assert not any(entry.rationale.left_out for entry in limits.entries(profile, with_comments=False))
    assert text_of(render_pdf(profile, variant="lang")).count("Ende") >= 8


def test_shortening_counts_the_words_it_leaves_out():
    found = limits.shorten("eins zwei drei vier", 10)
    assert found == limits.Shortened("eins zwei …", 2)


def test_shortening_leaves_no_comma_before_the_dots():
    assert limits.shorten("eins, zwei, drei, vier", 11) == limits.Shortened("eins, zwei …", 2)


def test_many_long_reasons_share_the_room():
    profile = with_rationale("Wort " * 800, criteria=120)
    found = limits.entries(profile, with_comments=False)
    assert sum(len(entry.rationale.text) for entry in found) <= limits.ALL_TEXTS * 1.01
    assert all(entry.rationale.left_out for entry in found)


def test_five_hundred_measures_are_listed_up_to_a_bound_that_is_named():
    content = checked(render_pdf(with_measures(500), variant="lang"))
    text = text_of(content)
    assert "100 weitere Maßnahmen stehen in der Tabelle" in text
    assert "und 488 weitere, unter „Maßnahmen“" in text


def test_kurzfassung_bounds_measures_too():
    with open_pdf(checked(render_pdf(with_measures(500), variant="kurz"))) as pdf:
        assert len(pdf.pages) <= 4


def test_pictographs_are_drawn():
    text = text_of(checked(render_pdf(with_rationale("Läuft 👍 prima ❤️ 👨‍👩‍👧"), variant="lang")))
    assert "Läuft 👍 prima" in text
    assert "[" not in text


def test_characters_that_no_font_has_are_spelled_out():
    assert "[cuneiform sign a]" in text_of(checked(render_pdf(with_rationale("Zeichen \U00012000 hier"), variant="lang")))


def test_letters_of_neighbouring_languages_are_drawn_in_the_same_typeface():
    content = checked(render_pdf(with_rationale("Gülşen Łukasz Šimánek Őrsi Çağlar Ðorđe"), variant="lang"))
    assert "Gülşen Łukasz Šimánek Őrsi Çağlar Ðorđe" in text_of(content)
    with open_pdf(content) as pdf:
        fonts = {str(one.FontName) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/FontName" in one}
    assert fonts
    assert all("Fira-Sans" in name for name in fonts)


def test_long_names_stay_inside_their_page():
    profile = make_profile(3, municipality="Verbandsgemeinde " * 12, project="Projekt " * 15)
    checked(render_pdf(profile, variant="lang"))
    with open_pdf(checked(render_pdf(profile, variant="kurz"))) as pdf:
        assert len(pdf.pages) <= 4


def test_a_long_name_at_the_foot_of_a_page_goes_on_in_a_second_line():
    """It is as long as forms take it, and was cut at the edge together with the day behind it."""
    longest = ("Verbandsgemeinde an Saale und Unstrut " * 4)[:120].strip()
    feet = []
    for name in ("Auenfurt", longest):
        with open_pdf(render_pdf(make_profile(3, municipality=name), variant="kurz")) as pdf:
            steps: Any = pikepdf.parse_content_stream(pdf.pages[1])
            feet.append(max(float(operands[5]) for operands, operator in steps if str(operator) == "Tm"))
    assert feet[1] > feet[0], "lower on the page, from its top"


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("es ist Stufe 2, nötig ist 3", "es ist Stufe_2, nötig ist 3"),
        ("Runde 2", "Runde 2"),
        ("von Stufe 1 auf 2", "von Stufe_1_auf_2"),
        ("from level 1 to 2", "from level_1_to_2"),
        ("Svenja Lüttmann, bis 30.04.2027", "Svenja Lüttmann, bis_30.04.2027"),
        ("Svenja Lüttmann, by 30 Apr 2027", "Svenja Lüttmann, by_30_Apr_2027"),
        ("am 9. Februar 2026", "am 9._Februar 2026"),
        ("30 October 2026", "30_October 2026"),
        ("Svenja Lüttmann, bis 30. April 2027", "Svenja Lüttmann, bis_30._April_2027"),
        ("Svenja Lüttmann, bis 30._April 2027", "Svenja Lüttmann, bis_30._April_2027"),
        ("Zum Phasentor „P4 Verstetigung“", "Zum Phasentor „P4_Verstetigung“"),
        ("Levels 0 to 4", "Levels 0_to_4"),
        ("(BMWSB / BBSR)", "(BMWSB_/_BBSR)"),
        ("19.600 € und 11 %", "19.600_€ und 11_%"),
        ("endet – beibehalten, übernehmen –, und", "endet_– beibehalten, übernehmen_–, und"),
        ("21 von 21 Kriterien, 5 unbestätigt", "21 von 21 Kriterien, 5_unbestätigt"),
        ("im Jahr 2026 und danach 3 Monate", "im Jahr 2026 und danach 3 Monate"),
        ("Betrieb und -pflege, Zu- und Abgang", "Betrieb und -\u2060pflege, Zu- und Abgang"),
        ("bei -5 Grad, M 2 -3", "bei -5 Grad, M 2 -3"),
        ("<b>eins</b>\n    · zwei · drei", "<b>eins</b>_· zwei_· drei"),
        ('(20) <i class="muted">Level 2, target 3', '(20)<i class="muted"> Level_2, target_3'),
        ("an Dr. Miriam Osterkamp (2 fehlen)", "an Dr._Miriam Osterkamp (2_fehlen)"),
    ],
)
def test_no_line_ends_between_what_belongs_together(apart, together):
    assert limits.drawable(f"<p>{apart.replace('_', chr(160))}</p>") == f"<p>{together.replace('_', chr(160))}</p>"


def test_many_reasons_of_many_short_lines_share_the_room():
    """A7: 31 reasons of 1,990 lines each, stored before lines were counted. Without a bound, that is two thousand pages."""
    profile = with_rationale("a\n" * 1990, criteria=31)
    found = limits.entries(profile, with_comments=False)
    assert sum(limits.cost(entry.rationale.text) for entry in found) <= limits.ALL_TEXTS * 1.01
    with open_pdf(checked(render_pdf(profile, variant="lang"))) as pdf:
        assert len(pdf.pages) < 150
