import django.core.validators
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

# In both languages, as the figures are. Each gate names what it waits for by key; with titles where it is the project's own.
# What does not apply stands once with its reason: the last gate asks for all that any other does. Each gate names it by key.
LISTED_FIGURES = """
CREATE FUNCTION assessments_listed_figures(figures jsonb) RETURNS jsonb IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN jsonb_build_object(
    'overall', (figures -> 'overall') - 'counts' - 'median' - 'planned',
    'workstreams', (
        SELECT jsonb_agg(one - 'counts' - 'median' - 'planned' ORDER BY place)
        FROM jsonb_array_elements(figures -> 'workstreams') WITH ORDINALITY AS each (one, place)),
    'changes', figures #> '{changes,counts}',
    'unconfirmed', figures #> '{overall,counts,unconfirmed}',
    'dropped', jsonb_path_query_array(figures, '$.gates[last].dropped[*]'),
    'gates', (
        SELECT jsonb_agg(
            (one - 'blocked_by' - 'dropped') || jsonb_build_object(
                'waits_for', jsonb_path_query_array(one, '$.blocked_by[*].criterion'),
                'dropped', jsonb_path_query_array(one, '$.dropped[*].criterion'),
                'obstacles', CASE WHEN (one -> 'is_current')::boolean OR jsonb_array_length(figures -> 'gates') = 1
                    THEN one -> 'blocked_by' ELSE '[]' END)
            ORDER BY place)
        FROM jsonb_array_elements(figures -> 'gates') WITH ORDINALITY AS each (one, place))
)
"""

