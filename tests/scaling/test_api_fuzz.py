"""The API asked for all that its own OpenAPI document allows, and for what it does not: no 500, and no answer out of shape."""

from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks

from assessments.models import AssessmentRecord
from scaling.accounts.models import Municipality, Role
from scaling.api.views import GIVES
from tests.scaling.api import make_key

#: Schemathesis's own, against what the document says of an answer.
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
LANGUAGES = ("", "de", "en", "fr, *;q=0.1", "x" * 50, "de;q=x")
EXAMPLES = 25


@cache
def operation(path: str) -> Any:
    schema = schemathesis.openapi.from_wsgi(reverse("openapi"), WSGIHandler(), headers={"Host": "localhost"})
    return schema[f"/api/v1{path}"]["GET"]


@pytest.fixture(autouse=True)
def _one_connection():
    """Schemathesis calls the app as a server would, and a server's requests end their connections; these share the test's."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def known(demo, settings):
    """A key of each role, and ids that there are; others are drawn besides."""
    settings.API_LIMITS = {"key": (10**6, 60), "failed_address": (10**6, 60)}
    municipality = Municipality.objects.filter(projects__assessments__records__isnull=False)[0]
    manager = municipality.memberships.filter(role=Role.MANAGER)[0].user
    records = AssessmentRecord.objects.filter(municipality=municipality).values_list("number", flat=True)[:3]
    return {
        "keys": ["", "skc_x", *(make_key(municipality, manager, role) for role in (Role.MANAGER, Role.READER))],
        "project_id": list(municipality.projects.values_list("public_id", flat=True)[:4]),
        "records": [*records, AssessmentRecord.objects.exclude(municipality=municipality)[0].number],
        "editions": ["1.0", "2.0", "3.0"],
    }


class TestFuzz:
    """With the demo, once for all."""

    @pytest.mark.parametrize("path", GIVES)
    def test_whatever_is_asked_the_answer_is_as_described(self, known, path):
        load_all_checks()
        checks = [CHECKS.get_one(name) for name in NAMES]
        seen = set()

        @hypothesis_settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def ask(data):
            case = data.draw(operation(path).as_strategy())
            known["number"] = known["editions" if "edition" in path else "records"]
            parts = ((case.path_parameters or {}, known), (case.query or {}, {"project": known["project_id"]}))
            for names, values in parts:
                for name in set(names) & set(values):
                    if data.draw(st.booleans()):
                        names[name] = data.draw(st.sampled_from(values[name]))
            for name in case.query or {}:
                if data.draw(st.integers(0, 4)) == 0:  # what the document does not allow
                    case.query[name] = data.draw(
                        st.one_of(st.text(max_size=60), st.integers(), st.sampled_from(["2" * 400, "\0"]))
                    )
            key = data.draw(st.sampled_from(known["keys"]))
            headers = {"Host": "localhost", "Accept-Language": data.draw(st.sampled_from(LANGUAGES))}
            if key:
                headers["Authorization"] = f"Bearer {key}"
            response = case.call(headers=headers)
            case.validate_response(response, checks=checks)
            seen.add(response.status_code)

        ask()
        assert 200 in seen
        assert 401 in seen
