"""A published edition stays as it is: the database refuses every change of it and of all that belongs to it.

Allowed on an edition itself: published → retired, with its date and person, and forgetting a deleted person. The check takes a
share lock on the edition's row, so that nobody publishes it while another transaction still changes its rows.
"""

from django.db import migrations

# table, column that leads to the edition, and the table in between where there is one
PARTS = [
    ("catalogue_criterion", "edition_id", ""),
    ("catalogue_goodpractice", "edition_id", ""),
    ("catalogue_operatingmodel", "edition_id", ""),
    ("catalogue_reference", "edition_id", ""),
    ("catalogue_leveldescriptor", "criterion_id", "catalogue_criterion"),
    ("catalogue_milestone", "criterion_id", "catalogue_criterion"),
    ("catalogue_criterion_workstreams", "criterion_id", "catalogue_criterion"),
    ("catalogue_criterion_related", "from_criterion_id", "catalogue_criterion"),
    ("catalogue_goodpractice_criteria", "goodpractice_id", "catalogue_goodpractice"),
    ("catalogue_legalnote", "criterion_id", "catalogue_criterion"),
    ("catalogue_operatingmodel_criteria", "operatingmodel_id", "catalogue_operatingmodel"),
]

FUNCTIONS = """
CREATE FUNCTION catalogue_refuse_unless_draft(edition bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    SELECT major, minor, state INTO found FROM catalogue_edition WHERE id = edition FOR SHARE;
    IF found.state <> 'draft' THEN
        RAISE EXCEPTION 'edition %.% is % and cannot change', found.major, found.minor, found.state
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

-- Arguments: the column that leads to the edition, and the table in between, if any.
CREATE FUNCTION catalogue_part_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions jsonb[] := '{}';
    version jsonb;
    edition bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN versions := versions || to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN versions := versions || to_jsonb(NEW); END IF;
    FOREACH version IN ARRAY versions LOOP
        edition := (version ->> TG_ARGV[0])::bigint;
        IF TG_ARGV[1] <> '' THEN
            EXECUTE format('SELECT edition_id FROM %I WHERE id = $1', TG_ARGV[1]) INTO edition USING edition;
        END IF;
        PERFORM catalogue_refuse_unless_draft(edition);
    END LOOP;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION catalogue_edition_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[]::text[];
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- A person who is deleted is forgotten here too.
        IF NEW.published_by_id IS NULL THEN free := free || 'published_by_id'::text; END IF;
        IF NEW.retired_by_id IS NULL THEN free := free || 'retired_by_id'::text; END IF;
        IF OLD.state = 'published' AND NEW.state = 'retired' THEN
            free := free || ARRAY['state', 'retired_at', 'retired_by_id'];
        END IF;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'edition %.% is % and cannot change', OLD.major, OLD.minor, OLD.state
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER catalogue_edition_keeps BEFORE UPDATE OR DELETE ON catalogue_edition
    FOR EACH ROW EXECUTE FUNCTION catalogue_edition_keeps();
"""


def trigger(table: str, column: str, between: str) -> str:
    return f"""
CREATE TRIGGER {table}_of_draft BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION catalogue_part_of_draft('{column}', '{between}');"""


UNDO = "".join(f"DROP TRIGGER {table}_of_draft ON {table};\n" for table, _column, _between in PARTS)
UNDO += """
DROP TRIGGER catalogue_edition_keeps ON catalogue_edition;
DROP FUNCTION catalogue_edition_keeps();
DROP FUNCTION catalogue_part_of_draft();
DROP FUNCTION catalogue_refuse_unless_draft(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTIONS + "".join(trigger(*part) for part in PARTS), UNDO)]
