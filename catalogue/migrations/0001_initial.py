import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Phase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=20, unique=True, verbose_name="Schlüssel")),
                ("code", models.CharField(max_length=4, verbose_name="Kürzel")),
                ("order", models.PositiveSmallIntegerField(unique=True, verbose_name="Reihenfolge")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("name_de", models.CharField(max_length=80, null=True, verbose_name="Name")),
                ("name_en", models.CharField(max_length=80, null=True, verbose_name="Name")),
                ("official_name", models.CharField(max_length=120, verbose_name="Name in der Roadmap")),
                ("official_name_de", models.CharField(max_length=120, null=True, verbose_name="Name in der Roadmap")),
                ("official_name_en", models.CharField(max_length=120, null=True, verbose_name="Name in der Roadmap")),
                ("meaning", models.TextField(blank=True, verbose_name="Bedeutung")),
                ("meaning_de", models.TextField(blank=True, null=True, verbose_name="Bedeutung")),
                ("meaning_en", models.TextField(blank=True, null=True, verbose_name="Bedeutung")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "Phase",
                "verbose_name_plural": "Phasen",
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="Workstream",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=20, unique=True, verbose_name="Schlüssel")),
                ("order", models.PositiveSmallIntegerField(unique=True, verbose_name="Reihenfolge")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("name_de", models.CharField(max_length=80, null=True, verbose_name="Name")),
                ("name_en", models.CharField(max_length=80, null=True, verbose_name="Name")),
                ("meaning", models.TextField(blank=True, verbose_name="Bedeutung")),
                ("meaning_de", models.TextField(blank=True, null=True, verbose_name="Bedeutung")),
                ("meaning_en", models.TextField(blank=True, null=True, verbose_name="Bedeutung")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "Workstream",
                "verbose_name_plural": "Workstreams",
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="CatalogueUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("file_name", models.CharField(max_length=200, verbose_name="Dateiname")),
                ("content", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "hochgeladene Katalogdatei",
                "verbose_name_plural": "hochgeladene Katalogdateien",
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("major", models.PositiveSmallIntegerField(verbose_name="Ausgabe")),
                ("minor", models.PositiveSmallIntegerField(default=0, verbose_name="Berichtigung")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Entwurf"), ("published", "veröffentlicht"), ("retired", "zurückgezogen")],
                        default="draft",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="Titel")),
                ("title_de", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                ("title_en", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                ("note", models.TextField(blank=True, verbose_name="Anmerkung")),
                ("note_de", models.TextField(blank=True, null=True, verbose_name="Anmerkung")),
                ("note_en", models.TextField(blank=True, null=True, verbose_name="Anmerkung")),
                ("attribution", models.TextField(blank=True, verbose_name="Quelle")),
                ("attribution_de", models.TextField(blank=True, null=True, verbose_name="Quelle")),
                ("attribution_en", models.TextField(blank=True, null=True, verbose_name="Quelle")),
                ("level_scale_notice", models.TextField(blank=True, verbose_name="Hinweis zur Stufenskala")),
                ("level_scale_notice_de", models.TextField(blank=True, null=True, verbose_name="Hinweis zur Stufenskala")),
                ("level_scale_notice_en", models.TextField(blank=True, null=True, verbose_name="Hinweis zur Stufenskala")),
                ("operating_models_intro", models.TextField(blank=True, verbose_name="Einleitung zu den Betreibermodellen")),
                (
                    "operating_models_intro_de",
                    models.TextField(blank=True, null=True, verbose_name="Einleitung zu den Betreibermodellen"),
                ),
                (
                    "operating_models_intro_en",
                    models.TextField(blank=True, null=True, verbose_name="Einleitung zu den Betreibermodellen"),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="veröffentlicht am")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="zurückgezogen am")),
                (
                    "checksum",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="SHA-256 des Inhalts, seit der Veröffentlichung.",
                        max_length=64,
                        verbose_name="Prüfsumme",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="catalogue.edition",
                        verbose_name="beruht auf",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="veröffentlicht von",
                    ),
                ),
                (
                    "retired_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zurückgezogen von",
                    ),
                ),
            ],
            options={
                "verbose_name": "Katalogausgabe",
                "verbose_name_plural": "Katalogausgaben",
                "ordering": ["-major", "-minor"],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, verbose_name="Schlüssel")),
                ("order", models.PositiveSmallIntegerField(verbose_name="Reihenfolge")),
                ("title", models.CharField(max_length=200, verbose_name="Titel")),
                ("title_de", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                ("title_en", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                (
                    "title_source",
                    models.CharField(
                        choices=[
                            ("official", "amtlicher Titel der Roadmap"),
                            ("source_page", "Titel aus dem Text der Quellseite"),
                            ("editorial", "Titel von der Redaktion gewählt"),
                        ],
                        max_length=12,
                        verbose_name="Herkunft des Titels",
                    ),
                ),
                (
                    "editorial",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("title", "Titel"),
                                ("phase", "Phase"),
                                ("workstreams", "Workstream"),
                                ("milestone", "Meilenstein"),
                                ("related", "verwandte Kriterien"),
                                ("mapping", "Zuordnung des Titels, die unsicher ist"),
                                ("reading", "Lesart der Quelle"),
                                ("translation", "Übersetzung des Titels"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="von der Redaktion gewählt",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("solution", "die Lösung"),
                            ("municipality", "die Kommune insgesamt"),
                            ("both", "die Lösung und die Kommune insgesamt"),
                        ],
                        default="solution",
                        max_length=12,
                        verbose_name="Gegenstand",
                    ),
                ),
                (
                    "offices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("project_lead", "Projektleitung"),
                                ("specialist_department", "Fachamt"),
                                ("it", "IT"),
                                ("treasury", "Kämmerei"),
                                ("legal", "Rechtsamt"),
                                ("data_protection", "Datenschutz"),
                                ("procurement", "Vergabestelle"),
                                ("head_of_administration", "Verwaltungsleitung"),
                                ("municipal_company", "kommunales Unternehmen"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Wer weiß das?",
                    ),
                ),
                ("summary", models.TextField(verbose_name="Kurzbeschreibung")),
                ("summary_de", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("summary_en", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("why", models.TextField(verbose_name="Warum es zählt")),
                ("why_de", models.TextField(null=True, verbose_name="Warum es zählt")),
                ("why_en", models.TextField(null=True, verbose_name="Warum es zählt")),
                (
                    "questions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None, verbose_name="Leitfragen"
                    ),
                ),
                (
                    "questions_de",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, null=True, size=None, verbose_name="Leitfragen"
                    ),
                ),
                (
                    "questions_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, null=True, size=None, verbose_name="Leitfragen"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="In einfachen Worten")),
                ("note_de", models.TextField(blank=True, null=True, verbose_name="In einfachen Worten")),
                ("note_en", models.TextField(blank=True, null=True, verbose_name="In einfachen Worten")),
                (
                    "evidence_examples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None, verbose_name="Beispiele für Nachweise"
                    ),
                ),
                (
                    "evidence_examples_de",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Beispiele für Nachweise",
                    ),
                ),
                (
                    "evidence_examples_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Beispiele für Nachweise",
                    ),
                ),
                (
                    "not_here",
                    models.TextField(
                        blank=True,
                        help_text="Was ein nahes Kriterium fragt, mit dessen Titel.",
                        verbose_name="Gehört nicht hierher",
                    ),
                ),
                (
                    "not_here_de",
                    models.TextField(
                        blank=True,
                        help_text="Was ein nahes Kriterium fragt, mit dessen Titel.",
                        null=True,
                        verbose_name="Gehört nicht hierher",
                    ),
                ),
                (
                    "not_here_en",
                    models.TextField(
                        blank=True,
                        help_text="Was ein nahes Kriterium fragt, mit dessen Titel.",
                        null=True,
                        verbose_name="Gehört nicht hierher",
                    ),
                ),
                (
                    "municipality_summary",
                    models.TextField(blank=True, verbose_name="Kurzbeschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_summary_de",
                    models.TextField(blank=True, null=True, verbose_name="Kurzbeschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_summary_en",
                    models.TextField(blank=True, null=True, verbose_name="Kurzbeschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_questions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Leitfragen für die Kommune insgesamt",
                    ),
                ),
                (
                    "municipality_questions_de",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Leitfragen für die Kommune insgesamt",
                    ),
                ),
                (
                    "municipality_questions_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Leitfragen für die Kommune insgesamt",
                    ),
                ),
                (
                    "municipality_evidence_examples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Nachweise der Kommune insgesamt",
                    ),
                ),
                (
                    "municipality_evidence_examples_de",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Nachweise der Kommune insgesamt",
                    ),
                ),
                (
                    "municipality_evidence_examples_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        null=True,
                        size=None,
                        verbose_name="Nachweise der Kommune insgesamt",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "related",
                    models.ManyToManyField(
                        blank=True, related_name="related_from", to="catalogue.criterion", verbose_name="verwandte Kriterien"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        help_text="Gilt von dieser Phase an.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteria",
                        to="catalogue.phase",
                        verbose_name="ab Phase",
                    ),
                ),
                (
                    "workstreams",
                    models.ManyToManyField(related_name="criteria", to="catalogue.workstream", verbose_name="Workstreams"),
                ),
            ],
            options={
                "verbose_name": "Kriterium",
                "verbose_name_plural": "Kriterien",
                "ordering": ["edition_id", "order"],
            },
        ),
        migrations.CreateModel(
            name="ChangeLogEntry",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="am")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("created", "angelegt"),
                            ("copied", "als Kopie angelegt"),
                            ("imported", "aus einer Datei geladen"),
                            ("added", "hinzugefügt"),
                            ("edited", "geändert"),
                            ("moved", "umgeordnet"),
                            ("removed", "entfernt"),
                            ("published", "veröffentlicht"),
                            ("retired", "zurückgezogen"),
                        ],
                        max_length=10,
                        verbose_name="was",
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("key", models.CharField(blank=True, max_length=60)),
                ("title", models.CharField(blank=True, max_length=250, verbose_name="Titel")),
                ("before", models.JSONField(blank=True, null=True)),
                ("after", models.JSONField(blank=True, null=True)),
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
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
            ],
            options={
                "verbose_name": "Änderung",
                "verbose_name_plural": "Änderungen",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="LegalNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="Reihenfolge")),
                ("text", models.TextField(verbose_name="Hinweis")),
                ("text_de", models.TextField(null=True, verbose_name="Hinweis")),
                ("text_en", models.TextField(null=True, verbose_name="Hinweis")),
                (
                    "as_of",
                    models.CharField(help_text="Jahr und Monat, zum Beispiel 2026-11.", max_length=7, verbose_name="Stand"),
                ),
                ("source_title", models.CharField(max_length=250, verbose_name="Quelle")),
                ("source_title_de", models.CharField(max_length=250, null=True, verbose_name="Quelle")),
                ("source_title_en", models.CharField(max_length=250, null=True, verbose_name="Quelle")),
                ("source_url", models.URLField(blank=True, max_length=300, verbose_name="Adresse")),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="legal_notes",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
            ],
            options={
                "verbose_name": "Rechtshinweis",
                "verbose_name_plural": "Rechtshinweise",
                "ordering": ["criterion_id", "order"],
            },
        ),
        migrations.CreateModel(
            name="LevelDescriptor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "nicht begonnen"),
                            (1, "geplant"),
                            (2, "in Umsetzung"),
                            (3, "umgesetzt"),
                            (4, "fest verankert"),
                        ],
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(4)],
                        verbose_name="Stufe",
                    ),
                ),
                ("description", models.TextField(verbose_name="Beschreibung")),
                ("description_de", models.TextField(null=True, verbose_name="Beschreibung")),
                ("description_en", models.TextField(null=True, verbose_name="Beschreibung")),
                (
                    "next_step",
                    models.TextField(
                        blank=True, help_text="Auf der höchsten Stufe leer.", verbose_name="Schritt zur nächsten Stufe"
                    ),
                ),
                (
                    "next_step_de",
                    models.TextField(
                        blank=True,
                        help_text="Auf der höchsten Stufe leer.",
                        null=True,
                        verbose_name="Schritt zur nächsten Stufe",
                    ),
                ),
                (
                    "next_step_en",
                    models.TextField(
                        blank=True,
                        help_text="Auf der höchsten Stufe leer.",
                        null=True,
                        verbose_name="Schritt zur nächsten Stufe",
                    ),
                ),
                (
                    "municipality_description",
                    models.TextField(blank=True, verbose_name="Beschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_description_de",
                    models.TextField(blank=True, null=True, verbose_name="Beschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_description_en",
                    models.TextField(blank=True, null=True, verbose_name="Beschreibung für die Kommune insgesamt"),
                ),
                (
                    "municipality_next_step",
                    models.TextField(blank=True, verbose_name="Schritt zur nächsten Stufe für die Kommune insgesamt"),
                ),
                (
                    "municipality_next_step_de",
                    models.TextField(
                        blank=True, null=True, verbose_name="Schritt zur nächsten Stufe für die Kommune insgesamt"
                    ),
                ),
                (
                    "municipality_next_step_en",
                    models.TextField(
                        blank=True, null=True, verbose_name="Schritt zur nächsten Stufe für die Kommune insgesamt"
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="levels",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
            ],
            options={
                "verbose_name": "Stufenbeschreibung",
                "verbose_name_plural": "Stufenbeschreibungen",
                "ordering": ["criterion_id", "level"],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("roadmap", "Meilenstein der Roadmap"),
                            ("municipal", "kommunaler Meilenstein"),
                            ("additional", "zusätzlicher Meilenstein"),
                        ],
                        max_length=10,
                        verbose_name="Art",
                    ),
                ),
                (
                    "required_level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "geplant"), (2, "in Umsetzung"), (3, "umgesetzt"), (4, "fest verankert")],
                        default=3,
                        verbose_name="erforderliche Stufe",
                    ),
                ),
                (
                    "required_levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="erforderliche Stufe je Phase",
                    ),
                ),
                (
                    "criterion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestone",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
            ],
            options={
                "verbose_name": "Meilenstein",
                "verbose_name_plural": "Meilensteine",
            },
        ),
        migrations.CreateModel(
            name="OperatingModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, verbose_name="Schlüssel")),
                ("order", models.PositiveSmallIntegerField(verbose_name="Reihenfolge")),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("name_de", models.CharField(max_length=120, null=True, verbose_name="Name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="Name")),
                ("group", models.CharField(max_length=80, verbose_name="Gruppe")),
                ("group_de", models.CharField(max_length=80, null=True, verbose_name="Gruppe")),
                ("group_en", models.CharField(max_length=80, null=True, verbose_name="Gruppe")),
                (
                    "editorial",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("name", "Name"), ("criteria", "zugeordnete Kriterien")], max_length=12
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="von der Redaktion gewählt",
                    ),
                ),
                ("summary", models.TextField(verbose_name="Kurzbeschreibung")),
                ("summary_de", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("summary_en", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "criteria",
                    models.ManyToManyField(
                        blank=True, related_name="operating_models", to="catalogue.criterion", verbose_name="Kriterien"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="operating_models",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
            ],
            options={
                "verbose_name": "Betreibermodell",
                "verbose_name_plural": "Betreibermodelle",
                "ordering": ["edition_id", "order"],
            },
        ),
        migrations.CreateModel(
            name="GoodPractice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, verbose_name="Schlüssel")),
                ("order", models.PositiveSmallIntegerField(verbose_name="Reihenfolge")),
                ("title", models.CharField(max_length=200, verbose_name="Titel")),
                ("title_de", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                ("title_en", models.CharField(max_length=200, null=True, verbose_name="Titel")),
                (
                    "title_source",
                    models.CharField(
                        choices=[
                            ("official", "amtlicher Titel der Roadmap"),
                            ("source_page", "Titel aus dem Text der Quellseite"),
                            ("editorial", "Titel von der Redaktion gewählt"),
                        ],
                        max_length=12,
                        verbose_name="Herkunft des Titels",
                    ),
                ),
                (
                    "editorial",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("title", "Titel"), ("phase", "Phase"), ("criteria", "zugeordnete Kriterien")],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="von der Redaktion gewählt",
                    ),
                ),
                ("summary", models.TextField(verbose_name="Kurzbeschreibung")),
                ("summary_de", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("summary_en", models.TextField(null=True, verbose_name="Kurzbeschreibung")),
                ("body", models.TextField(verbose_name="Beschreibung")),
                ("body_de", models.TextField(null=True, verbose_name="Beschreibung")),
                ("body_en", models.TextField(null=True, verbose_name="Beschreibung")),
                ("lesson", models.TextField(blank=True, verbose_name="Was Kommunen mitnehmen können")),
                ("lesson_de", models.TextField(blank=True, null=True, verbose_name="Was Kommunen mitnehmen können")),
                ("lesson_en", models.TextField(blank=True, null=True, verbose_name="Was Kommunen mitnehmen können")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "criteria",
                    models.ManyToManyField(
                        blank=True, related_name="good_practices", to="catalogue.criterion", verbose_name="Kriterien"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="good_practices",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.phase",
                        verbose_name="Phase",
                    ),
                ),
            ],
            options={
                "verbose_name": "Praxisbeispiel",
                "verbose_name_plural": "Praxisbeispiele",
                "ordering": ["edition_id", "order"],
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="Reihenfolge")),
                ("title", models.CharField(max_length=250, verbose_name="Titel")),
                ("title_de", models.CharField(max_length=250, null=True, verbose_name="Titel")),
                ("title_en", models.CharField(max_length=250, null=True, verbose_name="Titel")),
                ("url", models.URLField(blank=True, max_length=300, verbose_name="Adresse")),
                (
                    "criterion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
                (
                    "good_practice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="catalogue.goodpractice",
                        verbose_name="Praxisbeispiel",
                    ),
                ),
            ],
            options={
                "verbose_name": "Quelle",
                "verbose_name_plural": "Quellen",
                "ordering": ["edition_id", "order"],
            },
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("major", "minor"), name="edition_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("published_at__isnull", False), _connector="OR"),
                name="edition_published_is_dated",
            ),
        ),
        migrations.AddIndex(
            model_name="changelogentry",
            index=models.Index(fields=["edition", "-at"], name="change_edition_at"),
        ),
        migrations.AddConstraint(
            model_name="legalnote",
            constraint=models.UniqueConstraint(fields=("criterion", "order"), name="legal_note_order_unique"),
        ),
        migrations.AddConstraint(
            model_name="legalnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("as_of__regex", "^[0-9]{4}-(0[1-9]|1[0-2])$")), name="legal_note_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="leveldescriptor",
            constraint=models.UniqueConstraint(fields=("criterion", "level"), name="level_unique"),
        ),
        migrations.AddConstraint(
            model_name="leveldescriptor",
            constraint=models.CheckConstraint(condition=models.Q(("level__range", (0, 4))), name="level_in_range"),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("required_level__range", (1, 4))), name="milestone_level_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("required_levels__len", 0), ("required_levels__len", 5), _connector="OR"),
                name="milestone_levels_for_all_phases",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("required_levels__contained_by", [1, 2, 3, 4])), name="milestone_levels_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="operatingmodel",
            constraint=models.UniqueConstraint(fields=("edition", "key"), name="operating_model_key_unique"),
        ),
        migrations.AddConstraint(
            model_name="goodpractice",
            constraint=models.UniqueConstraint(fields=("edition", "key"), name="good_practice_key_unique"),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(("criterion__isnull", True), ("good_practice__isnull", True), _connector="OR"),
                name="reference_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(fields=("edition", "key"), name="criterion_key_unique"),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("edition", "order"),
                name="criterion_order_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ["solution", "municipality", "both"])), name="criterion_subject_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "offices__contained_by",
                        [
                            "project_lead",
                            "specialist_department",
                            "it",
                            "treasury",
                            "legal",
                            "data_protection",
                            "procurement",
                            "head_of_administration",
                            "municipal_company",
                        ],
                    )
                ),
                name="criterion_offices_known",
            ),
        ),
        migrations.AddIndex(
            model_name="changelogentry",
            index=models.Index(fields=["-at"], name="change_at"),
        ),
    ]
