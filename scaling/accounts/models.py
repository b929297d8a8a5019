"""Who works with the app: users, municipalities (the tenants) and memberships."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.accounts.ags import STATES, AgsField
from scaling.accounts.people_list_models import PeopleList
from scaling.accounts.short_codes import LENGTH, free_code, validate_code
from scaling.accounts.sign_in_models import AttemptCount, SignIn
from scaling.common.addresses import address
from scaling.common.history import RecordedRow, history_of
from scaling.common.offices import known_offices, office_names, offices_field
from scaling.common.prepared import Prepared
from scaling.common.public_ids import public_id_field
from scaling.common.sorting import sort_key
from scaling.common.text import look_alike, tidy_line, tidy_password
from scaling.common.word_beginnings import words_of

__all__ = [
    "AttemptCount",
    "Invitation",
    "Membership",
    "Municipality",
    "PeopleList",
    "Role",
    "SignIn",
    "User",
    "normal_email",
]


def normal_email(email: str) -> str:
    """An address as it is stored and looked up: tidied, without blanks around it, in lower case."""
    return tidy_line(email).lower()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=normal_email(email), **fields)
        user.name = tidy_line(user.name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get(self, *args: Any, **kwargs: Any) -> "User":
        """By ``pk`` alone is how each page asks who it is for, so that is prepared; everything else goes Django's way."""
        if args or self._db or list(kwargs) != ["pk"] or type(kwargs["pk"]) is not int:
            return super().get(*args, **kwargs)
        for user in _user.rows(**kwargs):
            return user
        raise self.model.DoesNotExist(f"No person {kwargs['pk']}.")

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normal_email(username or ""))

    def with_email(self, email: str) -> "User | None":
        """The person with this address, however it is written. One query, by the index."""
        return self.filter(email=normal_email(email)).first()


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the name to sign in with, kept in lower case."""

    email = models.EmailField(
        _("E-Mail-Adresse"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Diese E-Mail-Adresse ist schon vergeben.")},
    )
    name = models.CharField(_("Name"), max_length=120, help_text=_("So erscheint die Person bei ihren Eingaben."))
    language = models.CharField(_("Sprache"), max_length=5, choices=[("de", "Deutsch"), ("en", "English")], default="de")
    is_curator = models.BooleanField(
        _("Redaktion"), default=False, help_text=_("Darf den Kriterienkatalog bearbeiten und veröffentlichen.")
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    locked_by = models.ForeignKey(
        "accounts.Municipality",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="whose list of people locked the account; None for the operator",
    )
    is_staff = models.BooleanField(_("Betrieb"), default=False, help_text=_("Darf die Verwaltungsoberfläche öffnen."))
    date_joined = models.DateTimeField(_("angelegt am"), default=timezone.now, editable=False)
    wants_notices = models.BooleanField(
        _("Benachrichtigungen"),
        default=True,
        help_text=_("Eine E-Mail, wenn eine Bewertung eingereicht, zurückgegeben, freigegeben oder wieder geöffnet wird."),
    )
    wants_digest = models.BooleanField(
        _("Wochenüberblick"),
        default=True,
        help_text=_("Einmal in der Woche eine E-Mail mit offenen Bewertungen, fälligen Maßnahmen und wartenden Freigaben."),
    )
    second_factor_due = models.DateField(
        _("zweiter Faktor bis"), null=True, blank=True, editable=False, help_text="reckoned by second_factor.settle"
    )
    digest_sent_on = models.DateField(_("letzter Wochenüberblick am"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="of what the person sets in their account")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("Personen")
        ordering = ["name", "email"]
        constraints = [
            # So that one index serves both uniqueness and every look-up, however an address is written.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case")
        ]
        indexes = [
            models.Index(models.Func("name", function="accounts_folded"), "email", name="user_by_name"),
            GinIndex(words_of("name", "email"), name="user_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """In the one form that every system's keyboard comes to (``tidy_password``)."""
        super().set_password(None if raw_password is None else tidy_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """In that form alone: a second try in another one would take longer for an account there is than for none."""
        return super().check_password(None if raw_password is None else tidy_password(raw_password))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def second_factor_missing(self) -> bool:
        """The last day on which the person could go on without one is over. No query."""
        return self.second_factor_due is not None and self.second_factor_due < timezone.localdate()

    @cached_property
    def places(self) -> "list[Membership]":
        """The person's memberships with their municipalities, by name. One query, once per request."""
        return sorted(_places.rows(user=self.pk), key=lambda place: sort_key(place.municipality.name))

    @cached_property
    def roles(self) -> dict[int, str]:
        """The person's role by municipality id, from ``places``."""
        return {membership.municipality_id: membership.role for membership in self.places}


class AccountChange(RecordedRow):
    """What a person's account said before and after, for that person and operators. Written by ``profile``.

    Of what opens it (``profile.CREDENTIALS``) only that it was added, changed or removed.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="changes", verbose_name=_("Person"))
    at = models.DateTimeField(_("geändert am"), auto_now_add=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("geändert von"))
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        verbose_name = _("Änderung am Konto")
        verbose_name_plural = _("Änderungen am Konto")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-at"], name="account_change_at")]

    def __str__(self) -> str:
        return f"{self.user}, {self.at}"


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def visible_to(self, user: Any) -> "MunicipalityQuerySet":
        """The tenant filter: a person's own municipalities, whatever the role. Operators have no special sight here."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)


class Municipality(models.Model):
    """A tenant. Everything a municipality enters belongs to exactly one of these.

    Service functions for its coat of arms: ``coats_of_arms``.
    """

    public_id = public_id_field()
    name = models.CharField(_("Name"), max_length=120, help_text=_("Mit Bezeichnung, etwa „Stadt Bamberg“."))
    name_key = models.CharField(max_length=360, blank=True, editable=False, help_text="the same for names that look alike")
    ags = AgsField(
        _("Amtlicher Gemeindeschlüssel (AGS)"),
        max_length=8,
        unique=True,
        help_text=_("Acht Ziffern, die ersten zwei nennen das Land."),
    )
    code = models.CharField(
        _("Kürzel"),
        max_length=LENGTH,
        unique=True,
        blank=True,
        validators=[validate_code],
        help_text=_("Damit beginnen die Nummern freigegebener Dokumente, etwa BAMBERG-2026-3."),
    )
    is_fictional = models.BooleanField(
        _("erfunden"), default=False, help_text=_("Beispielkommune: Seiten und Berichte weisen darauf hin.")
    )

    population = models.PositiveIntegerField(
        _("Einwohnerzahl"), null=True, blank=True, help_text=_("Für Vergleiche mit ähnlich großen Kommunen.")
    )
    population_source = models.CharField(
        _("Quelle der Einwohnerzahl"),
        max_length=120,
        blank=True,
        help_text=_("Woher die Zahl stammt und von welchem Tag sie ist, etwa „Statistisches Landesamt, 31.12.2025“."),
    )
    compared_since = models.DateTimeField(_("nimmt am Vergleich teil seit"), null=True, blank=True, editable=False)
    coat_of_arms = models.FileField(_("Wappen"), blank=True, editable=False)
    second_factor_roles = ArrayField(
        models.CharField(max_length=10), verbose_name=_("zweiter Faktor für"), default=list, blank=True, editable=False
    )
    second_factor_due = models.DateField(_("zweiter Faktor bis"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MunicipalityQuerySet.as_manager()
    history = history_of(excluded_fields=["name_key"])

    class Meta:
        verbose_name = _("Kommune")
        verbose_name_plural = _("Kommunen")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="municipality_name_unique",
                violation_error_message=_("Eine Kommune mit diesem Namen gibt es schon. Nennen Sie etwa den Landkreis dazu."),
            ),
            models.CheckConstraint(condition=models.Q(ags__regex=r"^(0[1-9]|1[0-6])[0-9]{6}$"), name="municipality_ags_valid"),
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z][A-Z0-9]+$"), name="municipality_code_valid"),
            models.CheckConstraint(
                condition=models.Q(population=None) | models.Q(population__gt=0), name="municipality_has_people"
            ),
        ]
        indexes = [
            models.Index(models.Func("name", function="accounts_folded"), "ags", name="municipality_by_name"),
            GinIndex(words_of("name", "ags"), name="municipality_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.clean()
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return address(settings.MUNICIPALITY_PAGE, self.public_id)

    def clean(self) -> None:
        """A municipality without a short code gets one made from its name: one query more."""
        self.name = tidy_line(self.name)
        self.name_key = look_alike(self.name)
        if not self.code:
            self.code = free_code(self.name, Municipality.objects.exclude(pk=self.pk))

    @property
    def municipality_id(self) -> int:
        """Itself: so that the rules ask a municipality as they ask whatever belongs to one."""
        return self.pk

    @property
    def state(self) -> str:
        """The federal state (*Land*), given by the first two digits of the AGS."""
        return STATES[self.ags[:2]]


class Role(models.TextChoices):
    MANAGER = "manager", _("Leitung")
    TEAM = "team", _("Projektteam")
    READER = "reader", _("Lesen")


class Membership(models.Model):
    """What a person may do in a municipality; the rules themselves stand in each app's rules.py."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("Person"))
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="memberships", verbose_name=_("Kommune"))
    role = models.CharField(_("Rolle"), max_length=10, choices=Role.choices)
    offices = offices_field(verbose_name=_("Stellen"), help_text=_("Wofür die Person im Haus antworten kann."))
    version = models.PositiveIntegerField(default=1, editable=False)

    # Where a new member begins, told by ``invitations.accept``.
    begin_at: str = ""

    history = history_of()

    class Meta:
        verbose_name = _("Mitgliedschaft")
        verbose_name_plural = _("Mitgliedschaften")
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality"], name="membership_unique"),
            known_offices("membership_offices_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.municipality} ({self.get_role_display()})"

    @property
    def office_names(self) -> str:
        """The offices the person holds, in words; empty for none."""
        return office_names(self.offices)


#: Both are asked on every page of whoever is signed in.
_user = Prepared(lambda pk: User.objects.filter(pk=pk).order_by())
_places = Prepared(lambda user: Membership.objects.filter(user=user), "municipality")

#: How long an invitation's link works. Long enough for a holiday.
INVITATION_TTL = timedelta(days=14)
#: A mail that was not sent after so long says so; it is tried again all the same.
USUAL_DELIVERY = timedelta(minutes=5)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Not accepted yet, expired ones included: those can be sent again."""
        return self.filter(accepted_at=None)

    def valid(self) -> "InvitationQuerySet":
        return self.open().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """Asks someone to join a municipality. Service functions: ``invitations``. The link's secret is kept as a hash only."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="invitations", verbose_name=_("Kommune"))
    email = models.EmailField(_("E-Mail-Adresse"), max_length=254)
    name = models.CharField(_("Name"), max_length=120, blank=True, help_text="proposed to the person, who may change it")
    role = models.CharField(_("Rolle"), max_length=10, choices=Role.choices, default=Role.TEAM)
    offices = offices_field(verbose_name=_("Stellen"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("eingeladen von")
    )
    created_at = models.DateTimeField(_("eingeladen am"), auto_now_add=True)
    sent_at = models.DateTimeField(_("verschickt am"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("gültig bis"))
    accepted_at = models.DateTimeField(_("angenommen am"), null=True, blank=True, editable=False)

    history = history_of(excluded_fields=["token_hash", "name"])

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Einladung")
        verbose_name_plural = _("Einladungen")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "municipality"],
                condition=models.Q(accepted_at=None),
                name="invitation_one_open_per_address",
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"),
            known_offices("invitation_offices_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.municipality}"

    @property
    def office_names(self) -> str:
        """The offices the person is asked to answer for, in words; empty for none."""
        return office_names(self.offices)

    @property
    def has_expired(self) -> bool:
        return self.accepted_at is None and self.expires_at <= timezone.now()

    @property
    def is_on_its_way(self) -> bool:
        """The mail waits in the queue, for no longer than a worker and a mail server need."""
        return self.sent_at is None and self.expires_at - INVITATION_TTL > timezone.now() - USUAL_DELIVERY
