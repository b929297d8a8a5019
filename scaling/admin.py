"""The queue in the operators' admin, without the words of mails, which open accounts and are nobody's but the reader's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from scaling.common.jobs import MAIL

admin.site.unregister(ProcrastinateJob)


def without_words(job: ProcrastinateJob) -> ProcrastinateJob:
    """The same job as pages may show it: its name holds all its arguments, also in the title and in what is read aloud."""
    if job.queue_name == MAIL:
        job.args = {"to": job.args["message"]["to"]}
    return job


class JobList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = [without_words(job) for job in self.result_list]


@admin.register(ProcrastinateJob)
class JobAdmin(ProcrastinateJobAdmin):
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JobList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ProcrastinateJob | None:
        job: ProcrastinateJob | None = super().get_object(request, object_id, from_field)
        return without_words(job) if job else None
