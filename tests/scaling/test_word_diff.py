import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling.common.word_diff import MAX_TOKENS, diff_html, diff_words


@pytest.mark.parametrize(
    ("before", "after", "segments"),
    [
        ("", "", []),
        ("gleich", "gleich", [("same", "gleich")]),
        ("", "neu", [("added", "neu")]),
        ("alt", "", [("removed", "alt")]),
        ("ein Wort", "ein Satz", [("same", "ein "), ("removed", "Wort"), ("added", "Satz")]),
        ("Eins, zwei.", "Eins zwei.", [("same", "Eins"), ("removed", ","), ("same", " zwei.")]),
        (
            "ein altes Wort hier",
            "ein neuer Satz hier",
            [("same", "ein "), ("removed", "altes Wort"), ("added", "neuer Satz"), ("same", " hier")],
        ),
        (
            "Der Betrieb ist für 2026 und 2027 gesichert.",
            "Am 5. November 2026 hat der Rat beschlossen.",
            [
                ("removed", "Der Betrieb ist für 2026 und 2027 gesichert"),
                ("added", "Am 5. November 2026 hat der Rat beschlossen"),
                ("same", "."),
            ],
        ),
        (
            "Die Stelle ist befristet, der Betrieb gesichert.",
            "Die Stelle ist unbefristet, der Betrieb sicher.",
            [
                ("same", "Die Stelle ist "),
                ("removed", "befristet"),
                ("added", "unbefristet"),
                ("same", ", der Betrieb "),
                ("removed", "gesichert"),
                ("added", "sicher"),
                ("same", "."),
            ],
        ),
        ("Maß", "Mass", [("removed", "Maß"), ("added", "Mass")]),
    ],
)
def test_words_that_changed(before, after, segments):
    assert diff_words(before, after) == segments


@given(st.text("ab ,\n", max_size=40), st.text("ab ,\n", max_size=40))
def test_segments_give_both_texts_back(before, after):
    segments = diff_words(before, after)
    assert "".join(text for kind, text in segments if kind != "added") == before
    assert "".join(text for kind, text in segments if kind != "removed") == after


def test_endless_text_counts_as_changed_as_a_whole():
    before, after = "a " * MAX_TOKENS, "b " * MAX_TOKENS
    assert diff_words(before, after) == [("removed", before), ("added", after)]


def test_html_marks_words_and_escapes_everything():
    html = diff_html("<b>alt</b> & gut", "<b>neu</b> & gut")
    assert "<b>" not in html
    assert html == (
        '&lt;b&gt;<del><span class="kern-sr-only">entfernt: </span>alt</del>'
        '<ins class="instead"><span class="kern-sr-only">neu: </span>neu</ins>&lt;/b&gt; &amp; gut'
    )
