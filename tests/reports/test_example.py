"""The example profile: made from files, equal to what the demo's database gives, and nothing of it in the database."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from assessments.models import Assessment, Project
from assessments.reports.profile.example import Untranslated, example_profile, file_of, in_english, read_facts
from assessments.reports.records.keeping import current_record, record_profile
from assessments.services.demo import demo_in_english
from scaling.accounts.models import Municipality
from tests.reports.pdf_facts import text_of


def words_of(profile):
    """What people wrote, in the profile's order."""
    found = [profile.meta.project_summary, *(text for one in profile.measures for text in (one.text, one.who))]
    for criterion in profile.criteria:
        change = criterion.change
        found += [criterion.rationale, *(one.text for one in criterion.evidence), *(one.text for one in criterion.comments)]
        found += [change.previous.rationale] if change and change.previous else []
    return [text for text in found if text]


def wordless(measure):
    return replace(measure, text="", who="")


def without_words(one):
    change = one.change and replace(one.change, previous=None)
    return replace(one, rationale="", evidence=(), change=change, measures=tuple(map(wordless, one.measures)))


class TestFiles:
    def test_example_is_what_the_demo_gives(self, demo, tmp_path):
        """If not: ./run manage export_example, with the demo as it is loaded anew."""
        call_command("export_example", folder=tmp_path, verbosity=0, stdout=StringIO())
        for language in ("de", "en"):
            assert file_of(language, tmp_path).read_text() == file_of(language).read_text(), language

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_example_says_what_the_database_says(self, demo, language):
        third = Assessment.objects.with_context().get(project__slug="parkraum-lotse", round=3)
        record = current_record(third)
        assert record is not None
        with override(language):
            expected, found = record_profile(record), example_profile()
        assert found.meta.language == language
        assert found.meta.public_id == "beispiel" != expected.meta.public_id
        for part in ("headline", "overall", "workstreams", "phases", "gates", "trend", "history", "definitions"):
            assert getattr(found, part) == getattr(expected, part), part
        assert list(map(without_words, found.criteria)) == list(map(without_words, expected.criteria))
        assert list(map(wordless, found.measures)) == list(map(wordless, expected.measures))
        assert {one.url for criterion in found.criteria for one in criterion.evidence} == {""}
        assert found.meta.own_language == ""
        if language == "de":
            assert words_of(found) == words_of(expected)


def test_people_write_english_in_the_english_example():
    """Names stay; what is shown in English says nothing in German, and nothing of it is marked as German."""
    with override("de"):
        german = words_of(example_profile())
    with override("en"):
        profile = example_profile()
    english = words_of(profile)
    assert len(english) == len(german) > 60
    people = {one.who for one in profile.measures if one.who_is_person}
    assert set(english) & set(german) == people
    names = re.compile(r"Wallstraße|Lüttmann|Henning|Svenja|Brakebusch|Wiesenbrück")
    assert not [text for text in english if re.search(r"[äöüß„“]|\b(?:und|der|die|das|nicht)\b", names.sub("", text))]
    assert profile.meta.own_language == ""


def test_text_without_english_is_named():
    facts = read_facts(file_of("de"))
    with pytest.raises(Untranslated, match="Nur deutsch"):
        in_english(replace(facts, measures=(replace(facts.measures[0], text="Nur deutsch"),)), demo_in_english())


def test_export_without_the_demo_says_what_to_do(db):
    with pytest.raises(CommandError, match="demo's data"):
        call_command("export_example")


@pytest.mark.django_db
def test_page_says_that_everything_is_invented_and_touches_no_row(client, django_assert_num_queries):
    client.get(reverse("reports:example"))
    with django_assert_num_queries(0):
        page = client.get(reverse("reports:example")).content.decode()
    assert "Stadt Auenfurt, das Projekt und alle Personen sind erfunden" in page
    assert "erfundenes Beispiel" in page
    assert not Municipality.objects.exists()
    assert not Project.objects.exists()


@pytest.mark.django_db
def test_english_page_has_english_catalogue_texts_and_marks_german_answers(client):
    client.cookies["django_language"] = "en"
    page = client.get(reverse("reports:example")).content.decode()
    assert "Ensuring data quality" in page
    assert '<div lang="de"' in page or ' lang="de">' in page


@pytest.mark.django_db
@pytest.mark.parametrize("variant", ["kurz", "lang"])
def test_pdf_of_the_example_says_that_it_is_invented(client, variant):
    response = client.get(reverse("reports:example_pdf"), {"umfang": variant})
    assert response["Content-Type"] == "application/pdf"
    assert f"beispiel-reifeprofil-parkraum-lotse-runde-3-{variant}fassung.pdf" in response["Content-Disposition"]
    assert "erfunden" in text_of(response.content)
