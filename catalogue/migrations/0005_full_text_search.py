"""Full text search: columns that PostgreSQL keeps up to date itself, with German and English stemming.

They are no fields of the models, so that no page fetches them along; catalogue/search.py is their only reader.
"""

from django.db import migrations

CONFIGURATIONS = {"de": "german", "en": "english"}


def vector(language: str, weights: dict[str, tuple[str, ...]]) -> str:
    parts = []
    for weight, texts in weights.items():
        words = " || ' ' || ".join(f"coalesce({text.format(language)}, '')" for text in texts)
        parts.append(f"setweight(to_tsvector('{CONFIGURATIONS[language]}'::regconfig, {words}), '{weight}')")
    return " || ".join(parts)


CRITERION = {
    "A": ("title_{}",),
    "B": ("summary_{}",),
    "C": ("why_{}", "note_{}", "catalogue_lines(questions_{})", "catalogue_lines(evidence_examples_{})"),
}
LEVEL = {"D": ("description_{}", "next_step_{}")}
TABLES = {"catalogue_criterion": CRITERION, "catalogue_leveldescriptor": LEVEL}

# array_to_string is only marked as stable, since arrays of other types may depend on settings; of texts it is immutable.
CREATE = """
CREATE FUNCTION catalogue_lines(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT pg_catalog.array_to_string($1, ' ') $$;
"""
DROP = ""
for _table, _weights in TABLES.items():
    for _language in CONFIGURATIONS:
        CREATE += f"""
ALTER TABLE {_table} ADD COLUMN search_{_language} tsvector GENERATED ALWAYS AS ({vector(_language, _weights)}) STORED;
CREATE INDEX {_table}_search_{_language} ON {_table} USING gin (search_{_language});"""
        DROP += f"ALTER TABLE {_table} DROP COLUMN search_{_language};\n"
DROP += "DROP FUNCTION catalogue_lines(text[]);"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_published_editions_stay")]

    operations = [migrations.RunSQL(CREATE, DROP)]
