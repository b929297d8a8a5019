"""The example profile: made from files, equal to what the demo's database gives, and nothing of it in the database."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from assessments.models import Assessment, Project
from assessments.reports.profile.example import example_profile, file_of
from assessments.reports.records.keeping import current_record, record_profile
from assessments.services.demo import load_demo
from catalogue.services.importing import import_files, load_file
from scaling.accounts.models import Municipality
from tests.reports.pdf_facts import text_of


@pytest.fixture
def demo(db, settings):
    sources = [settings.BASE_DIR / "fixtures" / "catalogue" / f"edition-{number}.yaml" for number in (1, 2, 3)]
    import_files([load_file(source.read_bytes(), source.name) for source in sources], publish=True)
    load_demo()


def test_example_is_what_the_demo_gives(demo, tmp_path):
    """If not: ./run manage export_example, with the demo as it is loaded anew."""
    call_command("export_example", folder=tmp_path, verbosity=0, stdout=StringIO())
    for language in ("de", "en"):
        assert file_of(language, tmp_path).read_text() == file_of(language).read_text(), language


@pytest.mark.parametrize("language", ["de", "en"])
def test_example_says_what_the_database_says(demo, language):
    third = Assessment.objects.with_context().get(project__slug="parkraum-lotse", round=3)
    record = current_record(third)
    assert record is not None
    with override(language):
        expected, found = record_profile(record), example_profile()
    assert found.meta.language == language
    assert found.meta.public_id == "beispiel" != expected.meta.public_id
    for part in ("headline", "overall", "workstreams", "phases", "gates", "trend", "history", "measures", "definitions"):
        assert getattr(found, part) == getattr(expected, part), part
    assert [replace(one, evidence=()) for one in found.criteria] == [replace(one, evidence=()) for one in expected.criteria]
    assert {one.url for criterion in found.criteria for one in criterion.evidence} == {""}


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
    assert f"beispiel-reifeprofil-parkraum-lotse-runde-3.{variant}fassung.pdf" in response["Content-Disposition"]
    assert "erfunden" in text_of(response.content)
