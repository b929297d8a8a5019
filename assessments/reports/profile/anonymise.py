"""The maturity profile for eyes from outside."""

from dataclasses import replace

from django.utils.translation import gettext as _

from assessments.reports.profile.model import CouncilPaper, CriterionResult, MaturityProfile, MeasureItem


def without_names(profile: MaturityProfile) -> MaturityProfile:
    """The same profile without the name of any person and without comments, for eyes from outside.

    Texts that people wrote (reasons, evidence, measures) stay as they are: nobody can tell which words in them are names. A
    measure still says whether somebody is in charge, and by which office. Call it in the language of the profile.
    """

    def measure(item: MeasureItem) -> MeasureItem:
        return replace(item, who=_("Name nicht genannt")) if item.who and item.who_is_person else item

    def criterion(result: CriterionResult) -> CriterionResult:
        change = result.change
        if change is not None and change.previous is not None:
            change = replace(change, previous=replace(change.previous, by=""))
        measures = tuple(map(measure, result.measures))
        return replace(result, answered_by="", comments=(), change=change, measures=measures)

    criteria = {result.key: criterion(result) for result in profile.criteria}

    paper = profile.meta.paper.without_names() if profile.meta.paper else None
    steps = tuple(replace(step, by="") for step in profile.meta.steps)
    meta = replace(profile.meta, approved_by="", steps=steps, paper=paper if paper != CouncilPaper() else None)
    changes = profile.changes
    if changes is not None:
        lists = (replace(one, criteria=tuple(criteria[result.key] for result in one.criteria)) for one in changes.lists)
        changes = replace(changes, lists=tuple(lists))
    return replace(
        profile,
        meta=meta,
        criteria=tuple(criteria.values()),
        changes=changes,
        priorities=tuple(
            replace(item, criterion=criteria[item.criterion.key], measure=item.measure and measure(item.measure))
            for item in profile.priorities
        ),
        measures=tuple(map(measure, profile.measures)),
    )
