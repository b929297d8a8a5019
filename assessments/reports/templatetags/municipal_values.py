"""How the values of a municipality's profile are drawn and said; what they are, the profile has decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments import sentences
from assessments.reports.municipal import texts
from assessments.reports.municipal.model import CriterionEvidence, MunicipalProfile
from assessments.reports.portfolio.texts import of_projects
from catalogue.levels import Level

register = template.Library()

register.filter("municipal_standing", texts.standing)
register.filter("no_disagreement", texts.no_disagreement)
register.filter("own_gate", texts.own_gate)
register.filter("not_asked", texts.not_asked)
register.filter("other_editions", texts.other_editions)
register.filter("held_up_by", texts.holds_up)
register.filter("low_in", texts.low)


@register.filter
def cells(one: CriterionEvidence) -> Sequence[Mapping[str, Any]]:
    """The five levels: how many projects stand there, what that looks like, and whether the own answer does."""
    own = one.own.level if one.own else None
    return [
        {
            "level": level,
            "count": count,
            "classes": _look(-(-4 * count // one.m) if count else 0, level == own),
            "is_own": level == own,
            "name": Level(level).label,
        }
        for level, count in enumerate(one.counts)
    ]


def _look(shade: int, is_own: bool) -> str:
    """The more of the projects that were asked, the darker: in four steps."""
    return f"evidence__level--{shade} evidence__level--own" if is_own else f"evidence__level--{shade}"


@register.filter
def more_than(n: int, most: int) -> SafeString:
    """A line with how many follow after the first ``most``, nothing for none."""
    said = sentences.and_more(n - most)
    return format_html("<p>{}</p>", said) if said else SafeString()


@register.filter
def reason_of(reasons: Mapping[str, str], number: str) -> str:
    """The reason that the record of that number gives, "" for none."""
    return reasons.get(number, "")


@register.filter
def counted_projects(one: CriterionEvidence) -> str:
    """„3 von 4 Projekten“ have a level."""
    return of_projects(one.n, one.m)


@register.filter
def speaks_of(profile: MunicipalProfile) -> bool:
    """Whether there is anything to show."""
    return bool(profile.own or profile.projects)
