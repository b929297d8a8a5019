"""The short code of a municipality: its documents bear it, so it stays once there is one."""

from typing import Any

from assessments.models import AssessmentRecord
from scaling.accounts.models import Municipality
from scaling.common.history import attribute_to
from scaling.common.transactions import atomic
from scaling.common.versions import change_part


class CodeInUse(Exception):
    """A document bears the code already."""


def has_documents(municipality: Municipality) -> bool:
    """One query."""
    return AssessmentRecord.objects.filter(municipality=municipality).exists()


@atomic
def set_short_code(*, municipality: Municipality, code: str, by: Any, version: int | None = None) -> None:
    """Where the code is still the one of ``version``. Raises CodeInUse, StaleRecord.

    Whether it is free and well formed is the form's matter, and the database's.
    """
    # The lock an approval takes: no document can be numbered meanwhile.
    current = Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    if has_documents(municipality):
        raise CodeInUse
    if change_part(current, version, stored={"code": current.code}, wanted={"code": code}):
        current.code = code
        attribute_to(current, by)
        current.save(update_fields=["code", "version"])
    municipality.code, municipality.version = current.code, current.version
