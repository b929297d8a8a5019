"""The profile on screen: who sees it, what it says, what it costs."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from assessments.models import Assessment, Comment, Evidence, Measure
from assessments.reports.profile.build import build_profile, kept_profile
from assessments.reports.views.profile import sections_of
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from tests.factories import make_catalogue, make_project
from tests.reports.conftest import approved
from tests.reports.sample import make_facts, make_profile


def url(assessment):
    return reverse("reports:profile", args=[assessment.public_id])


def words(response):
    """The page's text, with every run of white space as one blank."""
    return " ".join(response.content.decode().split())


def test_page_answers_the_four_questions_first(client, second, alice):
    client.force_login(alice)
    page = words(client.get(url(second)))
    titles = ["Wo stehen wir?", "Was hält uns auf?", "Was hat sich geändert?", "Was kommt als Nächstes?", 'id="kriterien"']
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    blocks, next_steps = page[places[1] : places[2]], page[places[3] : places[4]]
    assert "Kriterium vertrauen" in blocks
    assert "Stufe 2, nötig ist 3" in blocks
    assert "Alice, bis 1. Februar 2027" in next_steps
    assert "Vorschlag: personal von 1 weiter" in next_steps


def test_page_shows_every_criterion_with_reason_and_evidence(client, second, alice):
    client.force_login(alice)
    page = words(client.get(url(second)))
    for text in (
        "Vereinbarung mit den Stadtwerken",
        "Erste Absprachen",
        'href="https://example.org/vertrag"',
        "Trägt der Landkreis",
        "vertrauen von 2 weiter",
        "Quelle: Roadmap",
        "Eigene Skala",
        "Stadt Musterhafen und alle Angaben dieser Bewertung sind erfunden.",
    ):
        assert text in page
    assert page.count('class="result"') == 6


def test_page_leads_to_a_file_and_to_the_comparison(client, second, first, alice):
    score = second.scores.get(criterion__key="personal")
    item = Evidence.objects.create(score=score, text="Plan", file="nachweise/x.pdf", file_name="plan.pdf")
    client.force_login(alice)
    page = words(client.get(url(second)))
    assert reverse("assessments:evidence_file", args=[second.public_id, "personal", item.pk]) in page
    assert reverse("assessments:compare", args=[second.public_id, first.public_id]) in page


def test_page_shows_a_new_answer_at_the_next_look(client, second, alice):
    client.force_login(alice)
    before = words(client.get(url(second)))
    score = second.scores.get(criterion__key="personal")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 4, "Eben erst geschrieben."))
    page = words(client.get(url(second)))
    assert "Eben erst geschrieben." not in before
    assert "Eben erst geschrieben." in page
    assert chart(before) != chart(page)


def test_what_is_kept_is_shown_for_the_very_same_alone():
    """The same profile in another round, for somebody who may not edit, on a shared page, and in another language."""
    profile = make_profile(3)
    first = sections_of(profile, round_id="runde1", may_edit=True)
    assert sections_of(replace(profile), round_id="runde1", may_edit=True) is first, "an equal one is not drawn again"
    assert "/bewertungen/runde1/kriterien/" in first["details"]
    other = sections_of(profile, round_id="runde2", may_edit=True)["details"]
    assert "runde1" not in other
    assert other == first["details"].replace("runde1", "runde2")
    assert "Einschätzung bearbeiten" not in sections_of(profile, round_id="runde1")["details"]
    assert "/bewertungen/" not in "".join(sections_of(profile).values())
    with override("en"):
        assert "Where do we stand?" in sections_of(profile, round_id="runde1", may_edit=True)["answers"]
    changed = replace(profile, headline="", criteria=(replace(profile.criteria[0], rationale="Neu."), *profile.criteria[1:]))
    assert "<p>Neu.</p>" in sections_of(changed, round_id="runde1", may_edit=True)["details"]


def test_same_facts_are_built_once_in_each_language():
    facts = make_facts(3)
    built = kept_profile(facts)
    assert built == build_profile(facts)
    assert kept_profile(make_facts(3)) is built
    assert kept_profile(replace(facts, measures=())) == build_profile(replace(facts, measures=()))
    with override("en"):
        assert kept_profile(facts).headline == build_profile(facts).headline != built.headline


def chart(page):
    return page[page.index("<svg") : page.rindex("</svg>")]


