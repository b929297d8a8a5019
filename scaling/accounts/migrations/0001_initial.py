import re

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

# Latin letters with an accent and the letter they are sorted as: all that European names are written with.
ACCENTED = (
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİĴĵ"
    "ĶķĹĺĻļĽľŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǦǧǨǩǪǫǬǭǰǴǵǸǹǺǻ"
    "ȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳ"
)
PLAIN = (
    "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyyAaAaAaCcCcCcCcDdEeEeEeEeEeGgGgGgGgHhIiIiIiIiIJj"
    "KkLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZzOoUuAaIiOoUuUuUuUuUuAaAaGgKkOoOojGgNnAa"
    "AaAaEeEeIiIiOoOoRrRrUuUuSsTtHhAaEeOoOoOoOoYy"
)
# As ``scaling.common.sorting.folded``. Most names are of plain letters, which are as many bytes, and "translate" is slow.
FOLDED = f"""
CREATE FUNCTION accounts_folded(name text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN lower(
    CASE WHEN octet_length(name) = char_length(name) THEN name
    ELSE translate(replace(normalize(name, NFC), 'ß', 'ss'), '{ACCENTED}', '{PLAIN}') END)
"""
WORDS = """
CREATE FUNCTION accounts_words(texts text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN array_to_tsvector(
    array_remove(string_to_array(translate(accounts_folded(texts), '@.-_+,;:/()', '           '), ' '), ''))
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION accounts_folded"),
        migrations.RunSQL(WORDS, "DROP FUNCTION accounts_words"),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        error_messages={"unique": "Diese E-Mail-Adresse ist schon vergeben."},
                        max_length=254,
                        unique=True,
                        verbose_name="E-Mail-Adresse",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="So erscheint die Person bei ihren Eingaben.", max_length=120, verbose_name="Name"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "Deutsch"), ("en", "English")], default="de", max_length=5, verbose_name="Sprache"
                    ),
                ),
                (
                    "is_curator",
                    models.BooleanField(
                        default=False,
                        help_text="Darf den Kriterienkatalog bearbeiten und veröffentlichen.",
                        verbose_name="Redaktion",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="aktiv")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False, help_text="Darf die Verwaltungsoberfläche öffnen.", verbose_name="Betrieb"
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="angelegt am"),
                ),
                (
                    "wants_notices",
                    models.BooleanField(
                        default=True,
                        help_text="Eine E-Mail, wenn eine Bewertung eingereicht, zurückgegeben, freigegeben oder wieder geöffnet wird.",
                        verbose_name="Benachrichtigungen",
                    ),
                ),
                (
                    "wants_digest",
                    models.BooleanField(
                        default=True,
                        help_text="Einmal in der Woche eine E-Mail mit offenen Bewertungen, fälligen Maßnahmen und wartenden Freigaben.",
                        verbose_name="Wochenüberblick",
                    ),
                ),
                (
                    "second_factor_due",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="reckoned by second_factor.settle",
                        null=True,
                        verbose_name="zweiter Faktor bis",
                    ),
                ),
                (
                    "digest_sent_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="letzter Wochenüberblick am"),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, help_text="of what the person sets in their account"
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "Person",
                "verbose_name_plural": "Personen",
                "ordering": ["name", "email"],
            },
        ),
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="geändert am")),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "Änderung am Konto",
                "verbose_name_plural": "Änderungen am Konto",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMunicipality",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.CharField(db_index=True, editable=False, max_length=12)),
                (
                    "name",
                    models.CharField(help_text="Mit Bezeichnung, etwa „Stadt Bamberg“.", max_length=120, verbose_name="Name"),
                ),
                (
                    "ags",
                    models.CharField(
                        db_index=True,
                        help_text="Acht Ziffern, die ersten zwei nennen das Land.",
                        max_length=8,
                        verbose_name="Amtlicher Gemeindeschlüssel (AGS)",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="Damit beginnen die Nummern freigegebener Dokumente, etwa BAMBERG-2026-3.",
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^[A-Z][A-Z0-9]{1,11}\\Z"),
                                "Zwei bis zwölf Großbuchstaben und Ziffern ohne Umlaute, zuerst ein Buchstabe.",
                            )
                        ],
                        verbose_name="Kürzel",
                    ),
                ),
                (
                    "is_fictional",
                    models.BooleanField(
                        default=False,
                        help_text="Beispielkommune: Seiten und Berichte weisen darauf hin.",
                        verbose_name="erfunden",
                    ),
                ),
                (
                    "population",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Für Vergleiche mit ähnlich großen Kommunen.",
                        null=True,
                        verbose_name="Einwohnerzahl",
                    ),
                ),
                (
                    "population_source",
                    models.CharField(
                        blank=True,
                        help_text=(
                            "Woher die Zahl stammt und von welchem Tag sie ist, etwa „Statistisches Landesamt, 31.12.2025“."
                        ),
                        max_length=120,
                        verbose_name="Quelle der Einwohnerzahl",
                    ),
                ),
                (
                    "compared_since",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="nimmt am Vergleich teil seit"),
                ),
                ("coat_of_arms", models.TextField(blank=True, editable=False, max_length=100, verbose_name="Wappen")),
                (
                    "second_factor_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                        verbose_name="zweiter Faktor für",
                    ),
                ),
                (
                    "second_factor_due",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="zweiter Faktor bis"),
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
            ],
            options={
                "verbose_name": "historical Kommune",
                "verbose_name_plural": "historical Kommunen",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                (
                    "name",
                    models.CharField(help_text="Mit Bezeichnung, etwa „Stadt Bamberg“.", max_length=120, verbose_name="Name"),
                ),
                (
                    "name_key",
                    models.CharField(
                        blank=True, editable=False, help_text="the same for names that look alike", max_length=360
                    ),
                ),
                (
                    "ags",
                    models.CharField(
                        help_text="Acht Ziffern, die ersten zwei nennen das Land.",
                        max_length=8,
                        unique=True,
                        verbose_name="Amtlicher Gemeindeschlüssel (AGS)",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="Damit beginnen die Nummern freigegebener Dokumente, etwa BAMBERG-2026-3.",
                        max_length=12,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^[A-Z][A-Z0-9]{1,11}\\Z"),
                                "Zwei bis zwölf Großbuchstaben und Ziffern ohne Umlaute, zuerst ein Buchstabe.",
                            )
                        ],
                        verbose_name="Kürzel",
                    ),
                ),
                (
                    "is_fictional",
                    models.BooleanField(
                        default=False,
                        help_text="Beispielkommune: Seiten und Berichte weisen darauf hin.",
                        verbose_name="erfunden",
                    ),
                ),
                (
                    "population",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Für Vergleiche mit ähnlich großen Kommunen.",
                        null=True,
                        verbose_name="Einwohnerzahl",
                    ),
                ),
                (
                    "population_source",
                    models.CharField(
                        blank=True,
                        help_text=(
                            "Woher die Zahl stammt und von welchem Tag sie ist, etwa „Statistisches Landesamt, 31.12.2025“."
                        ),
                        max_length=120,
                        verbose_name="Quelle der Einwohnerzahl",
                    ),
                ),
                (
                    "compared_since",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="nimmt am Vergleich teil seit"),
                ),
                ("coat_of_arms", models.FileField(blank=True, editable=False, upload_to="", verbose_name="Wappen")),
                (
                    "second_factor_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                        verbose_name="zweiter Faktor für",
                    ),
                ),
                (
                    "second_factor_due",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="zweiter Faktor bis"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "Kommune",
                "verbose_name_plural": "Kommunen",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name_key",),
                        name="municipality_name_unique",
                        violation_error_message="Eine Kommune mit diesem Namen gibt es schon. Nennen Sie etwa den Landkreis dazu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ags__regex", "^(0[1-9]|1[0-6])[0-9]{6}$")), name="municipality_ags_valid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]+$")), name="municipality_code_valid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("population", None), ("population__gt", 0), _connector="OR"),
                        name="municipality_has_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        max_length=10,
                        verbose_name="Rolle",
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
                        help_text="Wofür die Person im Haus antworten kann.",
                        size=None,
                        verbose_name="Stellen",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
            ],
            options={
                "verbose_name": "Mitgliedschaft",
                "verbose_name_plural": "Mitgliedschaften",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="E-Mail-Adresse")),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="proposed to the person, who may change it", max_length=120, verbose_name="Name"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        default="team",
                        max_length=10,
                        verbose_name="Rolle",
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
                        verbose_name="Stellen",
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="eingeladen am")),
                ("sent_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="verschickt am")),
                ("expires_at", models.DateTimeField(verbose_name="gültig bis")),
                ("accepted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="angenommen am")),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="eingeladen von",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="accounts.municipality",
                        verbose_name="Kommune",
                    ),
                ),
            ],
            options={
                "verbose_name": "Einladung",
                "verbose_name_plural": "Einladungen",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMembership",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        max_length=10,
                        verbose_name="Rolle",
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
                        help_text="Wofür die Person im Haus antworten kann.",
                        size=None,
                        verbose_name="Stellen",
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
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
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
                "verbose_name": "historical Mitgliedschaft",
                "verbose_name_plural": "historical Mitgliedschaften",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalInvitation",
            fields=[
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="E-Mail-Adresse")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Leitung"), ("team", "Projektteam"), ("reader", "Lesen")],
                        default="team",
                        max_length=10,
                        verbose_name="Rolle",
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
                        verbose_name="Stellen",
                    ),
                ),
                ("created_at", models.DateTimeField(blank=True, editable=False, verbose_name="eingeladen am")),
                ("sent_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="verschickt am")),
                ("expires_at", models.DateTimeField(verbose_name="gültig bis")),
                ("accepted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="angenommen am")),
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
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="eingeladen von",
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
                "verbose_name": "historical Einladung",
                "verbose_name_plural": "historical Einladungen",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))), name="user_email_lower_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "municipality"), name="membership_unique"),
        ),
        migrations.AddConstraint(
            model_name="membership",
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
                name="membership_offices_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None)),
                fields=("email", "municipality"),
                name="invitation_one_open_per_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="invitation_email_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
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
                name="invitation_offices_known",
            ),
        ),
        migrations.CreateModel(
            name="AttemptCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "gezählte Versuche",
                "verbose_name_plural": "gezählte Versuche",
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "browser",
                    models.CharField(blank=True, help_text="as it names itself", max_length=300, verbose_name="Browser"),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="angemeldet am")),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="zuletzt benutzt am")),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sessions.session",
                        verbose_name="Sitzung",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "Anmeldung",
                "verbose_name_plural": "Anmeldungen",
                "ordering": ["-seen_at"],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="locked_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="whose list of people locked the account; None for the operator",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.municipality",
            ),
        ),
        migrations.CreateModel(
            name="PeopleList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                ("file_name", models.CharField(max_length=200, verbose_name="Dateiname")),
                ("rows", models.JSONField(verbose_name="Zeilen")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.municipality",
                        verbose_name="Kommune",
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
                "verbose_name": "eingelesene Personenliste",
                "verbose_name_plural": "eingelesene Personenlisten",
                "ordering": ["-created_at"],
            },
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["-at"], name="account_change_at"),
        ),
        migrations.AddIndex(
            model_name="municipality",
            index=models.Index(models.Func("name", function="accounts_folded"), models.F("ags"), name="municipality_by_name"),
        ),
        migrations.AddIndex(
            model_name="municipality",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func("name", "ags", function="accounts_words", arg_joiner=" || ' ' || "),
                name="municipality_words",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(models.Func("name", function="accounts_folded"), models.F("email"), name="user_by_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func("name", "email", function="accounts_words", arg_joiner=" || ' ' || "),
                name="user_words",
            ),
        ),
    ]
