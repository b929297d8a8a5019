"""Small tags every template may use (loaded as built-ins)."""

import re
from collections.abc import Iterable
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.conf import settings
from django.core.paginator import Page
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

import scaling
from scaling.common import links
from scaling.common.addresses import address
from scaling.common.crispy_layout import drawn_once
from scaling.common.drawings import FORM_TOKENS, drawn
from scaling.common.identity_providers import IdentityProvider
from scaling.common.markdown import render_markdown
from scaling.common.permissions import allows
from scaling.once import FIELD, page_token
from scaling.resending import texts_to_copy

register = template.Library()

# The colours of a badge, and the states they stand for; every other state is neutral.
BADGE_KINDS = {
    "success": ("approved", "reached", "published", "done", "rated", "confirmed", "active", "accepted"),
    "info": ("submitted", "in_progress", "current", "draft", "invited"),
    "warning": ("returned", "unconfirmed", "unknown", "due"),
    "danger": ("blocked", "overdue", "expired"),
}
_KIND_OF_STATE = {state: kind for kind, states in BADGE_KINDS.items() for state in states}


@register.filter
def numbers_of_pages(page: Page[Any]) -> Iterable[int | str]:
    """The first, the last, this one and those beside it, with ``ELLIPSIS`` where some are left out: a log has thousands."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def breakable(email: str) -> SafeString:
    """An e-mail address that goes on in the next line before its ``@``, rather than in the middle of a word."""
    name, at, host = email.partition("@")
    return format_html("{}<wbr>{}{}", name, at, host)


@register.simple_tag
def identity_providers() -> list[IdentityProvider]:
    """With whose accounts one may sign in, too. No query."""
    return list(settings.IDENTITY_PROVIDERS.values())


@register.simple_tag(takes_context=True, name="csrf_token")
def form_tokens(context: Any) -> SafeString:
    """What every form that posts carries: Django's token against other sites, and the page's, by which it is taken once."""
    request = context.get("request")
    if request is not None and hasattr(request, "form_tokens"):
        kept: SafeString = request.form_tokens
        return kept
    if request is None and "form_tokens" in context:
        return FORM_TOKENS
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # noqa: S105 – Django's word for a page drawn without a request
        return SafeString("")
    fields = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    if request is not None:
        fields += format_html('<input type="hidden" name="{}" value="{}">', FIELD, page_token(request))
        request.form_tokens = fields  # a page may have dozens of forms
    return fields


@register.simple_tag(name="drawn")
def drawn_template(template: str, /, **values: Any) -> SafeString:
    """``{% drawn "includes/brand.html" a=b %}``: as an ``include … only``, drawn once for each set of values and language."""
    return drawn(template, **values)


@register.simple_tag(takes_context=True, name="drawn_forms")
def drawn_with_forms(context: Any, template: str, /, **values: Any) -> SafeString:
    """As ``drawn``, for what has forms: drawn once with a place for the page's tokens, which are put in each time."""
    html = drawn(template, form_tokens=True, **values)
    return SafeString(html.replace(FORM_TOKENS, form_tokens(context)))


@register.simple_tag(takes_context=True)
def drawn_form(context: Any, form: Any) -> SafeString:
    """``{% crispy form %}``, drawn once for what its fields hold, until it is sent: for one that many pages show empty."""
    html = drawn_once(form)
    if html is None:
        return SafeString(render_crispy_form(form, context=context.flatten()))
    return SafeString(html.replace(FORM_TOKENS, form_tokens(context)))


@register.simple_tag(takes_context=True)
def navigation(context: Any) -> SafeString:
    """The site's places, the current one marked; those below which a page lies by its address or its breadcrumb, too."""
    user, request = context.get("user"), context.get("request")
    path = request.path if request else ""
    above = next(iter(context.get("crumbs") or ()), ("", ""))[1]
    signed_in = bool(user and user.is_authenticated)
    catalogue, editions = address("catalogue:index"), address("catalogue:editions")
    municipalities = [(one.get_absolute_url(), one.name) for one in context.get("nav_municipalities") or ()]
    places = []
    if signed_in:
        places.append((address("home"), gettext("Meine Projekte") if municipalities else gettext("Start"), False))
    places += [(url, name, url in path or url == above) for url, name in municipalities]
    places.append((catalogue, gettext("Katalog"), catalogue in path and editions not in path))
    if signed_in and user.is_curator:
        places.append((editions, gettext("Redaktion"), editions in path))
    marked = tuple((url, name, "page" if path == url else "true" if is_above else "") for url, name, is_above in places)
    return drawn("includes/navigation.html", places=marked)


class RememberedUrl(URLNode):
    """An address by its name and its parts; whatever else ``{% url %}`` takes goes Django's way."""

    def render(self, context: Any) -> str:
        name, args = self.view_name.resolve(context), [arg.resolve(context) for arg in self.args]
        if self.kwargs or not all(isinstance(part, str) or type(part) is int for part in (name, *args)):
            return super().render(context)
        request = getattr(context, "request", None)
        match = getattr(request, "resolver_match", None)
        try:
            found = address(name, *args, current_app=getattr(request, "current_app", "") or (match.namespace if match else ""))
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> RememberedUrl:
    """Django's own, remembered (``addresses.address``)."""
    node: Any = django_url(parser, token)
    return RememberedUrl(node.view_name, node.args, node.kwargs, node.asvar)


@register.filter
def markdown(text: str | None) -> SafeString:
    """Sanitised HTML of a Markdown text."""
    return render_markdown(text or "")


@register.simple_tag
def app_version() -> str:
    """The version of the app, as in ``scaling.__version__``."""
    return scaling.__version__


@register.filter(is_safe=True)
def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one blank: for messages whose template is wrapped."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


@register.filter
def badge_kind(state: str) -> str:
    """The colour of a state: success, info, warning, danger or neutral."""
    return _KIND_OF_STATE.get(state, "neutral")


@register.filter
def opens(link: str | None) -> bool:
    """Whether a page may link to it; what it may not is shown as text to copy."""
    return links.opens(link or "")


@register.simple_tag
def allowed(user: Any, permission: str, obj: Any = None) -> bool:
    """Whether the person may: asks the same rule as the view, so that a button is shown exactly when its action works."""
    return allows(user, permission, obj)


@register.inclusion_tag("includes/typed.html", takes_context=True)
def what_was_typed(context: Any) -> dict[str, Any]:
    """For error pages: what the request carried, to be copied. Nothing where the page is drawn without a request."""
    request = context.get("request")
    return {"texts": texts_to_copy(request) if request else []}
