from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """No models: an app for its template tags, and to hear of approvals; reports stand behind assessments."""

    name = "assessments.reports"

    def ready(self) -> None:
        from assessments.reports.records import keeping  # noqa: F401 – hears of approvals, and makes the record
        from assessments.reports.rendering import queue  # noqa: F401 – hears of them next, and renders what is in it
