"""The short check of fixtures/short_check.yaml: a dozen criteria as the entry to a full round."""

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from scaling.common.yaml_files import read_yaml

PATH = settings.BASE_DIR / "fixtures" / "short_check.yaml"


@dataclass(frozen=True)
class ShortCheck:
    """``reasons`` says by criterion key, in the order of the questions, why each is asked."""

    minutes: int
    title: str
    intro: str
    cannot_say: str
    reasons: dict[str, str]

    def minutes_for(self, questions: int) -> int:
        """How long so many of its questions take; a round does not always have them all."""
        return ceil(self.minutes * questions / len(self.reasons))


def short_check() -> ShortCheck:
    """In the active language. Read once per process and language."""
    return _short_check("en" if (get_language() or "").startswith("en") else "de")


@cache
def _short_check(language: str) -> ShortCheck:
    data: dict[str, Any] = read_yaml(PATH)
    return ShortCheck(
        minutes=data["minutes"],
        title=data["title"][language],
        intro=data["intro"][language],
        cannot_say=data["cannot_say"][language],
        reasons={question["criterion"]: question["reason"][language] for question in data["questions"]},
    )
