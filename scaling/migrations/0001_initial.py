import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("assessments", "0001_initial"),
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
        migrations.CreateModel(
            name="DataExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("ordered_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="angefordert am")),
                ("made_at", models.DateTimeField(null=True, verbose_name="erstellt am")),
                ("failed_at", models.DateTimeField(null=True)),
                ("file", models.FileField(blank=True, max_length=200, upload_to="datenausgaben/")),
                ("size", models.BigIntegerField(default=0, help_text="bytes")),
                ("checksum", models.CharField(blank=True, help_text="SHA-256 of the file, in hexadecimal", max_length=64)),
                (
                    "municipality",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="angefordert von",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "Datenausgabe",
                "verbose_name_plural": "Datenausgaben",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SealedColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("columns", models.JSONField()),
            ],
            options={
                "verbose_name": "versiegelte Spalten",
                "verbose_name_plural": "versiegelte Spalten",
                "constraints": [models.UniqueConstraint(fields=("table", "columns"), name="sealed_columns_unique")],
            },
        ),
        migrations.CreateModel(
            name="TrailEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="am")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_in", "angemeldet"),
                            ("signed_out", "abgemeldet"),
                            ("downloaded", "heruntergeladen"),
                            ("exported", "Daten ausgegeben"),
                            ("api_read", "über die Schnittstelle gelesen"),
                            ("people_listed", "Personenliste eingespielt"),
                            ("locked", "Konto gesperrt"),
                            ("unlocked", "Konto entsperrt"),
                            ("anonymised", "Person anonymisiert"),
                            ("erased", "Kommune gelöscht"),
                            ("retention", "Aufbewahrung angewandt"),
                            ("settings", "Einstellungen des Betriebs geändert"),
                        ],
                        max_length=16,
                        verbose_name="was",
                    ),
                ),
                ("detail", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="von",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="assessments.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "Ereignis",
                "verbose_name_plural": "Ereignisse",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["municipality", "-at"], name="event_municipality_at")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("row", "row"), ("first", "first"), ("rewritten", "rewritten"), ("gone", "gone")],
                        max_length=10,
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                ("row", models.BigIntegerField()),
                ("salt", models.CharField(blank=True, max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("chain", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "columns",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scaling.sealedcolumns"
                    ),
                ),
            ],
            options={
                "verbose_name": "Siegel",
                "verbose_name_plural": "Siegel",
                "indexes": [models.Index(fields=["table", "row", "number"], name="seal_of_row")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalApiToken",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("purpose", models.CharField(max_length=120, verbose_name="Wofür")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        default="reader",
                        max_length=10,
                        verbose_name="Rolle",
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="Gültig bis")),
                ("created_at", models.DateTimeField(blank=True, editable=False, verbose_name="angelegt am")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="beendet am")),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="angelegt von",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="beendet von",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Zugangsschlüssel",
                "verbose_name_plural": "historical Zugangsschlüssel",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token_hash",
                    models.CharField(editable=False, help_text="SHA-256, in hexadecimal", max_length=64, unique=True),
                ),
                ("purpose", models.CharField(max_length=120, verbose_name="Wofür")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        default="reader",
                        max_length=10,
                        verbose_name="Rolle",
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="Gültig bis")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="angelegt am")),
                ("last_used_on", models.DateField(blank=True, editable=False, null=True, verbose_name="zuletzt benutzt am")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="beendet am")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="angelegt von",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="beendet von",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
            ],
            options={
                "verbose_name": "Zugangsschlüssel",
                "verbose_name_plural": "Zugangsschlüssel",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("role__in", ["manager", "reader"])), name="api_token_role_known")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="trailevent",
            index=models.Index(
                condition=models.Q(("kind__in", ["downloaded", "exported", "api_read"])), fields=["-at"], name="event_abrufe_at"
            ),
        ),
        migrations.AddIndex(
            model_name="trailevent",
            index=models.Index(
                condition=models.Q(("kind__in", ["signed_in", "signed_out"])), fields=["-at"], name="event_anmeldungen_at"
            ),
        ),
        migrations.AddIndex(
            model_name="trailevent",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ["downloaded", "exported", "api_read", "signed_in", "signed_out"]), _negated=True
                ),
                fields=["-at"],
                name="event_betrieb_at",
            ),
        ),
    ]
