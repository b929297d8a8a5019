from django.db import migrations, models

from scaling.accounts import short_codes


def give_codes(apps, schema_editor):
    municipalities = apps.get_model("accounts", "Municipality").objects
    for municipality in municipalities.order_by("pk"):
        municipality.code = short_codes.free_code(municipality.name, municipalities.exclude(pk=municipality.pk))
        municipality.save(update_fields=["code"])


def code(**more):
    return models.CharField(
        blank=True,
        help_text="Damit beginnen die Nummern freigegebener Dokumente, etwa BAMBERG-2026-3.",
        max_length=12,
        validators=[short_codes.validate_code],
        verbose_name="Kürzel",
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_versions")]

    operations = [
        migrations.AddField("municipality", "code", code(default=""), preserve_default=False),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField("municipality", "code", code(unique=True)),
        migrations.AddField("historicalmunicipality", "code", code(db_index=True, default=""), preserve_default=False),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]+$")), name="municipality_code_valid"
            ),
        ),
    ]
