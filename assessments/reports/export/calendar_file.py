"""What is due, as a calendar file (iCalendar, RFC 5545): a day for each measure with a date."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from assessments.reports.counted import counted_note
from assessments.reports.plan.model import MunicipalPlan, PlannedMeasure
from scaling.common.addresses import absolute_url

MEDIA_TYPE = "text/calendar; charset=utf-8"


def render_calendar(plan: MunicipalPlan, *, now: datetime) -> bytes:
    """UTF-8, CRLF. The same measure keeps its UID, so a calendar that reads the file again changes its entry."""
    calendar = Calendar()
    calendar.add("prodid", "-//Skalierungscheck//Plan//DE")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Maßnahmen: %(municipality)s") % {"municipality": plan.municipality})
    if note := counted_note(plan.counted):
        calendar.add("x-wr-caldesc", note)
    for measure in plan.dated:
        calendar.add_component(_event(measure, now))
    content: bytes = calendar.to_ical()
    return content


def _event(measure: PlannedMeasure, now: datetime) -> Event:
    assert measure.due_on is not None  # noqa: S101 – those with a day
    event = Event()
    event.add("uid", f"{measure.public_id}@skalierungscheck")
    event.add("dtstamp", now)
    event.add("dtstart", measure.due_on)
    event.add("dtend", measure.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # a day by which, and no day that is taken
    event.add("summary", f"{measure.text} ({measure.project})")
    event.add("description", "\n".join(_described(measure)))
    event.add("url", absolute_url(reverse("assessments:measures", args=[measure.project_id])))
    return event


def _described(measure: PlannedMeasure) -> list[str]:
    lines = [_("Wer: %(who)s") % {"who": measure.who}] if measure.who else []
    if measure.criterion_title:
        lines.append(_("Kriterium: %(title)s") % {"title": measure.criterion_title})
    if measure.gate:
        lines.append(_("Darauf wartet das Phasentor %(gate)s.") % {"gate": measure.gate.label})
    return lines
