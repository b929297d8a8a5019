"""What the profile of a municipality says in words, in the active language. Pure."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import scoring, sentences
from assessments.reports.counted import no_project, with_note
from assessments.reports.municipal.model import CriterionEvidence, MunicipalProfile, OwnAnswer, ProjectRef
from assessments.reports.portfolio.texts import approved_of, dropped, hold_up, names, of_projects
from scaling.common.sentences import within_quotes


def standing(profile: MunicipalProfile) -> str:
    """What the picture stands on: the own round with its day, and how many projects speak."""
    return f"{_own(profile)} {_projects(profile)}"


def _own(profile: MunicipalProfile) -> str:
    if profile.own is None:
        return " ".join(filter(None, (_("Eine eigene Einschätzung der Kommune ist nicht freigegeben."), _reopened(profile))))
    return _("Eigene Einschätzung: %(round)s vom %(day)s, %(rated)s.") % {
        "round": profile.own.record.round_label,
        "day": date_format(profile.own.record.on),
        "rated": sentences.rated_of(profile.own.rated, profile.own.asked),
    }


def _reopened(profile: MunicipalProfile) -> str:
    """„Runde 1 ist wieder geöffnet, zuletzt freigegeben am 3. Mai 2026.“; "" where it was not, or who reads may not know."""
    running = profile.running
    if running is None or running.taken_back is None:
        return ""
    said = sentences.reopened(running.taken_back)
    return _("%(round)s ist %(reopened)s.") % {"round": running.round_label, "reopened": said}


def own_gate(profile: MunicipalProfile) -> list[str]:
    """The municipality's own gate with what it waits for, then each of its milestones that does not apply. Nothing without a
    record of its own.
    """
    if profile.own is None:
        return []
    told = [_("Phasentor: %(said)s") % {"said": profile.own.gate}]
    if profile.own.missing:
        titles = [_("„%(title)s“") % {"title": within_quotes(title)} for title in profile.own.missing]
        told.append(_("Es fehlt: %(titles)s.") % {"titles": names(titles)})
    return [" ".join(told), *dropped(profile.own.dropped)]


def _projects(profile: MunicipalProfile) -> str:
    said = approved_of(len(profile.projects), profile.total) if profile.total else no_project()
    return with_note(said, profile.counted)


def disagreement(kind: str, own: OwnAnswer, found: Sequence[tuple[int, Sequence[ProjectRef]]]) -> str:
    """„Die Kommune nennt Stufe 4; niedriger stehen A (Stufe 1) und B (Stufe 2).“

    ``found`` are levels and the projects on them. As many are named as stand in a sentence.
    """
    stand = [
        _("%(project)s (Stufe %(level)s)") % {"project": project.name, "level": level}
        for level, projects in found
        for project in projects
    ]
    values = {"level": own.level, "projects": names(stand)}
    if kind == scoring.DENIED:
        return (
            ngettext(
                "Die Kommune sagt „trifft nicht zu“; eingeschätzt hat es %(projects)s.",
                "Die Kommune sagt „trifft nicht zu“; eingeschätzt haben es %(projects)s.",
                len(stand),
            )
            % values
        )
    if kind == scoring.LOWER:
        return (
            ngettext(
                "Die Kommune nennt Stufe %(level)s; niedriger steht %(projects)s.",
                "Die Kommune nennt Stufe %(level)s; niedriger stehen %(projects)s.",
                len(stand),
            )
            % values
        )
    return (
        ngettext(
            "Die Kommune nennt Stufe %(level)s; höher steht %(projects)s.",
            "Die Kommune nennt Stufe %(level)s; höher stehen %(projects)s.",
            len(stand),
        )
        % values
    )


def holds_up(one: CriterionEvidence) -> str:
    """„„Datenschutz“ hält 3 Projekte auf: A, B und C.“"""
    projects = [project.name for project in one.holds_up]
    if len(projects) == 1:
        return _("„%(title)s“ hält „%(project)s“ auf.") % {"title": within_quotes(one.title), "project": projects[0]}
    return hold_up(one.title, projects)


def low(one: CriterionEvidence) -> str:
    """„„Datenschutz“: 3 von 5 Projekten.“"""
    return _("„%(title)s“: %(projects)s.") % {"title": within_quotes(one.title), "projects": of_projects(one.low, one.m)}


def no_disagreement(profile: MunicipalProfile) -> str:
    """Why none is told: that there is none, or that nothing could be compared."""
    if not profile.compared:
        return _("Noch gibt es kein Kriterium, das Kommune und Projekte beide eingeschätzt haben.")
    return ngettext(
        "In dem %(n)s Kriterium, das sich vergleichen lässt, widersprechen sie sich nicht.",
        "In den %(n)s Kriterien, die sich vergleichen lassen, widersprechen sie sich nicht.",
        profile.compared,
    ) % {"n": profile.compared}


def not_asked(profile: MunicipalProfile) -> str:
    """„20 Kriterien der Ausgabe 3.0 stehen noch in keiner freigegebenen Bewertung.“; "" where all do."""
    n = len(profile.criteria) - len(profile.asked)
    if not n:
        return ""
    return ngettext(
        "%(n)s Kriterium der Katalogausgabe %(edition)s steht noch in keiner freigegebenen Bewertung.",
        "%(n)s Kriterien der Katalogausgabe %(edition)s stehen noch in keiner freigegebenen Bewertung.",
        n,
    ) % {"n": n, "edition": profile.edition}


def other_editions(profile: MunicipalProfile) -> str:
    """Which projects were asked by another edition than the municipality, or, without a record of its own, than the newest.

    "" where all were asked by the same.
    """
    edition = profile.own.edition if profile.own else profile.edition
    others = [
        _("%(project)s (%(edition)s)") % {"project": one.name, "edition": one.edition}
        for one in profile.projects
        if one.edition != edition
    ]
    if not others:
        return ""
    text = (
        _("Die Kommune hat nach Katalogausgabe %(edition)s geantwortet, nach einer anderen: %(projects)s.")
        if profile.own
        else _("Die neueste Katalogausgabe darunter ist %(edition)s; nach einer älteren geantwortet: %(projects)s.")
    )
    return text % {"edition": edition, "projects": names(others)}
