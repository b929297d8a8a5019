"""Whatever the data: nothing leaves the drawing, and no two labels lie on each other."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.reports.charts import (
    Bar,
    HeatRow,
    PlannedValue,
    RoadPhase,
    Series,
    Strip,
    TrendRound,
    bullet_bars,
    heat_grid,
    level_bar,
    level_strips,
    marks_key,
    phase_road,
    radar,
    trend,
)
from assessments.reports.charts.inputs import SeriesRole
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.svg import Box
from assessments.reports.charts.text_width import text_width

SVG = "{http://www.w3.org/2000/svg}"
LONG = [
    "Organisationsentwicklungsverantwortung und Zuständigkeitsklärung",
    "Datenschutzfolgenabschätzung",
    "Betreiber- und Finanzierungsmodell",
    "Nutzen",
    "Vergaberechtskonforme Innovationsbeschaffung",
    "Beschluss der Stadtverordnetenversammlung",
]
WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßABCÄÖÜ -–,.", min_size=1, max_size=70).map(str.strip).filter(bool)
VALUES = st.one_of(st.none(), st.floats(0, 4), st.integers(0, 4))
WIDTHS = st.sampled_from([208.0, 312.0, 340.0, 404.4, 480.0, 640.0])


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 – our own drawing


def boxes(svg: str) -> list[tuple[str, Box]]:
    """Where each text lies: from the baseline up by the height of a capital, without the line spacing."""
    found = []
    for text in parse(svg).iter(f"{SVG}text"):
        size = float(text.get("font-size", 0))
        said = text.text or ""
        width = text_width(said, size, bold=text.get("font-weight") == "600")
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
        found.append((said, Box(left, y - 0.72 * size, left + width, y + 0.2 * size)))
    return found


def places(svg: str) -> list[tuple[float, float]]:
    """Every point that a shape is drawn through."""
    found = []
    for shape in parse(svg).iter():
        get = lambda name: float(shape.get(name, 0))  # noqa: B023, E731 – used at once
        if shape.get("points"):
            found += [(float(pair.split(",")[0]), float(pair.split(",")[1])) for pair in shape.get("points", "").split()]
        elif shape.tag == f"{SVG}line":
            found += [(get("x1"), get("y1")), (get("x2"), get("y2"))]
        elif shape.tag == f"{SVG}rect":
            found += [(get("x"), get("y")), (get("x") + get("width"), get("y") + get("height"))]
        elif shape.tag == f"{SVG}circle":
            found += [(get("cx") - get("r"), get("cy") - get("r")), (get("cx") + get("r"), get("cy") + get("r"))]
    return found


def assert_tidy(svg: str) -> None:
    root = parse(svg)
    _x, _y, width, height = map(float, root.get("viewBox", "").split())
    edge = 0.6  # coordinates are rounded to a tenth
    texts = boxes(svg)
    for said, box in texts:
        assert box.left >= -edge, (said, box)
        assert box.top >= -edge, (said, box)
        assert box.right <= width + edge, (said, box)
        assert box.bottom <= height + edge, (said, box)
    for x, y in places(svg):
        assert -edge <= x <= width + edge, (x, y)
        assert -edge <= y <= height + edge, (x, y)
    for number, (said, box) in enumerate(texts):
        for other_said, other in texts[number + 1 :]:
            assert not box.overlaps(other, -0.5), (said, box, other_said, other)


def make_series(count: int, *columns: list) -> list[Series]:
    names: list[tuple[SeriesRole, str]] = [("now", "Runde 3"), ("target", "Ziel"), ("earlier", "Runde 2")]
    return [Series(role, name, tuple(values)) for (role, name), values in zip(names, columns, strict=False)]


@pytest.mark.parametrize("width", [320, 340, 640])
@pytest.mark.parametrize("axes", [0, 1, 2, 3, 4, 5, 7, 12, 13, 21, 60, 200])
def test_radar_is_tidy_with_any_number_of_axes(axes, width):
    labels = [LONG[number % len(LONG)] for number in range(axes)]
    values = [number % 5 for number in range(axes)]
    assert_tidy(radar(labels, make_series(axes, values, [3] * axes, values[::-1]), width=width))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 24), WIDTHS)
def test_radar_is_tidy_with_any_labels_and_values(data, axes, width):
    labels = data.draw(st.lists(WORDS, min_size=axes, max_size=axes))
    column = st.lists(VALUES, min_size=axes, max_size=axes)
    assert_tidy(radar(labels, make_series(axes, data.draw(column), data.draw(column), data.draw(column)), width=width))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(Bar, WORDS, VALUES, VALUES, VALUES, st.sampled_from(["", "5 von 12"])), max_size=30), WIDTHS)
def test_bars_are_tidy_with_any_labels_and_values(bars, width):
    assert_tidy(bullet_bars(bars, width=width))


@st.composite
def strips(draw):
    """Rows as a profile makes them: mean and target exist where a level does."""
    counts = tuple(draw(st.lists(st.integers(0, 99), min_size=5, max_size=5)))
    mean = st.floats(0, 4) if any(counts) else st.none()
    note = draw(st.sampled_from(["", "5 von 12 eingeschätzt"]))
    return Strip(draw(WORDS), counts, draw(st.integers(0, 99)), draw(mean), draw(mean), note, draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(st.lists(strips(), max_size=12), WIDTHS)
def test_level_strips_are_tidy_with_any_labels_and_counts(rows, width):
    assert_tidy(level_strips(rows, width=width))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", [208, 312])
def test_key_of_level_strips_is_not_cut(width, language):
    strip = Strip("Finanziell", (1, 2, 3, 4, 5), 2, 2.3, 3.0, "15 von 17 eingeschätzt", True, earlier=1.7, since="+0,5 bei 20")
    with override(language):
        assert_tidy(level_strips([strip], earlier_name="Runde 12", width=width))


@pytest.mark.parametrize("width", [480, 640])
@pytest.mark.parametrize("rows", [1, 5])
def test_key_of_level_strips_keeps_clear_of_the_last_rows_notes(width, rows):
    strip = Strip("Alle Kriterien", (1, 2, 3, 4, 5), 2, 2.3, 3.0, "15 von 17 eingeschätzt", False, earlier=1.7)
    texts = boxes(level_strips([strip] * rows, earlier_name="Runde 2", width=width))
    key = min(box.top for said, box in texts if said in ("Mittlere Stufe", "Ziel"))
    assert key - max(box.bottom for said, box in texts if "Ziel 3,0" in said) >= 6


@pytest.mark.parametrize("width", [290, 480, 640])
def test_a_target_at_the_highest_level_keeps_clear_of_the_figure_beside_it(width):
    drawing = parse(bullet_bars([Bar("Nutzen", 3.4, 4.0, 2.0, "5 von 12")], width=width))
    marks = [float(pair.split(",")[0]) for one in drawing.iter(f"{SVG}polygon") for pair in one.get("points", "").split()]
    figures = [float(one.get("x", 0)) for one in drawing.iter(f"{SVG}text") if one.text == "3,4"]
    assert min(figures) - max(marks) > 4


@settings(max_examples=100, deadline=None)
@given(st.builds(Bar, WORDS, VALUES, VALUES, VALUES), st.integers(60, 640))
def test_a_bar_without_words_keeps_its_marks_inside(bar, width):
    assert_tidy(level_bar(bar, series_names={"now": "Runde 3", "target": "Ziel", "earlier": "Runde 2"}, width=width))


@settings(max_examples=50, deadline=None)
@given(WORDS, WORDS, st.sampled_from([320, 640]))
def test_key_of_the_marks_is_tidy_with_any_names(now, earlier, width):
    assert_tidy(marks_key({"now": now, "target": "Ziel", "earlier": earlier}, width=width))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1500), VALUES), max_size=12),
    st.none() | st.tuples(st.integers(0, 3000), st.floats(0, 4)),
    WIDTHS,
)
def test_trend_is_tidy_with_any_rounds(steps, plan, width):
    start = date(2020, 1, 1)
    rounds = [
        TrendRound(f"Runde {n}", start + timedelta(days), value)
        for n, (days, value) in enumerate(sorted(steps, key=lambda s: s[0]), 1)
    ]
    assert_tidy(trend(rounds, PlannedValue(start + timedelta(plan[0]), plan[1]) if plan else None, width=width))


CELLS = st.one_of(st.none(), st.integers(0, 4), st.sampled_from(["open", "unknown", "not_applicable"]))


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(1, 10), WIDTHS)
def test_heat_grid_is_tidy_with_any_rounds_and_labels(data, rounds, width):
    row = st.builds(HeatRow, WORDS, st.lists(CELLS, min_size=rounds, max_size=rounds).map(tuple))
    assert_tidy(heat_grid(data.draw(st.lists(row, max_size=25)), [f"Runde {n}" for n in range(1, rounds + 1)], width=width))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(
            RoadPhase,
            WORDS,
            st.sampled_from(["reached", "blocked", "not_examined", "ahead"]),
            st.integers(0, 99),
            st.booleans(),
        ),
        max_size=6,
    ),
    WIDTHS,
)
def test_phase_road_is_tidy_with_any_phases(phases, width):
    assert_tidy(phase_road(phases, width=width))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120), st.floats(0, 300), st.integers(1, 4), st.booleans())
def test_wrapped_lines_fit_and_lose_nothing_unless_shortened(text, width, max_lines, bold):
    lines = wrap(text, width, max_lines=max_lines, bold=bold)
    assert len(lines) <= max_lines
    kept = "".join(lines)
    if lines and not kept.endswith("…"):
        assert all(text_width(line, 13, bold=bold) <= width for line in lines)
        assert kept.replace("-", "").replace(" ", "") == "".join(text.split()).replace("-", "")


def test_long_german_words_break_at_syllables():
    with override("de"):
        assert wrap("Datenschutzfolgenabschätzung", 120) == ["Datenschutzfolgen-", "abschätzung"]


def test_widths_are_those_the_font_was_drawn_with():
    """In thousandths of the font size, as its makers give them; letters of the second file and unknown ones as well."""
    assert [text_width(char, 1000) for char in "A0lł–"] == [573, 558, 293, 312, 520]
    assert [text_width(char, 1000, bold=True) for char in "A0lł–"] == [586, 579, 296, 347, 520]
    assert text_width("字", 1000) == 1000
    assert text_width("Verstetigung", 13) == pytest.approx(sum(text_width(char, 13) for char in "Verstetigung"))
