"""Which forms count as the same one, and for how long (``scaling/once.py``)."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.models import Comment
from scaling import once
from scaling.models import SubmittedForm
from scaling.once import FIELD
from tests.sent_forms import signed_in
from tests.world import World, make_world


@pytest.fixture
def world(db) -> World:
    """Without the documents that other tests draw into theirs."""
    return make_world()


@pytest.mark.django_db
def test_same_form_with_another_text_is_another_form(world, alice):
    client = signed_in(alice)
    path = reverse("assessments:comment_add", args=[world.draft.public_id, "kriterium-1"])
    before = Comment.objects.count()
    for text in ("Erstens", "Zweitens", "Erstens", "Zweitens"):
        client.post(path, {"text": text, FIELD: "t"})
    assert Comment.objects.count() == before + 2


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{"text": ""}, {"text": "\u200b"}])
def test_form_with_an_error_is_not_kept(world, alice, data):
    client = signed_in(alice)
    path = reverse("assessments:comment_add", args=[world.draft.public_id, "kriterium-1"])
    for _ in range(2):
        assert client.post(path, {**data, FIELD: "t"}).status_code == 422
    assert not SubmittedForm.objects.exists()


@pytest.mark.django_db
def test_form_whose_request_died_is_taken_again_after_a_while(world, alice, monkeypatch):
    monkeypatch.setattr("scaling.once.PATIENCE", 0.2)
    client = signed_in(alice)
    path = reverse("assessments:comment_add", args=[world.draft.public_id, "kriterium-1"])
    data = {"text": "Stimmt das?", FIELD: "t"}
    client.post(path, data)
    SubmittedForm.objects.update(target="")  # as if the worker had been killed
    before = Comment.objects.count()
    assert client.post(path, data).status_code == 409
    assert Comment.objects.count() == before
    SubmittedForm.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert client.post(path, data).status_code == 302
    assert Comment.objects.count() == before + 1


@pytest.mark.django_db
def test_another_person_and_another_day_are_other_forms(world, alice, bob):
    path = reverse("assessments:comment_add", args=[world.draft.public_id, "kriterium-1"])
    before = Comment.objects.count()
    for person in (alice, bob, alice):
        signed_in(person).post(path, {"text": "Ja", FIELD: "t"})
    assert Comment.objects.count() == before + 2
    SubmittedForm.objects.update(at=timezone.now() - timedelta(minutes=11))
    signed_in(alice).post(path, {"text": "Ja", FIELD: "t"})
    assert Comment.objects.count() == before + 3


@pytest.mark.django_db
def test_next_form_sweeps_outdated_ones_away(world, alice, bob):
    path = reverse("assessments:comment_add", args=[world.draft.public_id, "kriterium-1"])
    rows = [SubmittedForm(key=f"{n:064}", user=bob, target="/", at=timezone.now() - timedelta(minutes=11)) for n in range(25)]
    SubmittedForm.objects.bulk_create(rows)
    for left in (5, 0):
        signed_in(alice).post(path, {"text": f"{left} bleiben", FIELD: "t"})
        assert SubmittedForm.objects.filter(user=bob).count() == left
    assert SubmittedForm.objects.filter(user=alice).count() == 2


@pytest.mark.django_db
def test_it_sweeps_a_few_at_a_time_however_the_database_goes_about_it(alice, bob):
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    at = timezone.now() - timedelta(minutes=11)
    SubmittedForm.objects.bulk_create([SubmittedForm(key=f"{n:064}", user=bob, target="/", at=at) for n in range(25)])
    for left in (5, 0):
        assert once._begin(f"{left:x>64}", alice.pk)
        assert SubmittedForm.objects.filter(user=bob).count() == left


@pytest.mark.django_db
def test_every_form_of_a_page_carries_its_token(world, alice):
    page = signed_in(alice).get(reverse("assessments:score", args=[world.draft.public_id, "kriterium-1"])).text
    posting = re.findall(r'<form\b[^>]*method="post".*?</form>', page, re.S)
    assert len(posting) > 3
    assert len({re.findall(rf'name="{FIELD}" value="([\w-]+)"', form)[0] for form in posting}) == 1


@pytest.mark.django_db(transaction=True)
def test_only_what_begins_a_form_does_not_wait_for_the_disk(alice):
    """The answer, and whatever the form does, lie on the disk before anybody is told."""

    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # the tests' server does without
    with transaction.atomic():
        assert once._begin("a" * 64, alice.pk)
        assert waits() == "off"
    assert waits() == "on"
    assert once._begin("b" * 64, alice.pk)
    assert waits() == "on"
    assert not once._begin("b" * 64, alice.pk)
    with transaction.atomic():
        once._keep("b" * 64, "/ziel/", {"messages": "messages=x", "fremd": "fremd=y"})
        assert waits() == "on"
    assert list(SubmittedForm.objects.filter(target="/ziel/").values_list("key", "cookies")) == [
        ("b" * 64, {"messages": "messages=x"})
    ]
