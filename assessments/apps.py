from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Bewertungen")

    def ready(self) -> None:
        from assessments import signals  # noqa: F401 – hears of people who leave
        from assessments.models import Assessment
        from assessments.services import evidence_files  # noqa: F401 – hears of evidence that goes
        from catalogue.usage import register_use

        register_use(Assessment)
