"""The *Amtlicher Gemeindeschlüssel* (AGS): eight digits, of which the first two name the state."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from scaling.common.public_ids import CharField

# Source: Gemeindeverzeichnis of the Federal Statistical Office, first two digits of the AGS.
STATES = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "03": "Niedersachsen",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg",
    "09": "Bayern",
    "10": "Saarland",
    "11": "Berlin",
    "12": "Brandenburg",
    "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}


def validate_ags(value: str) -> None:
    """Raise ValidationError unless ``value`` has eight digits and begins with a state's number.

    Whether the municipality exists is not checked: keys change every year, and an outdated list would lock real ones out.
    """
    if not re.fullmatch(r"[0-9]{8}", value):
        raise ValidationError(
            _("Der Gemeindeschlüssel hat genau acht Ziffern, etwa 09461000."),
            code="ags_digits",
            params={"value": value},
        )
    if value[:2] not in STATES:
        raise ValidationError(
            _("Die ersten zwei Ziffern des Gemeindeschlüssels nennen das Land, von 01 bis 16. „%(prefix)s“ gibt es nicht."),
            code="ags_state",
            params={"prefix": value[:2]},
        )


class AgsField(CharField):
    """Validates itself; migrations see a plain text column of eight characters."""

    default_validators = [validate_ags]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
