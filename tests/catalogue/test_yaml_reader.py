"""Hostile and clumsy files: each gets a clear refusal with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.documents.yaml_reader import MAX_BYTES, CatalogueFileError, read
from catalogue.documents.yaml_writer import write
from scaling.common.text import tidy_text


def problem_of(source: bytes):
    with pytest.raises(CatalogueFileError) as caught:
        read(source, "datei.yaml")
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        pytest.param(b"a: &x [1]\nb: 2\n", 1, "Anker (&x)", id="anchor"),
        pytest.param(b"a: 1\nb: *x\n", 2, "Verweise (*x)", id="alias"),
        pytest.param(b"a: 1\nb: 2\na: 3\n", 3, "steht schon in Zeile 1", id="duplicate key"),
        pytest.param(b"a:\n- b: 1\n  c: 2\n  b: 3\n", 4, "steht schon in Zeile 2", id="duplicate key in a list"),
        pytest.param(b"a: !!python/object/apply:os.system [ls]\n", 1, "Typangaben", id="python object"),
        pytest.param(b"a: 1\nb: !!int '2'\n", 2, "Typangaben", id="tag"),
        pytest.param(b"a: 1\n--- \nb: 2\n", 2, "mehr als ein YAML-Dokument", id="two documents"),
        pytest.param(b"a: " + b"[" * 500 + b"]" * 500, 1, "tiefer als", id="deep"),
        pytest.param("a: ä\nb: ü\n".encode("latin-1"), 1, "nicht in UTF-8", id="latin-1"),
        pytest.param("a: b\nc: ü\n".encode("utf-16"), 1, "nicht in UTF-8", id="utf-16"),
        pytest.param(b"a: b\nc: d\x00\n", 2, "Steuerzeichen (U+0000)", id="control character"),
        pytest.param(b"a: b\n  c: d\n e: f\n", 2, "kein gültiges YAML", id="broken"),
        pytest.param(b"a: 'open\n", 2, "kein gültiges YAML", id="unclosed quote"),
        pytest.param(b"? [a]\n: b\n", 1, "Feldname", id="list as key"),
        pytest.param(b"", 0, "leer", id="empty"),
        pytest.param(b"# nothing\n", 0, "leer", id="only a comment"),
        pytest.param(b"a: " + b"x" * MAX_BYTES, 0, "größer als 5\u00a0MB", id="huge"),
    ],
)
def test_file_refused_with_line(source, line, words):
    problem = problem_of(source)
    assert problem.line == line
    assert words in problem.message


def test_many_aliases_refused_before_they_grow():
    bomb = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (i + 1, i + 1, i, i) for i in range(97, 120))
    assert problem_of(bomb).line == 1


def test_values_that_look_like_dates_or_decimals_stay_text():
    data = read(b"a: 1.0\nb: 2026-11-23\nc: 007\nd: 12\ne: 'null'\nf: null\ng: yes\nh: true\n", "x").data
    assert data == {"a": "1.0", "b": "2026-11-23", "c": "007", "d": 12, "e": "null", "f": None, "g": "yes", "h": True}


def test_lines_known_for_every_value():
    document = read(b"a: 1\nb:\n- c: 2\n  d: >-\n    three\n    four\n- e\n", "x")
    assert document.line(("b", 0, "d")) == 4
    assert document.line(("b", 1)) == 7
    assert document.line(("b", 0, "missing", "deeper")) == 3


def test_byte_order_mark_accepted():
    assert read("\ufeffa: ü\n".encode(), "x").data == {"a": "ü"}


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=300).filter(
    lambda text: "\ufeff" not in text
)
values = st.recursive(
    st.one_of(texts, st.integers(-999_999_999, 999_999_999), st.booleans(), st.none()),
    lambda inner: st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(texts, st.one_of(values, st.lists(values, max_size=4)), min_size=1, max_size=5)


def tidied(value):
    """As the door for text leaves it (``tests/scaling/test_text.py``)."""
    if isinstance(value, dict):
        return {tidy_text(key): tidied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [tidied(inner) for inner in value]
    return tidy_text(value) if isinstance(value, str) else value


@given(documents)
def test_written_data_read_back_unchanged(data):
    data = tidied(data)
    written = write(data)
    assert read(written.encode(), "x").data == data
    assert write(read(written.encode(), "x").data) == written


@pytest.mark.parametrize(
    "text",
    [
        "ein Wort",
        "yes",
        "Null",
        "1.0",
        "- Punkt",
        "Titel: Untertitel",
        "„Anführung“",
        "# Raute",
        "lang " * 60 + "Ende",
        "Erster Absatz, " * 20 + "Schluss.\n\nZweiter Absatz.",
        "- eins\n- zwei\n" + "- drei " * 40 + "x",
        " Blank davor " * 20,
        "zwei  Blanks " * 20 + "x",
        "geschützt\u00a0" * 30 + "x",
        "Zeilentrenner\u2028" * 20,
        "e\u0301",
        "🙂" * 100,
    ],
)
def test_text_survives_writing(text):
    data = {"a": text, "b": [text], "c": {"d": text}}
    assert read(write(data).encode(), "x").data == tidied(data)


def test_long_text_folded_to_the_width():
    lines = write({"text": "Wörter und Wörter, " * 40 + "Schluss"}).splitlines()
    assert lines[0] == "text: >-"
    assert max(map(len, lines)) <= 120
