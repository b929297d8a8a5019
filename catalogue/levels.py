"""The scale of five levels: our own addition, no part of the roadmap. Screen and PDF say so."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 0, 4
LEVELS = range(LOWEST, HIGHEST + 1)
#: What a milestone of a phase asks for, and a cross-phase one in P1 to P5: an idea needs less than regular operation.
DEFAULT_REQUIRED_LEVEL = 3
DEFAULT_REQUIRED_LEVELS = (1, 2, 2, 3, 3)


class Level(models.IntegerChoices):
    """A level is reached when its description is met in full."""

    NOT_STARTED = 0, _("nicht begonnen")
    PLANNED = 1, _("geplant")
    IN_PROGRESS = 2, _("in Umsetzung")
    DONE = 3, _("umgesetzt")
    PERMANENT = 4, _("fest verankert")
