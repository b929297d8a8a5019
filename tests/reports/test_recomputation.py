"""200 random assessments: what JSON, spreadsheet, CSV, screen and PDF say is what a second reading of the rules gives."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from assessments import sentences
from assessments.reports.export import render_csv, render_xlsx
from assessments.reports.export.json_file import document
from assessments.reports.pdf import render_pdf
from assessments.reports.pdf.content import report_html
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.views.profile import charts_of
from tests.reports import recomputed
from tests.reports.pdf_facts import text_of
from tests.reports.recomputed import NAMED, PHASES, Case
from tests.reports.test_export import sheets

CASES, AT_ONCE = 200, 10
GROUPS = {"": "Alle Kriterien", **NAMED}
STATES = {"reached": "erreicht", "blocked": "noch nicht erreicht", "not_examined": "nicht geprüft", "ahead": "steht noch an"}
KINDS = ("up", "down", "same", "newly_rated", "no_longer_rated", "still_unrated", "new", "dropped")


def squeezed(html: str) -> str:
    """The words of a page, drawings left out."""
    html = re.sub(r"<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def written(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    sign = ("±" if value == 0 else "+" if value > 0 else "−") if signed else ""
    return sign + ("0" if signed and value == 0 else f"{abs(value):.1f}".replace(".", ","))


@pytest.mark.parametrize("start", range(0, CASES, AT_ONCE))
def test_every_rendering_says_what_the_rules_say(start: int) -> None:
    for seed in range(start, start + AT_ONCE):
        case = recomputed.make_case(seed)
        with override("de"):
            profile = build_profile(recomputed.facts_of(case))
            check_json(case, document(profile))
            check_xlsx(case, sheets(render_xlsx(profile)))
            check_csv(case, render_csv(profile))
            check_screen(case, profile)
        check_pdf(case, squeezed(report_html(profile, variant="lang")))
    with override("de"):
        check_pdf(case, text_of(render_pdf(profile, variant="kurz")).replace("\u00a0", " "))


def test_cases_hold_everything_that_can_happen() -> None:
    """The cases would prove little if all were alike."""
    cases = [recomputed.make_case(seed) for seed in range(CASES)]
    states = {recomputed.gate(case, phase)["state"] for case in cases for phase in PHASES}
    kinds = {kind for case in cases for kind, n in ((recomputed.change(case, "") or {}).get("kinds") or {}).items() if n}
    assert states == set(STATES)
    assert kinds == set(KINDS)
    assert {case.before is None for case in cases} == {True, False}
    assert any(not recomputed.priorities(case) for case in cases)
    assert {recomputed.figure(case, "")["provisional"] for case in cases} == {True, False}


def check_json(case: Case, found: dict[str, Any]) -> None:
    figures = {"": found["overall"]} | {one["key"]: one for one in (*found["workstreams"], *found["phases"])}
    assert set(figures) == {"", *NAMED, *(one.phase for one in case.now)}
    for group, figure in figures.items():
        wanted = recomputed.figure(case, group)
        average, counts = figure["average"], figure["counts"]
        assert average == {
            "value": wanted["mean"],
            "rated": wanted["n"],
            "of": wanted["m"],
            "is_provisional": wanted["provisional"],
        }
        assert list(figure["levels"].values()) == wanted["levels"]
        assert (figure["median"], figure["planned"]) == (wanted["median"], wanted["planned"])
        assert [counts[state] for state in ("rated", "unknown", "not_applicable", "open")] == wanted["states"]
        assert (counts["confirmed"], counts["unconfirmed"]) == (wanted["confirmed"], wanted["unconfirmed"])
        assert sum(wanted["states"]) == counts["total"]
        change = wanted["change"]
        if change is None:
            assert figure["change"] is None
            continue
        assert (figure["change"]["value"], figure["change"]["rated_in_both"]) == (change["delta"], change["n"])
        assert {kind: figure["change"]["counts"][kind] for kind in KINDS} == {kind: change["kinds"][kind] for kind in KINDS}
        assert figure["change"]["counts"]["total"] == sum(change["kinds"].values())
    for one in found["gates"]:
        wanted = recomputed.gate(case, one["phase"])
        assert (one["state"], one["passed"], one["total"]) == (wanted["state"], wanted["passed"], wanted["total"])
        assert one["unconfirmed"] == wanted["unconfirmed"]
        carried = re.search(r"(\d+) Antwort(?:en)? darin (?:ist|sind) übernommen", one["summary"])
        assert int(carried[1] if carried else 0) == wanted["unconfirmed"]
        assert sorted(blocker["criterion"] for blocker in one["blocked_by"]) == sorted(wanted["missing"])
        assert sorted((d["criterion"], d["reason"]) for d in one["dropped"]) == sorted(
            (key, f"Grund zu {key}.") for key in wanted["dropped"]
        )
    assert [one["criterion"] for one in found["priorities"]] == recomputed.priorities(case)
    for criterion, said in zip(found["criteria"], case.now, strict=True):
        if said.level is not None:
            told = f"Text {said.key} {said.level}" if said.level else "Stufe 1 ist noch nicht erreicht."
            assert criterion["level_description"] == told


def check_xlsx(case: Case, book: dict[str, list[list[Any]]]) -> None:
    rows = {row[0]: row[1:] for row in book["Zahlen"]}
    changes = {row[0]: row[1:] for row in book.get("Veränderung", []) if row}
    order = ("down", "no_longer_rated", "up", "newly_rated", "new", "dropped", "same", "still_unrated")
    for group, name in GROUPS.items():
        wanted = recomputed.figure(case, group)
        change = wanted["change"]
        row = [wanted["mean"], "vorläufig" if wanted["provisional"] else None, wanted["median"], *wanted["levels"]]
        row += [wanted["planned"], wanted["m"], *wanted["states"], wanted["confirmed"], wanted["unconfirmed"]]
        assert rows[name] == row
        if change:
            assert [changes[name][0], changes[name][3]] == [change["n"], change["delta"]]
            assert changes[name][4:] == [sum(change["kinds"].values()), *(change["kinds"][kind] for kind in order)]
    for phase in PHASES:
        wanted = recomputed.gate(case, phase)
        (row,) = (row for row in book["Zusammenfassung"] if row and len(row) == 5 and str(row[0]).startswith(phase.upper()))
        told = [one for one in book["Was aufhält"] if str(one[0]).startswith(phase.upper())]
        assert {one[3] for one in told if one[6] is not None} == {f"Kriterium {key}" for key in wanted["missing"]}
        assert row[1:4] == [STATES[wanted["state"]], wanted["passed"], wanted["total"]]
        for key in wanted["dropped"]:
            assert any(f"Grund zu {key}." in one[7] for one in told)


def check_csv(case: Case, content: bytes) -> None:
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    then = {one.key: one for one in case.before or ()}
    labels = sentences.kind_labels()
    for row, said in zip(table, case.now, strict=True):
        assert row["Stufe"] == ("" if said.level is None else str(said.level))
        if case.before is not None:
            earlier = then.get(said.key)
            assert row["Art der Veränderung"] == labels[recomputed.kind_of(said, earlier)]
            both = said.level is not None and earlier is not None and earlier.level is not None
            assert row["Veränderung"] == (str(said.level - earlier.level) if both else "")  # type: ignore[operator, union-attr]
        if said.key in case.milestones:
            needed = case.milestones[said.key][1][case.phase]
            reached = said.level is not None and said.level >= needed
            away = said.state == "not_applicable"
            assert row["Meilenstein"] == ("entfällt" if away else "erreicht" if reached else "noch nicht erreicht")


def check_screen(case: Case, profile: MaturityProfile) -> None:
    context = {"profile": profile, "charts": charts_of(profile), "own_language": "", "round_id": ""}
    pages = [render_to_string(f"report/sections/{name}.html", context) for name in ("answers", "details")]
    text = squeezed(" ".join([profile.headline, *pages]))
    check_words(case, text)
    for group, name in GROUPS.items():
        wanted = recomputed.figure(case, group)
        row = [
            name,
            *map(str, wanted["levels"]),
            f"{wanted['n']} von {wanted['m']}",
            *middle(wanted),
            written(wanted["planned"]),
        ]
        if wanted["change"]:
            row += [written(wanted["change"]["delta"], signed=True), f"{wanted['change']['n']} in beiden Runden"]
        assert " ".join(row) in text
    for phase in PHASES:
        assert re.search(rf"{phase.upper()} \w+ {STATES[recomputed.gate(case, phase)['state']]} ", text)


def check_pdf(case: Case, text: str) -> None:
    check_words(case, text)
    for group, name in GROUPS.items():
        wanted = recomputed.figure(case, group)
        row = [name, *map(str, wanted["levels"]), f"{wanted['n']} von {wanted['m']}", *middle(wanted)]
        row += [written(wanted["planned"])] * (recomputed.figure(case, "")["planned"] is not None)
        if wanted["change"]:
            row += [written(wanted["change"]["delta"], signed=True), f"aus {wanted['change']['n']}"]
        assert " ".join(row) in text


def middle(wanted: dict[str, Any]) -> list[str]:
    """Mean and median as they stand in a table."""
    return [written(wanted["mean"]), *(["vorläufig"] * wanted["provisional"]), written(wanted["median"]).removesuffix(",0")]


def check_words(case: Case, text: str) -> None:
    """What every page says in sentences."""
    overall = recomputed.figure(case, "")
    if overall["mean"] is not None:
        provisional = ", vorläufig" if overall["provisional"] else ""
        assert f"Im Mittel Stufe {written(overall['mean'])} von 4{provisional}; {overall['n']} von {overall['m']} Krite" in text
    rated, unknown, away, left = overall["states"]
    assert f"{rated} eingeschätzt · {unknown} „weiß nicht“ · {away} „trifft nicht zu“ · {left} offen" in text
    if overall["unconfirmed"]:
        assert f"{overall['confirmed']} in dieser Runde bestätigt, {overall['unconfirmed']} nur übernommen" in text
    if overall["change"]:
        kinds = overall["change"]["kinds"]
        assert f"{sum(kinds.values())} Kriteri" in text
        if kinds["down"]:
            assert f"gegenüber Runde 1: {kinds['down']} gesunken" in text
    for key in recomputed.gate(case, case.phase)["dropped"]:
        assert f"„Kriterium {key}“ entfällt: Grund zu {key}." in text
    assert "Derzeit drängt nichts" not in text
    for said in case.now:
        assert f"Text {said.key} 0" not in text, "level 0 is a remainder and no finding"
