"""Steps of a round, changes of a team and later renditions are only added: the database refuses to change or remove them.

Allowed is forgetting a person who is deleted, and what a transaction says it has to rewrite (``scaling.common.history``).
"""

from django.db import migrations

# table, and the columns that may be emptied
TABLES = [
    ("assessments_assessmenttransition", ["by_id"]),
    ("assessments_teamchange", ["by_id", "person_id"]),
    ("assessments_recordrendition", ["made_by_id"]),
]

FUNCTION = """
-- Arguments: the columns that may be emptied. The histories of the app above go by it, too (scaling/0002_histories_stay.py).
CREATE FUNCTION rows_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{}';
    forgettable text;
BEGIN
    IF current_setting('skalierungscheck.rewriting', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        FOREACH forgettable IN ARRAY TG_ARGV LOOP
            IF coalesce(to_jsonb(NEW) ->> forgettable, '') = '' THEN free := free || forgettable; END IF;
        END LOOP;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are only added', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def trigger(table: str, columns: list[str]) -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return f"""
CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION rows_only_added({arguments});
"""


def undo(table: str) -> str:
    return f"DROP TRIGGER {table}_only_added ON {table};"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION rows_only_added();"),
        *[migrations.RunSQL(trigger(*table), undo(table[0])) for table in TABLES],
    ]
