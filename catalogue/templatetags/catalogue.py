"""Shows what changed."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalogue.documents.compare import FieldChange, field_label
from catalogue.models import Criterion, EditorialMark, MilestoneKind, ModelMark, PracticeMark, Subject, TitleSource
from catalogue.wording import ladder_rule
from scaling.common.drawings import drawn
from scaling.common.offices import Office
from scaling.common.word_diff import diff_html

register = template.Library()
register.simple_tag(ladder_rule)


@register.simple_tag
def criterion_card(criterion: Criterion, edition_query: str, phase: str = "", excerpt: str = "") -> SafeString:
    """A criterion in a list: with its phase and the place that was found, among search results."""
    return drawn(
        "catalogue/criterion_card.html",
        url=criterion.get_absolute_url() + edition_query,
        title=criterion.title,
        summary=criterion.summary,
        milestone=criterion.is_milestone,
        workstreams=", ".join(workstream.name for workstream in criterion.own_workstreams),
        phase=phase,
        excerpt=excerpt,
    )


@register.filter
def marked(change: FieldChange) -> SafeString:
    """A field's change with the changed words marked; of lists, each entry that changed in a line of its own."""
    return marked_values(change.field, change.before, change.after)


def marked_values(field: str, before: Any, after: Any) -> SafeString:
    before, after = in_words(field, before), in_words(field, after)
    if isinstance(before, list) or isinstance(after, list):
        old, new = list(before or []), list(after or [])
        rows = max(len(old), len(new))
        pairs = zip(old + [""] * (rows - len(old)), new + [""] * (rows - len(new)), strict=True)
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((diff_html(*map(str, pair)),) for pair in pairs))
        )
    return diff_html(_word(before), _word(after))


#: What documents keep as a code and people read as a word.
CODES = {
    "editorial": dict(EditorialMark.choices) | dict(PracticeMark.choices) | dict(ModelMark.choices),
    "title_source": dict(TitleSource.choices),
    "subject": dict(Subject.choices),
    "offices": dict(Office.choices),
    "milestone.kind": dict(MilestoneKind.choices),
}


def in_words(field: str, value: Any) -> Any:
    """Codes as people read them; every other value as it is."""
    words = CODES.get(field, {})
    if isinstance(value, list):
        return [words.get(item, item) for item in value]
    return words.get(value, value) if isinstance(value, str) else value


def _word(value: Any) -> str:
    return "" if value is None else str(value)


@register.simple_tag
def jump(label: str, *field: Any) -> SafeString:
    """From a text of the preview to its field in the form; ``field`` is the name in parts, ``label`` what people call it."""
    return format_html(
        '<a class="jump-to no-print" href="#id_{}">{}<span class="kern-sr-only">: {}</span></a>',
        "".join(map(str, field)),
        _("ändern"),
        label,
    )


@register.simple_tag
def logged_fields(change: Any) -> list[tuple[str, SafeString]]:
    """The fields of a logged change: their names, and the texts with the changed words marked."""
    before, after = change.before or {}, change.after or {}
    return [(field_label(field), marked_values(field, before.get(field), after.get(field))) for field in after]
