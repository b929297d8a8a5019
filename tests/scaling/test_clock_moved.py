"""A host's clock is a year ahead or a year behind for a while. What has an end opens again once the clock is right, and nothing
has gone by it. What timers delete by a clock that is ahead is in test_clock_ahead.py."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.test import Client
from django.utils import timezone

from assessments.models import PeerQuarter, Vote, Workshop
from assessments.reports.peers import publishing
from assessments.services import comments
from scaling.accounts import second_factor
from scaling.accounts.models import Role
from scaling.doctor import services
from scaling.models import TimedRun
from scaling.preparation import prepare_database
from scaling.timers import TASKS
from scaling.trail.models import Seal
from scaling.trail.sealing import seal
from scaling.trail.verifying import verify
from tests.cast import make_member
from tests.scaling.api import ask, make_key
from tests.scaling.installation import wait_until
from tests.scaling.test_clock_ahead import sign_in
from tests.scaling.test_trail_seals import sql
from tests.world import put_world

YEAR = timedelta(days=365)
AHEAD, BEHIND = YEAR, -YEAR
BOTH = pytest.mark.parametrize("by", [AHEAD, BEHIND], ids=["ahead", "behind"])


@contextmanager
def clock(by: timedelta) -> Iterator[None]:
    """This process's clock, as Django and allauth read it; the database's own is right."""
    real = time.time

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + by

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "datetime", Moved)
        patch.setattr(time, "time", lambda: real() + by.total_seconds())
        yield


def same_browser(client: Client) -> Client:
    """With the cookies as they are now, whatever an answer has done to them since."""
    other = Client()
    other.cookies.update(client.cookies)
    return other


@pytest.fixture
def signed_in(world, client):
    client.force_login(world.cast.alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_clock_that_is_ahead_asks_for_the_password_and_ends_no_session(signed_in):
    with clock(AHEAD):
        assert "Abmelden" not in same_browser(signed_in).get("/").text
    assert "Abmelden" in same_browser(signed_in).get("/").text


def test_clock_that_is_behind_signs_nobody_out(signed_in):
    with clock(BEHIND):
        assert "Abmelden" in same_browser(signed_in).get("/").text
        call_command("clearsessions")
    assert "Abmelden" in same_browser(signed_in).get("/").text


def opened(world) -> dict[str, bool]:
    """Whether what has an end opens, for somebody who has nothing else."""
    ids = world.ids
    return {
        "link": Client().get(f"/geteilt/{ids['link_token']}/").status_code == 200,
        "invitation": "gilt nicht mehr" not in Client().get(f"/einladung/{ids['invitation_token']}/").text,
        "workshop": Client().get(f"/w/{ids['workshop_code']}/").status_code == 200,
        "key": ask(ids["key_of_the_api"], "projects").status_code == 200,
    }


@BOTH
def test_what_has_an_end_opens_when_the_clock_is_right_again(world, by):
    world.ids["key_of_the_api"] = make_key(world.cast.municipality, world.cast.bob)
    assert set(opened(world).values()) == {True}, opened(world)
    with clock(by):
        assert set(opened(world).values()) == {by == BEHIND}, opened(world)
    assert set(opened(world).values()) == {True}, opened(world)
    assert Workshop.objects.get(code=world.ids["workshop_code"]).closed_at is None


def test_vote_counts_after_the_clock_was_ahead(world):
    phone = Client()
    page = f"/w/{world.ids['workshop_code']}/"
    phone.post(page, {"role": "it", "name": ""})
    with clock(AHEAD):
        phone.post(f"{page}stimme/", {"choice": "2", "key": "kriterium-1"})
    assert not Vote.objects.exists()
    assert Workshop.objects.get(code=world.ids["workshop_code"]).participants.count() == 1


@BOTH
def test_days_of_grace_stay_what_was_promised(world, settings, by):
    """Also where the app is started anew meanwhile, which settles of whom a second factor is demanded."""
    settings.SECOND_FACTOR_ROLES, settings.SECOND_FACTOR_DUE = ["team"], timezone.localdate() - timedelta(days=100)
    settings.DEMO = False
    TimedRun.objects.create(name="retention", started_at=timezone.now(), succeeded_at=timezone.now())
    person = make_member("Nele Neu", world.cast.municipality, Role.TEAM)
    second_factor.settle(person)
    promised = timezone.localdate() + timedelta(days=second_factor.GRACE)
    assert person.second_factor_due == promised
    with clock(by):
        prepare_database(OutputWrapper(StringIO()), compare=False)
        person.refresh_from_db()
        assert person.second_factor_missing == (by == AHEAD)
    person.refresh_from_db()
    assert person.second_factor_due == promised
    assert not person.second_factor_missing


#: What goes by its age alone and is of no use to anybody: sessions ahead, and what is made anew.
GOES = {"Session", "SignIn"}


def counted() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models() if not model._meta.proxy}


@pytest.mark.django_db(transaction=True)
@BOTH
def test_timers_by_a_wrong_clock_take_nothing_and_run_again_by_the_right_one(kept_rows, settings, tmp_path, by):
    world = put_world(kept_rows)
    settings.BACKUP_DIR, settings.SIGN_INS_KEEP_DAYS = tmp_path / "backups", 0
    Client().force_login(world.cast.alice, backend="django.contrib.auth.backends.ModelBackend")
    for name in TASKS:
        call_command("timer", name, stdout=StringIO())
    first = timezone.now()
    for days in range(0, 400, 20):  # people have worked there all the year
        sign_in(world.cast.alice, timedelta(days=days))
    before = counted()
    with clock(by):
        for name in TASKS:
            if (name, by) == ("retention", AHEAD):
                with pytest.raises(CommandError, match="Nothing is deleted"):
                    call_command("timer", name, stdout=StringIO())
            else:
                call_command("timer", name, stdout=StringIO())
    fewer = {name for name, number in counted().items() if number < before[name]}
    assert fewer <= (GOES if by == AHEAD else set())
    wait_until(lambda: timezone.now() > first + timedelta(seconds=1), "time stands still")  # a backup is named by its second
    for name in TASKS:
        call_command("timer", name, stdout=StringIO())
    assert list(services.timers()) == []
    assert len(list(settings.BACKUP_DIR.iterdir())) == 3


@BOTH
def test_rows_recorded_while_the_clock_was_wrong_and_afterwards_are_sealed(world, by):
    """The page's clock and the database's are one, as on most installations."""
    alice, score = world.cast.alice, world.draft.scores.order_by("pk")[0]

    def say(text: str) -> None:
        comments.add_comment(score=score, by=alice, text=text)

    def findings() -> list[str]:
        return [str(one) for one in verify().findings]

    assert seal() > 20
    with clock(by):
        say("by the wrong clock")
        sql("UPDATE assessments_historicalcomment SET recorded_at = recorded_at + %s WHERE text LIKE %s", by, "by the wrong%")
        assert seal() > 0
        assert findings() == []
    say("by the right clock")
    assert seal() > 0
    assert findings() == []
    assert verify().waiting == 0
    newest = Seal.objects.order_by("-number").values_list("at", flat=True)[0]
    assert abs(newest - timezone.now()) < timedelta(hours=1)


def quarters() -> list[str]:
    return [str(one) for one in PeerQuarter.objects.order_by("begins_on").values_list("begins_on", flat=True)]


@BOTH
def test_comparison_of_municipalities_goes_on_with_the_next_quarter(world, by):
    now = timezone.localdate()
    assert publishing.publish().taken is not None
    with clock(by):
        assert publishing.publish().taken is not None  # a quarter that was not taken yet, as it seems
        assert publishing.publish().taken is None
    assert publishing.publish().taken is None
    assert publishing.publish(today=now + timedelta(days=92)).taken is not None
    assert len(quarters()) == 3
