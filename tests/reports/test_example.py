"""The example profile: made from files, equal to what the demo's database gives, and nothing of it in the database."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils.translation import override

from assessments.models import Assessment, Project
from assessments.reports.profile.example import example_profile
from assessments.reports.profile.load import load_profile
from assessments.services.demo import load_demo
from catalogue.services.importing import import_files, load_file
from scaling.accounts.models import Municipality
from tests.reports.pdf_facts import text_of


def without_ids(profile):
    """Without what only rows have: public ids, links of evidence (the example has none) and the hour's share of a day."""

    def result(item):
        change = item.change and replace(item.change, previous=item.change.previous and replace(item.change.previous, on=None))
        evidence = tuple((one.text,) for one in item.evidence)
        return replace(item, evidence=evidence, answered_on=None, change=change)

    return {
        "cover": (
            profile.meta.municipality,
            profile.meta.project,
            profile.meta.steps,
            profile.meta.scope,
            profile.meta.phase_label,
        ),
        "texts": (profile.headline, profile.meta.attribution, profile.meta.level_scale_notice, profile.definitions),
        "figures": (profile.overall, profile.workstreams, profile.phases),
        "gates": (profile.gates, profile.current_gate),
        "priorities": tuple((item.criterion.key, item.measure) for item in profile.priorities),
        "criteria": tuple(map(result, profile.criteria)),
        "measures": profile.measures,
        "trend": profile.trend,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "en"])
def test_example_is_what_the_same_answers_give_in_the_database(settings, language):
    source = settings.BASE_DIR / "fixtures" / "catalogue" / "edition-1.yaml"
    import_files([load_file(source.read_bytes(), source.name)], publish=True)
    load_demo()
    third = Assessment.objects.with_context().get(project__slug="parkraum-lotse", round=3)
    with override(language):
        expected, found = without_ids(load_profile(third)), without_ids(example_profile())
    for part, value in expected.items():
        assert found[part] == value, part


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
def test_pdf_of_the_example_says_that_it_is_invented(client, settings, tmp_path, variant):
    settings.VAR_DIR = tmp_path
    response = client.get(reverse("reports:example_pdf"), {"umfang": variant})
    assert response["Content-Type"] == "application/pdf"
    assert f"beispiel-reifeprofil-parkraum-lotse-runde-3.{variant}fassung.pdf" in response["Content-Disposition"]
    assert "erfunden" in text_of(response.content)
