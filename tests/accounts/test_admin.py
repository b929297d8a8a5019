"""What the operator does under /verwaltung/ that no page of the app does."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.urls import reverse

from scaling.accounts.models import Municipality, User
from scaling.accounts.profile import save_account
from tests.conftest import PASSWORD, make_user
from tests.mails import mails_leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    user = make_user("Otto", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def change(client, user, **changes):
    fields = ("name", "email", "language", "is_curator", "is_active", "is_staff", "is_superuser")
    data = {name: getattr(user, name) for name in fields} | changes
    data = {name: value for name, value in data.items() if value is not False} | {"seen_version": user.version}
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)


def test_no_link_leads_to_the_page_of_a_municipality_which_is_its_members_own(client, operator, municipality):
    page = client.get(reverse("admin:accounts_municipality_change", args=[municipality.pk]))
    assert not page.context["has_absolute_url"]


def test_operator_makes_a_curator_of_a_person(client, operator, alice):
    assert change(client, alice, is_curator=True).status_code == 302
    alice.refresh_from_db()
    assert alice.is_curator
    assert alice.check_password(PASSWORD)


def test_new_account_sets_its_password_by_mail(client, operator):
    data = {"name": "Dorothea", "email": "Dorothea@Example.org", "language": "de", "is_active": "on", "is_curator": "on"}
    assert client.post(reverse("admin:accounts_user_add"), data).status_code == 302
    assert not User.objects.get(email="dorothea@example.org").has_usable_password()
    client.logout()
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": "dorothea@example.org"})
    (link,) = re.findall(r"http://\S+", str(mail.outbox[0].body))
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0]
    client.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    assert client.login(email="dorothea@example.org", password=PASSWORD)


def test_account_of_the_last_manager_is_not_locked(client, operator, bob, municipality):
    response = change(client, bob, is_active=False)
    assert response.status_code == 200
    assert municipality.name in response.context["adminform"].form.errors["is_active"][0]
    bob.refresh_from_db()
    assert bob.is_active


def test_account_of_anyone_else_is_locked(client, operator, bob, alice):
    assert change(client, alice, is_active=False).status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active


def test_operator_renames_a_municipality_but_neither_makes_nor_deletes_one(client, operator, municipality):
    url = reverse("admin:accounts_municipality_change", args=[municipality.pk])
    assert client.post(url, {"name": "Stadt Neuhafen", "ags": municipality.ags, "seen_version": 1}).status_code == 302
    municipality.refresh_from_db()
    assert municipality.name == "Stadt Neuhafen"
    assert municipality.history.first().history_user == operator
    assert client.get(reverse("admin:accounts_municipality_add")).status_code == 403
    assert client.post(reverse("admin:accounts_municipality_delete", args=[municipality.pk])).status_code == 403


def test_nobody_else_manages_accounts(client, alice):
    curator = make_user("Dorothea", is_curator=True, is_staff=True)
    for user, status in ((alice, 302), (curator, 403)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(reverse("admin:accounts_user_changelist")).status_code == status


def test_an_old_address_asks_for_no_password_any_more(client, operator, alice):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)  # as allauth makes them
    change(client, alice, email="alice.neu@example.org")
    client.logout()
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    assert mail.outbox == []


def test_older_page_of_the_admin_overwrites_nothing(client, operator, alice, municipality):
    """The person changed their own name, and another operator renamed the municipality, since these pages were opened."""
    save_account(alice, version=alice.version, name="Alice A.")
    response = change(client, alice, name="Alicia")
    assert response.status_code == 200
    assert "Nichts ist überschrieben." in response.text
    assert 'value="Alicia"' in response.text
    assert User.objects.get(pk=alice.pk).name == "Alice A."
    url = reverse("admin:accounts_municipality_change", args=[municipality.pk])
    page = client.get(url).context["adminform"].form
    data = {"name": municipality.name, "ags": municipality.ags, "seen_version": page["seen_version"].value()}
    assert client.post(url, {**data, "name": "Stadt Neuhafen"}).status_code == 302
    assert "Nichts ist überschrieben." in client.post(url, {**data, "name": "Stadt Althafen"}).text
    assert Municipality.objects.get(pk=municipality.pk).name == "Stadt Neuhafen"


def scans(queryset):
    """The kinds of nodes in PostgreSQL's plan, once reading whole tables is out of the question."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.explain()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("müll", {"Bärbel Müller"}),
        ("MULL", {"Bärbel Müller"}),
        ("muller barbel", {"Bärbel Müller"}),
        ("amt.example", {"Bärbel Müller", "Jörg Groß-Gerau"}),
        ("b.m@amt", {"Bärbel Müller"}),
        ("gross gerau", {"Jörg Groß-Gerau"}),
        ("o'ne", {"Ann O'Neil"}),
        ("llbach", set()),
        ("' | a:* & \\", set()),
        ("@", set()),
    ],
)
def test_search_finds_how_words_begin_by_an_index(client, operator, typed, found):
    User.objects.create_user("b.m@amt.example", name="Bärbel Müller")
    User.objects.create_user("jgg@amt.example", name="Jörg Groß-Gerau")
    User.objects.create_user("ann@elsewhere.example", name="Ann O'Neil")
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": typed})
    assert {person.name for person in page.context["cl"].result_list} == found
    assert "user_words" in scans(page.context["cl"].queryset.order_by())


def test_lists_come_in_german_order_by_an_index(client, operator, municipality):
    for name in ("Zora", "Ämilia", "Bert"):
        User.objects.create_user(f"{len(name)}{name[-1]}@example.org", name=name)
    page = client.get(reverse("admin:accounts_user_changelist"))
    names = [person.name for person in page.context["cl"].result_list]
    assert names == ["Ämilia", "Bert", "Otto", "Zora"]
    assert "user_by_name" in scans(page.context["cl"].queryset)
    url = reverse("admin:accounts_municipality_changelist")
    assert "municipality_by_name" in scans(client.get(url).context["cl"].queryset)
    page = client.get(url, {"q": municipality.ags})
    assert list(page.context["cl"].result_list) == [municipality]
    assert "municipality_words" in scans(page.context["cl"].queryset.order_by())


@pytest.mark.parametrize("number", [1, 30])
def test_list_of_accounts_shows_twenty_by_as_many_queries(client, operator, django_assert_num_queries, number):
    for one in range(number):
        User.objects.create_user(f"person{one}@example.org", name=f"Person {one}")
    url = reverse("admin:accounts_user_changelist")
    client.get(url)
    for query in ({}, {"q": "person"}):
        with django_assert_num_queries(5):
            page = client.get(url, query)
        assert len(page.context["cl"].result_list) == min(20, number + (not query))


def test_municipality_leads_to_what_an_operator_may_see_of_it(client, operator, municipality):
    page = client.get(reverse("admin:accounts_municipality_change", args=[municipality.pk])).text
    assert f'href="{reverse("municipality_data", args=[municipality.public_id])}"' in page