# What the years are told by: the gate of the project's own phase by keys, the whole, and what moved.
MOVED_FIGURES = """
CREATE FUNCTION assessments_moved_figures(figures jsonb) RETURNS jsonb IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN (
    SELECT jsonb_build_object(
        'phase', gate -> 'phase', 'state', gate -> 'state', 'passed', gate -> 'passed',
        'blocked', jsonb_path_query_array(gate, '$.blocked_by[*].criterion'),
        'dropped', jsonb_path_query_array(gate, '$.dropped[*].criterion'),
        'average', figures #> '{overall,average}', 'levels', figures #> '{overall,levels}',
        'change', figures #> '{overall,change}',
        'compared', coalesce(figures #> '{changes,compared_with,id}', '""'),
        'fallen', coalesce(figures #> '{changes,down}', '[]'), 'risen', coalesce(figures #> '{changes,up}', '[]'))
    FROM (
        SELECT coalesce(
            jsonb_path_query_first(figures, '$.gates[*] ? (@.is_current == true)'), figures #> '{gates,0}') AS gate
    ) own
)
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(LISTED_FIGURES, "DROP FUNCTION assessments_listed_figures"),
        migrations.RunSQL(MOVED_FIGURES, "DROP FUNCTION assessments_moved_figures"),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
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
                            ("council", "Rat, Politik"),
                            ("elsewhere", "andere Stelle"),
                        ],
                        max_length=24,
                        verbose_name="Als wer nehmen Sie teil?",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="Name")),
                ("token_hash", models.CharField(max_length=64)),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "Teilnehmende Person",
                "verbose_name_plural": "Teilnehmende",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "in Arbeit"),
                            ("submitted", "eingereicht"),
                            ("returned", "zurückgegeben"),
                            ("approved", "freigegeben"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(verbose_name="Runde")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="catalogue.edition",
                        verbose_name="Katalogausgabe",
                    ),
                ),
                ("phases", models.ManyToManyField(related_name="+", to="catalogue.phase", verbose_name="Umfang")),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="following",
                        to="assessments.assessment",
                        verbose_name="vorige Runde",
                    ),
                ),
            ],
            options={
                "verbose_name": "Bewertung",
                "verbose_name_plural": "Bewertungen",
                "ordering": ["-round", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AssessmentRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="Dokumentnummer")),
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField(help_text="Laufende Nummer im Jahr und in der Kommune.")),
                (
                    "version",
                    models.PositiveSmallIntegerField(help_text="Die wievielte Freigabe dieser Runde.", verbose_name="Fassung"),
                ),
                ("approved_at", models.DateTimeField(verbose_name="freigegeben am")),
                (
                    "coat_of_arms",
                    models.CharField(blank=True, help_text="stored name of the picture, which is kept for it", max_length=100),
                ),
                ("document", models.JSONField()),
                (
                    "figures",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.fields.json.KeyTransform("figures", "document"),
                        output_field=models.JSONField(),
                    ),
                ),
                (
                    "listed",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.fields.json.KeyTransform("figures", "document"),
                            function="assessments_listed_figures",
                        ),
                        output_field=models.JSONField(),
                    ),
                ),
                (
                    "moved",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.fields.json.KeyTransform("figures", "document"),
                            function="assessments_moved_figures",
                        ),
                        output_field=models.JSONField(),
                    ),
                ),
                (
                    "ratings",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            "document", template="jsonb_path_query_array(%(expressions)s, '$.facts.answers[*].rating')"
                        ),
                        output_field=models.JSONField(),
                    ),
                ),
                ("checksum", models.CharField(max_length=64, verbose_name="Prüfsumme")),
                ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="abgelöst am")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="freigegeben von",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        help_text="the project's at that moment; none for the municipality",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.phase",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessmentrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "freigegebenes Dokument",
                "verbose_name_plural": "freigegebene Dokumente",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="AssessmentTransition",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("begin", "begonnen"),
                            ("submit", "eingereicht"),
                            ("withdraw", "zurückgezogen"),
                            ("return", "zurückgegeben"),
                            ("approve", "freigegeben"),
                            ("reopen", "wieder geöffnet"),
                            ("move", "Katalogausgabe gewechselt"),
                        ],
                        max_length=8,
                        verbose_name="Schritt",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="am")),
                ("note", models.TextField(blank=True, verbose_name="Anmerkung")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transitions",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
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
                    "from_edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.edition",
                    ),
                ),
                (
                    "to_edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "Schritt einer Bewertung",
                "verbose_name_plural": "Schritte einer Bewertung",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="EditionMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="am")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="zurückgenommen am")),
                ("unconfirmed", models.JSONField(default=list, help_text="ids of scores that were confirmed before the move")),
                ("added", models.JSONField(default=list, help_text="ids of scores the move brought")),
                ("dropped", models.JSONField(default=list, help_text="ids of scores the move set aside")),
                ("set_aside", models.JSONField(default=list, help_text="ids of scores set aside when the move was taken back")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
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
                    "from_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.edition",
                        verbose_name="von Ausgabe",
                    ),
                ),
                (
                    "to_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.edition",
                        verbose_name="zu Ausgabe",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zurückgenommen von",
                    ),
                ),
            ],
            options={
                "verbose_name": "Wechsel der Katalogausgabe",
                "verbose_name_plural": "Wechsel der Katalogausgabe",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalProject",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.CharField(db_index=True, editable=False, max_length=12)),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("slug", models.SlugField(help_text="Für Dateinamen und Befehle.", max_length=60, verbose_name="Kurzname")),
                (
                    "summary",
                    models.TextField(
                        blank=True, help_text="Ein bis drei Sätze; erscheint auf dem Reifeprofil.", verbose_name="Worum es geht"
                    ),
                ),
                (
                    "confidentiality",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Keine Kennzeichnung"),
                            ("internal", "Nur für den Dienstgebrauch"),
                            ("council", "Nichtöffentlich"),
                            ("confidential", "Vertraulich"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="Vertraulichkeit",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nicht angegeben"),
                            ("verwaltung", "Verwaltung und Beteiligung"),
                            ("bauen", "Bauen und Quartier"),
                            ("daten", "Daten und Infrastruktur"),
                            ("bildung", "Bildung und Kultur"),
                            ("energie", "Energie und Klima"),
                            ("umwelt", "Umwelt und Wasser"),
                            ("gesundheit", "Gesundheit und Soziales"),
                            ("mobilitaet", "Mobilität"),
                            ("sicherheit", "Sicherheit und Katastrophenschutz"),
                            ("wirtschaft", "Wirtschaft und Tourismus"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="Handlungsfeld",
                    ),
                ),
                ("is_municipality_wide", models.BooleanField(default=False, editable=False, verbose_name="Kommune insgesamt")),
                ("created_at", models.DateTimeField(blank=True, editable=False, verbose_name="angelegt am")),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archiviert am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                (
                    "phase",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="In welcher Phase das Projekt gerade steht.",
                        limit_choices_to=models.Q(("key", "durchgehend"), _negated=True),
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="catalogue.phase",
                        verbose_name="Phase",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Projekt",
                "verbose_name_plural": "historical Projekte",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalScore",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "offen"),
                            ("rated", "eingeschätzt"),
                            ("unknown", "weiß nicht"),
                            ("not_applicable", "trifft nicht zu"),
                        ],
                        default="open",
                        max_length=14,
                        verbose_name="Stand",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "nicht begonnen"),
                            (1, "geplant"),
                            (2, "in Umsetzung"),
                            (3, "umgesetzt"),
                            (4, "fest verankert"),
                        ],
                        null=True,
                        verbose_name="Stufe",
                    ),
                ),
                ("rationale", models.TextField(blank=True, verbose_name="Begründung")),
                (
                    "target_level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "nicht begonnen"),
                            (1, "geplant"),
                            (2, "in Umsetzung"),
                            (3, "umgesetzt"),
                            (4, "fest verankert"),
                        ],
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(4)],
                        verbose_name="Zielstufe",
                    ),
                ),
                ("target_date", models.DateField(blank=True, null=True, verbose_name="Ziel erreicht bis")),
                ("confirmed", models.BooleanField(default=True, verbose_name="bestätigt")),
                ("set_aside_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="beiseitegelegt am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("updated_at", models.DateTimeField(blank=True, null=True, verbose_name="zuletzt geändert am")),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zuständig",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zuletzt geändert von",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Einschätzung",
                "verbose_name_plural": "historical Einschätzungen",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalShareLink",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("purpose", models.CharField(max_length=120, verbose_name="Für wen")),
                ("with_names", models.BooleanField(default=False, verbose_name="Namen von Personen zeigen")),
                ("expires_on", models.DateField(verbose_name="Gültig bis")),
                ("created_at", models.DateTimeField(blank=True, editable=False, verbose_name="angelegt am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="widerrufen am")),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
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
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Link zum Reifeprofil",
                "verbose_name_plural": "historical Links zum Reifeprofil",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "name_key",
                    models.CharField(
                        blank=True, editable=False, help_text="the same for names that look alike", max_length=360
                    ),
                ),
                ("slug", models.SlugField(help_text="Für Dateinamen und Befehle.", max_length=60, verbose_name="Kurzname")),
                (
                    "summary",
                    models.TextField(
                        blank=True, help_text="Ein bis drei Sätze; erscheint auf dem Reifeprofil.", verbose_name="Worum es geht"
                    ),
                ),
                (
                    "confidentiality",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Keine Kennzeichnung"),
                            ("internal", "Nur für den Dienstgebrauch"),
                            ("council", "Nichtöffentlich"),
                            ("confidential", "Vertraulich"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="Vertraulichkeit",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nicht angegeben"),
                            ("verwaltung", "Verwaltung und Beteiligung"),
                            ("bauen", "Bauen und Quartier"),
                            ("daten", "Daten und Infrastruktur"),
                            ("bildung", "Bildung und Kultur"),
                            ("energie", "Energie und Klima"),
                            ("umwelt", "Umwelt und Wasser"),
                            ("gesundheit", "Gesundheit und Soziales"),
                            ("mobilitaet", "Mobilität"),
                            ("sicherheit", "Sicherheit und Katastrophenschutz"),
                            ("wirtschaft", "Wirtschaft und Tourismus"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="Handlungsfeld",
                    ),
                ),
                ("is_municipality_wide", models.BooleanField(default=False, editable=False, verbose_name="Kommune insgesamt")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="angelegt am")),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archiviert am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "invitations",
                    models.ManyToManyField(blank=True, related_name="+", to="accounts.invitation", verbose_name="Einladungen"),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="projects",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        help_text="In welcher Phase das Projekt gerade steht.",
                        limit_choices_to=models.Q(("key", "durchgehend"), _negated=True),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.phase",
                        verbose_name="Phase",
                    ),
                ),
                (
                    "team",
                    models.ManyToManyField(
                        blank=True, related_name="projects", to=settings.AUTH_USER_MODEL, verbose_name="Projektteam"
                    ),
                ),
            ],
            options={
                "verbose_name": "Projekt",
                "verbose_name_plural": "Projekte",
                "ordering": ["-is_municipality_wide", "name"],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("criterion_key", models.SlugField(blank=True, max_length=60, verbose_name="Kriterium")),
                ("text", models.CharField(max_length=300, verbose_name="Was")),
                ("owner_text", models.CharField(blank=True, max_length=120, verbose_name="Wer (frei eingetragen)")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="Bis wann")),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "geplant"), ("running", "läuft"), ("done", "erledigt"), ("dropped", "verworfen")],
                        default="planned",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="measures",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Wer",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "Maßnahme",
                "verbose_name_plural": "Maßnahmen",
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMeasure",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.CharField(db_index=True, editable=False, max_length=12)),
                ("criterion_key", models.SlugField(blank=True, max_length=60, verbose_name="Kriterium")),
                ("text", models.CharField(max_length=300, verbose_name="Was")),
                ("owner_text", models.CharField(blank=True, max_length=120, verbose_name="Wer (frei eingetragen)")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="Bis wann")),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "geplant"), ("running", "läuft"), ("done", "erledigt"), ("dropped", "verworfen")],
                        default="planned",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Wer",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Maßnahme",
                "verbose_name_plural": "historical Maßnahmen",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="assessment",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assessments",
                to="assessments.project",
                verbose_name="Projekt",
            ),
        ),
        migrations.CreateModel(
            name="PlanVariant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("measures", models.JSONField(blank=True, default=list, verbose_name="Maßnahmen")),
                ("targets", models.JSONField(blank=True, default=dict, verbose_name="Zielstufen")),
                ("targets_on", models.DateField(blank=True, null=True, verbose_name="Zielstufen bis")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "Variante der Vorausschau",
                "verbose_name_plural": "Varianten der Vorausschau",
                "ordering": ["name", "pk"],
                "constraints": [models.UniqueConstraint(fields=("project", "name"), name="variant_name_unique")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPlanVariant",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.CharField(db_index=True, editable=False, max_length=12)),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("measures", models.JSONField(blank=True, default=list, verbose_name="Maßnahmen")),
                ("targets", models.JSONField(blank=True, default=dict, verbose_name="Zielstufen")),
                ("targets_on", models.DateField(blank=True, null=True, verbose_name="Zielstufen bis")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Variante der Vorausschau",
                "verbose_name_plural": "historical Varianten der Vorausschau",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RecordFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="pdf, xlsx, csv, json", max_length=8)),
                ("language", models.CharField(max_length=5)),
                (
                    "options",
                    models.CharField(blank=True, help_text="variant, compared round, names left out, comments", max_length=80),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_with", models.CharField(help_text="hash over code and templates", max_length=64)),
                ("checksum", models.CharField(max_length=64)),
                ("content", models.BinaryField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="assessments.assessmentrecord"
                    ),
                ),
            ],
            options={
                "verbose_name": "Datei eines Dokuments",
                "verbose_name_plural": "Dateien eines Dokuments",
            },
        ),
        migrations.CreateModel(
            name="RecordPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=12)),
                ("name", models.CharField(blank=True, max_length=254)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.assessmentrecord"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "Person eines Dokuments",
                "verbose_name_plural": "Personen eines Dokuments",
            },
        ),
        migrations.CreateModel(
            name="RecordRendition",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
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
            },
        ),
        migrations.CreateModel(
            name="RenderedPdf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("content", models.BinaryField(null=True)),
                ("checksum", models.CharField(blank=True, help_text="SHA-256 of the content, in hexadecimal", max_length=64)),
                ("size", models.PositiveIntegerField(default=0, help_text="bytes")),
                (
                    "problem",
                    models.CharField(blank=True, help_text="why the last attempt gave none", max_length=16),
                ),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "erstelltes PDF",
                "verbose_name_plural": "erstellte PDFs",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content__isnull", False), ("problem", "")),
                            models.Q(("content__isnull", True), models.Q(("problem", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="rendered_pdf_is_there_or_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "offen"),
                            ("rated", "eingeschätzt"),
                            ("unknown", "weiß nicht"),
                            ("not_applicable", "trifft nicht zu"),
                        ],
                        default="open",
                        max_length=14,
                        verbose_name="Stand",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "nicht begonnen"),
                            (1, "geplant"),
                            (2, "in Umsetzung"),
                            (3, "umgesetzt"),
                            (4, "fest verankert"),
                        ],
                        null=True,
                        verbose_name="Stufe",
                    ),
                ),
                ("rationale", models.TextField(blank=True, verbose_name="Begründung")),
                (
                    "target_level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "nicht begonnen"),
                            (1, "geplant"),
                            (2, "in Umsetzung"),
                            (3, "umgesetzt"),
                            (4, "fest verankert"),
                        ],
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(4)],
                        verbose_name="Zielstufe",
                    ),
                ),
                ("target_date", models.DateField(blank=True, null=True, verbose_name="Ziel erreicht bis")),
                ("confirmed", models.BooleanField(default=True, verbose_name="bestätigt")),
                ("set_aside_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="beiseitegelegt am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "page",
                    models.CharField(
                        blank=True, editable=False, help_text="token of the page the version was saved from", max_length=43
                    ),
                ),
                ("updated_at", models.DateTimeField(blank=True, null=True, verbose_name="zuletzt geändert am")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zuständig",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.criterion",
                        verbose_name="Kriterium",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="zuletzt geändert von",
                    ),
                ),
            ],
            options={
                "verbose_name": "Einschätzung",
                "verbose_name_plural": "Einschätzungen",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalEvidence",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="Nachweis")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="Link")),
                ("file", models.TextField(blank=True, db_index=True, max_length=200, verbose_name="Datei")),
                ("file_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="Dateiname")),
                ("dated_on", models.DateField(blank=True, null=True, verbose_name="Datum des Nachweises")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="gilt bis")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.score",
                        verbose_name="Einschätzung",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Nachweis",
                "verbose_name_plural": "historical Nachweise",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="Nachweis")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="Link")),
                (
                    "file",
                    models.FileField(blank=True, db_index=True, max_length=200, upload_to="nachweise/", verbose_name="Datei"),
                ),
                ("file_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="Dateiname")),
                ("dated_on", models.DateField(blank=True, null=True, verbose_name="Datum des Nachweises")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="gilt bis")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="assessments.score",
                        verbose_name="Einschätzung",
                    ),
                ),
            ],
            options={
                "verbose_name": "Nachweis",
                "verbose_name_plural": "Nachweise",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dated_on__isnull", True),
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("dated_on")),
                            _connector="OR",
                        ),
                        name="evidence_ends_after_its_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="Kommentar")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="assessments.score",
                        verbose_name="Einschätzung",
                    ),
                ),
            ],
            options={
                "verbose_name": "Kommentar",
                "verbose_name_plural": "Kommentare",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("question", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revealed_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "score",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="assessments.score"),
                ),
            ],
            options={
                "verbose_name": "Abstimmung",
                "verbose_name_plural": "Abstimmungen",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ScoreSpread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=64)),
                ("ballot", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("n", models.PositiveSmallIntegerField()),
                ("lowest", models.PositiveSmallIntegerField()),
                ("highest", models.PositiveSmallIntegerField()),
                ("median", models.FloatField()),
                ("roles", models.JSONField(default=list)),
                (
                    "score",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spread", to="assessments.score"
                    ),
                ),
            ],
            options={
                "verbose_name": "Einigkeit",
                "verbose_name_plural": "Einigkeiten",
            },
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(editable=False, max_length=43, unique=True)),
                ("purpose", models.CharField(max_length=120, verbose_name="Für wen")),
                ("with_names", models.BooleanField(default=False, verbose_name="Namen von Personen zeigen")),
                ("expires_on", models.DateField(verbose_name="Gültig bis")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="angelegt am")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="widerrufen am")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="share_links",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Link zum Reifeprofil",
                "verbose_name_plural": "Links zum Reifeprofil",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TeamChange",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined", models.BooleanField(verbose_name="dazugekommen")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="am")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="geändert von",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team_changes",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "Änderung des Projektteams",
                "verbose_name_plural": "Änderungen des Projektteams",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "offen"),
                            ("rated", "eingeschätzt"),
                            ("unknown", "weiß nicht"),
                            ("not_applicable", "trifft nicht zu"),
                        ],
                        max_length=14,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="assessments.ballot"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="assessments.participant"
                    ),
                ),
            ],
            options={
                "verbose_name": "Stimme",
                "verbose_name_plural": "Stimmen",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkbookUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("file_name", models.CharField(max_length=200, verbose_name="Dateiname")),
                ("rows", models.JSONField(verbose_name="Zeilen")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
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
                "verbose_name": "eingelesener Bogen",
                "verbose_name_plural": "eingelesene Bögen",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Workshop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(editable=False, max_length=12, unique=True)),
                (
                    "mode",
                    models.CharField(
                        choices=[("live", "Jetzt, in einem Raum"), ("ahead", "Erst allein, bis zu einem Tag; dann gemeinsam")],
                        default="live",
                        max_length=8,
                        verbose_name="Ablauf",
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="geöffnet am")),
                ("alone_until", models.DateTimeField(blank=True, null=True, verbose_name="allein bis")),
                ("meeting_at", models.DateTimeField(blank=True, null=True, verbose_name="gemeinsam seit")),
                ("ends_at", models.DateTimeField(verbose_name="endet spätestens am")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="beendet am")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workshops",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "current",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="assessments.ballot",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "Workshop",
                "verbose_name_plural": "Workshops",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="participant",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="participants", to="assessments.workshop"
            ),
        ),
        migrations.AddField(
            model_name="ballot",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="assessments.workshop"
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentrecord",
            constraint=models.UniqueConstraint(fields=("municipality", "year", "serial"), name="record_serial_unique"),
        ),
        migrations.AddConstraint(
            model_name="assessmentrecord",
            constraint=models.UniqueConstraint(fields=("assessment", "version"), name="record_version_unique"),
        ),
        migrations.AddConstraint(
            model_name="assessmentrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at__isnull", True)), fields=("assessment",), name="record_one_current_per_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmenttransition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_edition__isnull", False), ("kind", "move"), ("to_edition__isnull", False)),
                    models.Q(
                        models.Q(("kind", "move"), _negated=True), ("from_edition__isnull", True), ("to_edition__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="transition_editions_exactly_when_moved",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                fields=("municipality", "name_key"),
                name="project_name_unique",
                violation_error_message="Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                fields=("municipality", "slug"),
                name="project_slug_unique",
                violation_error_message="Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_municipality_wide", True)),
                fields=("municipality",),
                name="project_one_municipality_wide",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(fields=("project", "round"), name="assessment_round_unique"),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved"), _negated=True),
                fields=("project",),
                name="assessment_one_open_per_project",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordfile",
            constraint=models.UniqueConstraint(
                fields=("record", "kind", "language", "options", "version"), name="record_file_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", False), ("removed_at__isnull", True)),
                    models.Q(("content__isnull", True), ("removed_at__isnull", False)),
                    _connector="OR",
                ),
                name="record_file_is_there_or_removed",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordperson",
            constraint=models.UniqueConstraint(fields=("record", "ref"), name="record_person_unique"),
        ),
        migrations.AddConstraint(
            model_name="recordrendition",
            constraint=models.UniqueConstraint(fields=("record", "number"), name="record_rendition_unique"),
        ),
        migrations.AddConstraint(
            model_name="recordrendition",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 2)), name="record_rendition_is_a_later_one"),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.UniqueConstraint(fields=("assessment", "criterion"), name="score_unique"),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("level__isnull", False), ("state", "rated")),
                    models.Q(models.Q(("state", "rated"), _negated=True), ("level__isnull", True)),
                    _connector="OR",
                ),
                name="score_level_exactly_when_rated",
            ),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__isnull", True), ("level__range", (0, 4)), _connector="OR"),
                name="score_level_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(("target_level__isnull", True), ("target_level__range", (0, 4)), _connector="OR"),
                name="score_target_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "not_applicable"), _negated=True),
                    models.Q(("rationale", ""), _negated=True),
                    _connector="OR",
                ),
                name="score_not_applicable_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorespread",
            constraint=models.CheckConstraint(condition=models.Q(("n__gte", 3)), name="spread_of_three_votes"),
        ),
        migrations.AddConstraint(
            model_name="scorespread",
            constraint=models.CheckConstraint(
                condition=models.Q(("highest__lte", 4), ("lowest__gte", 0), ("lowest__lte", models.F("highest"))),
                name="spread_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(fields=("ballot", "participant"), name="vote_once_per_ballot"),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("level__range", (0, 4)), ("state", "rated")),
                    models.Q(("state__in", ["unknown", "not_applicable"]), ("level__isnull", True)),
                    _connector="OR",
                ),
                name="vote_level_exactly_when_rated",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("assessment",), name="workshop_one_open_per_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="workshop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alone_until__isnull", False), ("mode", "ahead")),
                    models.Q(
                        models.Q(("mode", "ahead"), _negated=True), ("alone_until__isnull", True), ("meeting_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="workshop_alone_exactly_when_ahead",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(fields=("workshop", "token_hash"), name="participant_token_unique"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(fields=("workshop", "score", "number"), name="ballot_number_unique"),
        ),
        migrations.CreateModel(
            name="HistoricalProjectPaper",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("file_number", models.CharField(blank=True, max_length=80, verbose_name="Aktenzeichen")),
                ("office", models.CharField(blank=True, max_length=120, verbose_name="Federführendes Amt")),
                (
                    "contact_text",
                    models.CharField(blank=True, max_length=120, verbose_name="Ansprechperson (frei eingetragen)"),
                ),
                ("funding_reference", models.CharField(blank=True, max_length=80, verbose_name="Förderkennzeichen")),
                ("funding_period", models.CharField(blank=True, max_length=80, verbose_name="Förderzeitraum")),
                ("distribution", models.TextField(blank=True, max_length=400, verbose_name="Verteiler")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Ansprechperson",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Angaben für die Vorlage (Projekt)",
                "verbose_name_plural": "historical Angaben für die Vorlage (Projekte)",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRoundPaper",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="Nummer der Vorlage")),
                ("resolution", models.TextField(blank=True, max_length=1500, verbose_name="Beschlussvorschlag")),
                ("financial_effect", models.TextField(blank=True, max_length=800, verbose_name="Finanzielle Auswirkungen")),
                ("participants", models.TextField(blank=True, max_length=600, verbose_name="Teilnehmende")),
                ("method", models.TextField(blank=True, max_length=600, verbose_name="Vorgehen")),
                (
                    "signatures",
                    models.TextField(blank=True, help_text="one line each", max_length=300, verbose_name="Unterschriften"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Angaben für die Vorlage (Bewertung)",
                "verbose_name_plural": "historical Angaben für die Vorlage (Bewertungen)",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ProjectPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_number", models.CharField(blank=True, max_length=80, verbose_name="Aktenzeichen")),
                ("office", models.CharField(blank=True, max_length=120, verbose_name="Federführendes Amt")),
                (
                    "contact_text",
                    models.CharField(blank=True, max_length=120, verbose_name="Ansprechperson (frei eingetragen)"),
                ),
                ("funding_reference", models.CharField(blank=True, max_length=80, verbose_name="Förderkennzeichen")),
                ("funding_period", models.CharField(blank=True, max_length=80, verbose_name="Förderzeitraum")),
                ("distribution", models.TextField(blank=True, max_length=400, verbose_name="Verteiler")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Ansprechperson",
                    ),
                ),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paper",
                        to="assessments.project",
                        verbose_name="Projekt",
                    ),
                ),
            ],
            options={
                "verbose_name": "Angaben für die Vorlage (Projekt)",
                "verbose_name_plural": "Angaben für die Vorlage (Projekte)",
            },
        ),
        migrations.CreateModel(
            name="RoundPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="Nummer der Vorlage")),
                ("resolution", models.TextField(blank=True, max_length=1500, verbose_name="Beschlussvorschlag")),
                ("financial_effect", models.TextField(blank=True, max_length=800, verbose_name="Finanzielle Auswirkungen")),
                ("participants", models.TextField(blank=True, max_length=600, verbose_name="Teilnehmende")),
                ("method", models.TextField(blank=True, max_length=600, verbose_name="Vorgehen")),
                (
                    "signatures",
                    models.TextField(blank=True, help_text="one line each", max_length=300, verbose_name="Unterschriften"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paper",
                        to="assessments.assessment",
                        verbose_name="Bewertung",
                    ),
                ),
            ],
            options={
                "verbose_name": "Angaben für die Vorlage (Bewertung)",
                "verbose_name_plural": "Angaben für die Vorlage (Bewertungen)",
            },
        ),
        migrations.CreateModel(
            name="HistoricalComment",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("text", models.TextField(verbose_name="Kommentar")),
                ("created_at", models.DateTimeField(blank=True, editable=False)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.score",
                        verbose_name="Einschätzung",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Kommentar",
                "verbose_name_plural": "historical Kommentare",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PeerQuarter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins_on", models.DateField(unique=True)),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "Quartal des Vergleichs",
                "verbose_name_plural": "Quartale des Vergleichs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PeerContribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("basis", models.CharField(choices=[("kommune", "Kommune insgesamt"), ("projekte", "Projekte")], max_length=8)),
                ("group", models.CharField(max_length=40)),
                ("records", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("values", models.JSONField()),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="peer_contributions",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
            ],
            options={
                "verbose_name": "Beitrag zum Vergleich",
                "verbose_name_plural": "Beiträge zum Vergleich",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PeerFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=40)),
                ("basis", models.CharField(choices=[("kommune", "Kommune insgesamt"), ("projekte", "Projekte")], max_length=8)),
                ("metric", models.CharField(max_length=80)),
                ("lower", models.FloatField()),
                ("median", models.FloatField()),
                ("upper", models.FloatField()),
                (
                    "size",
                    models.PositiveIntegerField(
                        help_text="the lower end of the range that the number of contributions lies in"
                    ),
                ),
                ("published_on", models.DateField()),
            ],
            options={
                "verbose_name": "Zahl des Vergleichs",
                "verbose_name_plural": "Zahlen des Vergleichs",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "basis", "metric"), name="peer_figure_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower__gte", 0),
                            ("lower__lte", models.F("median")),
                            ("median__lte", models.F("upper")),
                            ("upper__lte", 4),
                        ),
                        name="peer_figure_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PeerPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("basis", models.CharField(choices=[("kommune", "Kommune insgesamt"), ("projekte", "Projekte")], max_length=8)),
                ("metric", models.CharField(max_length=80)),
                ("group", models.CharField(blank=True, max_length=40)),
                ("members", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                "verbose_name": "Teil einer Vergleichsgruppe",
                "verbose_name_plural": "Teile von Vergleichsgruppen",
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["basis", "metric"], name="peer_part_metric")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPracticeOffer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("text", models.TextField(max_length=2000, verbose_name="Text")),
                ("shows_name", models.BooleanField(default=False, verbose_name="Name der Kommune wird gezeigt")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "angeboten"),
                            ("accepted", "angenommen"),
                            ("declined", "abgelehnt"),
                            ("withdrawn", "zurückgezogen"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=600, verbose_name="Anmerkung der Redaktion")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.score",
                        verbose_name="Antwort",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Gutes Beispiel",
                "verbose_name_plural": "historical Gute Beispiele",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PracticeOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000, verbose_name="Text")),
                ("shows_name", models.BooleanField(default=False, verbose_name="Name der Kommune wird gezeigt")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "angeboten"),
                            ("accepted", "angenommen"),
                            ("declined", "abgelehnt"),
                            ("withdrawn", "zurückgezogen"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="Stand",
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=600, verbose_name="Anmerkung der Redaktion")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="practice_offers",
                        to="assessments.score",
                        verbose_name="Antwort",
                    ),
                ),
            ],
            options={
                "verbose_name": "Gutes Beispiel",
                "verbose_name_plural": "Gute Beispiele",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["state", "id"], name="practice_offer_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["offered", "accepted"])),
                        fields=("score",),
                        name="practice_offer_one_open_per_answer",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="assessmentrecord",
            index=models.Index(fields=["-approved_at"], name="record_approved_at"),
        ),
        migrations.AddIndex(
            model_name="assessmenttransition",
            index=models.Index(fields=["-at"], name="transition_at"),
        ),
        migrations.AddIndex(
            model_name="recordrendition",
            index=models.Index(fields=["-made_at"], name="rendition_made_at"),
        ),
        migrations.AddIndex(
            model_name="teamchange",
            index=models.Index(fields=["-at"], name="team_change_at"),
        ),
    ]
