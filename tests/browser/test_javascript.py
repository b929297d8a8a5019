"""The pure parts of the scripts, imported as the pages import them and asked in a page: no other engine is needed."""

import json
from typing import Any

import pytest


@pytest.fixture
def ask(page: Any, live_server: Any) -> Any:
    """Gives what an expression says that uses ``drafts``, the module static/js/drafts.js."""
    page.goto(f"{live_server.url}/impressum/")
    module = json.dumps(f"{live_server.url}/static/js/drafts.js")
    return lambda expression: page.evaluate(f"async () => {{ const drafts = await import({module}); return {expression}; }}")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"rationale": ""}, {}, True),
        ({}, {"rationale": "x"}, False),
        ({"choice": "3", "rationale": "x"}, {"rationale": "x", "choice": "3"}, True),
        ({"choice": "3"}, {"choice": "4"}, False),
        ({"rationale": "x"}, {"rationale": "x "}, False),
    ],
)
def test_values_are_the_same_when_every_field_says_the_same(ask, one, other, same):
    assert ask(f"drafts.sameValues({json.dumps(one)}, {json.dumps(other)})") is same


@pytest.mark.parametrize(
    ("stored", "values"),
    [
        ('{"values": {"choice": "3"}, "at": "2026-11-27T10:00:00Z"}', {"choice": "3"}),
        ("null", None),
        ('{"at": "2026-11-27"}', None),
        ('{"values": null}', None),
        ('"text"', None),
        ("{half", None),
        ("", None),
    ],
)
def test_draft_is_read_or_left_alone(ask, stored, values):
    assert ask(f"drafts.parseDraft({json.dumps(stored)})?.values ?? null") == values


@pytest.mark.parametrize(
    ("cookies", "ids"),
    [
        ("", []),
        ("gespeichert=abcd1234", ["abcd1234"]),
        ('theme=dark; gespeichert="abcd1234.efgh5678"; more=1', ["abcd1234", "efgh5678"]),
        ("nichtgespeichert=abcd1234", []),
    ],
)
def test_cookie_names_what_is_confirmed(ask, cookies, ids):
    assert ask(f"drafts.confirmedIds({json.dumps(cookies)})") == ids


@pytest.mark.parametrize("path", ["/a/b/", "/a/b/#form", "/a@b/"])
def test_key_of_a_draft_says_whose_and_for_what(ask, path):
    key = f"entwurf:1:{path}@abcd1234"
    assert ask(f"drafts.draftKey(1, {json.dumps(path)}, 'abcd1234')") == key
    assert ask(f"drafts.parseKey({json.dumps(key)})") == {"key": key, "user": "1", "path": path, "id": "abcd1234"}


@pytest.mark.parametrize("key", ["anderes:1:/a/@abcd", "entwurf:1:/a/", "entwurf:"])
def test_other_keys_are_no_drafts(ask, key):
    assert ask(f"drafts.parseKey({json.dumps(key)})") is None


def test_line_ends_are_those_of_the_server(ask):
    assert ask(r"drafts.unixLines('a\r\nb\nc')") == "a\nb\nc"


def test_timer_keeps_only_the_latest_time(ask):
    count = "let n = 0; const t = new drafts.Timer(() => n++); t.start(10); t.start(20); t.start(30);"
    assert ask(f"(async () => {{ {count} await new Promise(done => setTimeout(done, 300)); return n; }})()") == 1
    assert ask(f"(async () => {{ {count} t.stop(); await new Promise(done => setTimeout(done, 100)); return n; }})()") == 0


def test_button_waits_for_the_save_and_is_pressed_once(ask):
    said = ask(
        """(() => {
          let busy = true;
          const pressed = [], prevented = [];
          const form = { requestSubmit: (button) => pressed.push(button) };
          const waiting = new drafts.WaitingButton(form, () => busy);
          const event = { submitter: "weiter", preventDefault: () => prevented.push(1) };
          const held = waiting.holds(event);
          waiting.release();
          const early = pressed.length;
          busy = false;
          waiting.release();
          waiting.release();
          return [held, prevented.length, early, pressed, waiting.holds(event)];
        })()"""
    )
    assert said == [True, 1, 0, ["weiter"], False]
