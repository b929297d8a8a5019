"""docs/api.md: its examples run, and give what stands below them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from assessments.models import Measure
from assessments.reports.peers.publishing import publish
from catalogue.models import Edition
from scaling.accounts.models import Municipality
from scaling.api.views import GIVES
from tests.reports.peers import STREAMS, give, make_places
from tests.scaling.api import make_key
from tests.world import put_world

TEXT = Path(settings.BASE_DIR, "docs/api.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.M | re.S)
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")


def run(kind: str, text: str, site: str, key: str) -> str:
    command = ["sh", "-euc", text] if kind == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(
        command, env={**os.environ, "SITE": site, "KEY": key}, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def shape(value: Any) -> Any:
    """Names and kinds of values, so that ids and days may differ; of a list its first."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return type(value).__name__


@pytest.mark.django_db(transaction=True)
def test_examples_run_and_give_what_stands_below_them(live_server, kept_rows):
    world = put_world(kept_rows)
    municipality = world.cast.municipality
    for number in range(4):
        Measure.objects.create(project=world.project, text=f"Schritt {number}")
    key = make_key(municipality, world.cast.bob)
    outputs = []
    for place, (kind, text) in enumerate(BLOCKS):
        if kind not in ("sh", "python"):
            continue
        output = run(kind, text, live_server.url, key)
        outputs.append(output)
        following = BLOCKS[place + 1] if place + 1 < len(BLOCKS) else ("", "")
        if following[0] == "json":
            assert shape(json.loads(output)) == shape(json.loads(following[1])), text
    assert outputs[3] == ""  # nobody takes part
    assert outputs[4].count("\n") == Measure.objects.filter(project__municipality=municipality, status="planned").count() > 2
    assert json.loads(outputs[5])["municipality"] == municipality.name
    assert outputs[6] == "304\n"
    assert json.loads(outputs[-1])["title"] == "Not signed in"


@pytest.mark.django_db(transaction=True)
def test_peers_example_prints_the_comparison_of_who_takes_part(live_server, kept_rows):
    world = put_world(kept_rows)
    mine, edition = world.cast.municipality, world.ids["published"]
    places = make_places(8)
    Municipality.objects.filter(pk=mine.pk).update(compared_since=timezone.now(), is_fictional=False)
    used = Edition.objects.numbered(edition)
    for number, place in enumerate([*places, mine]):
        give(used, place, dict.fromkeys((*STREAMS, "noch-eines"), number % 5), whole=False)
    publish()
    (text,) = (text for kind, text in BLOCKS if kind == "python" and "peers" in text)
    lines = run("python", text, live_server.url, make_key(mine, world.cast.bob)).splitlines()
    assert lines
    assert all(line.split()[-1] in ("below", "within", "above", "None") for line in lines)


def test_every_address_is_in_the_table():
    table = TEXT.split("## Addresses")[1].split("\n## ")[0]
    told = {path.replace("{id}", "{project_id}") for path in re.findall(r"`(/[\w/{}]+)`", table)}
    assert told - {"/api/v1"} == set(GIVES)


def test_limits_are_those_that_hold():
    most, seconds = settings.API_LIMITS["key"]
    assert f"{most} in {seconds} seconds with one key" in TEXT
    assert settings.API_LIMITS["failed_address"] == (30, 600)
    assert reverse("openapi") in TEXT
    assert reverse("api_about") in TEXT
