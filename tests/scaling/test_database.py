import pytest
from django.db import connection

from scaling.accounts.models import Municipality
from tests.scaling.backups import address, manage


@pytest.mark.django_db
def test_statement_that_comes_again_is_prepared():
    for ags in ("03999001", "03999002", "03999003", "03999004", "03999005"):
        assert not Municipality.objects.filter(ags=ags).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_municipality%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("words", [["prepare"], ["timer", "digest"], ["worker"]], ids=lambda words: words[0])
def test_command_says_in_one_sentence_that_the_database_is_away(tmp_path, words):
    done = manage(*words, url=f"postgresql:///x?host={tmp_path}", var=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("The database cannot be reached (")


CANCELLED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SET statement_timeout = 10")
    cursor.execute("SELECT pg_sleep(5)")
"""


def test_statement_that_fails_is_told_with_its_lines(db, tmp_path):
    """As with a full disk or a lock that does not come, somebody has to look into it."""
    done = manage("shell", "-c", CANCELLED, url=address(connection.settings_dict["NAME"]), var=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
