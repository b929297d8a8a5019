"""The queue in /verwaltung/: in our words, in both languages; what failed is tried again, what waits is called off."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from scaling.accounts.models import User
from scaling.admin import EVENTS, KINDS, STATES
from scaling.common.jobs import MAIL, PDF
from tests.conftest import make_user

LIST = reverse("admin:procrastinate_procrastinatejob_changelist")
LIBRARYS = re.compile(r"procrastinate|\b(jobs?|queue|args|task|summary|attempts|deferred|todo|doing|status)\b", re.I)


@pytest.fixture
def jobs(db):
    """One waiting mail, and one PDF of each kind there is, the first of which has failed."""
    app.configure_task("send_mail", queue=MAIL).defer(message={"to": ["<b>anna</b>@example.org"], "body": "geheim"})
    for kind in KINDS:
        app.configure_task("render_pdf", queue=PDF).defer(kind=kind, args={"assessment": "abc"}, key=kind, asked_at="")
    app.configure_task("make_export", queue=PDF).defer(pk=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'key' = 'running'")
    return list(ProcrastinateJob.objects.order_by("pk"))


@pytest.fixture
def operator(client, db):
    user = make_user("Otto", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(page):
    """What is read, without what a mail or a file is named by."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    main = re.sub(r"<(script|pre|style)\b.*?</\1>", "", main, flags=re.S)
    return re.sub(r"<[^>]*>", " ", main)


def test_every_state_event_and_kind_of_the_library_has_a_word():
    from assessments.reports.rendering import orders

    assert set(STATES) == set(ProcrastinateJob.STATUSES)
    assert set(EVENTS) == set(ProcrastinateEvent.TYPES)
    assert set(KINDS) == set(orders._LOADERS)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["Aufträge im Hintergrund", "wartet", "gescheitert", "PDF einer laufenden Runde", "Auskunft über Daten"]),
        ("en", ["Background tasks", "waiting", "failed", "PDF of a round under way", "Copy of somebody’s data"]),
    ],
)
def test_list_and_page_speak_our_words(operator, jobs, language, said):
    User.objects.update(language=language)
    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = operator.get(LIST)
    for words in said:
        assert words in words_of(page)
    assert "<b>anna" not in page.text
    pages = [page, *(operator.get(reverse("admin:procrastinate_procrastinatejob_change", args=[job.pk])) for job in jobs)]
    for one in pages:
        way = one.text[one.text.index('class="breadcrumbs"') : one.text.index("<main")]
        assert not re.search("send_mail|render_pdf|make_export", way + words_of(one))
        assert one.status_code == 200
        found = words_of(one)
        assert "geheim" not in one.text
        if language == "de":
            assert not LIBRARYS.search(found), LIBRARYS.search(found)
    assert said[0] in operator.get(reverse("admin:index")).text
    assert said[0] in operator.get(reverse("admin:app_list", args=["procrastinate"])).text


@pytest.mark.parametrize("number", [1, 5])
def test_list_costs_a_fixed_number_of_queries(operator, db, number, django_assert_num_queries):
    for pk in range(number):
        app.configure_task("make_export", queue=PDF).defer(pk=pk)
    operator.get(LIST)
    with django_assert_num_queries(7):
        assert operator.get(LIST).status_code == 200


def act(operator, action, jobs):
    return operator.post(LIST, {"action": action, "_selected_action": [job.pk for job in jobs]}, follow=True).text


def test_failed_is_tried_again_and_waiting_is_called_off(operator, jobs):
    assert "1 Auftrag wird noch einmal versucht." in act(operator, "try_again", jobs)
    assert not ProcrastinateJob.objects.filter(status="failed").exists()
    assert "keiner in dem Stand" in act(operator, "try_again", jobs)
    assert f"{len(jobs)} Aufträge sind abgesagt." in act(operator, "call_off", jobs)
    assert set(ProcrastinateJob.objects.values_list("status", flat=True)) == {"cancelled"}
    assert "keiner in dem Stand" in act(operator, "call_off", jobs)


def test_filters_by_state_and_queue(operator, jobs):
    assert [job.args["key"] for job in operator.get(f"{LIST}?status=failed").context["cl"].result_list] == ["running"]
    assert [job.queue_name for job in operator.get(f"{LIST}?queue_name=mail").context["cl"].result_list] == [MAIL]


def test_who_may_look_at_the_queue_may_not_move_it(client, jobs):
    """An operator without all rights: what they may read is a permission of Django's."""
    helper = make_user("Helga", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_procrastinatejob"))
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    before = list(ProcrastinateJob.objects.order_by("pk").values_list("pk", "status"))
    page = client.get(LIST)
    assert page.status_code == 200
    assert 'value="try_again"' not in page.text
    for action in ("try_again", "call_off"):
        answer = client.post(LIST, {"action": action, "_selected_action": [job.pk for job in jobs]})
        assert answer.status_code in (200, 302, 403)
    assert list(ProcrastinateJob.objects.order_by("pk").values_list("pk", "status")) == before
