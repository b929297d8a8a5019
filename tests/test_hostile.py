"""Every address, asked by everybody in every way with what somebody types who wants to break in.

No answer fails, shows what belongs to others or lacks its headers; what only reads and what is refused changes nothing; nobody
reaches what is elsewhere through what is their own. The addresses come from Django's own list, so new ones are attacked, too.
"""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from assessments.models import Assessment, Comment, Evidence, Measure, PlanVariant, Project, Score, WorkbookUpload
from assessments.services import share_links, workflow, workshops
from assessments.services.answers import Answer, save_score
from catalogue.models import Phase
from scaling.accounts.models import Invitation, Membership, Municipality, PeopleList, Role, User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.api.tokens import create_token
from tests.cast import make_member, make_user
from tests.conftest import SharedRows
from tests.factories import make_catalogue, make_project
from tests.hostile import (
    Tally,
    Visitor,
    all_patterns,
    checksums,
    content_of,
    differences,
    library_paths,
    names,
    same_numbers,
    written,
)
from tests.sent_forms import send, signed_in
from tests.test_every_post_once import SENT, path_of, prepare, what_is_sent
from tests.test_permissions import FOREIGN, TABLE
from tests.world import World, draw_documents, make_world

pytestmark = pytest.mark.django_db

#: Stand where only those may read who work on the round, and what is in the other municipality alone.
HERE, THERE = "Hier-Geheimes", "Anderswo-Geheimes"
#: Who reads no word of what the team writes to each other, nor anybody's address.
OUTSIDE = ("nobody", "participant", "charlie", "pat", "rita", "dora", "otto")
PERSONS = (*OUTSIDE, "alice", "bob")
#: Who has something to do there meets two values in each field; the others one.
AT_HOME = {"alice": "assessments reports", "bob": "assessments reports people", "dora": "catalogue", "otto": "admin"}
VALUES = (
    "\x00",
    "' OR 1=1; DROP TABLE accounts_user; --",
    "<script>alert(1)</script>{{7*7}}{% csrf_token %}${7*7}",
    "٣😀\u202e%s%n%00../../../etc/passwd",
    "9" * 40,
    "-1",
    "[]",
    "A" * 3000,
)
ODD_IDS = ("0", "-1", "9" * 30, "a" * 300, "99999.9", "x'--", "%2e%2e", "٣", "x\x00y")
#: Ids that name the same thing everywhere, so there is no foreign one to mix in.
COMMON = {"key", "published", "drafted", "practice", "model", "kind", "phase", "rest", "document", "sign_in", "trail_kind"}
READING = ("GET", "HEAD", "OPTIONS")
UNKNOWN = ("PUT", "PATCH", "DELETE")
WITHOUT_EFFECT = ("OPTIONS", *UNKNOWN)


@dataclass
class Siege:
    world: World
    foreign: dict[str, Any]
    #: The rows of the other municipality, and a project here without a round.
    there: list[Any]
    fresh: Project
    people: dict[str, User]
    visitors: dict[str, Visitor]
    tally: Tally = field(default_factory=Tally)
    #: Whether the last attack was.
    refused: bool = False
    #: What it answered.
    content: bytes = b""


