from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "scaling.accounts"
    verbose_name = _("Personen und Kommunen")

    def ready(self) -> None:
        # They hear of sign-ins, new passwords and mails that were sent.
        from scaling.accounts import adapter, devices, invitations, second_factor, sign_in_log, sign_ins  # noqa: F401
        from scaling.accounts.single_sign_on import session  # noqa: F401
