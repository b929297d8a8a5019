from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "scaling.accounts"
    verbose_name = _("Personen und Kommunen")

    def ready(self) -> None:
        from scaling.accounts import coats_of_arms  # noqa: F401 – deletes files with their rows