def make_foreign(world: World) -> dict[str, Any]:
    """The same things once more in another municipality, with THERE in every text."""
    charlie, elsewhere = world.cast.charlie, world.cast.elsewhere
    project = make_project(elsewhere, f"{THERE} Projekt", team=[charlie])
    approved = workflow.start_assessment(project=project, by=charlie)
    workflow.submit(assessment=approved, by=charlie)
    workflow.approve(assessment=approved, by=charlie)
    approved.refresh_from_db()
    draft = workflow.start_assessment(project=project, by=charlie)
    score = draft.scores.get(criterion__key="kriterium-1")
    answer = Answer(state="rated", level=2, rationale=THERE)
    save_score(score=score, answer=answer, version=score.version, by=charlie)
    submitted = workflow.start_assessment(project=make_project(elsewhere, f"{THERE} zwei", team=[charlie]), by=charlie)
    workflow.submit(assessment=submitted, by=charlie)
    later = timezone.now() + timedelta(days=1)
    email = "einladung@anderswo.example"
    invitation = Invitation.objects.create(municipality=elsewhere, email=email, token_hash="0" * 64, expires_at=later)
    link = share_links.create_link(assessment=approved, by=charlie, purpose=THERE, expires_on=timezone.localdate())
    stored = ContentFile(THERE, "x.txt")
    workshop = workshops.open_workshop(assessment=draft, by=charlie, first=score)
    token, _key = create_token(
        municipality=elsewhere, by=charlie, purpose=THERE, role=Role.MANAGER, expires_on=timezone.localdate()
    )
    return {
        "membership": make_member("Fremd", elsewhere, Role.READER).memberships.get().pk,
        "invitation": invitation.pk,
        "municipality": elsewhere.public_id,
        "project": project.public_id,
        "approved": approved.public_id,
        "draft": draft.public_id,
        "submitted": submitted.public_id,
        "evidence": Evidence.objects.create(score=score, text=THERE).pk,
        "evidence_file": Evidence.objects.create(score=score, text=THERE, file=stored, file_name="x.txt").pk,
        "link": link.pk,
        "api_token": token.pk,
        "comment": Comment.objects.create(score=score, text=THERE, author=charlie).pk,
        "measure": Measure.objects.create(project=project, text=THERE, owner=charlie).public_id,
        "variant": PlanVariant.objects.create(project=project, name=THERE).public_id,
        "people_list": PeopleList.objects.create(municipality=elsewhere, user=charlie, file_name=THERE, rows=[]).public_id,
        "sheet_upload": WorkbookUpload.objects.create(assessment=draft, user=charlie, file_name=THERE, rows=[]).public_id,
        "link_token": link.token,
        "workshop_code": workshop.code,
        "token": unsubscribe_path(charlie, "digest").rstrip("/").rsplit("/", 1)[1],
    }


def make_siege() -> Siege:
    world = make_world()
    cast = world.cast
    foreign = make_foreign(world)
    comment = Comment.objects.get(pk=world.ids["comment"])
    Comment.objects.filter(pk=comment.pk).update(text=HERE)
    Score.objects.filter(pk=comment.score_id).update(rationale=HERE)
    people = {name: getattr(cast, name) for name in ("charlie", "rita", "alice", "bob", "dora")}
    people["pat"] = make_member("Pat", cast.municipality, Role.TEAM)  # on the team of no project
    people["otto"] = make_user("Otto", is_staff=True, is_superuser=True)
    visitors = {name: Visitor(signed_in(person)) for name, person in people.items()}
    visitors["nobody"] = Visitor(Client())
    joined = Client()
    joined.post(reverse("assessments:vote", args=[world.ids["workshop_code"]]), {"role": "it", "einmal": "x"})
    assert "teilnahme" in joined.cookies
    visitors["participant"] = Visitor(joined)
    phase = Phase.objects.get(key="p3")
    fresh = Project.objects.create(municipality=cast.municipality, name="Frisch", slug="frisch", phase=phase)
    make_catalogue(3, major=3)
    return Siege(world, foreign, rows_of(cast.elsewhere), fresh, people, visitors)


@pytest.fixture(scope="class")
def shared_siege(shared_rows: SharedRows, record_testsuite_property: Callable[[str, object], None]) -> Iterator[Siege]:
    siege = shared_rows.make(make_siege)
    with suppress(pytest.skip.Exception):
        shared_rows.make(partial(draw_documents, siege.world))
    yield siege
    record_testsuite_property("hostile", str(siege.tally))
    print(siege.tally)  # noqa: T201 – with -s


@pytest.fixture
def siege(shared_siege: Siege, shared_rows: SharedRows, db: None, settings: Any) -> Siege:
    """One municipality, another one, and everybody with a session. The files lie where they were made."""
    settings.MEDIA_ROOT = shared_rows.media
    return shared_siege


def addresses_of(ids: Mapping[str, Any]) -> dict[str, str]:
    """Path by a name for people to read: each address there is, in each state the permission table knows."""
    found: dict[str, str] = {}
    rows = {(name, ids) for name, ids, *_ in TABLE}
    for name, arguments in all_patterns():
        if name.startswith(FOREIGN):
            for path in library_paths(name, arguments):
                found[name] = path
            continue
        for _name, words in sorted(row for row in rows if row[0] == name):
            found[f"{name} {words}".strip()] = reverse(name, args=[ids[word] for word in words.split()])
    return found


