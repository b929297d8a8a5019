"""The later renditions of a record's files, which are only added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER assessments_recordrendition_only_added BEFORE UPDATE OR DELETE ON assessments_recordrendition
    FOR EACH ROW EXECUTE FUNCTION assessments_only_added('made_by_id');
"""
UNDO = "DROP TRIGGER assessments_recordrendition_only_added ON assessments_recordrendition;"


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0004_rendered_pdfs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordRendition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="Fassung")),
                (
                    "reason",
                    models.CharField(
                        choices=[("redesigned", "neu gestaltet"), ("anonymised", "ohne einen Namen")], max_length=10
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.assessmentrecord"
                    ),
                ),
            ],
            options={
                "verbose_name": "Fassung eines Dokuments",
                "verbose_name_plural": "Fassungen eines Dokuments",
                "constraints": [
                    models.UniqueConstraint(fields=("record", "number"), name="record_rendition_unique"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 2)), name="record_rendition_is_a_later_one"),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
