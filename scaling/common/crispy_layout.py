"""Parts of a crispy layout that are not drawn anew each time: the page with the longest form is the page opened most."""

from collections.abc import Hashable
from dataclasses import is_dataclass
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_crispy_form
from django.conf import settings
from django.forms import BoundField, Form
from django.template import Context
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from scaling.common.drawings import Drawings

#: The parts of forms that a process keeps.
drawings = Drawings(256, 8_000)


class CachedLayout(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """Draws what it holds once for each set of values, and gives the same HTML whenever they come back.

    ``name`` tells this part from the others of the form's class. What it holds are names of fields and crispy's own layout
    objects; it is drawn without the page's context, so that it can depend on nothing but the form's class, the language and its
    fields, all of which the key names by value. So nothing has to be forgotten when an answer or a text of the catalogue
    changes, and nothing of one page can stand on another that does not hold the very same. A form that was sent or is to be
    read is drawn as if this were a plain Layout.
    """

    def __init__(self, name: str, *parts: Any) -> None:
        self.name = name
        self.fields = list(parts)

    def render(self, form: Form, context: Context, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        # With DEBUG a template may change while the process runs.
        if form.is_bound or getattr(form, "read_only", False) or settings.DEBUG:
            return self._draw(form, context, template_pack)
        names = [pointer.name for pointer in self.get_field_names()]
        key = (type(form), self.name, get_language(), form.use_required_attribute, *(field_key(form[name]) for name in names))
        html = drawings.get(key)
        if html is None:
            html = self._draw(form, Context(form.helper.get_attributes(template_pack)), template_pack)  # type: ignore[attr-defined]
            drawings.keep(key, html)
        else:
            form.rendered_fields.update(names)  # type: ignore[attr-defined]
        return html

    def _draw(self, form: Form, context: Context, template_pack: Any) -> SafeString:
        html: SafeString = self.get_rendered_fields(form, context, template_pack)
        return html


def drawn_once(form: Form) -> SafeString | None:
    """A whole form as crispy draws it, with a place for the page's tokens; kept as ``CachedLayout`` keeps a part, so its helper
    has to follow from its class and its fields alone. None for one that was sent, and with DEBUG.
    """
    if form.is_bound or settings.DEBUG:
        return None
    key = (type(form), get_language(), form.use_required_attribute, *map(field_key, form))
    html = drawings.get(key)
    if html is None:
        html = SafeString(render_crispy_form(form, context={"form_tokens": True}))
        drawings.keep(key, html)
    return html


def field_key(bound: BoundField) -> Hashable:
    """All that the HTML of a field depends on, by value: its names, texts, attributes, choices and what it holds."""
    field = bound.field
    return (
        f"{type(field.widget)}",
        bound.html_name,
        bound.auto_id,
        *map(value_key, (bound.label, bound.help_text, bound.value())),
        field.required,
        field.disabled,
        value_key(field.widget.attrs),
        value_key(list(getattr(field, "choices", ()))),
    )


def value_key(value: Any) -> Hashable:
    """Equal for two values only if a template draws both alike. Texts to translate count as they read in this language.

    A text that is marked safe is another one than the same text unmarked, and 1 another than True or "1".
    """
    if isinstance(value, Promise):
        value = str(value)
    kind = type(value)
    if kind is str:  # most are; and no other value has a key that is a text
        return str(value)
    if kind is dict:
        return (kind, *[(name, value_key(held)) for name, held in value.items()])
    if kind is list or kind is tuple:
        return tuple([value_key(held) for held in value])
    if is_dataclass(value):
        return (kind, *[value_key(getattr(value, name)) for name in value.__dataclass_fields__])
    return (kind, str(value))


class Folded(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """A part of a long form behind its heading; open where a field of it has an error. ``is_open``: from the beginning."""

    def __init__(self, title: str, *parts: Any, is_open: bool = False) -> None:
        self.title = title
        self.fields = list(parts)
        self.is_open = is_open

    def render(self, form: Form, context: Context, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        fields = self.get_rendered_fields(form, context, template_pack)
        has_errors = any(pointer.name in form.errors for pointer in self.get_field_names())
        values = {"title": self.title, "fields": fields, "is_open": self.is_open or has_errors}
        template: Any = get_template("includes/form_fold.html")
        html: SafeString = template.render(values)
        return html


class Include(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """Another template, drawn with the page's context; an ``HTML`` with an include in it would be compiled anew each time."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.fields: list[Any] = []

    def render(self, form: Form, context: Context, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        template: Any = get_template(self.template)
        html: SafeString = template.template.render(context)
        return html
