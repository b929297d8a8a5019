"""The operators' admin: Django's own, whose lists are called as each admin calls its rows."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.text import capfirst


class OperatorSite(AdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """No query. A model of a library has its library's words; the admin we register for it says ours (``opts``)."""
        found: list[Any] = super().get_app_list(request, app_label)
        for app in found:
            for model in app["models"]:
                model["name"] = capfirst(self.get_model_admin(model["model"]).opts.verbose_name_plural)
            app["models"].sort(key=lambda model: model["name"])
        return found


class OperatorSiteConfig(AdminConfig):
    default_site = "scaling.admin_site.OperatorSite"
