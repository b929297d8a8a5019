"""How long texts may be, by what they cost: a report draws lines, so ten thousand characters on five thousand of them
are too many.

The one place for it: form, autosave, table, sheet and every other save ask here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class TextLimit:
    """At most so many characters and so many lines."""

    characters: int
    lines: int

    def problem(self, text: str) -> str:
        """A sentence for a text that is too long, empty for one that is not. Line ends of any system count once."""
        text = text.replace("\r\n", "\n").strip()
        if len(text) > self.characters:
            return too_long(self.characters, len(text))
        if (lines := text.count("\n") + 1) > self.lines:
            return _("Höchstens %(most)s Zeilen; das sind %(number)s.") % {"most": self.lines, "number": lines}
        return ""

    @property
    def attrs(self) -> dict[str, int]:
        """For the text area, so that the page counts along (static/js/app.js)."""
        return {"maxlength": self.characters, "data-max-lines": self.lines}


#: The reason of an answer: three pages of a report at most.
RATIONALE = TextLimit(10_000, 200)


def too_long(most: int, length: int) -> str:
    return _("Höchstens %(most)s Zeichen; das sind %(length)s.") % {"most": most, "length": length}
