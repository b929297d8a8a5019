"""Files of many rounds put below each other: each row says what it belongs to, and the figures can be computed from them."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from django.utils.translation import override

from assessments.models import Assessment
from assessments.reports.export import render_csv, render_xlsx
from assessments.reports.profile.load import load_profile
from assessments.reports.profile.model import Figure, MaturityProfile
from assessments.reports.records.keeping import current_record, record_profile
from tests.reports.recomputed import Decimal, one_decimal
from tests.reports.sample import make_empty, make_profile
from tests.reports.test_export import sheets

Row = dict[str, str]


def profiles() -> Iterator[MaturityProfile]:
    """Of every round of the demo, approved or not."""
    with override("de"):
        for assessment in Assessment.objects.with_context().order_by("pk"):
            record = current_record(assessment) if assessment.is_approved else None
            yield record_profile(record) if record else load_profile(assessment)


def stacked(files: list[bytes]) -> list[Row]:
    """The rows of all files below the head of the first, as somebody would do it who pays no heed to heads."""
    lines = [content.decode("utf-8-sig").split("\r\n") for content in files]
    text = "\r\n".join([lines[0][0], *(line for file in lines for line in file[1:] if line)])
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def by_round(rows: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in ("Kommune", "Projekt", "Runde", "Stichtag", "Dokumentnummer"))].append(row)
    return found


def mean(values: list[int]) -> float | None:
    return one_decimal(Decimal(sum(values)) / len(values)) if values else None


def figure_of(rows: list[Row]) -> dict[str, Any]:
    """What a report says of a group, from the rows of its criteria."""
    levels = [int(row["Stufe"]) for row in rows if row["Stufe"]]
    both = [(int(row["Stufe"]), int(row["Stufe vorher"])) for row in rows if row["Stufe"] and row["Stufe vorher"]]
    with_target = [row for row in rows if row["Stufe"] and row["Zielstufe"]]
    answered = [row for row in rows if row["Stand"] != "offen"]
    return {
        "mean": (mean(levels), len(levels), len(rows)),
        "levels": tuple(levels.count(level) for level in range(5)),
        "median": median(levels) if levels else None,
        "planned": mean([max(int(row["Stufe"]), int(row["Zielstufe"] or 0)) for row in rows if row["Stufe"]])
        if with_target
        else None,
        "states": [sum(row["Stand"] == state for row in rows) for state in ("weiß nicht", "trifft nicht zu", "offen")],
        "confirmed": sum(row["bestätigt"] == "ja" for row in answered),
        "change": (mean([a for a, _ in both]), mean([b for _, b in both]), len(both)),
        "delta": one_decimal(Decimal(sum(a - b for a, b in both)) / len(both)) if both else None,
    }


def said_of(figure: Figure) -> dict[str, Any]:
    counts, change = figure.counts, figure.change
    return {
        "mean": (figure.average.value, figure.average.n, figure.average.m),
        "levels": figure.distribution.counts,
        "median": figure.distribution.median,
        "planned": figure.planned.value,
        "states": [counts.unknown, counts.not_applicable, counts.open],
        "confirmed": counts.confirmed,
        "change": (change.now, change.before, change.n) if change else (None, None, 0),
        "delta": figure.delta,
    }


class TestDemo:
    def test_stacked_csv_of_all_rounds_gives_the_figures_of_the_reports(self, demo):
        every = list(profiles())
        assert len(every) > 8
        rounds = by_round(stacked([render_csv(profile) for profile in every]))
        assert len(rounds) == len(every)
        for profile in every:
            meta = profile.meta
            day = (meta.approved_on or meta.as_of).isoformat()
            number = meta.record.number if meta.record else ""
            rows = rounds[(meta.municipality, meta.project, str(meta.round), day, number)]
            assert len(rows) == len(profile.criteria)
            assert figure_of(rows) == said_of(profile.overall)
            for stream in profile.workstreams:
                assert figure_of([row for row in rows if row[stream.name]]) == said_of(stream)
            for phase in profile.phases:
                assert figure_of([row for row in rows if row["Phase"] == phase.name]) == said_of(phase)
        assert any(profile.meta.record is None for profile in every)
        assert any(profile.overall.delta for profile in every)

    def test_sheets_of_criteria_have_one_head_and_name_their_round(self, demo):
        heads = set()
        for profile in profiles():
            head, *lines = sheets(render_xlsx(profile))["Einschätzungen"]
            heads.add(tuple(head))
            for name, value in {"Kommune": profile.meta.municipality, "Projekt": profile.meta.project}.items():
                assert {line[head.index(name)] for line in lines} == {value}
            numbers = {line[head.index("Dokumentnummer")] for line in lines}
            assert numbers == {profile.meta.record.number if profile.meta.record else None}
        assert len(heads) == 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_columns_are_the_same_whatever_a_round_has(language):
    every = [make_profile(3, language=language), make_profile(60, language=language, rounds=0)]
    with override(language):
        assert len({render_csv(profile).split(b"\r\n")[0] for profile in every}) == 1
    with override("de"):
        assert render_csv(make_empty()).split(b"\r\n")[0] == render_csv(make_profile(3)).split(b"\r\n")[0]
