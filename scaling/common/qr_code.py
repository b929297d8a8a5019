"""QR codes: an address that whoever holds the paper, or sees the wall, can open."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str, *, title: str) -> SafeString:
    """An SVG, black on white with its quiet zone; a reader repairs up to 15 % of damage. ``title`` is read aloud."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, title=title, omitsize=True, svgclass="qr", lineclass=None, nl=False)
    return mark_safe(out.getvalue().decode())  # noqa: S308 – segno escapes the title, and draws the address
