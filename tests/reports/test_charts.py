"""What the charts say, to eyes and to screen readers."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override

from assessments.reports.charts import (
    CARD,
    FULL,
    HALF,
    Bar,
    HeatRow,
    PlannedValue,
    RoadPhase,
    Series,
    Strip,
    TrendRound,
    bullet_bars,
    for_screen,
    heat_grid,
    level_bar,
    level_strips,
    marks_key,
    phase_road,
    radar,
    trend,
)
from assessments.reports.charts.svg import SIZE

STREAMS = ["Finanziell", "Organisatorisch", "Technisch", "Wirtschaftlich"]
THREE = [
    Series("now", "Runde 3", (2.4, 1.8, 3.3, None)),
    Series("target", "Ziel", (3.0, 3.0, 4.0, 3.0)),
    Series("earlier", "Runde 2", (2.0, 1.8, 2.1, 1.5)),
]
ROUNDS = [TrendRound("Runde 1", date(2024, 9, 1), 1.2), TrendRound("Runde 2", date(2025, 5, 1), 1.9)]
PHASES = [
    RoadPhase("P1 Ideenfindung", "reached"),
    RoadPhase("P2 Prototyp", "blocked", 2, is_current=True),
    RoadPhase("P3 Pilot", "ahead"),
]


@pytest.fixture(autouse=True)
def _german():
    with override("de"):
        yield


def spoken(svg: str) -> str:
    """The alternative text; it must be the same for the browser and for the PDF."""
    found = re.match(r'<svg[^>]* aria-label="([^"]*)"[^>]*><title>([^<]*)</title>', svg)
    assert found, "title must be the first direct child"
    assert found[1] == found[2]
    return found[1]


def test_radar_says_every_value_with_a_decimal_comma():
    assert spoken(radar(STREAMS, THREE)) == (
        "Netzdiagramm mit 4 Achsen von Stufe 0 bis 4. "
        "Runde 3: Finanziell 2,4, Organisatorisch 1,8, Technisch 3,3, Wirtschaftlich –. "
        "Ziel: Finanziell 3,0, Organisatorisch 3,0, Technisch 4,0, Wirtschaftlich 3,0. "
        "Runde 2: Finanziell 2,0, Organisatorisch 1,8, Technisch 2,1, Wirtschaftlich 1,5. "
        "Alle Werte stehen in der Tabelle daneben."
    )


def test_many_axes_are_summed_up_instead_of_read_out():
    labels = [f"K{number}" for number in range(1, 22)]
    values = (4, 0, 0, 0, 0, *(2,) * 15, None)
    assert spoken(radar(labels, [Series("now", "Jetzt", values)])) == (
        "Netzdiagramm mit 21 Achsen von Stufe 0 bis 4. Jetzt: von 0 (K2, K3 und 2 weitere) bis 4 (K1). 1 ohne Wert. "
        "Alle Werte stehen in der Tabelle daneben."
    )


def test_equal_values_are_said_once():
    assert "Jetzt: überall 3." in spoken(radar([f"K{n}" for n in range(9)], [Series("now", "Jetzt", (3,) * 9)]))


def test_radar_without_any_value_says_so():
    assert "Jetzt: noch keine Werte." in spoken(radar(STREAMS, [Series("now", "Jetzt", (None,) * 4)]))


def test_radar_breaks_the_line_at_a_missing_value():
    drawn = radar(STREAMS, [Series("now", "Jetzt", (2.0, 2.0, None, 2.0))])
    assert "<polyline" in drawn
    assert "fill-opacity" not in drawn
    assert "fill-opacity" in radar(STREAMS, [Series("now", "Jetzt", (2.0,) * 4)])


@pytest.mark.parametrize("axes", [1, 2])
def test_too_few_axes_for_a_radar_become_bars(axes):
    drawn = radar(STREAMS[:axes], [Series("now", "Jetzt", (2.0,) * axes)])
    assert 'class="chart chart--bars"' in drawn
    assert spoken(drawn).startswith("Balkendiagramm mit")


def test_more_than_twelve_axes_carry_numbers():
    drawn = radar([f"Kriterium {n}" for n in range(13)], [Series("now", "Jetzt", (2,) * 13)])
    assert "Kriterium 7" not in re.sub(r"<title>.*?</title>|aria-label=\"[^\"]*\"", "", drawn)
    assert ">13</text>" in drawn


def test_the_three_roles_differ_in_dash_and_mark():
    drawn = radar(STREAMS, THREE)
    assert 'stroke-dasharray="7 4"' in drawn
    assert 'stroke-dasharray="2 3"' in drawn
    assert drawn.count('width="7" height="7"') == 4  # three values and the key
    assert drawn.count("<circle") == 5  # four values and the key


def test_bar_without_value_shows_a_dash_and_never_zero():
    drawn = bullet_bars([Bar("Technisch", None, 3.0)])
    assert ">–</text>" in drawn
    assert ">0,0</text>" not in drawn


def test_bars_say_only_roles_that_have_values():
    drawn = bullet_bars([Bar("Technisch", 2.0)])
    assert spoken(drawn) == (
        "Balkendiagramm mit 1 Zeile von Stufe 0 bis 4. Jetzt: Technisch 2,0. Alle Werte stehen in der Tabelle daneben."
    )
    assert "Ziel" not in drawn


NAMES = {"now": "Runde 3", "target": "Ziel", "earlier": "Runde 2"}


def test_bar_without_words_says_level_target_and_earlier_round():
    assert spoken(level_bar(Bar("Nutzen", 2, 3, 1), series_names=NAMES)) == (
        "Nutzen, Stufen von 0 bis 4. Runde 3: 2, Ziel: 3, Runde 2: 1."
    )
    assert spoken(level_bar(Bar("Nutzen", None, 3), series_names=NAMES)) == ("Nutzen, Stufen von 0 bis 4. Runde 3: –, Ziel: 3.")


def test_key_explains_the_marks_and_leaves_out_roles_without_a_name():
    assert spoken(marks_key(NAMES)) == "Zeichen der Balken unter den Stufen. Balken: Runde 3, Raute: Ziel, Ring: Runde 2."
    assert spoken(marks_key(NAMES | {"earlier": ""})).endswith("Balken: Runde 3, Raute: Ziel.")


def test_trend_says_rounds_and_plan():
    assert spoken(trend(ROUNDS, PlannedValue(date(2027, 12, 1), 3.4))) == (
        "Verlauf über 2 Runden. Mittlere Stufe: Runde 1 (09/2024) 1,2, Runde 2 (05/2025) 1,9. Geplant sind 3,4 bis 12/2027."
    )


def test_trend_of_one_round_has_a_mark_and_no_line():
    drawn = trend(ROUNDS[:1])
    assert "<polyline" not in drawn
    assert ">1,2</text>" in drawn


def test_trend_leaves_out_a_plan_that_has_passed():
    assert "Plan" not in trend(ROUNDS, PlannedValue(date(2025, 1, 1), 3.0))


def test_trend_dots_the_way_to_a_round_of_other_criteria_and_hollows_what_is_provisional():
    first, second = ROUNDS
    same = trend([first, replace(second, is_provisional=False)])
    other = trend([first, replace(second, is_provisional=True, same_criteria=False)])
    assert "Gepunktet" not in same
    assert "Hohl" not in same
    assert "Gepunktet: Es sind nicht dieselben Kriterien eingeschätzt." in other
    assert "Hohl: vorläufig" in other
    assert other.count('stroke-dasharray="2 3"') == 1
    assert "Runde 2 (05/2025) 1,9 vorläufig" in spoken(other)


STRIP = Strip("Technisch", (0, 1, 0, 3, 0), 2, 2.5, 3.0, "4 von 6 eingeschätzt")


def test_level_strips_say_counts_mean_and_what_has_no_level():
    assert spoken(level_strips([STRIP])) == (
        "Verteilung der Stufen in 1 Gruppe. Technisch: 1 auf Stufe 1, 3 auf Stufe 3, 2 ohne Stufe, Mittel 2,5, "
        "4 von 6 eingeschätzt, Ziel 3,0. Alle Werte stehen in der Tabelle daneben."
    )
    empty = Strip("Technisch", (0,) * 5, 4, None)
    assert spoken(level_strips([empty])).startswith("Verteilung der Stufen in 1 Gruppe. Technisch: keine Stufen, 4 ohne Stufe.")
    assert ">Mittel –</text>" in level_strips([empty])


def test_level_strips_tell_levels_by_place_and_provisional_by_hatching():
    drawn, provisional = level_strips([STRIP]), level_strips([replace(STRIP, is_provisional=True)])
    counts = re.findall(r">(\d)</text>", drawn)
    assert counts == ["0", "1", "2", "3", "4", "0", "1", "0", "3", "0", "2"], "the scale, five counts, and those without"
    assert 'stroke-dasharray="2 2"' not in drawn
    assert provisional.count('stroke-dasharray="2 2"') == 3, "two columns and the key"
    assert "vorläufig" in provisional
    assert spoken(provisional).count("vorläufig") == 1


def test_level_strips_mark_the_earlier_round_with_a_ring_that_the_key_explains():
    drawn = level_strips([replace(STRIP, earlier=1.9)], earlier_name="Runde 2")
    assert drawn.count("<circle") == 2, "in its row and in the key"
    assert "Dieselben Kriterien in Runde 2" in drawn
    assert "Runde 2: 1,9" in spoken(drawn)
    assert "<circle" not in level_strips([STRIP], earlier_name="Runde 2")
    assert "Mittel in" not in level_strips([STRIP], earlier_name="Runde 2")


def test_a_key_shows_what_the_chart_shows():
    """Bars have no line in their key, lines have one."""
    bars = bullet_bars([Bar("Technisch", 2.0, 3.0, 1.0)])
    key = marks_key({"now": "Jetzt", "target": "Ziel", "earlier": "Runde 1"})
    for drawn in (bars, key):
        assert 'stroke-dasharray="7 4"' not in drawn
        assert 'stroke-width="9"' in drawn
    assert 'stroke-dasharray="7 4"' in trend(ROUNDS, PlannedValue(date(2027, 1, 1), 3.0))


def test_no_line_of_the_grid_strikes_through_a_figure_of_the_trend():
    """Each figure has paper behind it, drawn after all lines."""
    drawn = trend([TrendRound("Runde 1", date(2024, 9, 1), 2.6), TrendRound("Runde 2", date(2025, 5, 1), 3.6)])
    figures = drawn.index('font-weight="600"')
    assert drawn.rindex("<line", 0, figures) < drawn.index('class="f-paper"')
    assert drawn.count('class="f-paper"') == 2


@pytest.mark.parametrize("width", [290, 300, 480, 500, 640])
@pytest.mark.parametrize(
    ("language", "note", "word"),
    [
        ("de", "1 von 3 eingeschätzt", "vorläufig"),
        ("de", "9 von 21 eingeschätzt", "vorläufig"),
        ("de", "199 von 999 eingeschätzt", "vorläufig"),
        ("en", "9 of 21 rated", "provisional"),
    ],
)
def test_level_strips_never_cut_that_a_mean_is_provisional(width, language, note, word):
    with override(language):
        drawn = level_strips([replace(STRIP, note=note, is_provisional=True), STRIP], width=width)
    told = [text for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn) if text.endswith(word)]
    assert len(told) == 1
    assert "…" not in drawn


def test_trend_without_values_says_so():
    assert spoken(trend([TrendRound("Runde 1", date(2024, 9, 1), None)])) == "Verlauf: noch keine Werte."


def test_heat_grid_tells_the_states_apart_without_colour():
    drawn = heat_grid(
        [HeatRow("A", (1, 4)), HeatRow("B", ("unknown", "not_applicable")), HeatRow("C", (None, "open"))], ["R1", "R2"]
    )
    for sign in (">1</text>", ">4</text>", ">?</text>", ">–</text>"):
        assert sign in drawn
    assert drawn.count("<rect") == 5
    assert spoken(drawn) == (
        "Raster mit 3 Kriterien über 2 Runden. R1: 1 auf Stufe 1. R2: 1 auf Stufe 4. Alle Werte stehen in der Tabelle daneben."
    )


def test_phase_road_says_each_gate_and_where_the_project_is():
    assert spoken(phase_road(PHASES)) == (
        "Weg durch die Phasen. P1 Ideenfindung: Tor erreicht; P2 Prototyp: 2 Meilensteine offen (hier steht das Projekt); "
        "P3 Pilot: steht noch an."
    )


def test_text_from_people_cannot_break_out_of_the_drawing():
    drawn = bullet_bars([Bar('<script>"&', 1.0, note="<b>")])
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_drawings_have_no_ids_and_are_the_same_every_time():
    assert radar(STREAMS, THREE) == radar(STREAMS, THREE)
    assert " id=" not in radar(STREAMS, THREE) + phase_road(PHASES)


def test_on_screen_each_drawing_is_laid_out_for_the_width_it_is_shown_at():
    """Text of ``SIZE`` is as large as the page's: 18 of its pixels; the style sheet has the same widths."""
    sheet = Path("static/css/charts.css").read_text(encoding="utf-8")
    for places in (FULL, HALF, CARD):
        drawn = for_screen(lambda width: phase_road(PHASES, width=width), places)
        for place in places:
            [units] = re.findall(rf'<div class="chart-{place}"><svg [^>]*? width="([\d.]+)"', drawn)
            [rem] = re.findall(rf"\.chart-{place} > \.chart {{ width: (\d+)rem; }}", sheet)
            assert float(rem) * 16 / float(units) * SIZE == pytest.approx(18, abs=0.01)


def test_english_has_english_figures():
    with override("en"):
        assert ">2.4</text>" in radar(STREAMS, THREE)
