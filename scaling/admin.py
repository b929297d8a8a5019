"""The queue in the operators' admin, in our words; without those of mails, which open accounts and are the reader's alone."""

import json
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from scaling.common.jobs import MAIL, PDF

admin.site.unregister(ProcrastinateJob)

#: Each state of a job with the kind of its badge.
STATES: dict[str, tuple[Any, str]] = {
    "todo": (_("wartet"), "info"),
    "doing": (_("läuft"), "info"),
    "succeeded": (_("erledigt"), "success"),
    "failed": (_("gescheitert"), "danger"),
    "cancelled": (_("abgesagt"), "warning"),
    "aborted": (_("abgebrochen"), "warning"),
}
EVENTS: dict[str, Any] = {
    "deferred": _("eingereiht"),
    "started": _("begonnen"),
    "deferred_for_retry": _("nicht gelungen, wird noch einmal versucht"),
    "failed": _("gescheitert"),
    "succeeded": _("erledigt"),
    "cancelled": _("abgesagt"),
    "abort_requested": _("Abbruch verlangt"),
    "aborted": _("abgebrochen"),
    "scheduled": _("vorgesehen"),  # at the time it is put off to
}
QUEUES: dict[str, Any] = {PDF: _("PDF und Dateien"), MAIL: _("Mails")}
#: The kinds of PDF (``reports.rendering.orders``) and the export of data.
KINDS: dict[str, Any] = {
    "running": _("PDF einer laufenden Runde"),
    "record": _("PDF einer freigegebenen Runde"),
    "example": _("PDF des Beispielprofils"),
    "form": _("Formular zum Ausfüllen als PDF"),
    "short_check": _("PDF eines Kurzchecks"),
    "collected": _("Sammelbericht als PDF"),
    "municipal": _("PDF des Profils einer Kommune"),
    "portfolio": _("PDF eines Portfolios"),
}


def without_words(job: ProcrastinateJob) -> ProcrastinateJob:
    """The same job as pages may show it: its name holds all its arguments, also in the title and in what is read aloud."""
    if job.queue_name == MAIL:
        job.args = {"to": job.args["message"]["to"]}
    return job


def what(job: ProcrastinateJob) -> str:
    """What is to be done, of a job ``without_words``, in the active language; an unknown task by its own name."""
    if job.queue_name == MAIL:
        return gettext("Mail an %s") % ", ".join(job.args["to"])
    if job.task_name == "make_export":
        return gettext("Auskunft über Daten")
    return str(KINDS.get(job.args.get("kind", ""), job.task_name))


def moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


class ChoiceFilter(admin.SimpleListFilter):
    choices_of: ClassVar[dict[str, Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return list(self.choices_of.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() in self.choices_of else queryset


class StateFilter(ChoiceFilter):
    title, parameter_name = _("Stand"), "status"
    choices_of: ClassVar = {state: label for state, (label, _kind) in STATES.items()}


class QueueFilter(ChoiceFilter):
    title, parameter_name = _("Warteschlange"), "queue_name"
    choices_of: ClassVar = QUEUES


class JobList(ChangeList):
    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.opts = self.model_admin.opts
        self.title = gettext("Aufträge im Hintergrund")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = [without_words(job) for job in self.result_list]


@admin.register(ProcrastinateJob)
class JobAdmin(ProcrastinateJobAdmin):
    fields: ClassVar[Any] = ("what", "state", "queue", "tries", "due", "events", "arguments")
    list_display: Any = ("number", "what", "state", "tries", "due", "latest")
    list_filter: ClassVar[Any] = (StateFilter, QueueFilter)
    inlines: ClassVar[Any] = ()
    actions: Any = ("try_again", "call_off")
    ordering = ("-pk",)
    change_form_template = "admin/job.html"
    list_per_page = 50

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        # The names that Django's pages say, of this admin alone: the model itself stays the library's.
        self.opts = copy(self.opts)
        self.opts.verbose_name, self.opts.verbose_name_plural = _("Auftrag"), _("Aufträge im Hintergrund")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JobList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ProcrastinateJob | None:
        job: ProcrastinateJob | None = super().get_object(request, object_id, from_field)
        return without_words(job) if job else None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        title = gettext("Auftrag %s") % object_id
        return super().change_view(request, object_id, form_url, {"title": title, "subtitle": None, **(extra_context or {})})

    @admin.display(description=_("Nr."), ordering="pk")
    def number(self, job: ProcrastinateJob) -> int:
        return int(job.pk)

    @admin.display(description=_("Auftrag"))
    def what(self, job: ProcrastinateJob) -> str:
        return what(job)

    @admin.display(description=_("Stand"), ordering="status")
    def state(self, job: ProcrastinateJob) -> str:
        label, kind = STATES.get(job.status, (job.status, "info"))
        return format_html('<span class="badge badge--{}">{}</span>', kind, label)

    @admin.display(description=_("Warteschlange"))
    def queue(self, job: ProcrastinateJob) -> str:
        return str(QUEUES.get(job.queue_name, job.queue_name))

    @admin.display(description=_("Gescheiterte Versuche"), ordering="attempts")
    def tries(self, job: ProcrastinateJob) -> int:
        return job.attempts

    @admin.display(description=_("Nicht vor"), ordering="scheduled_at", empty_value="–")
    def due(self, job: ProcrastinateJob) -> str | None:
        return moment(job.scheduled_at) or None

    @admin.display(description=_("Zuletzt"), empty_value="–")
    def latest(self, job: ProcrastinateJob) -> str | None:
        """Of the events that the list has fetched, the latest first."""
        event = next(iter(job.procrastinateevent_set.all()), None)
        return f"{EVENTS.get(event.type, event.type)}, {moment(event.at)}" if event else None

    @admin.display(description=_("Was geschah"))
    def events(self, job: ProcrastinateJob) -> str:
        rows = [(moment(event.at), EVENTS.get(event.type, event.type)) for event in reversed(job.procrastinateevent_set.all())]
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {}</li>", rows))

    @admin.display(description=_("Angaben"))
    def arguments(self, job: ProcrastinateJob) -> str:
        return format_html("<pre>{}</pre>", json.dumps(job.args, indent=2, ensure_ascii=False))

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the actions below: looking is one thing."""
        return bool(request.user.is_superuser)

    @admin.action(description=_("Noch einmal versuchen (gescheiterte)"), permissions=["operate"])
    def try_again(self, request: HttpRequest, jobs: QuerySet[ProcrastinateJob]) -> None:
        failed = list(jobs.filter(status="failed"))
        for job in failed:
            app.job_manager.retry_job_by_id(job.pk, retry_at=timezone.now())
        text = ngettext("%(n)s Auftrag wird noch einmal versucht.", "%(n)s Aufträge werden noch einmal versucht.", len(failed))
        self._tell(request, text, len(failed))

    @admin.action(description=_("Absagen (wartende)"), permissions=["operate"])
    def call_off(self, request: HttpRequest, jobs: QuerySet[ProcrastinateJob]) -> None:
        waiting = [job for job in jobs.filter(status="todo") if app.job_manager.cancel_job_by_id(job.pk, abort=False)]
        text = ngettext("%(n)s Auftrag ist abgesagt.", "%(n)s Aufträge sind abgesagt.", len(waiting))
        self._tell(request, text, len(waiting))

    def _tell(self, request: HttpRequest, text: str, number: int) -> None:
        """``text`` of so many, or that none of those ticked is of the state that the action is for."""
        if number:
            messages.success(request, text % {"n": number})
        else:
            text = gettext("Von den angekreuzten Aufträgen ist keiner in dem Stand, für den das gedacht ist.")
            messages.warning(request, text)
