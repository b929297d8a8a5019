"""The operators' admin: Django's own, whose lists are called as each admin calls its rows."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst


class OperatorSite(AdminSite):
    empty_value_display = "–"  # as on our own pages

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """No query. A model of a library has its library's words; the admin we register for it says ours (``opts``)."""
        found: list[Any] = super().get_app_list(request, app_label)
        for app in found:
            for model in app["models"]:
                model["name"] = capfirst(self.get_model_admin(model["model"]).opts.verbose_name_plural)
            app["models"].sort(key=lambda model: model["name"])
        return found

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Titled by the app's name alone: Django puts it before a word, which makes no German of two words."""
        titles = [app["name"] for app in self.get_app_list(request, app_label)]
        return super().app_index(request, app_label, {"title": "".join(map(str, titles)), **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """To the page of everybody: it ends the other sign-ins, writes the change down, and tells of it by mail."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")


class OperatorSiteConfig(AdminConfig):
    default_site = "scaling.admin_site.OperatorSite"
