"""One of everything that has an address: what the permission table, and whoever goes through all addresses, asks for."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Comment, Evidence, Measure, PlanVariant, PracticeOffer, Project, WorkbookUpload
from assessments.services import share_links, workflow, workshops
from catalogue.models import GoodPractice, OperatingModel, TitleSource
from catalogue.services.publishing import copy_edition
from scaling.accounts.coats_of_arms import set_coat_of_arms
from scaling.accounts.models import Invitation, PeopleList, Role
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.api.tokens import create_token
from tests.cast import Cast
from tests.factories import make_catalogue, make_project
from tests.kept_rows import KeptRows


@dataclass
class World:
    """One project with an approved round and a draft, one with a submitted round, and the ids to reach them."""

    cast: Cast
    project: Project
    approved: Assessment
    draft: Assessment
    submitted: Assessment
    ids: dict[str, Any]


def make_world() -> World:
    """With files, so ``MEDIA_ROOT`` has to be a folder of the tests."""
    cast = Cast()
    municipality, bob, alice, dora = cast.municipality, cast.bob, cast.alice, cast.dora
    _strangers = cast.rita, cast.charlie
    make_catalogue(2)
    set_coat_of_arms(municipality=municipality, by=None, png=b"PNG")
    project = make_project(municipality, team=[alice])
    approved = workflow.start_assessment(project=project, by=alice)
    workflow.submit(assessment=approved, by=alice)
    workflow.approve(assessment=approved, by=bob)
    draft = workflow.start_assessment(project=project, by=alice)
    other = make_project(municipality, "Mängelmelder", team=[alice])
    submitted = workflow.start_assessment(project=other, by=alice)
    workflow.submit(assessment=submitted, by=alice)
    drafted = copy_edition(edition=approved.edition, by=dora)
    practice = GoodPractice.objects.create(
        edition=drafted, key="beispiel", order=1, title_de="Beispiel", title_source=TitleSource.OFFICIAL
    )
    model = OperatingModel.objects.create(edition=drafted, key="eigenbetrieb", order=1, name_de="Eigenbetrieb", group_de="G")
    evidence = Evidence.objects.create(score=draft.scores.get(criterion__key="kriterium-1"), text="Beschluss")
    for assessment in (approved, draft, submitted):
        assessment.refresh_from_db()
    invitation = Invitation.objects.create(
        municipality=municipality,
        email="neu@example.org",
        token_hash=hashlib.sha256(b"einladung").hexdigest(),
        expires_at=timezone.now() + timedelta(days=1),
    )
    link = share_links.create_link(assessment=approved, by=bob, purpose="Rat", expires_on=timezone.localdate())
    approved.scores.filter(criterion__key="kriterium-1").update(rationale="Ratsbeschluss liegt vor.")
    offered = approved.scores.get(criterion__key="kriterium-2")
    offer = PracticeOffer.objects.create(score=offered, text="Wir haben klein begonnen.")
    token, _key = create_token(
        municipality=municipality, by=bob, purpose="Dashboard", role=Role.READER, expires_on=timezone.localdate()
    )
    workshop = workshops.open_workshop(assessment=draft, by=alice, first=evidence.score)
    ids = {
        "sign_in": 0,
        "workshop_code": workshop.code,
        "membership": cast.rita.memberships.get().pk,
        "invitation": invitation.pk,
        "invitation_token": "einladung",
        "municipality": municipality.public_id,
        "project": project.public_id,
        "approved": approved.public_id,
        "draft": draft.public_id,
        "submitted": submitted.public_id,
        "key": "kriterium-1",
        "rest": "stimmt-noch/",
        "published": approved.edition.number,
        "drafted": drafted.number,
        "practice": practice.key,
        "model": model.key,
        "kind": "phasen",
        "trail_kind": "json",
        "people_list": PeopleList.objects.create(
            municipality=municipality,
            user=bob,
            file_name="personen.csv",
            rows=[
                {
                    "line": 2,
                    "email": "neu2@example.org",
                    "name": "Ines Sommer",
                    "role": "team",
                    "projects": None,
                    "is_locked": False,
                }
            ],
        ).public_id,
        "phase": "p3",
        "evidence": evidence.pk,
        "evidence_file": Evidence.objects.create(
            score=evidence.score, text="Datei", file=ContentFile("Text", "x.txt"), file_name="x.txt"
        ).pk,
        "link": link.pk,
        "offer": offer.pk,
        "api_token": token.pk,
        "document": approved.records.get().number,
        "comment": Comment.objects.create(
            score=draft.scores.get(criterion__key="kriterium-1"), text="Stimmt das?", author=bob
        ).pk,
        "measure": Measure.objects.create(project=project, text="Stelle ausschreiben").public_id,
        "variant": PlanVariant.objects.create(project=project, name="Stelle besetzt", targets={"kriterium-1": 4}).public_id,
        "link_token": link.token,
        "sheet_upload": WorkbookUpload.objects.create(assessment=draft, user=alice, file_name="bogen.xlsx", rows=[]).public_id,
        "token": unsubscribe_path(alice, "digest").rstrip("/").rsplit("/", 1)[1],
    }
    return World(cast, project, approved, draft, submitted, ids)


def put_world(kept_rows: KeptRows) -> World:
    """A world of the test's own, stored for other connections to see: its rows as they were made first, and its files."""
    with transaction.atomic():
        world, files = kept_rows.get("world", _world_with_files)
    for path, content in files.items():
        (settings.MEDIA_ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (settings.MEDIA_ROOT / path).write_bytes(content)
    return world


def _world_with_files() -> tuple[World, dict[Path, bytes]]:
    root = Path(settings.MEDIA_ROOT)
    return make_world(), {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def draw_documents(world: World) -> None:
    """Draw all PDFs that the world's addresses give now, once for all tests that ask for them. Tests undo what they change, and
    would draw them for each person and each address anew.
    """
    client = Client()
    client.force_login(world.cast.bob, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("reports:pdf", "reports:form", "reports:short_check_pdf"):
        for word in ("approved", "draft"):
            client.get(reverse(name, args=[world.ids[word]]))
    client.get(reverse("reports:shared_pdf", args=[world.ids["link_token"]]))
    client.get(reverse("reports:example_pdf"))
