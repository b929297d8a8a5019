"""The service functions that change the state of an edition, and nothing else does."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.documents.checksum import checksum_of
from catalogue.documents.completeness import LANGUAGES, MissingContent, missing_content
from catalogue.documents.export import edition_document, edition_texts
from catalogue.models import ChangeAction, Edition, EditionState
from catalogue.services.change_log import note
from catalogue.services.document_rows import EDITION_TEXTS, set_texts, write_content
from scaling.common.transactions import atomic


class WrongEditionState(Exception):
    """The edition's state does not allow this step."""


class AlreadyDrafted(WrongEditionState):
    """Somebody has begun to change this edition: ``draft`` is what they work on."""

    def __init__(self, edition: Edition, draft: Edition) -> None:
        self.draft = draft
        super().__init__(
            _("Zu Ausgabe %(number)s gibt es schon den Entwurf %(draft)s.") % {"number": edition.number, "draft": draft.number}
        )


class Incomplete(Exception):
    """The edition cannot be published yet; ``missing`` says what is missing."""

    def __init__(self, edition: Edition, found: list[MissingContent]) -> None:
        self.edition, self.missing = edition, found
        super().__init__(
            _("Ausgabe %(number)s ist unvollständig: ") % {"number": edition.number} + "; ".join(map(str, found[:5]))
        )


class DraftHasChanged(WrongEditionState):
    """The draft was changed since it was looked at: what would be published is not what was seen."""


def missing_to_publish(edition: Edition, document: dict[str, Any]) -> list[MissingContent]:
    """What keeps a draft from being published: every text that is missing, and a title that is still another edition's.

    A correction (2.1 after 2.0) may keep the title; a new edition has to say in it what it is. At most one query.
    """
    old_titles = []
    before = edition.based_on
    if before is not None and before.major != edition.major:
        title = document["edition"]["title"]
        for language, name in LANGUAGES.items():
            if title[language] and title[language].strip() == edition_texts(before)["title"][language].strip():
                text = _("Titel (%(language)s): Er ist noch der von Ausgabe %(number)s.")
                text %= {"language": _(name), "number": before.number}
                old_titles.append(MissingContent("edition", "", _("Ausgabe"), f"title_{language}", text))
    return old_titles + missing_content(document)


@atomic
def publish(*, edition: Edition, by: Any, seen: str | None = None) -> Edition:
    """Make a complete draft public and unchangeable. ``by``: a user, or None for the command line.

    ``seen`` is the checksum of what was looked at before: raises DraftHasChanged where the draft has changed since. Raises
    WrongEditionState for anything but a draft, Incomplete with what is missing, Http404 if it was discarded meanwhile.
    """
    edition = get_object_or_404(Edition.objects.select_for_update(), pk=edition.pk)
    if not edition.is_draft:
        raise WrongEditionState(_("Ausgabe %s ist kein Entwurf.") % edition.number)
    document = edition_document(edition)
    found = missing_to_publish(edition, document)
    if found:
        raise Incomplete(edition, found)
    if seen is not None and seen != checksum_of(document):
        raise DraftHasChanged(_("Der Entwurf %s wurde inzwischen geändert.") % edition.number)
    edition.state = EditionState.PUBLISHED
    edition.published_at = timezone.now()
    edition.published_by = by
    edition.checksum = checksum_of(document)
    edition.save()
    note(edition, by, ChangeAction.PUBLISHED)
    return edition


@atomic
def retire(*, edition: Edition, by: Any) -> Edition:
    """Take a published edition out of use: no new assessment starts with it, running and archived ones keep it.

    Raises WrongEditionState, also when it is the only published edition, for then no assessment could start at all.
    """
    editions = {e.pk: e for e in Edition.objects.select_for_update().filter(state=EditionState.PUBLISHED).order_by("pk")}
    found = editions.get(edition.pk)
    if found is None:
        raise WrongEditionState(_("Ausgabe %s ist nicht veröffentlicht.") % edition.number)
    if len(editions) == 1:
        raise WrongEditionState(
            _("Ausgabe %s ist die einzige veröffentlichte; veröffentlichen Sie zuerst eine andere.") % found.number
        )
    found.state = EditionState.RETIRED
    found.retired_at = timezone.now()
    found.retired_by = by
    # These and no others: the columns behind the translated ones follow the active language, and the database refuses that.
    found.save(update_fields=["state", "retired_at", "retired_by"])
    note(found, by, ChangeAction.RETIRED)
    return found


@atomic
def copy_edition(*, edition: Edition, by: Any, minor: bool = False) -> Edition:
    """A new draft with everything the edition holds; criteria keep their keys.

    It takes the next free number: 3.0 after 2.1, or with ``minor`` (a correction of this edition) 2.2 after 2.1. Raises
    WrongEditionState for a draft, since a draft can simply be edited; AlreadyDrafted while another copy of it is open.
    """
    # All of them, so that two copies at once do not take the same number.
    edition = {e.pk: e for e in Edition.objects.select_for_update().order_by("pk")}[edition.pk]
    if edition.is_draft:
        raise WrongEditionState(_("Ausgabe %s ist selbst ein Entwurf.") % edition.number)
    open_copy = edition.successors.filter(state=EditionState.DRAFT).first()
    if open_copy:
        raise AlreadyDrafted(edition, open_copy)
    numbers = Edition.objects.filter(major=edition.major) if minor else Edition.objects.all()
    major = edition.major if minor else max(numbers.values_list("major", flat=True)) + 1
    copy = Edition(major=major, minor=max(numbers.values_list("minor", flat=True)) + 1 if minor else 0, based_on=edition)
    document = edition_document(edition)
    set_texts(copy, document["edition"], EDITION_TEXTS).save()
    write_content(copy, document)
    note(copy, by, ChangeAction.COPIED, title=str(edition))
    return copy


@atomic
def discard(*, edition: Edition, by: Any) -> None:
    """Delete a draft with everything in it. Raises WrongEditionState for anything but a draft, Http404 if it is gone."""
    edition = get_object_or_404(Edition.objects.select_for_update(), pk=edition.pk)
    if not edition.is_draft:
        raise WrongEditionState(_("Ausgabe %s ist kein Entwurf.") % edition.number)
    edition.references.all().delete()
    edition.delete()