def addresses(siege: Siege) -> dict[str, str]:
    """Those, and what only hostile people ask for."""
    found = addresses_of(siege.world.ids)
    found["admin:no page"] = "/verwaltung/gibt/es/nicht/"
    found["no page"] = "/gibt/es/nicht/"
    accounts = "admin:accounts_user_change", "admin:accounts_municipality_change"
    for name, row in zip(accounts, (siege.people["charlie"], siege.world.cast.elsewhere), strict=True):
        found[name] = reverse(name, args=[row.pk])
    return found


def secrets_of(person: str, name: str) -> tuple[bytes, ...]:
    """What may not stand in any answer to the person."""
    there = (THERE, "Gemeinde Anderswo", "charlie@example.org", "einladung@anderswo.example")
    here = (HERE, "alice@example.org", "rita@example.org", "neu@example.org")
    if person == "otto" and name.startswith(
        ("admin:", "municipality_create", "trail_of_all")
    ):  # operators run the installation
        return ()
    words: tuple[str, ...] = () if person == "charlie" else there
    # Who has the link of a mail reads to whom it went.
    if person in OUTSIDE and name not in ("unsubscribe token", "invitation invitation_token"):
        words += tuple(word for word in here if not word.startswith(person))
    return tuple(word.encode() for word in words)


