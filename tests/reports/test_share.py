"""Links to a profile: who makes them, what they show, and that all other links look the same from outside: not there."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Comment, Evidence, ShareLink
from assessments.services import share_links, workflow
from tests.reports.conftest import approved
from tests.reports.pdf_facts import text_of


@pytest.fixture
def shared(second, alice, bob):
    """The second round, approved, with measures and a comment; names are in every corner of it."""
    Comment.objects.create(score=second.scores.first(), text="Nur für uns", author=alice)
    approved(second, bob, timezone.localdate())
    return Assessment.objects.with_context().get(pk=second.pk)


def link_to(assessment, by, **fields):
    return share_links.create_link(assessment=assessment, by=by, **{"purpose": "Rat", "expires_on": in_days(30), **fields})


def in_days(days):
    """Asked when it is needed: midnight may come while the tests run."""
    return timezone.localdate() + timedelta(days=days)


def page(link):
    return reverse("reports:shared", args=[link.token])


def pdf(link, variant="lang"):
    return reverse("reports:shared_pdf", args=[link.token]) + f"?umfang={variant}"


def without_tokens(response):
    """The page but for what differs each time: the token of its forms and the address it was asked by."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


# --- What a link shows ------------------------------------------------------------------------------------------------------


def test_link_opens_page_and_pdf_without_an_account(client, shared, bob):
    link = link_to(shared, bob)
    response = client.get(page(link))
    assert response.status_code == 200
    text = " ".join(response.content.decode().split())
    for said in (
        "Wo stehen wir?",
        "Stadt Musterhafen",
        "Vereinbarung mit den Stadtwerken",
        "Name nicht genannt, bis 1. Februar 2027",
    ):
        assert said in text
    assert text_of(client.get(pdf(link)).content).count("Vereinbarung mit den Stadtwerken") >= 1


def test_link_tells_no_name_on_page_and_in_pdf(client, shared, bob):
    link = link_to(shared, bob)
    found = [client.get(page(link)).content.decode(), *(text_of(client.get(pdf(link, v)).content) for v in ("kurz", "lang"))]
    for text in found:
        for private in ("Alice", "Bob", "alice@example.org", "Nur für uns"):
            assert private not in text
        assert "Stabsstelle" in text  # an office is nobody
    raw = client.get(pdf(link)).content
    assert b"Alice" not in raw
    assert b"Bob" not in raw


def test_link_with_names_tells_them_but_no_comments(client, shared, bob):
    link = link_to(shared, bob, with_names=True)
    for text in (client.get(page(link)).content.decode(), text_of(client.get(pdf(link)).content)):
        assert "Alice" in text
        assert "Bob" in text
        assert "Nur für uns" not in text


def test_link_leads_nowhere_but_to_page_and_pdf(client, second, bob):
    Evidence.objects.create(score=second.scores.first(), text="Plan", file="nachweise/x.pdf", file_name="plan.pdf")
    shared = approved(second, bob, timezone.localdate())
    text = client.get(page(link_to(shared, bob))).content.decode()
    assert "Plan (plan.pdf)" in text
    assert shared.public_id not in text
    assert shared.project.public_id not in text


def test_link_is_not_for_search_engines_caches_or_other_sites(client, shared, bob):
    link = link_to(shared, bob)
    for address in (page(link), pdf(link, "kurz")):
        response = client.get(address)
        assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in client.get(page(link)).content.decode()


def test_link_page_costs_two_queries(client, shared, bob, django_assert_num_queries):
    link = link_to(shared, bob)
    with django_assert_num_queries(2):
        client.get(page(link))


# --- When it does not open --------------------------------------------------------------------------------------------------


def expired(link, by):
    ShareLink.objects.filter(pk=link.pk).update(expires_on=in_days(-1))


def revoked(link, by):
    share_links.revoke_link(link=link, by=by)


def reopened(link, by):
    workflow.reopen(assessment=link.assessment, by=by, reason="Nachtrag")


def guessed(link, by):
    link.token = link.token[:-1] + ("a" if link.token[-1] != "a" else "b")


