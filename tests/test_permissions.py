"""Every address, and what each of the cast gets there. An address without a row fails the suite.

The cast: nobody (not signed in), charlie (manages another municipality), rita (reads), alice (on the project's team), bob
(manages), dora (curates the catalogue). 302 is the way to the sign-in page for nobody, and the page after a step for others.
A step in the wrong state is no matter of rights: it says who was faster, and is tested with the steps themselves.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import SharedRows
from tests.pages import without_chance
from tests.world import World

PERSONS = ("nobody", "charlie", "rita", "alice", "bob", "dora")

#: Third-party addresses, tested by their makers; ours around them have tests of their own.
FOREIGN = ("admin:", "account_", "mfa_", "openid_connect_", "socialaccount_", "javascript-catalog")

#: Any answer to a POST that is no refusal: saved, asked again, or not possible in this state.
ALLOWED = {200, 302, 400, 409, 422}

# name, ids of its arguments, method, expected status by PERSONS; "+" is any of ALLOWED
PUBLIC = "200 200 200 200 200 200"
PROJECT = "302 404 200 200 200 404"
TEAM_PROJECT = "302 404 403 200 200 404"
DRAFT = "302 404 404 200 200 404"
APPROVED = "302 404 200 200 200 404"
CURATORS = "302 403 403 403 403 200"
CURATING = "302 403 403 403 403 +"
DRAFTED = "302 404 404 404 404 200"
KEYS = "401 401 401 401 401 401"
DRAFTING = "302 404 404 404 404 +"

TABLE: list[tuple[str, str, str, str]] = [
    ("home", "", "get", PUBLIC),
    (
        "security_txt",
        "",
        "get",
        "404 404 404 404 404 404",
    ),  # nobody to write to is named here (tests/scaling/test_security_txt.py)
    ("theme", "", "post", "302 302 302 302 302 302"),
    ("theme", "", "get", "405 405 405 405 405 405"),
    ("session", "", "get", PUBLIC),
    ("session", "", "post", PUBLIC),
    ("set_language", "", "post", "302 302 302 302 302 302"),
    ("glossary", "", "get", PUBLIC),
    ("imprint", "", "get", PUBLIC),
    ("privacy", "", "get", PUBLIC),
    ("accessibility", "", "get", PUBLIC),
    ("feedback", "", "get", PUBLIC),
    ("styleguide", "", "get", PUBLIC),
    ("account", "", "get", "302 200 200 200 200 200"),
    ("sign_ins", "", "get", "302 200 200 200 200 200"),
    ("sign_ins_end", "", "post", "302 302 302 302 302 302"),
    # Somebody else's is as good as none (tests/accounts/test_sign_ins.py).
    ("sign_in_end", "sign_in", "post", "302 302 302 302 302 302"),
    ("provider_signed_out", "kind", "get", "404 404 404 404 404 404"),
    # Asked by a provider's server (tests/accounts/test_back_channel.py); none is set here.
    ("provider_ended", "kind", "post", "404 404 404 404 404 404"),
    ("provider_ended", "kind", "get", "405 405 405 405 405 405"),
    ("unsubscribe", "token", "get", PUBLIC),
    ("catalogue:index", "", "get", PUBLIC),
    ("catalogue:practices", "", "get", PUBLIC),
    ("catalogue:operating_models", "", "get", PUBLIC),
    ("catalogue:criterion", "key", "get", PUBLIC),
    ("catalogue:printable", "", "get", PUBLIC),
    ("catalogue:editions", "", "get", CURATORS),
    ("catalogue:upload", "", "get", CURATORS),
    ("catalogue:upload", "", "post", CURATING),
    ("catalogue:edition", "published", "get", CURATORS),
    ("catalogue:edition", "drafted", "get", DRAFTED),
    ("catalogue:comparison", "published", "get", CURATORS),
    ("catalogue:changes", "published", "get", CURATORS),
    ("catalogue:yaml", "published", "get", CURATORS),
    ("catalogue:xlsx", "published", "get", CURATORS),
    ("catalogue:edition_copy", "published", "post", CURATING),
    ("catalogue:edition_retire", "published", "post", CURATING),
    ("catalogue:edition_publish", "drafted", "get", "302 404 404 404 404 302"),
    ("catalogue:edition_publish", "published", "get", "302 403 403 403 403 302"),
    ("catalogue:edition_publish", "drafted", "post", DRAFTING),
    ("catalogue:edition_discard", "drafted", "post", DRAFTING),
    ("catalogue:edition_texts", "drafted", "get", DRAFTED),
    ("catalogue:edition_texts", "published", "post", "302 403 403 403 403 403"),
    ("catalogue:criterion_add", "drafted", "get", DRAFTED),
    ("catalogue:criterion_edit", "drafted key", "get", DRAFTED),
    ("catalogue:criterion_edit", "drafted key", "post", DRAFTING),
    ("catalogue:criterion_edit", "published key", "post", "302 403 403 403 403 403"),
    ("catalogue:criterion_preview", "drafted key", "post", DRAFTING),
    ("catalogue:criterion_move", "drafted key", "post", DRAFTING),
    ("catalogue:criterion_remove", "drafted key", "post", DRAFTING),
    ("catalogue:practice_add", "drafted", "get", DRAFTED),
    ("catalogue:practice_edit", "drafted practice", "get", DRAFTED),
    ("catalogue:practice_remove", "drafted practice", "post", DRAFTING),
    ("catalogue:practice_preview", "drafted practice", "post", DRAFTING),
    ("catalogue:practice_move", "drafted practice", "post", DRAFTING),
    ("catalogue:model_add", "drafted", "get", DRAFTED),
    ("catalogue:model_edit", "drafted model", "get", DRAFTED),
    ("catalogue:model_edit", "drafted model", "post", DRAFTING),
    ("catalogue:model_preview", "drafted model", "post", DRAFTING),
    ("catalogue:model_move", "drafted model", "post", DRAFTING),
    ("catalogue:model_remove", "drafted model", "post", DRAFTING),
    ("catalogue:edition_preview", "drafted", "post", DRAFTING),
    ("catalogue:phases_and_workstreams", "", "get", CURATORS),
    ("catalogue:phase_or_workstream_edit", "kind phase", "get", CURATORS),
    ("catalogue:phase_or_workstream_edit", "kind phase", "post", CURATING),
    ("catalogue:phase_or_workstream_preview", "kind phase", "post", CURATING),
    # For operators alone, who belong to no municipality (tests/accounts/test_municipalities.py).
    ("municipality_create", "", "get", "302 403 403 403 403 403"),
    ("municipality_create", "", "post", "302 403 403 403 403 403"),
    ("people", "municipality", "get", "302 404 403 403 200 404"),
    ("people", "municipality", "post", "302 404 403 403 + 404"),
    # Bob shows first that it is him (tests/accounts/test_second_factor.py).
    ("people_second_factor", "municipality", "get", "302 404 403 403 302 404"),
    ("people_second_factor", "municipality", "post", "302 404 403 403 302 404"),
    ("people_role", "municipality membership", "post", "302 404 403 403 + 404"),
    ("people_offices", "municipality membership", "get", "302 404 403 403 200 404"),
    ("people_offices", "municipality membership", "post", "302 404 403 403 + 404"),
    ("people_remove", "municipality membership", "get", "302 404 403 403 200 404"),
    ("people_remove", "municipality membership", "post", "302 404 403 403 + 404"),
    ("people_hand_over", "municipality membership", "get", "302 404 403 403 200 404"),
    ("people_hand_over", "municipality membership", "post", "302 404 403 403 + 404"),
    ("invitation_resend", "municipality invitation", "post", "302 404 403 403 + 404"),
    ("invitation_revoke", "municipality invitation", "post", "302 404 403 403 + 404"),
    ("invitation", "invitation_token", "get", PUBLIC),
    ("assessments:short_check", "", "get", "302 200 200 200 200 200"),
    ("assessments:short_check", "", "post", "302 404 404 404 404 404"),
    # The edition here has none of its questions: on to the round.
    ("assessments:short_check_questions", "draft", "get", "302 404 404 302 302 404"),
    ("assessments:short_check_questions", "approved", "get", "302 404 403 302 302 404"),
    ("assessments:short_check_questions", "draft", "post", "302 404 404 + + 404"),
    ("assessments:short_check_result", "draft", "get", "302 404 404 302 302 404"),
    ("assessments:short_check_result", "approved", "get", "302 404 302 302 302 404"),
    ("reports:municipality", "municipality", "get", "302 404 200 200 200 404"),
    ("assessments:standing", "municipality", "post", "302 404 403 403 + 404"),
    ("assessments:municipality_settings", "municipality", "get", "302 404 403 403 200 404"),
    ("assessments:municipality_settings", "municipality", "post", "302 404 403 403 + 404"),
    ("assessments:municipality_history", "municipality", "get", "302 404 403 403 200 404"),
    ("people_list", "municipality", "get", "302 404 403 403 200 404"),
    ("people_list", "municipality", "post", "302 404 403 403 + 404"),
    ("people_list_preview", "municipality people_list", "get", "302 404 403 403 200 404"),
    ("people_list_preview", "municipality people_list", "post", "302 404 403 403 + 404"),
    # Each shows first that it is them (tests/scaling/test_privacy_pages.py).
    ("own_data", "", "get", "302 302 302 302 302 302"),
    ("own_data", "", "post", "302 302 302 302 302 302"),
    ("data_export", "project", "get", "302 302 302 302 302 302"),
    ("data_of_member", "municipality membership", "get", "302 404 403 403 302 404"),
    ("data_of_member", "municipality membership", "post", "302 404 403 403 302 404"),
    ("municipality_data", "municipality", "get", "302 403 403 403 403 403"),
    ("municipality_data", "municipality", "post", "302 403 403 403 403 403"),
    ("trail", "municipality", "get", "302 404 403 403 200 404"),
    ("trail_file", "municipality trail_kind", "get", "302 404 403 403 200 404"),
    # For operators alone (tests/scaling/test_trail.py).
    ("trail_of_all", "", "get", "302 403 403 403 403 403"),
    ("trail_of_all_file", "trail_kind", "get", "302 403 403 403 403 403"),
    ("api_tokens", "municipality", "get", "302 404 403 403 200 404"),
    ("api_tokens", "municipality", "post", "302 404 403 403 + 404"),
    ("api_token_end", "municipality api_token", "post", "302 404 403 403 + 404"),
    ("api_about", "", "get", PUBLIC),
    ("openapi", "", "get", PUBLIC),
    ("api_nothing", "", "get", "404 404 404 404 404 404"),
    ("api_not_here", "rest", "get", "404 404 404 404 404 404"),
    # Opened by keys, never by a session (tests/scaling/test_api.py).
    ("api:api-root", "", "get", "404 404 404 404 404 404"),
    ("api:municipality", "", "get", KEYS),
    ("api:editions", "", "get", KEYS),
    ("api:edition", "published", "get", KEYS),
    ("api:projects", "", "get", KEYS),
    ("api:project", "project", "get", KEYS),
    ("api:running", "project", "get", KEYS),
    ("api:records", "", "get", KEYS),
    ("api:record", "document", "get", KEYS),
    ("api:measures", "", "get", KEYS),
    ("api:portfolio", "", "get", KEYS),
    ("api:municipal_profile", "", "get", KEYS),
    ("api:development", "", "get", KEYS),
    ("api:plan", "", "get", KEYS),
    ("api:peers", "", "get", KEYS),
    ("assessments:coat_of_arms", "municipality", "get", "302 404 200 200 200 404"),
    ("assessments:project_create", "municipality", "get", "302 404 403 403 200 404"),
    ("assessments:project_create", "municipality", "post", "302 404 403 403 + 404"),
    ("assessments:project", "project", "get", PROJECT),
    ("assessments:project_history", "project", "get", TEAM_PROJECT),
    ("assessments:project_edit", "project", "get", "302 404 403 403 200 404"),
    ("assessments:project_edit", "project", "post", "302 404 403 403 + 404"),
    ("assessments:project_paper", "project", "get", TEAM_PROJECT),
    ("assessments:project_paper", "project", "post", "302 404 403 + + 404"),
    ("assessments:round_paper", "draft", "get", DRAFT),
    ("assessments:round_paper", "draft", "post", "302 404 404 + + 404"),
    ("assessments:round_paper", "approved", "get", "302 404 403 302 302 404"),
    ("assessments:round_paper", "approved", "post", "302 404 403 + + 404"),
    ("assessments:project_archive", "project", "post", "302 404 403 403 + 404"),
    ("assessments:start", "project", "get", "302 404 403 + + 404"),
    ("assessments:start", "project", "post", "302 404 403 + + 404"),
    ("assessments:assessment", "draft", "get", DRAFT),
    ("assessments:assessment", "approved", "get", APPROVED),
    ("assessments:submit", "draft", "post", "302 404 404 + + 404"),
    ("assessments:submit", "submitted", "post", "302 404 404 + + 404"),
    ("assessments:submit", "approved", "post", "302 404 403 + + 404"),
    ("assessments:withdraw", "submitted", "post", "302 404 404 + 403 404"),
    ("assessments:withdraw", "draft", "post", "302 404 404 + 403 404"),
    ("assessments:withdraw", "approved", "post", "302 404 403 + 403 404"),
    ("assessments:approve", "submitted", "post", "302 404 404 403 + 404"),
    ("assessments:approve", "draft", "post", "302 404 404 403 + 404"),
    ("assessments:return", "submitted", "post", "302 404 404 403 + 404"),
    ("assessments:reopen", "approved", "post", "302 404 403 403 + 404"),
    ("assessments:score", "draft key", "get", DRAFT),
    ("assessments:score", "approved key", "get", APPROVED),
    ("assessments:score", "draft key", "post", "302 404 404 + + 404"),
    ("assessments:score", "approved key", "post", "302 404 403 + + 404"),
    ("assessments:score_moved", "draft key", "get", "308 308 308 308 308 308"),
    ("assessments:score_moved", "draft key", "post", "308 308 308 308 308 308"),
    ("assessments:score_part_moved", "draft key rest", "post", "308 308 308 308 308 308"),
    ("assessments:confirm", "draft key", "post", "302 404 404 + + 404"),
    ("assessments:confirm", "approved key", "post", "302 404 403 + + 404"),
    ("assessments:present", "draft key", "get", "401 404 404 200 200 404"),
    ("assessments:present", "approved key", "get", "401 404 403 200 200 404"),
    ("assessments:assign", "draft", "post", "302 404 404 + + 404"),
    ("assessments:assign", "approved", "post", "302 404 403 + + 404"),
    ("assessments:assign_offices", "draft", "post", "302 404 404 + + 404"),
    ("assessments:assign_offices", "approved", "post", "302 404 403 + + 404"),
    ("assessments:assign_one", "draft key", "post", "302 404 404 + + 404"),
    ("assessments:assign_one", "approved key", "post", "302 404 403 + + 404"),
    ("assessments:comment_add", "draft key", "post", "302 404 404 + + 404"),
    ("assessments:comment_add", "approved key", "post", "302 404 403 403 403 404"),
    ("assessments:comment_resolve", "draft key comment", "post", "302 404 404 + + 404"),
    ("assessments:table", "draft", "get", DRAFT),
    ("assessments:table", "approved", "get", APPROVED),
    ("assessments:table", "draft", "post", "302 404 404 + + 404"),
    ("assessments:table", "approved", "post", "302 404 403 + + 404"),
    ("assessments:confirm_many", "draft", "get", "302 404 404 200 200 404"),
    ("assessments:confirm_many", "approved", "get", "302 404 403 302 302 404"),
    ("assessments:confirm_many", "draft", "post", "302 404 404 + + 404"),
    ("assessments:confirm_many", "approved", "post", "302 404 403 + + 404"),
    ("assessments:wall", "draft", "get", "302 404 404 200 200 404"),
    ("assessments:wall", "submitted", "get", "302 404 404 200 200 404"),
    ("assessments:wall", "approved", "get", "302 404 403 200 200 404"),
    ("assessments:wall", "draft", "post", "302 404 404 + + 404"),
    ("assessments:wall", "approved", "post", "302 404 403 + + 404"),
    ("assessments:wall_state", "draft", "get", "401 404 404 200 200 404"),
    ("assessments:wall_state", "approved", "get", "401 404 403 200 200 404"),
    ("assessments:wall_step", "draft", "post", "302 404 404 + + 404"),
    ("assessments:wall_step", "approved", "post", "302 404 403 + + 404"),
    ("assessments:wall_agree", "draft", "post", "302 404 404 + + 404"),
    ("assessments:wall_agree", "approved", "post", "302 404 403 + + 404"),
    # Who has the code takes part, whoever they are; what a vote needs beside it is tested in tests/assessments/test_voting.py.
    ("assessments:enter", "", "get", PUBLIC),
    ("assessments:vote", "workshop_code", "get", PUBLIC),
    ("assessments:vote", "workshop_code", "post", "422 422 422 422 422 422"),
    ("assessments:vote_state", "workshop_code", "get", "404 404 404 404 404 404"),
    ("assessments:vote_cast", "workshop_code", "post", "302 302 302 302 302 302"),
    ("assessments:vote_leave", "workshop_code", "post", "302 302 302 302 302 302"),
    ("assessments:vote_alone", "workshop_code key", "get", "302 302 302 302 302 302"),
    ("assessments:compare_latest", "draft", "get", "302 404 404 302 302 404"),
    ("assessments:compare", "draft approved", "get", DRAFT),
    ("assessments:history", "draft", "get", DRAFT),
    ("assessments:history", "approved", "get", APPROVED),
    ("assessments:measures", "project", "get", PROJECT),
    ("assessments:measure_add", "project", "get", TEAM_PROJECT),
    ("assessments:measure_add", "project", "post", "302 404 403 + + 404"),
    ("assessments:measure_edit", "project measure", "get", TEAM_PROJECT),
    ("assessments:measure_edit", "project measure", "post", "302 404 403 + + 404"),
    ("assessments:measure_done", "project measure", "post", "302 404 403 + + 404"),
    ("assessments:evidence_remove", "draft key evidence", "post", "302 404 404 + + 404"),
    ("assessments:evidence_days", "draft key evidence", "get", "302 404 404 200 200 404"),
    ("assessments:evidence_days", "draft key evidence", "post", "302 404 404 + + 404"),
    ("assessments:evidence_file_add", "draft key", "get", DRAFT),
    ("assessments:evidence_file_add", "draft key", "post", "302 404 404 + + 404"),
    ("assessments:evidence_file_add", "approved key", "post", "302 404 403 + + 404"),
    ("assessments:evidence_file", "draft key evidence_file", "get", DRAFT),
    ("assessments:evidence_file", "draft key evidence", "get", "302 404 404 404 404 404"),
    ("assessments:sheet", "draft", "get", DRAFT),
    ("assessments:sheet", "approved", "get", APPROVED),
    ("assessments:sheet_import", "draft", "get", DRAFT),
    ("assessments:sheet_import", "approved", "get", "302 404 403 200 200 404"),
    ("assessments:sheet_import", "draft", "post", "302 404 404 + + 404"),
    ("assessments:sheet_preview", "draft sheet_upload", "get", "302 404 404 200 404 404"),
    ("assessments:sheet_preview", "draft sheet_upload", "post", "302 404 404 + + 404"),
    ("assessments:move", "draft", "get", "302 404 404 200 200 404"),
    ("assessments:move", "draft", "post", "302 404 404 + + 404"),
    ("assessments:move", "approved", "post", "302 404 403 403 403 404"),
    ("assessments:move_undo", "draft", "post", "302 404 404 + + 404"),
    ("assessments:move_undo", "approved", "post", "302 404 403 403 403 404"),
    ("reports:documents", "", "get", PUBLIC),
    ("reports:document", "document", "get", PUBLIC),
    ("reports:record_schema", "", "get", PUBLIC),
    ("reports:record_json", "approved", "get", "302 404 403 200 200 404"),
    ("reports:record_json", "draft", "get", "302 404 404 404 404 404"),
    ("reports:redesign", "approved", "post", "302 404 403 403 + 404"),
    ("reports:redesign", "draft", "post", "302 404 404 403 + 404"),
    ("reports:profile", "draft", "get", DRAFT),
    ("reports:profile", "approved", "get", APPROVED),
    ("reports:pdf", "draft", "get", DRAFT),
    ("reports:pdf", "approved", "get", APPROVED),
    ("reports:collected", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:portfolio", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:portfolio_xlsx", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:portfolio_pdf", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:portfolio_json", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:portfolio_schema", "", "get", PUBLIC),
    ("reports:municipal", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:municipal_criterion", "municipality key", "get", "302 404 200 200 200 404"),
    ("reports:municipal_xlsx", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:municipal_json", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:development", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:development_xlsx", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:development_json", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:development_schema", "", "get", PUBLIC),
    ("reports:municipal_pdf", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:municipal_schema", "", "get", PUBLIC),
    ("reports:short_check_pdf", "draft", "get", DRAFT),
    ("reports:short_check_pdf", "approved", "get", APPROVED),
    ("reports:json", "draft", "get", DRAFT),
    ("reports:form", "approved", "get", APPROVED),
    ("reports:form", "draft", "get", DRAFT),
    ("reports:json", "approved", "get", APPROVED),
    ("reports:csv", "draft", "get", DRAFT),
    ("reports:csv", "approved", "get", APPROVED),
    ("reports:xlsx", "draft", "get", DRAFT),
    ("reports:xlsx", "approved", "get", APPROVED),
    ("reports:docx", "draft", "get", DRAFT),
    ("reports:docx", "approved", "get", APPROVED),
    ("reports:text", "draft", "get", DRAFT),
    ("reports:text", "approved", "get", APPROVED),
    ("reports:ods", "draft", "get", DRAFT),
    ("reports:ods", "approved", "get", APPROVED),
    ("reports:share_links", "approved", "get", "302 404 403 403 200 404"),
    ("reports:share_links", "approved", "post", "302 404 403 403 + 404"),
    ("reports:share_links", "draft", "get", "302 404 404 403 200 404"),
    ("reports:share_edit", "approved link", "get", "302 404 403 403 200 404"),
    ("reports:share_edit", "approved link", "post", "302 404 403 403 + 404"),
    ("reports:share_revoke", "approved link", "post", "302 404 403 403 + 404"),
    ("reports:share_revoke", "approved link", "get", "302 405 405 405 405 405"),
    ("assessments:practice_offer", "approved key", "get", "302 404 403 403 200 404"),
    ("assessments:practice_offer", "approved key", "post", "302 404 403 403 + 404"),
    ("assessments:practice_offers", "municipality", "get", "302 404 403 403 200 404"),
    ("assessments:practice_withdraw", "municipality offer", "post", "302 404 403 403 + 404"),
    ("assessments:offered_practices", "", "get", CURATORS),
    ("assessments:practice_decision", "offer", "get", CURATORS),
    ("assessments:practice_decision", "offer", "post", CURATING),
    ("reports:peers", "municipality", "get", "302 404 403 403 200 404"),
    ("reports:peers_membership", "municipality", "get", "302 404 403 403 200 404"),
    ("reports:peers_membership", "municipality", "post", "302 404 403 403 + 404"),
    ("reports:peers_join", "municipality", "post", "302 404 403 403 + 404"),
    ("reports:peers_leave", "municipality", "post", "302 404 403 403 + 404"),
    ("reports:what_if", "project", "get", PROJECT),
    ("reports:what_if_save", "project", "post", "302 404 403 + + 404"),
    ("reports:what_if_delete", "project variant", "post", "302 404 403 + + 404"),
    ("reports:plan", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:plan_calendar", "municipality", "get", "302 404 200 200 200 404"),
    ("reports:shared", "link_token", "get", PUBLIC),
    ("reports:shared_pdf", "link_token", "get", PUBLIC),
    ("reports:example", "", "get", PUBLIC),
    ("reports:example_criterion", "", "get", PUBLIC),
    ("reports:example_pdf", "", "get", PUBLIC),
    ("reports:schema", "", "get", PUBLIC),
]


def all_names(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            yield from all_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def test_every_address_has_a_row():
    ours = {name for name in all_names() if not name.startswith(FOREIGN)}
    assert ours == {name for name, *_ in TABLE}


@pytest.fixture(scope="class")
def signed_in_once(_shared_world: World, shared_rows: SharedRows) -> dict[str, str]:
    """The cookie of each person who is signed in, for all tests of the class: to sign in takes longer than most answers."""

    def cookie_of(person: str) -> str:
        client = Client()
        client.force_login(getattr(_shared_world.cast, person), backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    return shared_rows.make(lambda: {person: cookie_of(person) for person in PERSONS if person != "nobody"})


@pytest.mark.usefixtures("documents")
class TestAddress:
    @pytest.mark.parametrize(("name", "ids", "method", "expected"), TABLE)
    def test_address_answers_each_person(self, client, world, signed_in_once, name, ids, method, expected):
        path = reverse(name, args=[world.ids[word] for word in ids.split()])
        found = []
        for person, wanted in zip(PERSONS, expected.split(), strict=True):
            with transaction.atomic():  # undone after each person, so that everyone meets the same state
                client.cookies.clear()
                if person != "nobody":
                    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in_once[person]
                response = getattr(client, method)(path)
                if response.streaming:
                    list(response.streaming_content)  # read to its end, a file is closed
                status = response.status_code
                transaction.set_rollback(True)
            found.append(wanted if wanted == "+" and status in ALLOWED else str(status))
        assert " ".join(found) == expected

    @pytest.mark.parametrize(
        ("name", "word"),
        [("assessments:project", "project"), ("assessments:assessment", "draft"), ("reports:profile", "draft")],
    )
    def test_stranger_cannot_tell_a_hidden_object_from_a_missing_one(self, client, world, charlie, name, word):
        client.force_login(charlie, backend="django.contrib.auth.backends.ModelBackend")

        def page(public_id: str) -> tuple[int, str]:
            response = client.get(reverse(name, args=[public_id]))
            return response.status_code, without_chance(response.content.decode()).replace(public_id, "ID")

        assert page(world.ids[word]) == page("bcdfghjkmn")
        assert page(world.ids[word])[0] == 404
