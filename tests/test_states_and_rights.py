"""Who gets what of a round as it goes on: each address × each state × each person, those included who were members once.

tests/test_permissions.py has every address in one state; here are those whose answer changes with the state: of the round, of
its record, of a link to it, of its workshop, of a key, and of what the municipality's own profile tells of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Participant
from assessments.services import share_links, workflow, workshops
from assessments.services.projects import archive_project
from scaling.accounts import invitations
from scaling.accounts.models import Role, User
from scaling.api.tokens import create_token, end_token
from tests.cast import make_member
from tests.factories import make_project
from tests.world import World

STATES = ("running", "submitted", "approved", "reopened", "superseded", "archived", "ended")

#: Frieda managed here and left, Lothar of the team has an account that is locked; the others as in tests/cast.py.
PEOPLE = ("nobody", "charlie", "frieda", "lothar", "rita", "alice", "bob")
#: Keys: made by Bob for managers and for readers, by Frieda before she left, by Charlie elsewhere, and one guessed.
KEYS = ("of_manager", "of_reader", "of_frieda", "of_charlie", "guessed")
#: Who holds nothing but what was handed out for the round: the address of the link, the code of the workshop, the cookie in it.
HOLDERS = ("holder", "newcomer", "participant")


@dataclass
class Row:
    """A round in one state, with what was handed out for it before it came there."""

    assessment: Assessment
    number: str
    checksum: str
    link_token: str
    code: str
    cookies: dict[str, str]


@dataclass
class Stage:
    rows: dict[str, Row]
    people: dict[str, User]
    #: The keys as they are, and as they are when they were ended.
    keys: dict[bool, dict[str, str]]


def make_row(world: World, people: dict[str, User], state: str) -> Row:
    alice, bob, day = people["alice"], people["bob"], timezone.localdate() + timedelta(days=3)
    team = [alice, people["lothar"]]
    project = make_project(world.cast.municipality, f"Stand {state}", team=team)
    assessment = workflow.start_assessment(project=project, by=alice)
    # a workshop that ran when the round was frozen: its code is still on somebody's phone
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=assessment.scores.order_by("pk")[0])
    phone = Client()
    phone.post(reverse("assessments:vote", args=[workshop.code]), {"role": "it", "einmal": state})
    assert Participant.objects.filter(workshop=workshop).count() == 1
    cookies = {name: morsel.value for name, morsel in phone.cookies.items()}
    row = Row(assessment, "KEINE-2026-1", "0" * 64, "kein-link", workshop.code, cookies)
    if state == "running":
        return row
    workflow.submit(assessment=assessment, by=alice)
    if state == "submitted":
        return row
    workflow.approve(assessment=assessment, by=bob)
    record = assessment.records.get()
    link = share_links.create_link(assessment=assessment, by=bob, purpose="Rat", expires_on=day)
    row.number, row.checksum, row.link_token = record.number, record.checksum, link.token
    if state in ("reopened", "superseded"):
        workflow.reopen(assessment=assessment, by=bob, reason="Ein Fehler")
    if state == "superseded":
        workflow.submit(assessment=assessment, by=alice)
        workflow.approve(assessment=assessment, by=bob)
    if state == "archived":
        archive_project(project=project, by=bob)
    if state == "ended":
        share_links.revoke_link(link=link, by=bob)
    return row


def make_stage(world: World) -> Stage:
    cast = world.cast
    people = {name: getattr(cast, name) for name in ("charlie", "rita", "alice", "bob")}
    people |= {"frieda": make_member("Frieda", cast.municipality, Role.MANAGER)}
    people |= {"lothar": make_member("Lothar", cast.municipality, Role.TEAM)}
    makers = {"of_manager": ("bob", Role.MANAGER), "of_reader": ("bob", Role.READER), "of_frieda": ("frieda", Role.MANAGER)}
    keys: dict[bool, dict[str, str]] = {False: {}, True: {}}
    for ended in keys:
        make = partial(create_token, purpose="Zahlen", expires_on=timezone.localdate())
        for name, (maker, role) in makers.items():
            token, keys[ended][name] = make(municipality=cast.municipality, by=people[maker], role=role)
            if ended:
                end_token(token=token, by=people["bob"])
        _token, keys[ended]["of_charlie"] = make(municipality=cast.elsewhere, by=cast.charlie, role=Role.MANAGER)
        keys[ended]["guessed"] = "skc_geraten"
    rows = {state: make_row(world, people, state) for state in STATES}
    invitations.remove(membership=people["frieda"].memberships.get(), by=people["bob"])
    User.objects.filter(pk=people["lothar"].pk).update(is_active=False)
    return Stage(rows, people, keys)


@pytest.fixture(scope="class")
def stage(_shared_world: World, shared_rows: Any) -> Stage:
    return shared_rows.make(partial(make_stage, _shared_world))


def asked(client: Client, row: Row, name: str, words: str, method: str = "get") -> Any:
    ids = {
        "round": row.assessment.public_id,
        "project": row.assessment.project.public_id,
        "municipality": row.assessment.project.municipality.public_id,
        "key": "kriterium-1",
        "link": row.link_token,
        "code": row.code,
        "number": row.number,
    }
    path = reverse(name, args=[ids[word] for word in words.split()])
    asking = {"reports:record_json": {"dokument": row.number}, "reports:document": {"pruefsumme": row.checksum}}
    return getattr(client, method)(path, asking.get(name))


def found_by(stage: Stage, person: str, name: str, words: str, method: str, state: str) -> str:
    client = Client()
    row = stage.rows[state]
    if person in stage.people:
        client.force_login(stage.people[person], backend="django.contrib.auth.backends.ModelBackend")
    if person == "participant":
        client.cookies.load(row.cookies)
    if person in KEYS:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {stage.keys[state == 'ended'][person]}"
    with transaction.atomic():  # undone, so that everyone meets the same state
        response = asked(client, row, name, words, method)
        transaction.set_rollback(True)
    if name == "reports:document" and response.status_code == 200:
        return str(response.context["state"])
    return str(response.status_code)


# who asks, name, ids of its arguments, method, and what each of them gets by state; for the check of a document its answer
TABLE: list[tuple[tuple[str, ...], str, str, str, dict[str, str]]] = [
    (
        PEOPLE,
        "reports:profile",
        "round",
        "get",
        {
            "running submitted reopened": "302 404 404 302 404 200 200",
            "approved superseded archived ended": "302 404 404 302 200 200 200",
        },
    ),
    (
        PEOPLE,
        "reports:record_json",
        "round",
        "get",
        {
            "running submitted": "302 404 404 302 404 404 404",
            "approved superseded archived ended": "302 404 404 302 403 200 200",
            "reopened": "302 404 404 302 404 200 200",
        },
    ),
    (
        PEOPLE,
        "assessments:comment_add",
        "round key",
        "post",
        {
            "running submitted reopened": "302 404 404 302 404 422 422",
            "approved superseded archived ended": "302 404 404 302 403 403 403",
        },
    ),
    (
        PEOPLE,
        "reports:share_links",
        "round",
        "get",
        {
            "running submitted reopened": "302 404 404 302 404 403 200",
            "approved superseded archived ended": "302 404 404 302 403 403 200",
        },
    ),
    (
        PEOPLE,
        "reports:share_links",
        "round",
        "post",
        {
            "running submitted reopened": "302 404 404 302 404 403 422",
            "approved superseded archived ended": "302 404 404 302 403 403 422",
        },
    ),
    (
        PEOPLE,
        "assessments:wall",
        "round",
        "get",
        {
            "running submitted reopened": "302 404 404 302 404 200 200",
            "approved superseded archived ended": "302 404 404 302 403 200 200",
        },
    ),
    (
        PEOPLE,
        "assessments:wall_step",
        "round",
        "post",
        {
            "running submitted": "302 404 404 302 404 400 400",
            "approved superseded archived ended": "302 404 404 302 403 302 302",
            "reopened": "302 404 404 302 404 302 302",
        },
    ),
    (
        PEOPLE,
        "api_tokens",
        "municipality",
        "get",
        {
            " ".join(STATES): "302 404 404 302 403 403 200",
        },
    ),
    (
        PEOPLE,
        "reports:municipal",
        "municipality",
        "get",
        {
            " ".join(STATES): "302 404 404 302 200 200 200",
        },
    ),
    (
        KEYS,
        "api:project",
        "project",
        "get",
        {
            "running submitted reopened": "200 404 401 404 401",
            "approved superseded archived": "200 200 401 404 401",
            "ended": "401 401 401 404 401",
        },
    ),
    (
        KEYS,
        "api:running",
        "project",
        "get",
        {
            "running submitted reopened": "200 403 401 404 401",
            "approved superseded archived": "404 403 401 404 401",
            "ended": "401 401 401 404 401",
        },
    ),
    (
        KEYS,
        "api:record",
        "number",
        "get",
        {
            "running submitted": "404 404 401 404 401",
            "approved superseded archived": "200 200 401 404 401",
            "reopened": "200 404 401 404 401",
            "ended": "401 401 401 404 401",
        },
    ),
    (
        KEYS,
        "api:records",
        "",
        "get",
        {
            "running submitted approved reopened superseded archived": "200 200 401 200 401",
            "ended": "401 401 401 200 401",
        },
    ),
    (
        HOLDERS,
        "reports:document",
        "number",
        "get",
        {
            "running submitted": "unknown unknown unknown",
            "approved archived ended": "current current current",
            "reopened superseded": "superseded superseded superseded",
        },
    ),
    (
        HOLDERS,
        "reports:shared",
        "link",
        "get",
        {
            "running submitted reopened ended": "404 404 404",
            "approved superseded archived": "200 200 200",
        },
    ),
    (
        HOLDERS,
        "assessments:vote",
        "code",
        "get",
        {
            "running submitted": "200 200 200",
            "approved reopened superseded archived ended": "404 404 404",
        },
    ),
    (
        HOLDERS,
        "assessments:vote_state",
        "code",
        "get",
        {
            "running submitted": "404 404 200",
            "approved reopened superseded archived ended": "404 404 404",
        },
    ),
    (
        HOLDERS,
        "assessments:vote_cast",
        "code",
        "post",
        {
            "running submitted": "302 302 409",
            "approved reopened superseded archived ended": "302 302 302",
        },
    ),
    (
        HOLDERS,
        "assessments:wall",
        "round",
        "get",
        {
            " ".join(STATES): "302 302 302",
        },
    ),
]


class TestStates:
    @pytest.mark.parametrize(("who", "name", "words", "method", "expected"), TABLE)
    def test_address_answers_each_person_in_each_state(self, world, stage, who, name, words, method, expected):
        wanted = {state: answers for states, answers in expected.items() for state in states.split()}
        assert set(wanted) == set(STATES)
        found = {state: " ".join(found_by(stage, person, name, words, method, state) for person in who) for state in STATES}
        assert found == wanted

    @pytest.mark.parametrize("name", ["reports:municipal", "reports:municipal_json", "reports:portfolio_json"])
    @pytest.mark.parametrize("person", ["rita", "alice", "bob"])
    def test_profile_of_the_municipality_counts_what_is_approved_and_not_archived(self, client, world, stage, name, person):
        """Only the list of projects names those that are not approved, and to nobody who merely reads."""
        client.force_login(stage.people[person], backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(reverse(name, args=[world.ids["municipality"]]))
        named = [state for state in STATES if f"Stand {state}" in answer.content.decode()]
        if name == "reports:portfolio_json" and person != "rita":
            assert named == [state for state in STATES if state != "archived"]
        else:
            assert named == ["approved", "superseded", "ended"]

    @pytest.mark.parametrize("name", ["api:projects", "api:records", "api:measures", "api:portfolio"])
    def test_key_of_another_municipality_is_told_of_no_round_here(self, world, stage, name):
        client = Client(headers={"Authorization": f"Bearer {stage.keys[False]['of_charlie']}"})
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        assert not [state for state in STATES if f"Stand {state}" in answer.text]
