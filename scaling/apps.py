from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ScalingConfig(AppConfig):
    name = "scaling"


class OurStaticFilesConfig(StaticFilesConfig):
    """Leaves out the extensions that come with htmx: no page uses them, and a comment in one names a file that is not there."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
