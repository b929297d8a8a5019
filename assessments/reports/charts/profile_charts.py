"""The charts of a maturity profile: picks the fields each chart needs, and computes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.reports.charts.heatmap import heat_grid
from assessments.reports.charts.inputs import (
    NOWHERE,
    Bar,
    GateState,
    HeatRow,
    Link,
    PlannedValue,
    RoadPhase,
    Series,
    Strip,
    TrendRound,
)
from assessments.reports.charts.level_bar import level_bar, marks_key
from assessments.reports.charts.level_strips import level_strips
from assessments.reports.charts.phase_road import phase_road
from assessments.reports.charts.radar import radar
from assessments.reports.charts.sentences import figure as in_figures
from assessments.reports.charts.trend import trend
from assessments.reports.profile.by_level import FigureLevels
from assessments.reports.profile.model import CriterionResult, Figure, HistoryRow, MaturityProfile


def series_names(profile: MaturityProfile) -> dict[str, str]:
    """What the legend calls the present round, the target and the compared round."""
    compared = profile.meta.compared
    return {"now": profile.meta.round_label, "target": _("Ziel"), "earlier": compared.label if compared else ""}


def figures_radar(
    profile: MaturityProfile, figures: Sequence[Figure], *, width: float = 640, levels: Sequence[FigureLevels] = ()
) -> SafeString:
    """Averages of workstreams or phases: now, once all targets are met, and in the compared round where that rated the same.

    With ``levels``, in the order of the figures, each axis leads to its criteria.
    """
    names = series_names(profile)
    series = [Series("now", names["now"], tuple(figure.average.value for figure in figures))]
    if any(figure.planned.value is not None for figure in figures):
        series.append(Series("target", names["target"], tuple(figure.planned.value for figure in figures)))
    if any(figure.earlier is not None for figure in figures):
        series.append(Series("earlier", names["earlier"], tuple(figure.earlier for figure in figures)))
    links = [(f"#{one.anchor}", _("%(name)s: die Kriterien dazu") % {"name": one.name}) for one in levels]
    return radar([_axis(figure) for figure in figures], series, width=width, links=links)


def _axis(figure: Figure) -> str:
    return _("%(name)s (vorläufig)") % {"name": figure.name} if figure.average.is_provisional else figure.name


def named_overall(profile: MaturityProfile) -> Figure:
    """The figure of all criteria with a name to stand in a row."""
    return replace(profile.overall, name=_("Alle Kriterien"))


def figures_strips(
    figures: Sequence[Figure], *, compared: str = "", width: float = 640, levels: Sequence[FigureLevels] = ()
) -> SafeString:
    """How many criteria of each group stand on which level, with the mean, its „n von m“, its target, and the mean before.

    ``compared`` names the round compared with, "" without one. With ``levels``, in the order of the figures, each column leads
    to its criteria.
    """
    links = [tuple((group.href, group.words) for group in one.groups) for one in levels] or [()] * len(figures)
    strips = [
        Strip(
            label=figure.name,
            counts=figure.distribution.counts,
            unrated=figure.distribution.unrated,
            mean=figure.average.value,
            target=figure.planned.value,
            note=_("%(n)d von %(m)d eingeschätzt") % {"n": figure.average.n, "m": figure.average.m},
            is_provisional=figure.average.is_provisional,
            links=own,
            earlier=figure.earlier if compared else None,
            since=_since(figure) if compared else "",
        )
        for figure, own in zip(figures, links, strict=True)
    ]
    return level_strips(strips, earlier_name=compared, width=width)


def _since(figure: Figure) -> str:
    """„+0,5 bei 20“: the change over those rated in both rounds, where the mean before cannot be drawn beside this one."""
    change = figure.change
    if change is None or change.delta is None or figure.earlier is not None:
        return ""
    return _("%(delta)s bei %(n)s") % {"delta": sentences.signed(change.delta, 1), "n": change.n}


def criterion_bar(profile: MaturityProfile, one: CriterionResult) -> SafeString | str:
    """Level, target and earlier level of one criterion; "" where there is neither level nor target."""
    if one.level is None and one.target_level is None:
        return ""
    return level_bar(Bar(one.title, one.level, one.target_level, _before(one)), series_names=series_names(profile))


def criteria_key(profile: MaturityProfile) -> SafeString:
    """The marks of ``criterion_bar``; those that no criterion has are left out."""
    names = series_names(profile)
    if all(one.target_level is None for one in profile.criteria):
        names["target"] = ""
    if all(_before(one) is None for one in profile.criteria):
        names["earlier"] = ""
    return marks_key(names)


def _before(one: CriterionResult) -> int | None:
    return one.change.previous.level if one.change and one.change.previous else None


def _link(anchor: str, words: str, *, linked: bool) -> Link:
    return (f"#{anchor}", words) if linked else NOWHERE


def trend_chart(profile: MaturityProfile, *, width: float = 640, height: float = 150, linked: bool = False) -> SafeString:
    """The overall average over the rounds and the planned line, where there is one. ``linked``: marks lead to their rows."""
    found = profile.trend
    plan = PlannedValue(found.planned_on, found.planned) if found.planned is not None and found.planned_on else None
    return trend(
        [
            TrendRound(
                point.label,
                point.on,
                point.average.value,
                point.average.is_provisional,
                point.same_criteria,
                _link(f"runde-{point.round}", f"{point.label}: {in_figures(point.average.value)}", linked=linked),
            )
            for point in found.points
        ],
        plan,
        width=width,
        height=height,
    )


def history_grid(
    profile: MaturityProfile, rows: Sequence[HistoryRow], *, width: float = 640, linked: bool = False
) -> SafeString:
    """Criteria × rounds for the given rows of ``profile.history``. ``linked``: each row leads to its criterion."""
    rounds = [point.label for point in profile.trend.points]
    found = [HeatRow(f"{row.number} {row.title}", row.cells, _link(f"k-{row.key}", row.title, linked=linked)) for row in rows]
    return heat_grid(found, rounds, width=width)


def gates_road(profile: MaturityProfile, *, width: float = 640, linked: bool = False) -> SafeString:
    """The phases with their gates; for a municipality as a whole there is one. ``linked``: each leads to its milestones."""
    phases = [
        RoadPhase(
            gate.label,
            cast("GateState", gate.state),
            len(gate.blockers),
            gate.is_current,
            _link(f"tor-{gate.phase}", f"{gate.label}: {gate.state_label}", linked=linked),
        )
        for gate in profile.gates
    ]
    return phase_road(phases, width=width)
