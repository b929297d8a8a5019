"""Statements that are composed once: they find what the ORM's own find, for every person and whoever asked before."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import F
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, Project, Score
from assessments.models.project import viewer_of, viewer_values
from assessments.services import workflow
from assessments.views import access
from scaling.accounts.models import AccountChange, Membership, Municipality, User
from scaling.common.prepared import Prepared, PreparedRows
from scaling.session_store import SessionStore
from tests.factories import make_catalogue, make_project


def by_names() -> Prepared[User]:
    return Prepared(lambda email, name: User.objects.filter(email=email, name=name).order_by("pk"))


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_values_are_no_part_of_the_statement(alice, bob):
    people = by_names()
    for person in (alice, bob, alice):
        assert people.rows(email=person.email, name=person.name) == [person]
    assert people.rows(email=alice.email, name=bob.name) == []
    hostile = "' OR 1=1 --%s"
    assert people.rows(email=hostile, name=hostile) == []
    assert len(people._kept) == 1


def test_same_text_for_two_values_is_told_apart(alice):
    User.objects.filter(pk=alice.pk).update(name=alice.email)
    assert by_names().rows(email=alice.email, name=alice.email) == [alice]
    assert by_names().rows(email=alice.email, name="stand-in 0") == []


def test_rows_come_whole_with_what_is_related(municipality, alice):
    prepared = Prepared(lambda user: Membership.objects.filter(user=user), "municipality", "user__locked_by")
    with CaptureQueriesContext(connection) as queries:
        (found,) = prepared.rows(user=alice.pk)
        own = (found.municipality.name, found.user.name, found.user.locked_by)
    assert len(queries) == 1
    assert own == (municipality.name, alice.name, None)
    assert columns(found.municipality) == columns(Municipality.objects.get(pk=municipality.pk))
    assert columns(found.user) == columns(User.objects.get(pk=alice.pk))
    assert found._state.db == connection.alias
    assert not found._state.adding


def test_what_rows_share_is_one_object_and_no_more(municipality, elsewhere, alice, bob):
    """Within one answer alone: the next one asks the database anew."""
    people = [alice.pk, bob.pk]
    prepared = Prepared(
        lambda users: Membership.objects.filter(user__in=users).order_by("pk"), "municipality", "user", "user__locked_by"
    )
    User.objects.filter(pk=alice.pk).update(locked_by=municipality)
    found = prepared.rows(users=people)
    assert found == list(Membership.objects.filter(user__in=people).order_by("pk"))
    assert len({id(one.municipality) for one in found}) == len({one.municipality_id for one in found}) < len(found)
    assert len({id(one.user) for one in found}) == len({one.user_id for one in found})
    assert [one.user.locked_by for one in found if one.user_id == alice.pk] == [municipality]
    assert [one.user.locked_by for one in found if one.user_id == bob.pk] == [None] * sum(
        one.user_id == bob.pk for one in found
    )
    # The same row by another way is another object: a person's municipality is not the one that locked them.
    for one in found:
        assert columns(one.municipality) == columns(Municipality.objects.get(pk=one.municipality_id))
        assert columns(one.user) == columns(User.objects.get(pk=one.user_id))
    Municipality.objects.filter(pk=municipality.pk).update(name="Neu")
    again = prepared.rows(users=people)
    assert {one.municipality.name for one in again if one.municipality_id == municipality.pk} == {"Neu"}
    assert {one.municipality.name for one in found if one.municipality_id == municipality.pk} == {municipality.name}


def test_lists_of_any_length(municipality, elsewhere):
    prepared = Prepared(lambda places: Municipality.objects.filter(pk__in=places).order_by("pk"))
    both = sorted([municipality, elsewhere], key=lambda one: one.pk)
    with CaptureQueriesContext(connection) as queries:
        assert prepared.rows(places=[municipality.pk]) == [municipality]
        assert prepared.rows(places=[elsewhere.pk]) == [elsewhere]
        assert prepared.rows(places=[both[1].pk, both[0].pk]) == both
        assert prepared.rows(places=[]) == []
    assert len(queries) == 3, "what can find nothing asks nothing"
    assert len(prepared._kept) == 3


def test_keeps_so_many_and_no_more(municipality):
    prepared = Prepared(lambda places: Municipality.objects.filter(pk__in=places), most=2)
    for number in (1, 2, 3, 1, 4):
        assert prepared.rows(places=[municipality.pk, *range(-number, 0)]) == [municipality]
    assert len(prepared._kept) == 2


def test_a_value_that_is_not_asked_for_is_an_error(db):
    with pytest.raises(TypeError, match="do not reach"):
        Prepared(lambda pk, name: User.objects.filter(pk=pk)).rows(pk=1, name="x")
    with pytest.raises(TypeError, match="No statement is prepared"):
        Prepared(lambda flag: User.objects.filter(is_active=flag)).rows(flag=True)


def test_a_column_that_would_have_to_be_converted_is_an_error(db):
    with pytest.raises(TypeError, match="converts"):
        Prepared(lambda pk: AccountChange.objects.filter(pk=pk)).rows(pk=1)


def test_single_columns_come_by_their_names(municipality, alice):
    columns = ("user__name", "municipality__code", "user_id", "twice")
    prepared = PreparedRows(
        lambda user: Membership.objects.filter(user=user).annotate(twice=F("user_id") * 2).order_by("pk"), *columns
    )
    with CaptureQueriesContext(connection) as queries:
        found = prepared.rows(user=alice.pk)
    assert len(queries) == 1
    assert found == [dict(zip(columns, (alice.name, municipality.code, alice.pk, alice.pk * 2), strict=True))]
    assert prepared.rows(user=0) == []
    with pytest.raises(TypeError, match="converts"):
        PreparedRows(lambda pk: AccountChange.objects.filter(pk=pk), "pk", "user__name", "before").rows(pk=1)


def test_number_of_a_small_column_is_asked_for(municipality, alice):
    """Django knows how a number beyond a column's own compares, and leaves it out of the statement."""
    edition = make_catalogue(criteria=1)
    begun = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice, phases=[], edition=edition)
    prepared = PreparedRows(lambda before: Assessment.objects.filter(round__lt=before).order_by("pk"), "pk")
    assert [prepared.rows(before=number) for number in (1, 2)] == [[], [{"pk": begun.pk}]]


