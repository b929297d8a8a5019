from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """No models: an app for its template tags alone, so that reports stand behind assessments and not among them."""

    name = "assessments.reports"
