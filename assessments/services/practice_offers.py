"""Service functions for good examples: a municipality offers and withdraws, curators decide."""

from typing import Any

from django.db.models import Q

from assessments.mail.practice_offers import announce_decision
from assessments.models import Assessment, OfferState, PracticeOffer, Score
from scaling.common.history import attribute_to
from scaling.common.text import tidy_text
from scaling.common.transactions import atomic


class NotOfferable(Exception):
    """The round is not approved (any more), or the answer has no reason."""


class AlreadyOffered(Exception):
    """This answer's reason, or the same words from another round, wait for the curators or are shown already."""


class NotWaiting(Exception):
    """Somebody decided, or the municipality withdrew, since the offer was opened. ``current`` is the row as it stands."""

    def __init__(self, current: PracticeOffer) -> None:
        super().__init__(f"Offer {current.pk} is {current.state} by now.")
        self.current = current


@atomic
def offer_practice(*, score: Score, text: str, shows_name: bool, by: Any) -> PracticeOffer:
    """Give ``text``, the approved reason or what the manager made of it, to the curators.

    Locks the round, so that nobody reopens it meanwhile. Raises NotOfferable, AlreadyOffered.
    """
    locked = Assessment.objects.select_for_update(of=("self",)).get(pk=score.assessment_id)
    text = tidy_text(text).strip()
    if not locked.is_approved or not score.rationale or not text:
        raise NotOfferable
    same = Q(score=score) | Q(
        score__criterion__key=score.criterion.key, score__assessment__project=locked.project_id, text=text
    )
    if PracticeOffer.objects.filter(same, state__in=[OfferState.OFFERED, OfferState.ACCEPTED]).exists():
        raise AlreadyOffered
    offer = PracticeOffer(score=score, text=text, shows_name=shows_name)
    attribute_to(offer, by)
    offer.save()
    return offer


@atomic
def withdraw_offer(*, offer: PracticeOffer, by: Any) -> PracticeOffer:
    """From the next request on nobody else sees it, accepted or not. Twice, or after a refusal, is no error."""
    current = _locked(offer)
    if current.can_be_withdrawn:
        _to(current, OfferState.WITHDRAWN, by)
    return current


@atomic
def decide_offer(*, offer: PracticeOffer, accepted: bool, note: str, version: int, by: Any) -> PracticeOffer:
    """For curators. Tells the municipality's managers. Raises NotWaiting where ``version`` is not the current one."""
    current = _locked(offer)
    if not current.is_waiting or current.version != version:
        raise NotWaiting(current)
    current.note = tidy_text(note).strip()
    _to(current, OfferState.ACCEPTED if accepted else OfferState.DECLINED, by)
    announce_decision(current)
    return current


def _locked(offer: PracticeOffer) -> PracticeOffer:
    found: PracticeOffer = PracticeOffer.objects.select_for_update(of=("self",)).with_origin().get(pk=offer.pk)
    return found


def _to(current: PracticeOffer, state: OfferState, by: Any) -> None:
    current.state = state
    current.version += 1
    attribute_to(current, by)
    current.save()
