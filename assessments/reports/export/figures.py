"""The figures of a group as formulas over the sheet of criteria: whoever changes a level there sees what would follow."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from assessments.models import ScoreState
from assessments.reports.export.book import BookCell, Cells, Formula
from assessments.reports.profile.model import Figure, MaturityProfile
from assessments.scoring.ratings import FEW
from catalogue.levels import HIGHEST, LEVELS, LOWEST

#: The place of a column of criteria, by its name.
Place = Callable[[str], Cells]


class GroupFormulas:
    """The formulas of one group. ``mask`` is 1 or 0 for each criterion; its own parts are ``parts``."""

    def __init__(self, place: Place, mask: str, parts: Mapping[str, Cells | str]) -> None:
        self.mask = mask
        words = {name: str(ScoreState(name).label) for name in ("unknown", "not_applicable", "open")}
        self.parts: dict[str, Cells | str] = {
            **{name: place(name) for name in ("level", "target_level", "previous_level", "state", "confirmed")},
            **{f"said_{name}": word for name, word in words.items()},
            "yes": _("ja"),
            "no": _("nein"),
            **parts,
        }

    def __call__(self, text: str, value: float | int | str | None) -> Formula:
        """„<what>“ counts the criteria of the group for which it holds, or sums it up: „<ISNUMBER({level})>“."""
        text = text.replace("<<", "SUMPRODUCT(" + self.mask + "*").replace(">>", ")")
        used = {name: part for name, part in self.parts.items() if "{" + name + "}" in text}
        return Formula(text, used, "" if value is None else value)


def group_of(place: Place, figure: Figure, profile: MaturityProfile) -> GroupFormulas:
    if not figure.key:
        return GroupFormulas(place, "({all}>0)", {"all": place("number")})
    if any(figure is one for one in profile.workstreams):
        return GroupFormulas(place, "({mark}=1)", {"mark": place(f"in_{figure.key}")})
    return GroupFormulas(place, "({phases}={phase})", {"phases": place("phase"), "phase": figure.name})


#: Both levels of a criterion are there.
BOTH = "ISNUMBER({level})*ISNUMBER({previous_level})"


def heads(profile: MaturityProfile) -> list[str]:
    return [
        _("Gruppe"),
        _("Mittlere Stufe"),
        _("vorläufig"),
        _("Median"),
        *(_("auf Stufe %(level)s") % {"level": level.level} for level in profile.scale),
        _("Mittel mit allen Zielen"),
        _("Kriterien"),
        _("eingeschätzt"),
        _("weiß nicht"),
        _("trifft nicht zu"),
        _("offen"),
        _("davon bestätigt"),
        _("davon nur übernommen"),
    ]


#: In characters, in the order of ``heads``.
WIDTHS = (28, 10, 12, 9, 8, 8, 8, 8, 8, 11, 11, 15, 8, 9, 8, 12, 15)


def row_of(place: Place, figure: Figure, profile: MaturityProfile, name: str, own: Callable[[int], Cells]) -> list[BookCell]:
    """The cells of a group, in the order of ``heads``. ``own`` gives the cell of the same row in the column of that number."""
    group, counts = group_of(place, figure, profile), figure.counts
    level = "ISNUMBER({level})"
    has_target = f"<<{level}*ISNUMBER({{target_level}})>>"
    higher = "({level}+{target_level}+ABS({level}-{target_level}))/2"  # the higher one, without a condition per cell
    formulas: Sequence[tuple[str, float | int | str | None]] = [
        (f"IF(<<{level}>>=0,{{nothing}},ROUND(<<{level}*{{level}}>>/<<{level}>>,1))", figure.average.value),
        (
            f"IF(AND({{n}}>0,OR({{n}}<{FEW},2*{{n}}<{{m}})),{{provisional}},{{nothing}})",
            _("vorläufig") if figure.average.is_provisional else "",
        ),
        (_median(), figure.distribution.median),
        *((f"<<{level}*({{level}}={step})>>", count) for step, count in zip(LEVELS, figure.distribution.counts, strict=True)),
        (f"IF({has_target}=0,{{nothing}},ROUND(<<{level}*{higher}>>/<<{level}>>,1))", figure.planned.value),
        ("<<1>>", counts.total),
        (f"<<{level}>>", counts.rated),
        ("<<({state}={said_unknown})>>", counts.unknown),
        ("<<({state}={said_not_applicable})>>", counts.not_applicable),
        ("<<({state}={said_open})>>", counts.open),
        ("<<({state}<>{said_open})*({confirmed}={yes})>>", counts.confirmed),
        ("<<({state}<>{said_open})*({confirmed}={no})>>", counts.unconfirmed),
    ]
    group.parts |= {"n": own(11), "m": own(10), "provisional": _("vorläufig"), "nothing": ""}
    group.parts |= {f"upto{step}": _upto(own, step) for step in range(LOWEST, HIGHEST)}
    looks = ["mean", "text", "mean", *["whole"] * 5, "mean", *["whole"] * 7]
    return [BookCell(name), *(BookCell(group(*one), look) for one, look in zip(formulas, looks, strict=True))]


def _upto(own: Callable[[int], Cells], step: int) -> Cells:
    first, last = own(4), own(4 + step)
    return Cells(first.sheet, first.row, first.column, last.row, last.column)


def _median() -> str:
    """From the counts of the same row: half the two middle levels, each the number of levels that end before its place."""

    def level_at(place: str) -> str:
        return "+".join(f"(SUM({{upto{step}}})<{place})" for step in range(LOWEST, HIGHEST))

    return f"IF({{n}}=0,{{nothing}},({level_at('INT(({n}+1)/2)')}+{level_at('INT({n}/2)+1')})/2)"


def change_cells(place: Place, figure: Figure, profile: MaturityProfile) -> list[BookCell]:
    """n of both rounds, the mean of those before and now, and the change of it, like for like and from unrounded means."""
    group, change = group_of(place, figure, profile), figure.change
    group.parts["nothing"] = ""

    def per_criterion(what: str) -> str:
        return f"IF(<<{BOTH}>>=0,{{nothing}},ROUND(<<{BOTH}*{what}>>/<<{BOTH}>>,1))"

    if change is None:
        return [BookCell()] * 4
    return [
        BookCell(group(f"<<{BOTH}>>", change.n), "whole"),
        BookCell(group(per_criterion("{previous_level}"), change.before), "mean"),
        BookCell(group(per_criterion("{level}"), change.now), "mean"),
        BookCell(group(per_criterion("({level}-{previous_level})"), change.delta), "signed_mean"),
    ]
