"""The short code of a municipality: its documents bear it, so it stays once there is one."""

from typing import Any

from django.db import transaction

from assessments.models import AssessmentRecord
from scaling.accounts.models import Municipality
from scaling.common.history import attribute_to


class CodeInUse(Exception):
    """A document bears the code already."""


def has_documents(municipality: Municipality) -> bool:
    """One query."""
    return AssessmentRecord.objects.filter(municipality=municipality).exists()


@transaction.atomic
def set_short_code(*, municipality: Municipality, code: str, by: Any) -> None:
    """Raises CodeInUse; whether the code is free and well formed is the form's matter, and the database's."""
    # The lock an approval takes: no document can be numbered meanwhile.
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    if has_documents(municipality):
        raise CodeInUse
    municipality.code = code
    attribute_to(municipality, by)
    municipality.save(update_fields=["code"])
