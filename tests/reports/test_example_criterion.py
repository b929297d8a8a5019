"""The first minutes: how one criterion is rated, with the answer of the example."""

import pytest
from django.utils.html import escape
from django.utils.translation import override

from assessments.reports.profile.example import example_profile
from assessments.reports.views.example import SHOWN


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "en"])
def test_one_criterion_is_shown_step_by_step(client, language):
    client.cookies["django_language"] = language
    page = client.get("/beispiel/kriterium/").text
    with override(language):
        result = next(one for one in example_profile().criteria if one.key == SHOWN)
    assert result.level is not None
    assert page.count("walk__level--chosen") == 1
    for text in (result.title, result.rationale[:60], *(level.description[:40] for level in result.levels)):
        assert escape(text) in page
