import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimedRun",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "Lauf eines Zeitgebers",
                "verbose_name_plural": "Läufe der Zeitgeber",
            },
        ),
        migrations.CreateModel(
            name="SubmittedForm",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("target", models.CharField(blank=True, max_length=2000)),
                ("cookies", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "gesendetes Formular",
                "verbose_name_plural": "gesendete Formulare",
            },
        ),
    ]
