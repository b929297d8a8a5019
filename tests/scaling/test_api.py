"""The API: what a key sees and what not, how often, in which language, and in which shape."""

import json
from datetime import date, timedelta

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, Measure, Project
from assessments.reports.peers.membership import leave
from assessments.reports.peers.page import peer_page
from assessments.reports.peers.publishing import publish
from assessments.reports.plan.build import plan_of
from assessments.services import workflow
from catalogue.models import Edition
from scaling.accounts.models import Membership, Municipality, Role
from scaling.api import problems
from scaling.api.models import ApiToken
from scaling.api.openapi import openapi_document
from scaling.api.tokens import hash_of
from scaling.api.v1 import api
from scaling.api.views import GIVES
from scaling.models import EventKind, TrailEvent
from tests.factories import make_project
from tests.reports.peers import STREAMS, give, make_places
from tests.scaling.api import ask, make_key
from tests.test_hostile import THERE, make_foreign

#: Name and words for its arguments, of every address.
ADDRESSES = [
    ("municipality", ""),
    ("editions", ""),
    ("edition", "published"),
    ("projects", ""),
    ("project", "project"),
    ("running", "project"),
    ("records", ""),
    ("record", "document"),
    ("measures", ""),
    ("portfolio", ""),
    ("municipal_profile", ""),
    ("development", ""),
    ("plan", ""),
    ("peers", ""),
]
FOR_MANAGERS = ("running", "peers")
LISTS = ("editions", "projects", "records", "measures")


def args_of(world, words):
    return [world.ids[word] for word in words.split()]


@pytest.fixture
def managing(world, bob, municipality):
    return make_key(municipality, bob)


@pytest.fixture
def reading(world, bob, municipality):
    return make_key(municipality, bob, Role.READER)


def end(key, **changes):
    ApiToken.objects.filter(token_hash=hash_of(key)).update(**changes)


def fill(municipality, by, number):
    for turn in range(number):
        project = make_project(municipality, f"Projekt {turn} von {number}", team=[by])
        for _round in range(2):
            assessment = workflow.start_assessment(project=project, by=by)
            workflow.submit(assessment=assessment, by=by)
            workflow.approve(assessment=assessment, by=by)
        workflow.start_assessment(project=project, by=by)
        Measure.objects.create(project=project, text="Etwas tun", owner=by)


def test_every_address_is_tried_here_and_told_on_its_page(client):
    document = openapi_document(api)
    paths = {path.removeprefix("/api/v1") for path in document["paths"]}
    assert paths == set(GIVES)
    assert len(ADDRESSES) == len(paths)
    page = client.get(reverse("api_about"))
    assert all(f"/api/v1{path}" in page.text for path in GIVES)


class TestShapes:
    """With the demo, once for all."""

    @pytest.mark.parametrize(("name", "words"), ADDRESSES)
    def test_answer_has_the_shape_it_promises(self, demo, name, words):
        """With real texts: those of the demo."""
        running = Assessment.objects.open().select_related("project").filter(project__is_municipality_wide=False)[0]
        municipality = running.project.municipality
        manager = municipality.memberships.filter(role=Role.MANAGER)[0].user
        record = AssessmentRecord.objects.filter(municipality=municipality)[0]
        ids = {"published": record.assessment.edition.number, "project": running.project.public_id, "document": record.number}
        for role in (Role.MANAGER, Role.READER):
            response = ask(make_key(municipality, manager, role), name, *[ids[word] for word in words.split()])
            assert response.status_code == 200 or (role == Role.READER and name in (*FOR_MANAGERS, "project")), response.text
            document = openapi_document(api)
            operations = {one["get"]["operationId"]: one["get"] for one in document["paths"].values()}
            promised = operations[f"scaling_api_v1_{name}"]["responses"][str(response.status_code)]["content"]
            schema = promised[response["Content-Type"].partition(";")[0]]["schema"]
            jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(response.json())