def test_page_offers_to_edit_only_to_those_who_may_whoever_looked_before(client, second, alice, bob):
    workflow.submit(assessment=second, by=alice)
    edit = reverse("assessments:score", args=[second.public_id, "personal"])
    link = f'href="{edit}"'
    client.force_login(alice)
    assert link not in words(client.get(url(second)))
    workflow.return_to_team(assessment=second, by=bob, comment="Bitte ergänzen.")
    assert link in words(client.get(url(second)))
    workflow.submit(assessment=second, by=alice)
    assert link not in words(client.get(url(second)))


def test_page_says_that_a_draft_is_one_and_an_approved_round_is_none(client, first, second, alice):
    client.force_login(alice)
    assert "Entwurf, nicht freigegeben" in words(client.get(url(second)))
    page = words(client.get(url(first)))
    assert "Entwurf" not in page
    assert "freigegeben am 20. Mai 2025 von Bob" in page


def test_page_escapes_what_people_wrote(client, second, alice):
    second.scores.filter(criterion__key="vertrauen").update(rationale="<script>alert(1)</script>")
    Evidence.objects.create(score=second.scores.first(), text="<img src=x>", url="https://example.org/")
    client.force_login(alice)
    page = client.get(url(second)).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page


def test_page_offers_to_edit_only_where_editing_works(client, first, second, alice, bob):
    client.force_login(alice)
    page = words(client.get(url(second)))
    assert "Einschätzung bearbeiten" in page
    assert f'href="{reverse("assessments:score", args=[second.public_id, "vertrauen"])}"' in page
    assert "Einschätzung bearbeiten" not in words(client.get(url(first)))


def test_page_is_for_those_who_may_see_the_round(client, first, second, rita, charlie):
    assert client.get(url(first)).status_code == 302
    client.force_login(rita)
    assert [client.get(url(a)).status_code for a in (first, second)] == [200, 404]
    client.force_login(charlie)
    assert [client.get(url(a)).status_code for a in (first, second)] == [404, 404]


def test_page_in_english_marks_what_people_wrote_as_german(client, second, alice):
    client.force_login(alice)
    client.cookies["django_language"] = "en"
    page = words(client.get(url(second)))
    assert '<html lang="en"' in page
    assert '<div class="result__text" lang="de"> <p>Vereinbarung mit den Stadtwerken' in page
    client.cookies["django_language"] = "de"
    assert 'lang="de"> <p>' not in words(client.get(url(second)))


def test_page_takes_no_post(client, second, alice):
    client.force_login(alice)
    assert client.post(url(second)).status_code == 405


def test_page_compares_with_the_chosen_round(client, second, alice, bob, project, elsewhere, charlie):
    approved(second, bob, date(2026, 6, 1))
    third = workflow.start_assessment(project=project, by=alice)
    foreign = workflow.start_assessment(project=make_project(elsewhere), by=charlie)
    first = Assessment.objects.get(project=project, round=1)
    client.force_login(alice)
    assert "Kriterien seit Runde 2" in words(client.get(url(third)))
    page = words(client.get(url(third), {"vergleich": first.public_id}))
    assert "Kriterien seit Runde 1" in page
    for other in (third.public_id, foreign.public_id, "nein"):
        assert client.get(url(third), {"vergleich": other}).status_code == 404


@pytest.mark.parametrize("criteria", [1, 60])
@pytest.mark.parametrize("rounds", [1, 3])
def test_page_costs_8_queries_for_1_and_60_criteria_and_1_and_3_rounds(
    client, criteria, rounds, municipality, alice, django_assert_num_queries
):
    make_catalogue(criteria)
    project = make_project(municipality, team=[alice])
    for number in range(rounds):
        assessment = workflow.start_assessment(project=project, by=alice)
        for score in assessment.scores.all():
            Evidence.objects.create(score=score, text="Beleg", added_by=alice)
            Comment.objects.create(score=score, text="Hm", author=alice)
            Measure.objects.create(project=project, criterion_key="kriterium-1", text="Tun", owner=alice)
        if number < rounds - 1:
            approved(assessment, alice, date(2024 + number, 1, 1))
    client.force_login(alice)
    client.get(url(assessment))  # the catalogue is kept from now on
    with django_assert_num_queries(8):
        assert client.get(url(assessment)).status_code == 200
