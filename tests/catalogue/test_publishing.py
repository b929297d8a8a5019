import pytest
from django.utils import translation

from catalogue.documents.checksum import checksum_of, content
from catalogue.documents.completeness import grouped, missing_content
from catalogue.documents.export import edition_document
from catalogue.models import ChangeLogEntry, Edition, EditionState
from catalogue.services.publishing import (
    DraftHasChanged,
    Incomplete,
    WrongEditionState,
    copy_edition,
    discard,
    publish,
    retire,
)
from tests.catalogue.documents import criterion_document, practice_document

pytestmark = pytest.mark.django_db


def test_complete_draft_published(draft, dora):
    edition = publish(edition=draft("eins"), by=dora)
    assert (edition.state, edition.published_by) == (EditionState.PUBLISHED, dora)
    assert edition.published_at
    assert Edition.objects.current() == edition


def test_incomplete_draft_says_everything_missing(draft, dora):
    broken = criterion_document("eins", why={"de": "x", "en": ""}, questions={"de": ["A?"], "en": []})
    broken["levels"][2]["description"]["en"] = ""
    broken["levels"][3]["next_step"]["en"] = ""
    practice = practice_document("praxis", body={"de": "x", "en": ""})
    edition = draft(criteria=[broken], good_practices=[practice])
    with pytest.raises(Incomplete) as caught:
        publish(edition=edition, by=dora)
    assert [(item.kind, item.key, item.field) for item in caught.value.missing] == [
        ("criterion", "eins", "why_en"),
        ("criterion", "eins", "questions_en"),
        ("criterion", "eins", "level_2_description_en"),
        ("criterion", "eins", "level_3_next_step_en"),
        ("practice", "praxis", "body_en"),
    ]
    assert "eins auf Deutsch: Warum es zählt (Englisch)" in map(str, caught.value.missing)
    edition.refresh_from_db()
    assert edition.is_draft


@pytest.mark.parametrize("language", ["de", "en"])
def test_new_edition_needs_a_title_of_its_own_and_a_correction_does_not(published, dora, language):
    edition = published("eins")
    copy = copy_edition(edition=edition, by=dora)
    setattr(copy, f"title_{({'de': 'en', 'en': 'de'})[language]}", "Anders")
    copy.save()
    with pytest.raises(Incomplete) as caught:
        publish(edition=copy, by=dora)
    assert [(item.field, item.key) for item in caught.value.missing] == [(f"title_{language}", "")]
    setattr(copy, f"title_{language}", "Anders")
    copy.save()
    assert publish(edition=copy, by=dora).number == "2.0"
    assert publish(edition=copy_edition(edition=edition, by=dora, minor=True), by=dora).number == "1.1"


def test_titles_that_are_still_the_old_ones_stand_first_and_the_german_one_before_the_english(published, dora):
    copy = copy_edition(edition=published("eins"), by=dora)
    copy.attribution = ""
    copy.save()
    with pytest.raises(Incomplete) as caught:
        publish(edition=copy, by=dora)
    assert [item.field for item in caught.value.missing] == ["title_de", "title_en", "attribution_de"]


def test_what_is_missing_stands_together_for_each_object(draft, dora):
    document = edition_document(draft("eins", "zwei"))
    broken = document["criteria"][0]
    broken["why"] = {"de": "", "en": ""}
    broken["questions"]["en"], broken["offices"] = [], []
    found = grouped(missing_content(document))
    assert [(one.kind, one.key) for one in found] == [("criterion", "eins")]
    assert [(gap.label, gap.fields) for gap in found[0].gaps] == [
        ("Warum es zählt", (("Deutsch", "why_de"), ("Englisch", "why_en"))),
        ("Leitfragen", (("Englisch", "questions_en"),)),
        ("„Wer weiß das?“ nennt keine Stelle", (("", "offices_0"),)),
    ]


def test_draft_changed_since_it_was_looked_at_not_published(draft, dora):
    edition = draft("eins")
    seen = checksum_of(edition_document(edition))
    edition.criteria.update(why_de="Anders")
    with pytest.raises(DraftHasChanged):
        publish(edition=edition, by=dora, seen=seen)
    assert publish(edition=edition, by=dora, seen=checksum_of(edition_document(edition))).published_at


def test_edition_without_criteria_not_published(draft, dora):
    edition = draft("eins")
    edition.criteria.all().delete()
    with pytest.raises(Incomplete):
        publish(edition=edition, by=dora)


def test_published_edition_not_published_again(published, dora):
    with pytest.raises(WrongEditionState):
        publish(edition=published("eins"), by=dora)


def test_copy_holds_everything_under_the_next_number(published, dora):
    edition = published("eins", "zwei", good_practices=[practice_document("praxis", criteria=["zwei"])])
    copy = copy_edition(edition=edition, by=dora)
    before, after = content(edition_document(edition)), content(edition_document(copy))
    assert after["edition"].pop("number") == "2.0"
    before["edition"].pop("number")
    assert before == after
    assert (copy.is_draft, copy.based_on) == (True, edition)
    assert ChangeLogEntry.objects.get(edition=copy).get_action_display() == "als Kopie angelegt"


def test_copy_for_a_correction_takes_a_minor_number(published, dora):
    published("eins", number="2.0")
    edition = published("eins", number="1.0")
    first = publish(edition=copy_edition(edition=edition, by=dora, minor=True), by=dora)
    assert first.number == "1.1"
    assert copy_edition(edition=first, by=dora, minor=True).number == "1.2"
    assert copy_edition(edition=edition, by=dora).number == "3.0"


def test_second_open_copy_refused(published, dora):
    edition = published("eins")
    copy = copy_edition(edition=edition, by=dora)
    with pytest.raises(WrongEditionState, match=r"schon den Entwurf 2\.0"):
        copy_edition(edition=edition, by=dora)
    with pytest.raises(WrongEditionState):
        copy_edition(edition=copy, by=dora)


def test_retired_edition_no_longer_current_but_readable(published, dora):
    old, new = published("eins", number="1.0"), published("eins", number="2.0")
    retired = retire(edition=new, by=dora)
    assert (retired.state, retired.retired_by) == (EditionState.RETIRED, dora)
    assert Edition.objects.current() == old
    assert new in Edition.objects.readable()


@pytest.mark.parametrize(("loaded", "active"), [("en", "de"), ("de", "en"), ("en", "en"), ("de", "de")])
def test_edition_is_retired_in_another_language_than_it_was_loaded_in(published, dora, loaded, active):
    with translation.override(loaded):
        old, _new = published("eins", number="1.0"), published("eins", number="2.0")
    with translation.override(active):
        retired = retire(edition=old, by=dora)
    retired.refresh_from_db()
    assert (retired.state, retired.retired_by) == (EditionState.RETIRED, dora)
    assert retired.retired_at is not None


def test_last_published_edition_not_retired(published, draft, dora):
    edition = published("eins")
    for wrong in (edition, draft("eins", number="2.0")):
        with pytest.raises(WrongEditionState):
            retire(edition=wrong, by=dora)


def test_draft_discarded_published_edition_not(published, draft, dora):
    keep = published("eins", number="1.0")
    discard(edition=draft("eins", number="2.0"), by=dora)
    assert list(Edition.objects.all()) == [keep]
    with pytest.raises(WrongEditionState):
        discard(edition=keep, by=dora)
