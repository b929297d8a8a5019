"""Two to four people write at once, through the page's autosave, its button and the sheet that comes back."""

import random
from functools import partial

import pytest
from django.test import Client

from assessments.models import Score
from assessments.workbook.importing import PreviewOutdated, import_upload, plan_of, read_upload, store_upload
from assessments.workbook.plan import ImportPlan
from tests.assessments.workbook.workbooks import changed, put
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 200
ROWS = (1, 2, 3)


def by_row(assessment):
    return dict(zip(ROWS, assessment.scores.select_related("criterion").order_by("criterion__order"), strict=True))


def post(client, score, text, **more):
    """What the page sends: the whole answer and the version it was opened with. True if the server confirmed it."""
    url = f"/bewertungen/{score.assessment.public_id}/kriterien/{score.criterion.key}/"
    response = client.post(url, {"version": score.version, "choice": "2", "rationale": text, **more})
    if "autosave" in more:
        assert response["X-Save"] in {"saved", "stale"}
        return response.status_code == 200
    assert response.status_code in {302, 409}
    if response.status_code == 409:  # both texts are on the page
        assert text in response.text
        assert Score.objects.get(pk=score.pk).rationale in response.text
    return response.status_code == 302


def bring_back(assessment, by, row, text):
    """A sheet in which one row was changed, shown and confirmed. True if it was taken."""

    def offline(table):
        put(row, rationale=text)(table)

    upload = store_upload(
        sheet=read_upload(changed(assessment, offline), assessment), assessment=assessment, by=by, file_name="x"
    )
    seen = {change.row.key: change.current.version for change in plan_of(upload).changes}

    def confirm():
        try:
            return isinstance(import_upload(upload=upload, by=by, seen=seen, choices={}), ImportPlan)
        except PreviewOutdated:
            return False

    return confirm


def test_two_to_four_writers_lose_nothing_and_overwrite_nothing_in_200_rounds(assessment, alice, bob):
    dice = random.Random(4)
    clients = {(person, writer): Client() for person in (alice, bob) for writer in range(4)}
    for (person, _), client in clients.items():
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    outcomes = {"confirmed": 0, "refused": 0}
    for number in range(ROUNDS):
        before = by_row(assessment)
        jobs, targets, with_sheet = [], [], set()
        for writer in range(dice.randint(2, 4)):
            row, person, way = dice.choice(ROWS), dice.choice((alice, bob)), dice.choice(("auto", "auto", "button", "sheet"))
            text = f"Runde {number}, Stimme {writer}"
            if way == "sheet" and person not in with_sheet:  # a person's second sheet replaces the first
                with_sheet.add(person)
                jobs.append(bring_back(assessment, person, row, text))
            else:
                more = {"autosave": "1"} if way == "auto" else {"bleiben": "1"}
                jobs.append(partial(post, clients[person, writer], before[row], text, **more))
            targets.append((row, text))
        results = at_once(*jobs)
        after = by_row(assessment)
        for row in ROWS:
            told = [(text, result) for (target, text), result in zip(targets, results, strict=True) if target == row]
            assert all(result in (True, False) for _, result in told), told
            confirmed = [text for text, result in told if result]
            # All of them started from one version: exactly one can win, and it is what stands there.
            assert len(confirmed) == (1 if told else 0), told
            assert after[row].version == before[row].version + len(confirmed)
            assert after[row].rationale == (confirmed[0] if confirmed else before[row].rationale)
            outcomes["confirmed"] += len(confirmed)
            outcomes["refused"] += len(told) - len(confirmed)
    # Every confirmed text is in the history, each upon the one before it.
    for score in assessment.scores.all():
        versions = list(score.history.order_by("version").values_list("version", flat=True))
        assert versions == list(range(1, score.version + 1))
    assert outcomes["refused"] > ROUNDS / 10  # they did meet
