"""Which good examples the public sees of a criterion."""

from assessments.models import OfferState, PracticeOffer
from catalogue.examples import Example

#: Of each criterion, the latest; a page is to be read.
MAX_SHOWN = 10


def shown_examples(key: str) -> list[Example]:
    """By the criterion's key, so they stay from edition to edition. One query."""
    accepted = PracticeOffer.objects.filter(state=OfferState.ACCEPTED, score__criterion__key=key).order_by("-pk")
    rows = accepted.values_list("text", "shows_name", "score__assessment__project__municipality__name")
    return [Example(text, name if shows_name else "") for text, shows_name, name in rows[:MAX_SHOWN]]
