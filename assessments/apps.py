from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Bewertungen")

    def ready(self) -> None:
        from assessments import evidence_files, leaving  # noqa: F401 – hear of evidence that goes and of people who leave
