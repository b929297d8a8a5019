"""The fields of a form that can be filled in on a screen, brought into the shape that readers and archives ask for.

WeasyPrint writes them as PDF objects; here, before the bytes are written, they get what PDF/A and PDF/UA want: an appearance of
their own instead of one that a program has to make, one field per group of boxes, and fonts without letters that mean nothing.
"""

import re
from typing import Any

#: A letter of a font that says it is U+0000, a byte order mark or no character.
_NO_LETTER = re.compile(rb"^<[0-9A-Fa-f]+> <(?:0000|FEFF|feff|FFFE|fffe)>$")


def finish_fields(pdf: Any) -> None:
    """Nothing to do in a document without fields."""
    form = pdf.catalog.get("AcroForm")
    if form is None:
        return
    import pydyf

    form.pop("NeedAppearances", None)
    kids: dict[Any, Any] = {}
    widgets: list[Any] = [one for one in pdf.objects if isinstance(one, dict) and one.get("Subtype") == "/Widget"]
    for widget in widgets:
        left, top, right, bottom = widget["Rect"]
        box = pydyf.Array((0, 0, abs(right - left), abs(top - bottom)))
        empty = pydyf.Stream([b"/Tx BMC EMC"], extra={"Type": "/XObject", "Subtype": "/Form", "BBox": box})
        pdf.add_object(empty)
        if "Parent" in widget:
            kids[widget.reference] = widget
            del widget["T"]  # it is a box of its group, and no field of the same name within it
            widget["AP"]["N"]["Off"] = empty.reference
        else:
            widget["AP"] = pydyf.Dictionary({"N": empty.reference})
    form["Fields"] = pydyf.Array(one for one in form["Fields"] if one not in kids)
    for group in [one for one in pdf.objects if isinstance(one, dict) and one.get("FT") == "/Btn" and "Kids" in one]:
        names = [kids[reference]["TU"].string for reference in group["Kids"]]
        group["TU"] = pydyf.String(_in_common(names).strip(" :–"))  # WeasyPrint names it by its first box
    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and any(b"begincmap" in _bytes(part) for part in one.stream):
            one.stream = _without_empty_letters(one.stream)


def _in_common(names: list[str]) -> str:
    """What all of them begin with."""
    first, last = min(names), max(names)
    end = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:end]


def _bytes(part: Any) -> bytes:
    return part if isinstance(part, bytes) else str(part).encode()


def _without_empty_letters(parts: list[Any]) -> list[bytes]:
    """The table of a font's letters, its blocks counted anew."""
    lines = b"\n".join(map(_bytes, parts)).split(b"\n")
    found: list[bytes] = []
    block: list[bytes] | None = None
    for line in lines:
        if line.endswith(b"beginbfchar"):
            block = []
        elif line == b"endbfchar" and block is not None:
            if block:
                found += [b"%d beginbfchar" % len(block), *block, line]
            block = None
        elif block is None:
            found.append(line)
        elif not _NO_LETTER.match(line):
            block.append(line)
    return found
