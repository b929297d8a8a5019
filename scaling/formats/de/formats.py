"""Django's German formats, with a day that stays beside its month at the end of a line."""

DATE_FORMAT = "j.\u00a0F Y"
DATETIME_FORMAT = "j.\u00a0F Y, H:i"
MONTH_DAY_FORMAT = "j.\u00a0F"
