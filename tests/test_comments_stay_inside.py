"""A9: the team's talk about a criterion is for those who work on it: no reader and no holder of a link sees a word of it."""

import io
import zipfile
from contextlib import suppress

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Comment
from assessments.services import share_links, workflow
from tests.reports.pdf_facts import text_of
from tests.test_permissions import FOREIGN, TABLE, all_names

pytestmark = pytest.mark.django_db

WORDS = "Zwischen uns gesagt: wackelt"


def text_in(response):
    """Everything a file or a page says."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if content.startswith(b"%PDF"):
        return " ".join(text_of(content).split())
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return " ".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    return content.decode("utf-8", "replace") if "image" not in kind else ""


def talked_about(world):
    """The ids, with an approved round that was talked about: on its criterion, and settled, too."""
    assessment, bob = world.submitted, world.cast.bob
    for score in assessment.scores.all():
        Comment.objects.create(score=score, author=bob, text=f"{WORDS} ({score.pk})")
    workflow.approve(assessment=assessment, by=bob)
    today = timezone.localdate()
    link = share_links.create_link(assessment=assessment, by=bob, purpose="Rat", expires_on=today, with_names=True)
    more = {"approved": assessment.public_id, "project": assessment.project.public_id, "link_token": link.token}
    return {**world.ids, **more, "document": assessment.records.get().number}


def pages(ids, person=None, ending=""):
    """Every address that reads (and ends so), as far as it opens to the person."""
    client = Client()
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    names = {name for name in all_names() if not name.startswith(FOREIGN)}
    for name, words, method, _expected in TABLE:
        if name not in names or method != "get":
            continue
        path = reverse(name, args=[ids[word] for word in words.split()])
        if not path.endswith(ending):
            continue
        for query in ("", "?kommentare=1", "?umfang=kurz") if path.endswith(".pdf") else ("",):
            response = client.get(path + query)
            if response.status_code == 200:
                yield name, path + query, text_in(response)


@pytest.fixture(scope="class")
def ids(_shared_world, shared_rows):
    """With all PDFs as Alice and the public get them, so that they are drawn once for whoever may see them."""

    def make():
        ids = talked_about(_shared_world)
        for person in (_shared_world.cast.alice, None):
            with suppress(pytest.skip.Exception):  # no libraries: it is for the tests to say so
                list(pages(ids, person, ".pdf"))
        return ids

    return shared_rows.make(make)


class TestComments:
    @pytest.mark.parametrize("person", ["rita", "nobody", "charlie"])
    def test_who_reads_the_result_reads_no_comment_anywhere(self, world, ids, person):
        who = None if person == "nobody" else getattr(world.cast, person)
        seen = {name: path for name, path, text in pages(ids, who) if WORDS in text}
        assert seen == {}

    def test_who_works_on_it_does(self, world, ids):
        """So that the test above looks in the right places."""
        seen = {path.split("/", 3)[-1] for name, path, text in pages(ids, world.cast.alice) if WORDS in text}
        assert "kriterien/kriterium-1/" in seen
        assert "profil.pdf?kommentare=1" in seen
