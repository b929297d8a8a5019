"""What is added to a PDF before its bytes are written, by WeasyPrint's public hook for it (``finisher``).

It hands over the objects of the file. They are dictionaries and streams of pydyf, whose attributes are documented.
"""

import io
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from assessments.reports.pdf.form_fields import finish_fields
from assessments.reports.pdf.structure import improve_structure

VERSION = "1.7"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_UA_DESCRIPTION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the document conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class SetLater(Protocol):
    """What is set in the finished file (see ``page_numbers`` and ``chart_labels``)."""

    def set_in(self, pages: Sequence[Any], pdf: Any) -> None:
        """In a file of these pages (WeasyPrint's), before anything in it is packed."""


@dataclass(frozen=True)
class Attached:
    """A file inside the file. ``relationship`` is one of the PDF standard's words: Data, Alternative, Source …"""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: str


def write(
    document: Any,
    *,
    made_at: datetime | None = None,
    language: str = "",
    attachments: Sequence[Attached] = (),
    later: Sequence[SetLater] = (),
) -> bytes:
    """A rendered document as PDF/A-3a and PDF/UA-1. The same document, made at the same moment, gives the same bytes.

    ``language`` is that of the passages which are not in the document's own (see ``structure``). ``made_at`` is the moment its
    making is dated to; without one it bears no date. ``attachments`` go into the file in the order of their names. ``later``
    is what is to be set in it now that its pages are known.

    No stream in it ends in a carriage return alone. That would, followed by the line feed before ``endstream``, read as one
    line end, and the stream seem shorter than it says: one document in a few dozen would fail PDF/A. The two streams at the end
    are made while the file is written; where one of them ends so, it is written anew with one more object, to which nothing
    refers.
    """
    if made_at is not None:
        document.metadata.created = document.metadata.modified = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    finisher = Finisher(language, attachments, later)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # it never closes its colour profile
        content: bytes = document.write_pdf(
            finisher=finisher,
            pdf_variant="pdf/a-3a",
            pdf_version=VERSION,
            pdf_identifier=True,
            attachments=[_attachment(one, made_at) for one in sorted(attachments, key=lambda one: one.name)],
        )
    while ends_in_doubt(content):
        content = finisher.write_anew()
    return content


def _attachment(one: Attached, made_at: datetime | None) -> Any:
    from weasyprint import Attachment

    at = (made_at or EPOCH).astimezone(UTC)
    return Attachment(
        file_obj=io.BytesIO(one.content),
        name=one.name,
        description=one.description,
        created=at,
        modified=at,
        relationship=one.relationship,
    )


class Finisher:
    """The last touch before the bytes are written, for one document."""

    def __init__(self, language: str, attachments: Sequence[Attached], later: Sequence[SetLater]) -> None:
        self.language, self.attachments, self.later = language, attachments, later

    def __call__(self, document: Any, pdf: Any) -> None:
        add_ua_identification(pdf)
        improve_structure(pdf, language=self.language)
        describe_attachments(pdf, self.attachments)
        map_every_glyph(pdf)
        finish_fields(pdf)
        for one in self.later:
            one.set_in(document.pages, pdf)
        write_once(pdf)
        self.pdf, self.count = pdf, len(pdf.objects)

    def write_anew(self) -> bytes:
        """The file once more, with an empty object more. Writing adds objects of its own, and counts on from where it was."""
        import pydyf

        del self.pdf.objects[self.count :]
        self.pdf.current_position = 0
        self.pdf.add_object(pydyf.Dictionary())
        self.count += 1
        output = io.BytesIO()
        self.pdf.write(output, version=VERSION, identifier=True, compress=True)
        return output.getvalue()


def ends_in_doubt(content: bytes) -> bool:
    """Whether one of the last two streams of a file ends in a carriage return: its packed objects, and where they lie."""
    return any(part.endswith(b"\r\n") for part in content.rsplit(b"endstream", 2)[:2])


def describe_attachments(pdf: Any, attachments: Sequence[Attached]) -> None:
    """The type of each embedded file as it is known here: WeasyPrint asks the machine's list of endings for it.

    And each of them once among the files that belong to the document, where WeasyPrint names it twice.
    """
    kinds = {one.name: one.media_type for one in attachments}
    by_reference = {one.reference: one for one in pdf.objects}
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("Type") == "/Filespec":
            stream = by_reference[one["EF"]["F"]]
            stream.extra["Subtype"] = "/" + kinds[one["UF"].string].replace("/", "#2f")
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def add_ua_identification(pdf: Any) -> None:
    """PDF/UA-1 beside PDF/A-3a: both are named in the document's one block of RDF, where validators look for them.

    PDF/A wants every property outside its own schemas to be declared, hence the extension schema. The stream stays
    uncompressed: archives search it without unpacking.
    """
    metadata = next(one for one in pdf.objects if one.reference == pdf.catalog["Metadata"])
    end = b"</rdf:RDF>"
    metadata.stream = [part.replace(end, _UA_DESCRIPTION + end) for part in metadata.stream]
    metadata.compress = False


def map_every_glyph(pdf: Any) -> None:
    """A letter may be drawn with several signs, such as one for its dots: those that stand for nothing more say so.

    WeasyPrint maps them to no character at all, which is no mapping. A word joiner is one, and is neither seen nor heard.
    """
    for one in pdf.objects:
        if isinstance(one, dict) and "ToUnicode" in one:
            table = pdf.objects[int(one["ToUnicode"].split()[0])]
            table.stream = [part.replace(b"> <>", b"> <2060>") for part in table.stream]


def write_once(pdf: Any) -> None:
    """Turn each object into its bytes here, once: writing asks for them twice, the second time for the file's checksum."""
    import pydyf

    class Written(pydyf.Object):
        compressible: bool = False
        data: bytes = b""

    for place, one in enumerate(pdf.objects):
        if one.free != "f":
            written = Written()
            written.number, written.generation = one.number, one.generation
            if isinstance(one, pydyf.Stream) and one.compress:
                pack(one)
            written.compressible, written.data = one.compressible, with_clear_end(one.data)
            pdf.objects[place] = written


def pack(stream: Any) -> None:
    """As zlib does by itself: the highest level, which is pydyf's, takes more than twice as long for 2 % of the size."""
    stream.stream = [zlib.compress(b"\n".join(map(_bytes_of, stream.stream)))]
    stream.extra["Filter"] = "/FlateDecode"
    stream.compress = False


def _bytes_of(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.encode("ascii") if isinstance(part, str) else bytes(part.data)


def with_clear_end(data: bytes) -> bytes:
    """The bytes of a stream that ends in a carriage return with a line end of two bytes behind it, which leaves no doubt."""
    return data.removesuffix(b"\nendstream") + b"\r\nendstream" if data.endswith(b"\r\nendstream") else data