def test_everybody_finds_what_the_tenant_filter_lets_them_see(world, django_user_model):
    """Each person of the table of permissions in turn, so that each statement was composed for another one before."""
    for user in django_user_model.objects.order_by("pk"):
        viewer = viewer_of(viewer_values(user))
        for model in (Project, Assessment, Score):
            allowed = set(model.objects.visible_to(user))
            assert set(model.objects.visible_to(viewer)) == allowed
        mine = Assessment.objects.visible_to(user).with_context().with_team().with_papers()
        for assessment in Assessment.objects.all():
            orm = mine.filter(pk=assessment.pk).first()
            for papers in (False, True):
                if orm is None:
                    with pytest.raises(Http404):
                        access.get_assessment(user, assessment.public_id, papers=papers)
                    continue
                found = access.get_assessment(user, assessment.public_id, papers=papers)
                for one, other in ((found, orm), (found.project, orm.project), (found.edition, orm.edition)):
                    assert columns(one) == columns(other)
                assert columns(found.project.municipality) == columns(orm.project.municipality)
                assert columns(found.project.phase) == columns(orm.project.phase)
                assert (found.steps, found.team_user_ids) == (orm.steps, orm.team_user_ids)
                if papers:
                    with CaptureQueriesContext(connection) as queries:
                        assert getattr(found, "paper", None) == getattr(orm, "paper", None)
                        assert getattr(found.project, "paper", None) == getattr(orm.project, "paper", None)
                    assert not len(queries)
        scores = {score.pk: score for score in Score.objects.visible_to(user).for_answering()}
        for score in Score.objects.select_related("assessment", "criterion"):
            ids = (score.assessment.public_id, score.criterion.key)
            if score.pk not in scores:
                with pytest.raises(Http404):
                    access.get_score(user, *ids)
                continue
            got, there = access.get_score(user, *ids), scores[score.pk]
            assert columns(got) == columns(there)
            assert columns(got.assessment.project) == columns(there.assessment.project)
            assert got.team_ids == there.team_ids


def test_locked_person_and_visitor_see_nothing(world, alice):
    public_id = world.project.assessments.first().public_id
    access.get_assessment(alice, public_id)
    alice.is_active = False
    for person in (alice, AnonymousUser()):
        assert viewer_values(person) == {}
        with pytest.raises(Http404):
            access.get_assessment(person, public_id)


def test_session_that_is_over_is_none(db):
    kept = SessionStore()
    kept["who"] = "alice"
    kept.save()
    assert SessionStore(kept.session_key)["who"] == "alice"
    over = SessionStore(kept.session_key)
    over.model.objects.update(expire_date=timezone.now())
    assert SessionStore(kept.session_key).load() == {}
    assert over.get("who") is None
    assert over.session_key is None, "a new session must not take over a key that somebody knows"
