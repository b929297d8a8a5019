"""What allauth's pages of the second factor lack."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.http import HttpResponse


class RemoveKeyView(RemoveWebAuthnView):
    """Removes a key, but not the last factor of somebody who has to have one; allauth asks that for its app of codes alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        adapter = get_adapter()
        if adapter.can_delete_authenticator(self.get_object()):
            response: HttpResponse = super().form_valid(form)
            return response
        form.add_error(None, adapter.validation_error("cannot_delete_authenticator"))
        invalid: HttpResponse = self.form_invalid(form)
        return invalid
