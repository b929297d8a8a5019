"""The search keeps an edition's words in memory (catalogue/search.py): the columns PostgreSQL kept for it go."""

from django.db import migrations

TABLES = ("catalogue_criterion", "catalogue_leveldescriptor")
DROP = "".join(f"ALTER TABLE {table} DROP COLUMN search_{language};" for table in TABLES for language in ("de", "en"))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0009_uploads_kept_in_rows")]

    operations = [migrations.RunSQL(f"{DROP} DROP FUNCTION catalogue_lines(text[]);")]
