"""``{% trans %}`` remembers what Django would say (``scaling/templatetags/remembered_i18n.py``), in each language."""

from typing import Any

import pytest
from django.template import Context, Engine, Template
from django.templatetags.i18n import TranslateNode
from django.utils import translation
from django.utils.safestring import SafeString

from scaling.templatetags.remembered_i18n import RememberedText

DJANGO_S = Engine(builtins=["django.templatetags.i18n"])
LANGUAGES = ["de", "en", "en-gb", "de", None, "en"]
TEXTS = [
    '{% trans "Speichern" %}',
    "{% translate 'Speichern' %}",
    '{% trans "Speichern" as word %}<{{ word }}>{{ word|length }}',
    '{% trans "<b>Wer & „wo“</b>" %}',
    '{% autoescape off %}{% trans "<b>&</b>" %}{% endautoescape %}',
    '{% trans "100 % und 50 %%" %}',
    '{% trans "Speichern" noop %}',
    '{% trans "Speichern"|upper %}',
    '{% trans "Datenschutz" context "Stelle" %}',
    "{% trans word %}{% trans safe %}",
    '{% load i18n %}{% trans "Speichern" %}',
    '{% for n in "ab" %}{% trans "Katalog" %}{% language "en" %}{% trans "Katalog" %}{% endlanguage %}{% endfor %}',
    "{% blocktrans with n=3 %}{{ n }} Projekte{% endblocktrans %}{% get_current_language as code %}{{ code }}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_says_what_django_says(text):
    ours, django_s = Template(text), DJANGO_S.from_string(text.replace("{% load i18n %}", ""))
    for language in LANGUAGES:
        with translation.override(language):
            values = {"word": "<Katalog>", "safe": SafeString("<i>Katalog</i>")}
            assert ours.render(Context(values)) == django_s.render(Context(values)), language
            unescaped = Context(values, autoescape=False)
            assert ours.render(unescaped) == django_s.render(Context(values, autoescape=False)), language


def test_it_is_remembered_where_it_is_a_text_and_nothing_else():
    plain = ['{% trans "Katalog" %}', '{% trans "Katalog" as word %}', '{% load i18n %}{% translate "Katalog" %}']
    others = ['{% trans "Katalog" noop %}', "{% trans word %}", '{% trans "a"|upper %}', '{% trans "a" context "b" %}']
    assert [len(Template(text).nodelist.get_nodes_by_type(RememberedText)) for text in plain] == [1, 1, 1]
    assert [len(Template(text).nodelist.get_nodes_by_type(TranslateNode)) for text in others] == [1, 1, 1, 1]


def test_it_is_looked_up_once_in_each_language(monkeypatch):
    asked = []

    def render(context):
        asked.append(translation.get_language())
        return "Wort"

    found: Any
    (found,) = Template('{% trans "Katalog" %}').nodelist.get_nodes_by_type(RememberedText)
    monkeypatch.setattr(found.node, "render", render)
    for language in ("de", "en", "de", "en"):
        with translation.override(language):
            assert found.render(Context()) == "Wort"
    assert asked == ["de", "en"]
