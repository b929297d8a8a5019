"""What changed in a municipality itself: its settings, who belongs to it with which role, and who was invited."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assessments.queries.history import ChangedField, HistorySource
from assessments.queries.row_history import Differences, RowSource, yes_or_no
from assessments.sentences import day_text
from scaling.accounts.models import Invitation, Membership, Municipality, Role
from scaling.common.offices import office_names


def municipality_sources(municipality: Municipality) -> list[HistorySource]:
    settings = municipality.history.select_related("history_user")
    members = Membership.history.filter(municipality_id=municipality.pk).select_related("history_user", "user")
    invitations = Invitation.history.filter(municipality_id=municipality.pk).select_related("history_user", "invited_by")
    return [_settings(settings), _members(members), _invitations(invitations)]


def _settings(rows: Any) -> HistorySource:
    def differences(old: Any, new: Any) -> Differences:
        yield ChangedField(_("Name"), old.name, new.name)
        yield ChangedField(_("Amtlicher Gemeindeschlüssel (AGS)"), old.ags, new.ags)
        yield ChangedField(_("Kürzel"), old.code, new.code)
        yield ChangedField(_("erfunden"), yes_or_no(old.is_fictional), yes_or_no(new.is_fictional))
        yield ChangedField(_("zweiter Faktor"), _demanded(old), _demanded(new))
        yield ChangedField(_("Einwohnerzahl"), _people(old), _people(new))
        yield ChangedField(_("Quelle der Einwohnerzahl"), old.population_source, new.population_source)
        yield ChangedField(_("Teilnahme am Vergleich"), yes_or_no(old.compared_since), yes_or_no(new.compared_since))
        if str(old.coat_of_arms or "") != str(new.coat_of_arms or ""):
            word = _("ersetzt") if old.coat_of_arms and new.coat_of_arms else _("neu") if new.coat_of_arms else _("entfernt")
            yield ChangedField(_("Wappen"), "", word)

    words = {"+": _("Kommune angelegt"), "~": _("Einstellungen geändert"), "-": _("Kommune gelöscht")}
    return RowSource(rows, words=words, title=lambda row: "", differences=differences)


def _people(row: Any) -> str:
    return "–" if row.population is None else number_format(row.population, force_grouping=True)


def _demanded(row: Any) -> str:
    """Of whom a second factor is demanded, and by when."""
    if not row.second_factor_roles:
        return _("freiwillig")
    roles = ", ".join(str(label) for role, label in Role.choices if role in row.second_factor_roles)
    return _("%(roles)s, bis zum %(day)s") % {"roles": roles, "day": day_text(row.second_factor_due)}


def _role(row: Any) -> str:
    return str(dict(Role.choices).get(row.role, row.role))


def _members(rows: Any) -> HistorySource:
    def differences(old: Any, new: Any) -> Differences:
        yield ChangedField(_("Rolle"), _role(old), _role(new))
        yield ChangedField(_("Stellen"), _offices(old), _offices(new))

    words = {"+": _("Person dazugekommen"), "~": _("Person geändert"), "-": _("Person entfernt")}

    def name(row: Any) -> str:
        return str(row.user) if row.user else _("gelöschte Person")

    return RowSource(rows, words=words, title=name, differences=differences, first=_first)


def _offices(row: Any) -> str:
    return office_names(row.offices) or "–"


def _first(row: Any) -> Differences:
    yield ChangedField(_("Rolle"), "", _role(row))
    if row.offices:
        yield ChangedField(_("Stellen"), "", _offices(row))


def _invitations(rows: Any) -> HistorySource:
    def differences(old: Any, new: Any) -> Differences:
        yield ChangedField(_("Rolle"), _role(old), _role(new))
        yield ChangedField(_("Stellen"), _offices(old), _offices(new))
        yield ChangedField(_("eingeladen von"), str(old.invited_by or "–"), str(new.invited_by or "–"))
        if old.accepted_at is None and new.accepted_at is not None:
            yield ChangedField(_("Stand"), _("offen"), _("angenommen"))
        elif old.expires_at != new.expires_at:
            yield ChangedField(_("Stand"), "", _("erneut geschickt"))

    words = {"+": _("Eingeladen"), "~": _("Einladung geändert"), "-": _("Einladung zurückgezogen")}
    return RowSource(rows, words=words, title=lambda row: str(row.email), differences=differences, first=_first)