def lacking_headers(response: Any, person: str) -> list[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = {
        "a policy": "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy,
        "nosniff": response.headers.get("X-Content-Type-Options") == "nosniff",
        "no frames": response.headers.get("X-Frame-Options") == "DENY" and "frame-ancestors 'none'" in policy,
        "a referrer policy": response.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "an opener policy": response.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "a private cache": response.status_code in (400, 405)  # says nothing
        or person in ("nobody", "participant")
        or any(word in response.headers.get("Cache-Control", "") for word in ("private", "no-store")),
    }
    return [name for name, is_there in wanted.items() if not is_there]


def is_refused(response: Any) -> bool:
    there = response.headers.get("Location", "")
    return response.status_code >= 400 or there.startswith((reverse("account_login"), "/konto/reauthenticate"))


@contextmanager
def undone_unless_refused(method: str) -> Iterator[Callable[[Any], None]]:
    """What an allowed step did is undone; what a refused one did stays, for the checksums at the end. A method that no page
    works for has nothing to undo, and needs no savepoint, which takes longer than its answer.
    """
    if method in WITHOUT_EFFECT:
        yield lambda _response: None
        return
    with transaction.atomic():
        answers: list[Any] = []
        yield answers.append
        if not answers or not is_refused(answers[-1]):
            transaction.set_rollback(True)


def attack(siege: Siege, person: str, name: str, method: str, path: str, *body: Any) -> list[str]:
    """Send it, and say what is wrong with the answer."""
    siege.tally.requests[method] += 1
    with undone_unless_refused(method) as answered, written() as writes:
        response = siege.visitors[person].send(method, path, *body)
        content = content_of(response)
        answered(response)
    siege.refused, siege.content = is_refused(response), content
    wrong = lacking_headers(response, person)
    if response.status_code >= 500:
        wrong.append(f"answers {response.status_code}")
    wrong += [f"shows {word.decode()}" for word in secrets_of(person, name) if word in content]
    if writes and (method in READING or method in UNKNOWN or is_refused(response)):
        wrong.append(f"{response.status_code}, but writes {writes[:2]}")
    if method in UNKNOWN and response.status_code != 405:
        wrong.append(f"answers {response.status_code} instead of 405")
    return [f"{person} {method} {name} {path[:120]!r} {bytes(body[0])[-60:] if body else b''!r}: {what}" for what in wrong]


def mixed(turn: int, *, length: int = 3000, but: str = "") -> str:
    """Each parameter with one of the values, and with another one the next turn; as it is sent."""
    values = tuple(value[:length] for value in VALUES if value != but)
    return _mixed(turn % len(values), values)


@cache
def _mixed(turn: int, values: tuple[str, ...]) -> str:
    return urlencode({name: values[(turn + place) % len(values)] for place, name in enumerate(names())})


TODAY = timezone.localdate
#: Fields of forms that stand on another page than the one they are sent to, beside those in CHANGES.
MORE_FIELDS = {"people_role": {"version"}, "assessments:assign": {"person"}, "assessments:approve": {"note"}}


def more_fields(siege: Siege) -> dict[str, str]:
    """Every column there is, with a value that would do harm."""
    harm: dict[str, str] = {"id": "1", "pk": "1", "by": str(siege.people["charlie"].pk), "state": "approved"}
    for model in apps.get_models():
        if not model.__module__.startswith(("assessments", "catalogue", "scaling")):
            continue
        for column in model._meta.concrete_fields:
            if column.is_relation:
                foreign: dict[Any, int] = {User: siege.people["charlie"].pk, Municipality: siege.world.cast.elsewhere.pk}
                harm[column.name] = harm[column.attname] = str(foreign.get(column.related_model, 1))
            elif column.choices:
                harm[column.name] = str(list(column.flatchoices)[-1][0])
            elif "date" in column.get_internal_type().lower():
                harm[column.name] = "2020-01-01"
            else:
                harm[column.name] = "1"
    return harm | {"role": "manager", "is_superuser": "on", "is_staff": "on", "is_curator": "on"}


#: How ids look: a number, a public id, or nothing yet.
NUMBER, PUBLIC, NOTHING = KINDS = re.compile(r"\d{1,9}"), re.compile(r"[a-z0-9]{10}"), re.compile("")
#: Fields with figures that name nothing.
NO_IDS = {"version", "level", "choice", "target", "minutes", "gesehen", "seen"}


def foreign_values(siege: Siege, kind: re.Pattern[str]) -> dict[str, Any]:
    found = {"a person elsewhere": siege.people["charlie"].pk}
    if kind is NUMBER:
        scores = Score.objects.filter(assessment__public_id=siege.foreign["draft"])
        found["an answer elsewhere"] = scores.values_list("pk", flat=True)[0]
    if kind is PUBLIC:
        found = {f"a {word} elsewhere": siege.foreign[word] for word in ("project", "measure", "draft")}
    return found


def crossings(siege: Siege) -> list[str]:
    """What of here points to somebody elsewhere, and what was changed there."""
    here, there = siege.world.cast.municipality, siege.world.cast.elsewhere
    of_there = {"memberships__municipality": there}
    strangers = User.objects.filter(**of_there)
    found = {
        "an answer and a stranger": Score.objects.filter(assessment__project__municipality=here, assigned_to__in=strangers),
        "a measure and a stranger": Measure.objects.filter(project__municipality=here, owner__in=strangers),
        "a team and a stranger": Project.objects.filter(municipality=here, team__in=strangers),
        "a stranger and this place": Membership.objects.filter(municipality=here, user__in=strangers),
        "a measure moved": Measure.objects.filter(text=THERE, project__municipality=here),
        "a round moved": Assessment.objects.filter(public_id=siege.foreign["draft"], project__municipality=here),
    }
    crossed = [what for what, rows in found.items() if rows.exists()]
    return crossed if siege.there == rows_of(there) else [*crossed, "a change there"]


def rows_of(municipality: Municipality) -> list[Any]:
    of_project = {"project__municipality": municipality}
    of_score = {"score__assessment__project__municipality": municipality}
    rows = [
        Project.objects.filter(municipality=municipality),
        Membership.objects.filter(municipality=municipality),
        Assessment.objects.filter(**of_project),
        Measure.objects.filter(**of_project),
        Score.objects.filter(assessment__project__municipality=municipality),
        Evidence.objects.filter(**of_score),
        Comment.objects.filter(**of_score),
    ]
    return [list(found.order_by("pk").values_list()) for found in rows]


class TestSiege:
    def test_every_address_is_attacked(self, siege):
        ours = {name for name, _arguments in all_patterns()}
        reached = {name.split()[0] for name in addresses(siege)}
        assert ours - reached == set()
        assert {"ausgabe", "seite", "richtung", "rationale", "title_source", "expires_on", "version"} <= set(names())

    @pytest.mark.parametrize("person", PERSONS)
    def test_every_address_in_every_way(self, siege, person):
        turn = itertools.count(PERSONS.index(person))
        before, wrong = checksums(), []
        for name, path in addresses(siege).items():
            at_home = name.startswith(tuple(AT_HOME.get(person, "nowhere").split()))
            wrong += attack(siege, person, name, "GET", path)
            # Whom a page refuses is refused by one line, however they ask to read.
            reads = READING[1:] if at_home or not siege.refused else ()
            query = mixed(next(turn), length=100, but="\x00")
            for method in reads:
                wrong += attack(siege, person, name, method, f"{path}?{query}")
            for _turn in range(2 if at_home else 1):
                wrong += attack(siege, person, name, "POST", path, mixed(next(turn)).encode())
            for method in UNKNOWN:
                wrong += attack(siege, person, name, method, path)
        assert not wrong, "\n".join([f"{len(wrong)} findings", *wrong[:40]])
        assert differences(before, checksums()) == []

    def test_what_is_elsewhere_is_not_reached_through_ones_own(self, siege):
        """Whoever may do everything at home: an id from elsewhere at any place of an address is not found, nothing changes."""
        before, wrong, tried = checksums(), [], 0
        for person, (name, ids) in itertools.product(("bob", "alice", "rita"), sorted({row[:2] for row in TABLE})):
            words = ids.split()
            for place, word in enumerate(words):
                if word in COMMON or word not in siege.foreign or word in ("link_token", "workshop_code", "token"):
                    continue
                args = [siege.world.ids[other] for other in words]
                args[place] = siege.foreign[word]
                path = reverse(name, args=args)
                for method in ("GET", "POST"):
                    tried += 1
                    with undone_unless_refused(method) as answered, written() as writes:
                        response = siege.visitors[person].send(method, path)
                        content_of(response)
                        answered(response)
                    if writes:
                        wrong.append(f"{person} {method} {name} with a foreign {word} writes {writes}")
                    if response.status_code == 404 or (place and response.status_code in (403, 405)):
                        continue
                    # Led on, led back or refused before anything is looked for: then as for what there is not.
                    args[place] = 999_999_999 if isinstance(args[place], int) else "bcdfghjkmn"
                    missing = siege.visitors[person].send(method, reverse(name, args=args))
                    content_of(missing)
                    if missing.status_code != response.status_code:
                        wrong.append(f"{person} {method} {name} with a foreign {word}: {response.status_code}")
        assert not wrong, "\n".join(wrong[:40])
        assert differences(before, checksums()) == []
        assert tried > 700

    @pytest.mark.parametrize(("person", "part"), [("bob", ""), ("dora", "catalogue"), ("nobody", "")])
    def test_odd_ids_are_not_found(self, siege, person, part):
        wrong: list[str] = []
        paths: dict[str, str] = {}
        for name, ids in sorted({row[:2] for row in TABLE if row[0].startswith(part)}):
            args = [siege.world.ids[word] for word in ids.split()]
            for place, odd in itertools.product(range(len(args)), ODD_IDS):
                with suppress(NoReverseMatch):
                    paths[reverse(name, args=[*args[:place], odd, *args[place + 1 :]])] = name
        for path, name in paths.items():
            wrong += attack(siege, person, name, "GET", path)
        assert not wrong, "\n".join(wrong[:40])
        assert len(paths) > (100 if part else 300)

    def test_no_secret_opens_another_door(self, siege):
        """What opens one thing (a shared profile, a workshop, an invitation, a mail's link) opens nothing else, nor used up."""
        ids, cast = siege.world.ids, siege.world.cast
        secrets = {word: str(ids[word]) for word in ("link_token", "workshop_code", "invitation_token", "token", "document")}
        with transaction.atomic():
            link = share_links.create_link(assessment=siege.world.approved, by=cast.bob, purpose="X", expires_on=TODAY())
            share_links.revoke_link(link=link, by=cast.bob)
            digest = hashlib.sha256(b"angenommen").hexdigest()
            fields = {"email": cast.alice.email, "expires_at": timezone.now() + timedelta(days=1)}
            Invitation.objects.create(
                municipality=cast.municipality, token_hash=digest, accepted_at=timezone.now() - timedelta(hours=1), **fields
            )
            signed, _colon, signature = secrets["token"].rpartition(":")
            others = {
                "a revoked link": link.token,
                "an accepted invitation": "angenommen",
                "what was signed for something else": signing.dumps([cast.alice.pk, "digest"], salt="another"),
                "another one's words under a signature": f"{signing.dumps([cast.bob.pk, 'digest'], salt='x')}:{signature}",
                "a shorter signature": f"{signed}:{signature[:-2]}",
                "a public id": ids["approved"],
                "a round elsewhere": siege.foreign["approved"],
                "the cookie of a workshop": siege.visitors["participant"].cookies.partition("=")[2].strip('"'),
            }
            wrong, tried = [], 0
            for name, words in sorted({row[:2] for row in TABLE}):
                place = next((number for number, word in enumerate(words.split()) if word in secrets), None)
                if place is None:
                    continue
                for what, secret in (secrets | others).items():
                    args = [ids[other] for other in words.split()]
                    if what == words.split()[place]:
                        continue
                    path = reverse(name, args=[*args[:place], "MARK", *args[place + 1 :]]).replace("MARK", quote(secret))
                    for person, method in itertools.product(("nobody", "participant"), ("GET", "POST")):
                        tried += 1
                        wrong += attack(siege, person, name, method, path)
                        if any(word in siege.content for word in (b"Parkraum", b"Musterhafen", b"@example.org")):
                            wrong.append(f"{person} {method} {name} is opened by {what}")
            transaction.set_rollback(True)
        assert not wrong, "\n".join(wrong[:40])
        assert tried > 300

    def test_forms_take_what_they_ask_for_and_from_here(self, siege):
        """A form with fields that it has not stores the same as without; an id from elsewhere brings nothing together."""
        wrong, sent = [], 0
        for name in sorted(SENT):
            with transaction.atomic():
                for found, number in self._try_form(siege, name):
                    wrong += found
                    sent += number
                transaction.set_rollback(True)
        siege.tally.requests["form"] += sent
        assert not wrong, "\n".join(wrong[:60])
        assert sent > 200

    def _try_form(self, siege: Siege, name: str) -> Iterator[tuple[list[str], int]]:
        world, people = deepcopy(siege.world), siege.people
        prepare(name, world.ids, world, people["alice"], people["bob"])
        ids = {**world.ids, "fresh": siege.fresh.public_id}
        path, person = path_of(name, ids), people[SENT[name]]
        fields = what_is_sent(name, path, person)
        fields.pop("einmal")
        client = signed_in(person)
        shown = set(re.findall(r'name="([^"]+)"', client.get(path).text)) | set(fields) | MORE_FIELDS.get(name, set())

        def outcome(changes: dict[str, Any], look: Callable[[], Any]) -> tuple[int, Any]:
            with same_numbers(), transaction.atomic():
                status = send(client, path, fields | changes).status_code
                found = status, look() if status == 302 else None
                transaction.set_rollback(True)
            return found

        stored = partial(checksums, without_chance=True)
        plain = outcome({}, stored)
        assert plain[0] == 302, name
        more = outcome({field: value for field, value in more_fields(siege).items() if field not in shown}, stored)
        changed = differences(plain[1], more[1] or {})
        yield [f"{name}: fields it has not change {changed}"] if changed or plain[0] != more[0] else [], 2
        for field_name, value in fields.items():
            texts = value if isinstance(value, list) else [value]
            kind = next((kind for kind in KINDS if all(isinstance(text, str) and kind.fullmatch(text) for text in texts)), None)
            if kind is None or field_name in NO_IDS:
                continue
            for what, foreign in foreign_values(siege, kind).items():
                status, crossed = outcome({field_name: foreign}, partial(crossings, siege))
                bad = (
                    [f"{name}: {field_name} = {what} ({status}) brings together {crossed}"] if crossed or status >= 500 else []
                )
                yield bad, 1