@pytest.mark.parametrize("happened", [expired, revoked, reopened, guessed])
def test_link_that_does_not_open_cannot_be_told_from_one_that_never_was(client, shared, bob, happened):
    link = link_to(shared, bob)
    assert client.get(page(link)).status_code == 200
    happened(link, bob)
    never = client.get(reverse("reports:shared", args=["x" * 32]))
    for response in (client.get(page(link)), client.get(pdf(link))):
        assert response.status_code == 404
        assert without_tokens(response) == without_tokens(never)


def test_link_opens_on_its_last_day(client, shared, bob):
    assert client.get(page(link_to(shared, bob, expires_on=timezone.localdate()))).status_code == 200


def test_tokens_are_long_and_never_the_same(shared, bob):
    tokens = {link_to(shared, bob).token for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {32}


# --- The service functions --------------------------------------------------------------------------------------------------


def test_link_to_a_round_that_is_not_approved_is_refused(second, bob):
    with pytest.raises(share_links.NotApproved):
        link_to(second, bob)


@pytest.mark.parametrize("days", [-1, 367])
def test_link_without_an_end_in_the_coming_year_is_refused(shared, bob, days):
    with pytest.raises(ValidationError):
        link_to(shared, bob, expires_on=in_days(days))


def test_revoking_twice_keeps_the_first_time(shared, bob, alice):
    link = link_to(shared, bob)
    share_links.revoke_link(link=link, by=bob)
    again = share_links.revoke_link(link=link, by=alice)
    assert again.revoked_by == bob


def test_history_names_who_made_and_revoked_a_link_but_not_its_token(shared, bob):
    link = link_to(shared, bob)
    share_links.revoke_link(link=link, by=bob)
    assert [(row.history_type, row.history_user) for row in link.history.all()] == [("~", bob), ("+", bob)]
    assert not hasattr(link.history.first(), "token")


# --- For managers -----------------------------------------------------------------------------------------------------------


def test_manager_makes_and_revokes_a_link(client, shared, bob):
    client.force_login(bob)
    address = reverse("reports:share_links", args=[shared.public_id])
    data = {"purpose": "Hauptausschuss", "expires_on": (in_days(7)).isoformat()}
    assert client.post(address, data).url == f"{address}#vorhanden"
    link = ShareLink.objects.get()
    assert (link.purpose, link.with_names, link.created_by) == ("Hauptausschuss", False, bob)
    assert f"http://testserver{page(link)}" in client.get(address).content.decode()
    assert client.post(reverse("reports:share_revoke", args=[shared.public_id, link.pk])).status_code == 302
    link.refresh_from_db()
    assert link.state == "revoked"
    assert link.token not in client.get(address).content.decode()


def test_change_of_a_link_that_was_revoked_meanwhile_gives_its_words_back(client, shared, bob):
    link = link_to(shared, bob)
    share_links.revoke_link(link=link, by=bob)
    client.force_login(bob)
    address = reverse("reports:share_edit", args=[shared.public_id, link.pk])
    data = {"purpose": "Hauptausschuss im Mai", "expires_on": timezone.localdate().isoformat(), "version": "1"}
    response = client.post(address, data)
    assert (response.status_code, "Hauptausschuss im Mai" in response.text, "widerrufen" in response.text) == (422, True, True)
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    "data", [{}, {"purpose": "Rat", "expires_on": "gestern"}, {"purpose": "Rat", "expires_on": "2020-01-01"}]
)
def test_bad_input_makes_no_link(client, shared, bob, data):
    client.force_login(bob)
    response = client.post(reverse("reports:share_links", args=[shared.public_id]), data)
    assert response.status_code == 422
    assert not ShareLink.objects.exists()


def test_draft_offers_no_form_and_takes_no_post(client, second, bob):
    client.force_login(bob)
    address = reverse("reports:share_links", args=[second.public_id])
    assert 'name="purpose"' not in client.get(address).content.decode()
    response = client.post(address, {"purpose": "Rat", "expires_on": timezone.localdate().isoformat()})
    assert response.status_code == 422
    assert not ShareLink.objects.exists()