class TestAnswers:
    """With one of everything, once for all."""

    @pytest.mark.parametrize(("name", "words"), ADDRESSES)
    def test_key_that_does_not_open_gets_words_and_no_data(self, world, managing, client, bob, name, words):
        args = args_of(world, words)
        for key in ("", "skc_geraten", managing + "x"):
            response = ask(key, name, *args)
            assert response.status_code == 401
            assert response["Content-Type"] == "application/problem+json"
            assert response["WWW-Authenticate"].startswith("Bearer")
            assert response.json()["status"] == 401
            assert "skc_" not in response.text
        client.force_login(bob)
        assert client.get(reverse(f"api:{name}", args=args)).status_code == 401

    @pytest.mark.parametrize(("name", "words"), ADDRESSES)
    def test_nothing_of_another_municipality_is_in_any_answer(self, world, managing, name, words):
        foreign = make_foreign(world)
        response = ask(managing, name, *args_of(world, words))
        assert response.status_code == 200
        assert THERE not in response.text
        assert "Gemeinde Anderswo" not in response.text
        assert not any(str(foreign[word]) in response.text for word in ("project", "approved", "draft", "measure"))
        if words and name != "edition":
            theirs = {"project": foreign["project"], "document": "ANDERSWO-2026-1"}[words]
            assert ask(managing, name, theirs).status_code == 404
        if name in ("records", "measures"):
            assert ask(managing, name, project=foreign["project"]).status_code == 404

    def test_peers_are_told_to_managers_of_who_takes_part_alone(self, world, managing, reading, municipality):
        assert ask(reading, "peers").status_code == 403
        told = ask(managing, "peers").json()
        assert told.pop("takes_part") is False
        assert not any(told.values())

    def test_peers_are_those_of_the_page(self, world, managing, municipality):
        edition = Edition.objects.numbered(world.ids["published"])
        levels: dict[str, int | None] = dict.fromkeys((*STREAMS, "noch-eines"), 3)
        others = make_places(8)
        for number, place in enumerate(others):
            give(edition, place, dict.fromkeys(levels, number % 5))
        mine = Municipality.objects.filter(pk=municipality.pk)
        mine.update(compared_since=timezone.now(), population=8_000, ags="09400777", is_fictional=False)
        give(edition, mine.get(), levels)
        publish(today=date(2027, 1, 1))
        told = ask(managing, "peers", basis="municipality").json()
        page = peer_page(mine.get(), basis="kommune")
        assert (told["takes_part"], told["basis"]) == (True, "municipality")
        assert [one["id"] for one in told["groups"]] == [one.path for one in page.groups]
        rows = [told["overall"], *told["workstreams"], *told["criteria"]]
        assert [one["key"] for one in rows] == [one.key for one in page.rows]
        assert any(one["peers"] for one in rows)
        for one, row in zip(rows, page.rows, strict=True):
            assert one["own"] == (row.own and {"value": row.own.mean, "rated": row.own.n, "of": row.own.m})
            figure = row.figure and (row.figure.lower, row.figure.median, row.figure.upper, row.figure.size)
            peers = one["peers"]
            names = ("lower_quartile", "median", "upper_quartile", "at_least")
            assert figure == (peers and tuple(peers[name] for name in names))
            assert one["place"] == row.place
        assert not any(place.name in json.dumps(told) for place in others)
        wide = ask(managing, "peers", basis="municipality", group="alle").json()
        assert {one["peers"]["group"] for one in wide["workstreams"] if one["peers"]} == {"alle"}
        assert ask(managing, "peers", group="alle/gross/01").status_code == 404  # not one of its own
        leave(municipality=municipality, by=None)
        left = ask(managing, "peers").json()
        assert (left["takes_part"], left["workstreams"]) == (False, [])

    def test_plan_is_the_one_of_the_page(self, world, managing, municipality, bob):
        Measure.objects.create(project=world.project, text="Stelle besetzen", owner=bob, due_on=date(2020, 1, 31))
        told = ask(managing, "plan").json()
        plan = plan_of(bob, municipality)
        assert told["projects_counted"] == "all"
        assert [one["public_id"] for one in told["measures"]] == [one.public_id for one in plan.measures]
        assert told["measures"][0]["due_on"] == "2020-01-31"
        assert told["measures"][0]["is_overdue"] is True
        assert [(one["criterion"], one["level"]) for one in told["small_steps"]] == [
            (one.criterion, one.level) for one in plan.small_steps
        ]

    def test_reader_key_sees_what_was_approved_and_nothing_of_running_rounds(self, world, reading, managing):
        ids = world.ids
        projects = ask(reading, "projects").json()["items"]
        assert [one["id"] for one in projects] == [ids["project"]]  # the other has no approved round
        assert projects[0]["running"] is None
        refused = ask(reading, "running", ids["project"])
        assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
        assert {one["assessment"] for one in ask(reading, "records").json()["items"]} == {ids["approved"]}
        mine = {one["id"]: one for one in ask(managing, "projects").json()["items"]}
        assert mine[ids["project"]]["running"]["assessment"] == ids["draft"]
        assert len(mine) == 2
        assert ask(managing, "running", ids["project"]).json()["meta"]["is_draft"] is True

    def test_record_says_what_was_approved_and_the_project_what_is_today(self, world, reading):
        number = world.ids["document"]
        assert ask(reading, "record", number).json()["meta"]["document"]["number"] == number
        Project.objects.filter(pk=world.project.pk).update(name="Neuer Name")
        assert ask(reading, "record", number).json()["meta"]["project"] != "Neuer Name"  # as it was approved
        assert ask(reading, "project", world.ids["project"]).json()["name"] == "Neuer Name"

    def test_reopened_round_is_gone_for_a_reader_key_and_superseded_for_a_manager_key(
        self, world, reading, managing, municipality, alice, bob
    ):
        workflow.approve(assessment=world.submitted, by=bob)
        number = world.submitted.records.get().number
        assert ask(reading, "record", number).status_code == 200
        world.submitted.refresh_from_db()
        workflow.reopen(assessment=world.submitted, by=bob, reason="Ein Fehler")
        assert ask(reading, "record", number).status_code == 404
        assert number not in ask(reading, "records").text
        rows = {one["number"]: one for one in ask(managing, "records").json()["items"]}
        assert rows[number]["superseded_at"] is not None
        assert number not in ask(managing, "records", current="true").text
        assert ask(managing, "record", number).status_code == 200

    def test_key_ends_with_its_day_its_ending_and_its_makers_rights(self, world, managing, bob, municipality):
        place = Membership.objects.get(user=bob, municipality=municipality)

        def status():
            return ask(managing, "projects").status_code

        assert status() == 200
        today = timezone.localdate()
        for away, back in (
            (lambda: end(managing, expires_on=today - timedelta(days=1)), lambda: end(managing, expires_on=today)),
            (lambda: end(managing, ended_at=timezone.now()), lambda: end(managing, ended_at=None)),
            (lambda: end(managing, created_by=None), lambda: end(managing, created_by=bob)),
            (lambda: type(place).objects.filter(pk=place.pk).update(role="team"), lambda: place.save()),
            (lambda: type(bob).objects.filter(pk=bob.pk).update(is_active=False), lambda: bob.save()),
            (
                lambda: type(bob).objects.filter(pk=bob.pk).update(second_factor_due=today - timedelta(days=1)),
                lambda: bob.save(),
            ),
        ):
            away()
            assert status() == 401
            back()
            assert status() == 200
        place.delete()
        assert status() == 401

    def test_last_use_is_kept_and_told_once_a_day(self, world, managing):
        for _ in range(3):
            ask(managing, "projects")
        token = ApiToken.objects.latest("pk")
        assert token.last_used_on == timezone.localdate()
        told = TrailEvent.objects.filter(kind=EventKind.API_READ)
        assert [(one.municipality, one.detail) for one in told] == [(token.municipality, {"key": token.pk})]
        ApiToken.objects.update(last_used_on=timezone.localdate() - timedelta(days=1))
        ask(managing, "projects")
        assert told.all().count() == 2

    def test_who_asks_too_often_waits(self, world, managing, reading, settings):
        settings.API_LIMITS = {"key": (3, 60), "failed_address": (2, 600)}
        assert [ask(managing, "municipality").status_code for _ in range(4)] == [200, 200, 200, 429]
        response = ask(managing, "projects")
        assert (response.status_code, response["Retry-After"]) == (429, "60")
        assert response["Content-Type"] == "application/problem+json"
        assert ask(reading, "projects").status_code == 200  # each key for itself
        assert [ask("skc_falsch", "projects").status_code for _ in range(3)] == [401, 401, 429]

    @pytest.mark.parametrize(("name", "words"), ADDRESSES)
    def test_same_answer_is_not_sent_again(self, world, managing, name, words):
        args = args_of(world, words)
        first = ask(managing, name, *args)
        again = ask(managing, name, *args, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert first["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Accept-Language"} <= {one.strip() for one in first["Vary"].split(",")}

    def test_changed_answer_is_sent_again(self, world, managing):
        tag = ask(managing, "measures")["ETag"]
        Measure.objects.update(text="Anders")
        changed = ask(managing, "measures", headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed["ETag"] != tag

    def test_texts_are_in_the_language_asked_for(self, world, managing):
        answers = [
            ask(managing, "record", world.ids["document"], headers={"Accept-Language": spoken})
            for spoken in ("", "de", "en-GB, de;q=0.5", "fr")
        ]
        assert [one["Content-Language"] for one in answers] == ["de", "de", "en", "de"]
        assert [one.json()["meta"]["language"] for one in answers] == ["de", "de", "en", "de"]
        assert answers[1]["ETag"] != answers[2]["ETag"]
        refused = ask("", "projects", headers={"Accept-Language": "en"}).json()
        assert refused["title"] == "Not signed in"

    def test_lists_come_in_pages_by_the_key(self, world, managing, municipality):
        made = [make_project(municipality, f"Projekt {number}") for number in range(5)]
        seen, url = [], reverse("api:projects") + "?limit=2&archived=false"
        while url:
            page = Client().get(url, headers={"Authorization": f"Bearer {managing}"}).json()
            assert len(page["items"]) <= 2
            seen += [one["id"] for one in page["items"]]
            if len(seen) == 2:
                made.append(make_project(municipality, "Kam dazu"))  # nothing is skipped and nothing comes twice
            url = page["next"]
        assert len(seen) == len(set(seen)) == 8
        assert {one.public_id for one in made} <= set(seen)

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"after": -1}, {"after": 2**63}])
    def test_wrong_parameter_is_named(self, world, managing, name, query):
        response = ask(managing, name, **query)
        assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
        assert [one["parameter"] for one in response.json()["errors"]] == list(query)

    def test_addresses_there_are_not_answer_as_the_others_do(self, client):
        for path in ("/api/v1/", "/api/v1/gibt-es-nicht", "/api/v2/projects", "/api/v1/projects/"):
            response = client.get(path)
            assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json"), path

    @pytest.mark.parametrize("path", ["measures?project=%00", "records/%00", "nichts/%00"])
    def test_what_no_address_is_made_of_is_refused_as_the_rest_is(self, world, managing, path):
        response = Client(headers={"Authorization": f"Bearer {managing}"}).get(f"/api/v1/{path}")
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        jsonschema.validate(response.json(), problems.SCHEMA)
        assert response.json()["detail"]
        assert response.json()["title"] != problems.WORDS[429][0]

    def test_nothing_can_be_written(self, world, managing):
        for name, words in ADDRESSES:
            path = reverse(f"api:{name}", args=args_of(world, words))
            for method in ("post", "put", "patch", "delete"):
                response = getattr(Client(), method)(path, headers={"Authorization": f"Bearer {managing}"})
                assert response.status_code == 405
                assert "GET" in response["Allow"]

    def test_head_says_what_get_would(self, world, managing):
        sent = {"Authorization": f"Bearer {managing}"}
        response = Client().head(reverse("api:projects"), headers=sent)
        assert (response.status_code, response.content) == (200, b"")
        assert response["ETag"] == Client().get(reverse("api:projects"), headers=sent)["ETag"]

    @pytest.mark.parametrize(("name", "words"), ADDRESSES)
    def test_queries_stay_the_same_with_more_rows(self, world, managing, municipality, bob, name, words):
        args = args_of(world, words)
        ask(managing, name, *args)  # the first of the day

        def queries():
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert ask(managing, name, *args).status_code == 200
            return len(found)

        fill(municipality, bob, 1)
        before = queries()
        fill(municipality, bob, 3)
        assert queries() == before

    def test_document_is_published_and_names_no_other_host(self, client):
        response = client.get(reverse("openapi"))
        document = json.loads(response.content)
        assert document["openapi"] == "3.1.0"
        assert document["components"]["securitySchemes"]["BearerKey"] == {"type": "http", "scheme": "bearer"}
        assert "http" not in json.dumps(document["paths"])
        for one in document["paths"].values():
            assert {"200", "304", "400", "401", "429"} <= set(one["get"]["responses"])
            assert set(one) == {"get"}
