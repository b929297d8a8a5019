"""PDFs in a ZIP that is sent while it is written, so that they are never all in memory."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from django.utils import timezone

from assessments.reports.rendering.orders import PdfOrder


class BundleBroken(Exception):
    """A PDF that was there a moment ago has gone from the store. The ZIP is left without its end, so that nobody opens it."""


class _Outlet(io.RawIOBase):
    """Takes what is written, until it is fetched. A stream that cannot go back: what a ZIP says of a file follows behind it."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self.parts.append(part)
        return len(part)

    def take(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def zipped(orders: Sequence[tuple[PdfOrder, str]]) -> Iterator[bytes]:
    """The ZIP of what the orders have made, by their names. One query for each, as it is written. Raises BundleBroken."""
    outlet = _Outlet()
    now = timezone.localtime().timetuple()[:6]
    with zipfile.ZipFile(outlet, "w") as archive:
        for order, name in orders:
            pdf = order.fetch()
            if pdf is None:
                raise BundleBroken(name)
            entry = zipfile.ZipInfo(name, date_time=now)
            entry.compress_type = zipfile.ZIP_DEFLATED  # streamed and not packed, not every program can open it
            archive.writestr(entry, pdf)
            yield outlet.take()
    yield outlet.take()
