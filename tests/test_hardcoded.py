"""The search for hard-coded German finds what it should, and nothing in the app."""

import pytest

from tests import hardcoded


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("<p>{% trans 'Speichern' %}</p>", 0),
        ("<p>Speichern</p>", 1),
        ('<p aria-label="Sprache">{{ name }}</p>', 1),
        ("{% blocktrans %}Guten Tag{% endblocktrans %} {{ name }}", 0),
        ('{% include "x.html" with title="Noch nichts" only %}', 1),
        ('{% include "x.html" with title=_("Noch nichts") only %}', 0),
        ("{# Hinweis #}{% comment %}Noch einer{% endcomment %}", 0),
        ("<dd>Stadt Musterhausen</dd>{# untranslated: a name #}", 0),
        ("<b>Skalierungscheck</b> – PDF, 12", 0),
    ],
)
def test_search_in_a_template(tmp_path, source, count):
    path = tmp_path / "page.html"
    path.write_text(source)
    assert len(list(hardcoded.in_template(path))) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('label = _("Maßnahme")', 0),
        ('label = "Maßnahme"', 1),
        ('"""Ein Satz für Lesende."""', 0),
        ('label = "Bitte wählen"', 1),
        ("name = f\"{_('Bogen')}.xlsx\"", 1),
        ('text = _("10\\u00a0MB")', 1),
        ('key = "massnahmen/"', 0),
        ('label = "Maßnahme"  # untranslated: a file\'s heading', 0),
    ],
)
def test_search_in_python(tmp_path, source, count):
    path = tmp_path / "module.py"
    path.write_text(source)
    assert len(list(hardcoded.in_python(path))) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [('note.textContent = "Nicht gespeichert";', 1), ('show("warning", line.dataset.text); /* Noch nicht da */', 0)],
)
def test_search_in_a_script(tmp_path, source, count):
    path = tmp_path / "page.js"
    path.write_text(source)
    assert len(list(hardcoded.in_script(path))) == count
