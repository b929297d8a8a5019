"""What was approved stays as it was: the database refuses to change or remove a record, its people and its files.

Allowed is, on a record: to be superseded, once, and to name its successor, once; on its people: to lose their name; on a file: to
lose its content. And, as everywhere, forgetting a person who is deleted, and what a transaction says it has to rewrite.
"""

from django.db import migrations

FUNCTION = """
-- Arguments: first the columns that may be emptied, after a "/" those that may be filled once.
CREATE FUNCTION assessments_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What the database computes by itself is not there yet when a trigger looks; nobody can write it.
    free text[] := '{figures,listed,moved,ratings}';
    argument text;
    fills boolean := false;
BEGIN
    IF current_setting('skalierungscheck.rewriting', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        FOREACH argument IN ARRAY TG_ARGV LOOP
            IF argument = '/' THEN
                fills := true;
            ELSIF fills THEN
                IF to_jsonb(OLD) ->> argument IS NULL THEN free := free || argument; END IF;
            ELSIF coalesce(to_jsonb(NEW) ->> argument, '') = '' THEN
                free := free || argument;
            END IF;
        END LOOP;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '% % of % is refused: what was approved stays', TG_OP, OLD.id, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

# table, what may be emptied, what may be filled once
TABLES = [
    ("assessments_assessmentrecord", ["approved_by_id"], ["superseded_at", "superseded_by_id"]),
    ("assessments_recordperson", ["user_id", "name"], []),
    ("assessments_recordfile", ["content"], ["removed_at"]),
]


def trigger(table: str, emptied: list[str], filled: list[str]) -> str:
    arguments = ", ".join(f"'{argument}'" for argument in [*emptied, "/", *filled])
    return f"""
CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION assessments_stays({arguments});
"""


def undo(table: str) -> str:
    return f"DROP TRIGGER {table}_stays ON {table};"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_steps_stay")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION assessments_stays();"),
        *[migrations.RunSQL(trigger(*table), undo(table[0])) for table in TABLES],
    ]
