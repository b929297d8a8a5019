import gc
from importlib import import_module
from typing import cast

from django.apps import AppConfig, apps
from django.db.models.signals import pre_migrate
from django.utils.translation import gettext_lazy as _


class ScalingConfig(AppConfig):
    name = "scaling"

    def ready(self) -> None:
        from django.contrib.staticfiles.apps import StaticFilesConfig  # here: a second config in this module hides the first

        from scaling.unreleased_schema import note_schema  # here: it reads the settings

        import_module("scaling.trail.events")  # hears of sign-ins
        import_module("scaling.checks")  # registers itself

        # No page uses the extensions that come with htmx, and a comment in one names a file that is not there, so that
        # collecting fails. No config of our own: test servers look for "django.contrib.staticfiles" by its name.
        static_files = cast("StaticFilesConfig", apps.get_app_config("staticfiles"))
        static_files.ignore_patterns = [*static_files.ignore_patterns, "django_htmx/ext/*"]
        apps.get_app_config("procrastinate").verbose_name = _("Warteschlange")  # its heading in /verwaltung/
        pre_migrate.connect(note_schema, sender=self)  # before: one that is cut off in the middle goes on
        # manage.py and wsgi.py switch it off while modules are loaded, none of which is ever garbage. Later, they are left out.
        gc.freeze()
        gc.enable()
