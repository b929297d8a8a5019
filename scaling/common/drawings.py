"""HTML that a process has drawn and keeps for the next page that needs the very same.

What is kept is kept by everything it depends on, by value. So nothing has to be forgotten when a text or an answer changes, and
nothing of one page can stand on another that does not hold the same.
"""

import secrets
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from django.conf import settings
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class Drawings:
    """At most ``most`` drawings of at most ``longest`` characters; those not asked for longest go first."""

    def __init__(self, most: int, longest: int) -> None:
        self.most, self.longest = most, longest
        self._kept: OrderedDict[Hashable, SafeString] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> SafeString | None:
        with self._lock:
            html = self._kept.get(key)
            if html is not None:
                self._kept.move_to_end(key)
        return html

    def keep(self, key: Hashable, html: SafeString) -> None:
        if len(html) > self.longest:
            return
        with self._lock:
            self._kept[key] = html
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


#: Drawn by ``drawn``; most are of some hundred characters.
templates = Drawings(1024, 20_000)
#: Stands in a drawing where each page that shows it puts its own tokens of forms (``{% drawn_forms %}``). Nobody ever sees it,
#: so no text can hold it; and it is another one in each process.
FORM_TOKENS = SafeString(f"<!--{secrets.token_hex(16)}-->")


def drawn(template: str, /, **values: Hashable) -> SafeString:
    """``template``, drawn with these values and nothing else of the page: no request, no token of a form.

    Values are texts, numbers, days, truth values, and tuples and frozen dataclasses of such; two that are equal are drawn
    alike. Texts marked as safe are told from others at the top alone, so none may stand inside of a tuple.
    """
    values = {name: str(value) if isinstance(value, Promise) else value for name, value in values.items()}
    key = (template, get_language(), *[(name, type(value), value) for name, value in values.items()])
    html = None if settings.DEBUG else templates.get(key)  # with DEBUG a template may change while the process runs
    if html is None:
        html = SafeString(get_template(template).render(values))
        templates.keep(key, html)
    return html
