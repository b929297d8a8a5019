"""Which passwords are refused besides the short and the commonest ones (Django's list, which is English)."""

import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scaling.common.text import tidy_password

#: What people here take first: the words of passwords, of the app and of an office, seasons, months, first names, football.
KNOWN_WORDS = (Path(__file__).parent / "known_words.txt").read_text(encoding="utf-8").split()
#: Figures and signs that stand for letters.
_STANDS_FOR = str.maketrans("013457@$!€", "oieastasie")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "01234567890")
#: Letters that have to remain once everything known is taken away, and different characters on the whole.
MIN_REST, MIN_DIFFERENT = 5, 6


class GuessablePasswordValidator:
    """Refuses what is little more than a known word, a row of keys or a repetition, dressed up with figures and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = tidy_password(password).casefold()
        own = re.findall(r"\w{4,}", f"{getattr(user, 'name', '')} {getattr(user, 'email', '')}".casefold())
        readings = (plain, plain.translate(_STANDS_FOR))
        if len(set(plain)) < MIN_DIFFERENT or min(len(_rest(reading, own)) for reading in readings) < MIN_REST:
            raise ValidationError(
                _(
                    "Dieses Passwort errät man leicht: Es besteht fast nur aus einem bekannten Wort, einer Reihe oder einer "
                    "Wiederholung. Nehmen Sie besser mehrere Wörter, die nichts miteinander zu tun haben."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Kein bekanntes Wort allein und keine Wiederholung.")


def _rest(text: str, own: list[str]) -> str:
    """The different letters that are left without words, rows of keys, repetitions, figures and signs. A phrase of several
    known words keeps one of them: together they are hard to guess.
    """
    words = sorted({*KNOWN_WORDS, *own}, key=len, reverse=True)
    found = {word for word in words if word in text}
    longest = [word for word in found if not any(word != other and word in other for other in found)]
    if len(longest) >= 4:
        return text
    for word in words:
        text = text.replace(word, " ")
    for row in _ROWS:
        for run in (row, row[::-1]):
            for start in range(len(run) - 3):
                for end in range(len(run), start + 3, -1):
                    text = text.replace(run[start:end], " ")
    text = re.sub(r"(.{1,4})\1{2,}", r"\1", text)
    return "".join(sign for sign in text if sign.isalpha())
