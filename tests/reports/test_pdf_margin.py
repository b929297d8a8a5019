"""What stands in the margin beside a criterion, and the facts of the document: nothing overlaps, nothing is parted."""

from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import pypdfium2
import pytest

from assessments.reports.pdf import VARIANTS, render_pdf
from assessments.reports.profile.cover import RecordMark
from tests.reports.rendered import MADE_AT
from tests.reports.sample import make_profile

#: Where the labels stand, in points from the left edge.
MARGIN = (20 / 25.4 * 72 - 1, 46 / 25.4 * 72)


def short_parts(language):
    """A profile whose parts take one line each, the catalogue's and the reason of the round before as well."""
    profile = make_profile(8, language=language)
    criteria = []
    for one in profile.criteria:
        change = one.change
        if change and change.previous:
            change = replace(change, previous=replace(change.previous, rationale="Ein Satz."))
        criteria.append(
            replace(one, level_description="Kurz.", next_step="", summary="Kurz.", rationale="Kurz.", change=change)
        )
    return replace(profile, criteria=tuple(criteria))


def overlap(one, other):
    """By more than a point: letters of neighbouring lines come closer than their lines do."""
    left, bottom, right, top = (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    return right - left > 1 and top - bottom > 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_label_lies_on_another_where_texts_are_short(language):
    document = pypdfium2.PdfDocument(render_pdf(short_parts(language), variant="lang", made_at=MADE_AT))
    seen = 0
    for page in document:
        text = page.get_textpage()
        boxes = [text.get_rect(number) for number in range(text.count_rects())]
        in_margin = [box for box in boxes if MARGIN[0] <= box[0] and box[2] <= MARGIN[1]]
        seen += len(in_margin)
        assert [pair for pair in combinations(in_margin, 2) if overlap(*pair)] == []
    assert seen > 40


def test_checksum_of_a_document_stands_in_one_line():
    """Parted, it took a line more, and a whole page where that did not fit."""
    mark = RecordMark(
        "AUENFURT-2026-1",
        1,
        MADE_AT,
        sha256(b"widest").hexdigest(),
        "https://example.org/dokument/AUENFURT-2026-1/?pruefsumme=8b",
    )
    profile = make_profile(3)
    profile = replace(profile, meta=replace(profile.meta, record=mark))
    for variant in VARIANTS:
        document = pypdfium2.PdfDocument(render_pdf(profile, variant=variant, made_at=MADE_AT))
        lines = document[len(document) - 1].get_textpage().get_text_range().splitlines()
        assert any(" ".join(mark.checksum_parts) in line for line in lines)
