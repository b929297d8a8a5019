"""A passkey without a device: what it holds and how it signs, so that it can sign amiss, which no browser's own does."""

import hashlib
import json
import secrets
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HOST, ORIGIN = "testserver", "https://testserver"
FLAG = AuthenticatorData.FLAG
UNLOCKED = FLAG.UP | FLAG.UV


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Passkey:
    """Of ``person``, who has set it up."""

    def __init__(self, person: Any) -> None:
        self.key, self.number = new_key(), secrets.token_bytes(16)
        user = get_adapter().get_public_key_credential_user_entity(person)
        self.handle = user["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        held = AttestedCredentialData.create(b"\0" * 16, self.number, public)
        data = AuthenticatorData.create(_hash(HOST), UNLOCKED | FLAG.AT, 0, held)
        made = CollectedClientData.create("webauthn.create", b"x" * 32, ORIGIN)
        attested = AttestationObject.create("none", data, {})
        answer = {"clientDataJSON": websafe_encode(made), "attestationObject": websafe_encode(attested)}
        self.kept: Authenticator = WebAuthn.add(person, "Dienstrechner", self._whole(answer) | _RESIDENT).instance

    def _whole(self, answer: dict[str, str]) -> dict[str, Any]:
        number = websafe_encode(self.number)
        return {"id": number, "rawId": number, "type": "public-key", "response": answer}

    def asked(self, client: Any) -> str:
        """The server's challenge, as the page fetches it."""
        options = client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"}).json()
        return str(options["request_options"]["publicKey"]["challenge"])

    def answer(
        self,
        challenge: str,
        *,
        signer: ec.EllipticCurvePrivateKey | None = None,
        host: str = HOST,
        origin: str = ORIGIN,
        flags: Any = UNLOCKED,
        other_data: bool = False,
    ) -> str:
        """What a browser would send; each word changes one thing about it."""
        data = AuthenticatorData.create(_hash(host), flags, 1)
        said = CollectedClientData.create("webauthn.get", challenge, origin)
        signature = (signer or self.key).sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        if other_data:  # the signature is true, but of something else
            data = AuthenticatorData.create(_hash(host), flags, 2)
        parts = {"clientDataJSON": said, "authenticatorData": data, "signature": signature, "userHandle": self.handle}
        return json.dumps(self._whole({name: websafe_encode(part) for name, part in parts.items()}))

    def sign_in(self, client: Any, **amiss: Any) -> Any:
        return client.post(reverse("mfa_login_webauthn"), {"credential": self.answer(self.asked(client), **amiss)})


_RESIDENT = {"clientExtensionResults": {"credProps": {"rk": True}}}


def _hash(host: str) -> bytes:
    return hashlib.sha256(host.encode()).digest()
