"""The states of a round and of an answer, below all models that know them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("in Arbeit")
    SUBMITTED = "submitted", _("eingereicht")
    RETURNED = "returned", _("zurückgegeben")
    APPROVED = "approved", _("freigegeben")


#: In these states the team may change answers.
EDITABLE = (AssessmentState.DRAFT, AssessmentState.RETURNED)


class ScoreState(models.TextChoices):
    """``open`` was not looked at yet; ``unknown`` was looked at and could not be told; the three never mix in any figure."""

    OPEN = "open", _("offen")
    RATED = "rated", _("eingeschätzt")
    UNKNOWN = "unknown", _("weiß nicht")
    NOT_APPLICABLE = "not_applicable", _("trifft nicht zu")


class TransitionKind(models.TextChoices):
    """The steps of a round. A move of the edition is one too, and so is taking it back: from and to change places."""

    BEGIN = "begin", _("begonnen")
    SUBMIT = "submit", _("eingereicht")
    WITHDRAW = "withdraw", _("zurückgezogen")
    RETURN = "return", _("zurückgegeben")
    APPROVE = "approve", _("freigegeben")
    REOPEN = "reopen", _("wieder geöffnet")
    MOVE = "move", _("Katalogausgabe gewechselt")
