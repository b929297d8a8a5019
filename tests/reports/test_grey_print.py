"""A report printed in grey says the same: reckoned from the pages as they are drawn, not from what the code calls a colour."""

import ctypes
from collections import defaultdict
from io import BytesIO
from itertools import pairwise

import pypdfium2
import pypdfium2.raw
import pytest
from PIL import Image

from assessments.reports.pdf import render_pdf
from tests.reports.pdf_facts import text_of
from tests.reports.sample import make_profile

#: Of luminances, as WCAG reckons them: between the shade of a level and the next one's, and between a text and its ground.
SHADES_APART, READABLE = 1.15, 4.5
SCALE = 3
WHITE = (255, 255, 255)


def luminance(colour):
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def written(page):
    """Each text with its colour and the colour it stands on."""
    picture = page.render(scale=SCALE).to_pil().convert("RGB")
    texts = page.get_textpage()
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT], max_depth=1):
        left, bottom, right, top = item.get_bounds()
        text = texts.get_text_bounded(left, bottom, right, top).strip()
        parts = [ctypes.c_uint() for _ in range(4)]
        assert pypdfium2.raw.FPDFPageObj_GetFillColor(item.raw, *parts)
        box = [left - 1, page.get_height() - top - 1, right + 1, page.get_height() - bottom + 1]
        cut = picture.crop(tuple(round(part * SCALE) for part in box))
        if text and cut.width > 1 and cut.height > 1:
            yield text, tuple(part.value for part in parts[:3]), ground_of(cut)


def ground_of(cut: Image.Image):
    """What is most of the frame around a text."""
    frame = cut.copy()
    frame.paste((1, 2, 3), (2, 2, max(3, cut.width - 2), max(3, cut.height - 2)))
    counted = frame.getcolors(100_000) or []
    return max((number, colour) for number, colour in counted if colour != (1, 2, 3))[1]


PROFILE = make_profile(21)


@pytest.fixture(scope="module", params=["kurz", "lang"])
def drawn(request):
    pdf = render_pdf(PROFILE, variant=request.param)
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return request.param, pdf, [one for number in range(len(document)) for one in written(document[number])]


def test_every_text_is_readable_on_what_it_stands_on(drawn):
    _variant, _pdf, texts = drawn
    assert len(texts) > 100
    unreadable = {(text, colour, ground) for text, colour, ground in texts if contrast(colour, ground) < READABLE}
    assert not unreadable


def test_shades_of_levels_are_told_apart_and_each_has_its_figure(drawn):
    """Five shades, each darker than the one before, and none without the figure of its level in it."""
    variant, _pdf, texts = drawn
    shades = defaultdict(set)
    for text, _colour, ground in texts:
        if ground != WHITE and text in {"0", "1", "2", "3", "4"}:
            shades[text].add(ground)
    assert variant == "kurz" or len(shades) == 5
    assert all(len(colours) == 1 for colours in shades.values()), shades
    for (_lighter, [light]), (_darker, [dark]) in pairwise(sorted(shades.items())):
        assert luminance(light) > luminance(dark)
        assert contrast(light, dark) >= SHADES_APART


def test_states_are_said_in_words(drawn):
    """No gate is told by a colour alone."""
    _variant, pdf, _texts = drawn
    said = " ".join(text_of(pdf).split())
    [gate] = [gate for gate in PROFILE.gates if gate.is_current]
    assert gate.label in said
    assert gate.blockers
    assert all(one.title in said for one in gate.blockers)