def test_manager_cannot_revoke_another_rounds_link(client, shared, first, bob):
    link = link_to(shared, bob)
    client.force_login(bob)
    assert client.post(reverse("reports:share_revoke", args=[first.public_id, link.pk])).status_code == 404


def test_only_a_manager_is_offered_to_share(client, shared, first, alice, bob, rita):
    for user, offered in ((alice, False), (rita, False), (bob, True)):
        client.force_login(user)
        address = reverse("reports:share_links", args=[shared.public_id])
        assert (address in client.get(reverse("reports:profile", args=[shared.public_id])).content.decode()) is offered


@pytest.mark.parametrize("links", [1, 3])
def test_list_costs_the_same_for_1_and_3_links(client, shared, bob, links, django_assert_num_queries):
    for _ in range(links):
        link_to(shared, bob)
    client.force_login(bob)
    with django_assert_num_queries(5):
        client.get(reverse("reports:share_links", args=[shared.public_id]))


# --- Changing a link


@pytest.fixture
def edit_url(shared, bob, client):
    link = link_to(shared, bob)
    client.force_login(bob)
    return reverse("reports:share_edit", args=[shared.public_id, link.pk])


def held(client, url):
    """What the page's form holds."""
    form = client.get(url).context["form"]
    return {bound.html_name: bound.field.prepare_value(bound.value()) for bound in form if bound.value()}


def test_manager_changes_a_link_and_its_address_stays(client, shared, edit_url):
    token = ShareLink.objects.get().token
    day = in_days(300)
    data = held(client, edit_url) | {"purpose": "Rat", "expires_on": day.isoformat(), "with_names": "on"}
    assert client.post(edit_url, data).status_code == 302
    link = ShareLink.objects.get()
    assert (link.token, link.purpose, link.expires_on, link.with_names, link.version) == (token, "Rat", day, True, 2)
    assert edit_url in client.get(reverse("reports:share_links", args=[shared.public_id])).text


def test_two_tabs_change_one_link(client, shared, edit_url):
    older = held(client, edit_url)
    assert client.post(edit_url, older | {"purpose": "Rat der Stadt"}).status_code == 302
    response = client.post(edit_url, older | {"purpose": "Nur der Ausschuss", "with_names": "on"})
    assert response.status_code == 409
    for words in (
        "Rat der Stadt",
        "Nur der Ausschuss",
        "Meine Fassung speichern",
        "Diese Fassung behalten",
        "Beides speichern",
    ):
        assert words in response.text, words
    link = ShareLink.objects.get()
    assert (link.purpose, link.with_names) == ("Rat der Stadt", False)
    again = older | {"version": str(link.version), "purpose": "Nur der Ausschuss"}
    assert client.post(edit_url, again).status_code == 302
    assert ShareLink.objects.get().purpose == "Nur der Ausschuss"


def test_link_revoked_meanwhile_stays_revoked(client, shared, edit_url, bob):
    data = held(client, edit_url) | {"purpose": "Hauptausschuss"}
    share_links.revoke_link(link=ShareLink.objects.get(), by=bob)
    page = client.post(edit_url, data, follow=True)
    assert "Der Link ist widerrufen und öffnet nichts mehr." in page.text
    assert ShareLink.objects.get().state == "revoked"
    assert ShareLink.objects.get().purpose == "Rat"


@pytest.mark.parametrize("days", [-1, 367])
def test_new_end_has_its_bounds(client, edit_url, days):
    day = in_days(days)
    response = client.post(edit_url, held(client, edit_url) | {"expires_on": day.isoformat()})
    assert response.status_code == 422
    assert "Bitte wählen Sie einen Tag von heute an bis in einem Jahr." in response.text


def test_end_that_has_passed_may_stay(client, edit_url):
    ShareLink.objects.update(expires_on=in_days(-3))
    assert client.post(edit_url, held(client, edit_url) | {"purpose": "Rat"}).status_code == 302
    assert ShareLink.objects.get().purpose == "Rat"


def test_link_of_another_round_is_not_found(client, shared, first, edit_url):
    assert client.get(reverse("reports:share_edit", args=[first.public_id, ShareLink.objects.get().pk])).status_code == 404
