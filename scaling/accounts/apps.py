from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "scaling.accounts"
    verbose_name = _("Personen und Kommunen")

    def ready(self) -> None:
        from scaling.accounts import devices, invitations, sign_in_log  # noqa: F401 – hear of sign-ins and of mails sent
