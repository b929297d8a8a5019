"""The queue in the operators' admin, without the words of mails, which open accounts and are nobody's but the reader's."""

from django.contrib import admin
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from scaling.common.jobs import MAIL

admin.site.unregister(ProcrastinateJob)


@admin.register(ProcrastinateJob)
class JobAdmin(ProcrastinateJobAdmin):
    @admin.display(description="Args")
    def pretty_args(self, instance: ProcrastinateJob) -> str:
        if instance.queue_name == MAIL:
            return ", ".join(instance.args["message"]["to"])
        shown: str = super().pretty_args(instance)
        return shown
