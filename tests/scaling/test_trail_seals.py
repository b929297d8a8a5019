"""The chain: what is sealed, and that whatever is changed, removed or put in by SQL is found."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from assessments.models import Score
from assessments.services import comments
from scaling.accounts.models import Membership
from scaling.common.history import rewriting_history
from scaling.trail import rewriting
from scaling.trail.models import Seal
from scaling.trail.sealing import head, seal
from scaling.trail.sources import SEALED, settled
from scaling.trail.verifying import verify


def sql(statement, *args):
    """As somebody does who gets at the database itself: no trigger is asked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, args)
        cursor.execute("SET LOCAL session_replication_role = origin")


def found():
    return [str(finding) for finding in verify().findings]


@pytest.fixture
def sealed(world):
    assert seal() > 20
    return Score.history.order_by("history_id").first()


def test_every_table_that_tells_what_happened_is_sealed():
    from django.apps import apps

    from scaling.common.history import RecordedRow

    tables = {source.table for source in SEALED}
    missing = [m.__name__ for m in apps.get_models() if issubclass(m, RecordedRow) and m._meta.db_table not in tables]
    assert missing == []


def test_untouched_histories_verify(sealed, capsys):
    assert found() == []
    call_command("verify_history")
    assert "The histories are what was sealed." in capsys.readouterr().out
    assert seal() == 0


@pytest.mark.parametrize("table", [source.table for source in SEALED])
def test_no_row_is_changed_or_removed_in_the_app(world, table):
    source = next(one for one in SEALED if one.table == table)
    rows = source.model._base_manager.filter(settled(source))
    if not rows.exists():
        pytest.skip("none in this world")
    for change in (f"UPDATE {table} SET {source.recorded} = now()", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_seals_are_only_added(sealed):
    for change in ("UPDATE scaling_seal SET digest = ''", "DELETE FROM scaling_seal"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_changed_row_is_found(sealed):
    sql("UPDATE assessments_historicalscore SET rationale = 'Anders' WHERE history_id = %s", sealed.pk)
    assert found() == [f"assessments_historicalscore {sealed.pk}: was changed"]
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_history")


def test_removed_row_is_found(sealed):
    sql("DELETE FROM assessments_historicalscore WHERE history_id = %s", sealed.pk)
    assert found() == [f"assessments_historicalscore {sealed.pk}: was removed"]


def test_forgotten_author_is_found(sealed):
    row = Membership.history.exclude(history_user=None).first() or Score.history.exclude(history_user=None).first()
    sql(f"UPDATE {row._meta.db_table} SET history_user_id = NULL WHERE history_id = %s", row.pk)  # noqa: S608
    assert len(found()) == 1


def put_in(row, **changed):
    """Copy a row of a history by SQL, with some columns given by an expression."""
    listed = [f.column for f in row._meta.concrete_fields if f.column not in ("history_id", "recorded_at", *changed)]
    into, taken = ", ".join([*listed, *changed]), ", ".join([*listed, *changed.values()])
    table = row._meta.db_table
    sql(f"INSERT INTO {table} ({into}) SELECT {taken} FROM {table} WHERE history_id = %s", row.pk)  # noqa: S608


def test_row_put_in_with_an_earlier_date_is_found(sealed):
    put_in(sealed, history_date="now() - interval '3 days'")
    (told,) = found()
    assert told.endswith("is dated long before it was recorded")
    assert seal() == 1  # sealing does not make it true
    assert found() == [told]


def test_row_put_in_that_says_it_was_always_there_is_found(sealed):
    put_in(sealed, recorded_at="now() - interval '3 days'")
    (told,) = found()
    assert told.endswith("was put in afterwards")
    assert seal() == 0
    assert found() == [told]


def test_chain_that_was_cut_is_found_by_what_was_noted_down(sealed, alice):
    number, chain = head()
    assert verify((number, chain)).findings == []
    sql("DELETE FROM scaling_seal WHERE number = %s", number)
    (finding,) = verify((number, chain)).findings
    assert str(finding) == f"chain: it ends with link {number - 1}, and {number} was noted down"


def test_link_that_was_taken_out_or_changed_is_found(sealed):
    sql("DELETE FROM scaling_seal WHERE number = 3")
    assert "chain: links 3 to 3 are missing" in found()
    sql("UPDATE scaling_seal SET digest = repeat('0', 64) WHERE number = 5")
    assert any(text.startswith("chain: link 5 ") for text in found())


def test_new_rows_wait_and_are_then_sealed(sealed, world, alice):
    comments.add_comment(score=world.draft.scores.first(), by=alice, text="Neu")
    assert verify().waiting == 1
    assert seal() == 1
    assert (verify().waiting, found()) == (0, [])


def test_what_goes_for_a_reason_leaves_a_link(sealed):
    before = Seal.objects.get(table=sealed._meta.db_table, row=sealed.pk)
    assert rewriting.forget_rows(Score.history.model, [sealed.pk]) == 1
    assert not Score.history.filter(pk=sealed.pk).exists()
    assert found() == []
    assert verify().gone == 1
    before.refresh_from_db()
    assert before.salt == ""  # so that its digest cannot be tried out
    assert seal() == 0


def test_what_is_rewritten_for_a_reason_verifies_as_it_is_now(sealed):
    source = rewriting.BY_TABLE["assessments_historicalscore"]
    with rewriting_history():
        Score.history.filter(pk=sealed.pk).update(rationale="Name entfernt")
        rewriting.reseal(source, [sealed.pk])
    assert found() == []
    assert verify().rewritten == 1
    sql("UPDATE assessments_historicalscore SET rationale = 'Anders' WHERE history_id = %s", sealed.pk)
    assert len(found()) == 1


def test_rewriting_ends_with_its_block(sealed):
    with rewriting_history():
        pass
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.history.filter(pk=sealed.pk).update(rationale="Anders")


def test_later_columns_do_not_break_earlier_seals(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE assessments_historicalscore ADD COLUMN later integer DEFAULT 7")
    assert found() == []
