"""What a person's app for codes shows, reckoned from the key it was given."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret: str, *, later: int = 0) -> str:
    """RFC 6238, written anew: not by the functions that are tested. ``later`` in steps of 30 seconds."""
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return str((int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF) % 1_000_000).zfill(6)
