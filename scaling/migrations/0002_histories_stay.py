"""Histories, what happened beside them, and the seals of both are only added: the database refuses to change or remove them.

Allowed is forgetting a person who is deleted, an entry of the catalogue's log that may still go on or belongs to a draft, and what a
transaction says it has to rewrite (``scaling.common.history``). The function for all but that log is that of a round's steps.
"""

from django.db import migrations

FUNCTION = """
-- Half an hour, and a minute for the clocks of two hosts, as catalogue/services/change_log.py lets an entry go on.
CREATE FUNCTION scaling_change_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('skalierungscheck.rewriting', true) IS DISTINCT FROM 'on' THEN
        IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN RETURN NEW; END IF;
        IF OLD.edition_id IS NULL AND (TG_OP = 'DELETE' OR OLD.at < now() - interval '31 minutes')
            OR OLD.edition_id IS NOT NULL
            AND EXISTS (SELECT FROM catalogue_edition WHERE id = OLD.edition_id AND state <> 'draft') THEN
            RAISE EXCEPTION '% of % is refused: its rows are only added', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER catalogue_changelogentry_stays BEFORE UPDATE OR DELETE ON catalogue_changelogentry
    FOR EACH ROW EXECUTE FUNCTION scaling_change_log_stays();
"""

# table, and the columns that may be emptied
TABLES = [
    ("accounts_historicalmunicipality", ["history_user_id"]),
    ("accounts_historicalmembership", ["history_user_id"]),
    ("accounts_historicalinvitation", ["history_user_id"]),
    ("accounts_accountchange", ["by_id"]),
    ("assessments_historicalproject", ["history_user_id"]),
    ("assessments_historicalscore", ["history_user_id"]),
    ("assessments_historicalevidence", ["history_user_id"]),
    ("assessments_historicalcomment", ["history_user_id"]),
    ("assessments_historicalpracticeoffer", ["history_user_id"]),
    ("assessments_historicalmeasure", ["history_user_id"]),
    ("assessments_historicalplanvariant", ["history_user_id"]),
    ("assessments_historicalsharelink", ["history_user_id"]),
    ("assessments_historicalprojectpaper", ["history_user_id"]),
    ("assessments_historicalroundpaper", ["history_user_id"]),
    ("scaling_historicalapitoken", ["history_user_id"]),
    ("scaling_trailevent", ["by_id", "municipality_id", "project_id"]),
    ("scaling_seal", ["salt"]),
    ("scaling_sealedcolumns", []),
]


def trigger(table: str, columns: list[str]) -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return f"""
CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION rows_only_added({arguments});
"""


UNDO = "".join(f"DROP TRIGGER {table}_stays ON {table};\n" for table, _columns in TABLES)
UNDO += """
DROP TRIGGER catalogue_changelogentry_stays ON catalogue_changelogentry;
DROP FUNCTION scaling_change_log_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("scaling", "0001_initial"),
        ("assessments", "0002_steps_stay"),
        ("catalogue", "0002_published_editions_stay"),
    ]

    operations = [migrations.RunSQL(FUNCTION + "".join(trigger(*table) for table in TABLES), UNDO)]
