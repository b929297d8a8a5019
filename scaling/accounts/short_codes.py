"""The short code of a municipality, with which its document numbers begin: „BAMBERG-2026-3“."""

import re
from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LENGTH = 12
validate_code = RegexValidator(
    re.compile(rf"^[A-Z][A-Z0-9]{{1,{LENGTH - 1}}}\Z"),
    _("Zwei bis zwölf Großbuchstaben und Ziffern ohne Umlaute, zuerst ein Buchstabe."),
)
#: What a name may begin with without saying which place it is.
_KINDS = re.compile(
    r"^(?:(?:landeshaupt|hanse|universitäts|kur|kreis|samt|verbands|orts|einheits|große\s+kreis|freie|und|der|die)*"
    r"(?:stadt|gemeinde|markt|flecken|landkreis|kreis|amt|verwaltungsgemeinschaft|bezirk|stadtstaat)\b\s*)+",
    re.IGNORECASE,
)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "AE", "Ö": "OE", "Ü": "UE"})


def code_of(name: str) -> str:
    """From the name without „Stadt“ and its like: the first word, in capitals. „XX“ where nothing of it can be written so."""
    own = _KINDS.sub("", name) or name
    words = re.findall(r"[A-Z0-9]+", own.translate(_LETTERS).upper())
    code = next((word for word in words if len(word) > 1 and word[0].isalpha()), "XX")
    return code[:LENGTH]


def free_code(name: str, rows: Any) -> str:
    """``code_of``, with a number where another municipality among ``rows`` has it. One query."""
    code = code_of(name)
    taken = set(rows.filter(code__startswith=code[: LENGTH - 3]).values_list("code", flat=True))
    number = 2
    free = code
    while free in taken:
        free = f"{code[: LENGTH - len(str(number))]}{number}"
        number += 1
    return free
