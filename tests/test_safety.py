"""What holds for every address of the permission table: ids do not mix, reading changes nothing, nonsense fails nowhere."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from assessments.models import Comment, Evidence, Measure, WorkbookUpload
from assessments.services import share_links, workflow
from scaling.accounts.models import Invitation, Membership, PeopleList, Role
from tests.conftest import PASSWORD, make_user
from tests.factories import make_project
from tests.test_permissions import TABLE
from tests.world import World

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Ids that name the same thing everywhere, so there is no foreign one to mix in.
COMMON = {"key", "published", "drafted", "practice", "model", "kind", "phase", "rest", "trail_kind"}


@pytest.fixture
def foreign(world, elsewhere, charlie) -> dict[str, Any]:
    """The same things once more in another municipality."""
    project = make_project(elsewhere, "Fremdes Projekt", team=[charlie])
    approved = workflow.start_assessment(project=project, by=charlie)
    workflow.submit(assessment=approved, by=charlie)
    workflow.approve(assessment=approved, by=charlie)
    approved.refresh_from_db()
    draft = workflow.start_assessment(project=project, by=charlie)
    score = draft.scores.get(criterion__key="kriterium-1")
    person = make_user("Fremd")
    member = Membership.objects.create(user=person, municipality=elsewhere, role=Role.READER)
    later = timezone.now() + timedelta(days=1)
    invitation = Invitation.objects.create(municipality=elsewhere, email="x@example.org", token_hash="0" * 64, expires_at=later)
    link = share_links.create_link(assessment=approved, by=charlie, purpose="Rat", expires_on=timezone.localdate())
    stored = ContentFile("Geheim", "x.txt")
    return {
        "membership": member.pk,
        "invitation": invitation.pk,
        "municipality": elsewhere.public_id,
        "project": project.public_id,
        "approved": approved.public_id,
        "draft": draft.public_id,
        "submitted": draft.public_id,
        "evidence": Evidence.objects.create(score=score, text="Fremd").pk,
        "evidence_file": Evidence.objects.create(score=score, text="Datei", file=stored, file_name="x.txt").pk,
        "link": link.pk,
        "comment": Comment.objects.create(score=score, text="Fremd", author=charlie).pk,
        "measure": Measure.objects.create(project=project, text="Fremd").public_id,
        "people_list": PeopleList.objects.create(municipality=elsewhere, user=charlie, file_name="x.csv", rows=[]).public_id,
        "sheet_upload": WorkbookUpload.objects.create(assessment=draft, user=charlie, file_name="x.xlsx", rows=[]).public_id,
    }


def writes(queries: CaptureQueriesContext) -> list[str]:
    """Statements that change anything but sessions, the cache, what is noted of a download, and the files kept of a record."""
    found = [query["sql"] for query in queries.captured_queries if re.match(r"\s*(INSERT|UPDATE|DELETE)", query["sql"])]
    kept = ("django_session", '"cache"', "assessments_recordfile", "assessments_renderedpdf", "scaling_trailevent")
    return [sql[:120] for sql in found if not any(table in sql for table in kept)]


def addresses(world: World, person: str = "") -> Iterator[tuple[str, str]]:
    """All of them, or those where a person has something to do: Dora curates the catalogue, the others have the rest."""
    for name, ids, _method, _expected in TABLE:
        if not person or (person == "dora") == name.startswith("catalogue:"):
            yield name, reverse(name, args=[world.ids[word] for word in ids.split()])


NONSENSE = ["\x00", "9" * 40, "٣😀\u202e%s%n", "' OR 1=1 --" + "a" * 3000]


def names() -> list[str]:
    """The parameters the code asks for in addresses and forms, and the fields of its forms."""
    asked = re.compile(r"""(?:GET|POST)\.(?:get|getlist)\(\s*["']([\w-]+)["']""")
    field = re.compile(r"^    (\w+) = (?:forms\.\w+Field|\w+Field)\(", re.MULTILINE)
    files = [path for app in ("assessments", "catalogue", "scaling") for path in (settings.BASE_DIR / app).rglob("*.py")]
    sources = [path.read_text() for path in files]
    return sorted({name for pattern in (asked, field) for source in sources for name in pattern.findall(source)})


ODD_IDS = ["0", "9" * 30, "a" * 300, "99999.9", "x'--"]


@pytest.mark.usefixtures("documents")
class TestEveryAddress:
    def test_object_of_another_municipality_not_reached_through_ones_own(self, client, world, foreign, bob):
        """Bob may do everything at home; an inner id from elsewhere in an address of his own is not found, nothing changes."""
        client.force_login(bob, backend=BACKEND)
        tried, wrong = 0, []
        for name, ids, method, _expected in TABLE:
            words = ids.split()
            for place, word in enumerate(words):
                if place == 0 or word in COMMON:
                    continue
                args = [world.ids[other] for other in words]
                args[place] = foreign[word]
                tried += 1
                with transaction.atomic():
                    path = reverse(name, args=args)
                    with CaptureQueriesContext(connection) as queries:
                        status = getattr(client, method)(path).status_code
                    transaction.set_rollback(True)
                # A file that was read in is gone a moment later; its address then leads back, and changes nothing.
                gone = name in ("assessments:sheet_preview", "people_list_preview") and status == 302
                if (status != 404 and not gone and status != 405) or writes(queries):
                    wrong.append(f"{method} {name} with a foreign {word}: {status} {writes(queries)}")
        assert wrong == []
        assert tried > 12

    @pytest.mark.parametrize("person", ["alice", "bob", "dora"])
    def test_reading_changes_nothing(self, client, world, request, person):
        """A link in a mail, a prefetching browser or an image from elsewhere must not change anything."""
        client.force_login(request.getfixturevalue(person), backend=BACKEND)
        changed = []
        for name, path in dict(addresses(world)).items():
            for method in ("get", "head"):
                with CaptureQueriesContext(connection) as queries:
                    response = getattr(client, method)(path)
                    if response.streaming:
                        list(response.streaming_content)
                if writes(queries):
                    changed.append(f"{method} {name}: {writes(queries)}")
        assert changed == []

    def test_every_change_asks_for_the_token_of_the_form(self, world, bob, dora):
        """Without it, a page elsewhere could send the form in the name of whoever is signed in here."""
        #: The signed link in the mail is the authority (RFC 8058).
        without = {"unsubscribe"}
        taken = []
        for person in (bob, dora):
            client = Client(enforce_csrf_checks=True)
            client.force_login(person, backend=BACKEND)
            for name, path in dict(addresses(world)).items():
                with transaction.atomic():
                    with CaptureQueriesContext(connection) as queries:
                        status = client.post(path).status_code
                    transaction.set_rollback(True)
                if name not in without and (status not in (403, 405) or writes(queries)):
                    taken.append(f"{name}: {status}")
        assert taken == []

    @pytest.mark.parametrize("person", ["nobody", "bob", "dora"])
    def test_headers_on_every_answer(self, client, world, request, person):
        if person != "nobody":
            client.force_login(request.getfixturevalue(person), backend=BACKEND)
        wrong = []
        foreign_pages = ["/verwaltung/", "/verwaltung/login/", "/konto/login/", "/konto/password/change/", "/gibt/es/nicht/"]
        seen_by = "" if person == "nobody" else person
        for path in [*dict.fromkeys(path for _name, path in addresses(world, seen_by)), *foreign_pages]:
            for method in ("get", "post"):
                with transaction.atomic():
                    response = getattr(client, method)(path)
                    if response.streaming:
                        list(response.streaming_content)
                    transaction.set_rollback(True)
                policy = response.headers.get("Content-Security-Policy", "")
                if "default-src 'none'" not in policy or "unsafe" in policy:
                    wrong.append(f"{method} {path}: policy {policy!r}")
                if (
                    response.headers.get("X-Content-Type-Options") != "nosniff"
                    or response.headers.get("X-Frame-Options") != "DENY"
                ):
                    wrong.append(f"{method} {path}: may be framed or guessed at")
                kept = response.headers.get("Cache-Control", "")
                if person != "nobody" and "private" not in kept and "no-store" not in kept:
                    wrong.append(f"{method} {path}: {kept!r} lets others keep it")
        assert wrong == []

    @pytest.mark.parametrize("person", ["bob", "dora"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_nonsense_in_parameters_and_forms_never_fails(self, client, world, request, person, method):
        client.force_login(request.getfixturevalue(person), backend=BACKEND)
        client.raise_request_exception = False
        known = names()
        assert {"ausgabe", "seite", "richtung", "rationale", "title_source", "expires_on"} <= set(known)
        failed = []
        for path in dict.fromkeys(path for _name, path in addresses(world, person)):
            for value in NONSENSE:
                with transaction.atomic():
                    response = getattr(client, method)(path, dict.fromkeys(known, value))
                    if response.streaming:
                        list(response.streaming_content)
                    transaction.set_rollback(True)
                if response.status_code >= 500:
                    failed.append(f"{method} {path} {value[:12]!r}: {response.status_code}")
        assert failed == []

    def test_nonsense_in_addresses_never_fails(self, client, world, bob, dora):
        client.raise_request_exception = False
        paths = set()
        for name, ids, _method, _expected in TABLE:
            args = [world.ids[word] for word in ids.split()]
            for place, odd in product(range(len(args)), ODD_IDS):
                with suppress(NoReverseMatch):  # an address that cannot be made cannot fail
                    paths.add(reverse(name, args=[*args[:place], odd, *args[place + 1 :]]))
        failed = []
        for person in (bob, dora):
            client.force_login(person, backend=BACKEND)
            for path in sorted(paths):
                with transaction.atomic():
                    status = client.get(path).status_code
                    transaction.set_rollback(True)
                if status >= 500:
                    failed.append(f"{path}: {status}")
        assert failed == []
        assert len(paths) > 250

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
    )
    def test_no_way_leads_to_another_site(self, client, alice, world, bob, target):
        signing_in = client.post(
            f"{reverse('account_login')}?next={target}", {"login": alice.email, "password": PASSWORD, "next": target}
        )
        assert signing_in.headers["Location"] == "/"
        for path, data in [
            (reverse("theme"), {"theme": "dark", "next": target}),
            (reverse("set_language"), {"language": "en", "next": target}),
        ]:
            assert client.post(path, data).headers["Location"] in ("/", "")
        client.force_login(bob, backend=BACKEND)
        add = reverse("assessments:measure_add", args=[world.ids["project"]])
        measure = {"text": "Stelle", "status": "planned", "owner": "", "owner_text": "", "due_on": "", "criterion_key": ""}
        response = client.post(f"{add}?zurueck={target}", measure)
        assert response.status_code in (302, 422)
        assert "evil" not in response.headers.get("Location", "")


# --- Signing in


@pytest.mark.parametrize(
    "path", ["/konto/email/", "/konto/confirm-email/", "/konto/confirm-email/abc/", "/konto/login/code/confirm/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_changes_the_address_they_are_known_by(client, alice, path, method):
    """Invitations and mails go by the address; whoever could take another's would be taken for them."""
    client.force_login(alice, backend=BACKEND)
    data = {"action_add": "", "action_primary": "", "email": "leitung@example.org"}
    assert getattr(client, method)(path, data).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_admin_sends_to_the_sign_in_page_that_counts_attempts(client, alice):
    response = client.get("/verwaltung/login/?next=/verwaltung/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))
    assert client.post("/verwaltung/login/", {"username": alice.email, "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(client, alice):
    client.get("/")
    client.session["x"] = 1
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    signed_in = client.session.session_key
    assert signed_in not in (None, before)
    response = client.post(reverse("account_logout"))
    assert response.headers["Clear-Site-Data"] == '"cache"'
    client.cookies["sessionid"] = signed_in
    assert client.get(reverse("account")).status_code == 302


def test_cookies_closed_to_scripts_and_other_sites(client, alice):
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    client.post(reverse("theme"), {"theme": "dark", "next": "/"})
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    seen = {name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items()}
    assert set(seen) >= {"sessionid", "csrftoken", "theme", "django_language"}
    assert set(seen.values()) == {(True, "Lax")}


def test_host_that_is_not_ours_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
