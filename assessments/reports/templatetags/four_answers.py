"""How the four answers are said; what they are, ``reports.four_answers`` has decided."""

from django import template

from assessments.reports.four_answers import texts

register = template.Library()

register.filter("standing_lines", texts.standing)
register.filter("holding_up_lines", texts.holding_up)
register.filter("late_lines", texts.lateness)
register.filter("waiting_line", texts.waiting)
register.filter("planned_line", texts.planned)
register.filter("projection_line", texts.projection)
register.filter("ageing_lines", texts.ageing)
