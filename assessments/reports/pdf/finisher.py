"""What is added to a PDF before its bytes are written, by WeasyPrint's public hook for it (``finisher``).

It hands over the objects of the file. They are dictionaries and streams of pydyf, whose attributes are documented.
"""

import io
import warnings
from typing import Any

from assessments.reports.pdf.form_fields import finish_fields

VERSION = "1.7"

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


def write(document: Any) -> bytes:
    """A rendered document as PDF/A-2a and PDF/UA-1. The same document gives the same bytes.

    No stream in it ends in a carriage return alone. That would, followed by the line feed before ``endstream``, read as one
    line end, and the stream seem shorter than it says: one document in a few dozen would fail PDF/A. The two streams at the end
    are made while the file is written; where one of them ends so, it is written anew with one more object, to which nothing
    refers.
    """
    finisher = Finisher()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # it never closes its colour profile
        content: bytes = document.write_pdf(finisher=finisher, pdf_variant="pdf/a-2a", pdf_version=VERSION, pdf_identifier=True)
    while ends_in_doubt(content):
        content = finisher.write_anew()
    return content


class Finisher:
    """The last touch before the bytes are written, for one document."""

    def __call__(self, document: Any, pdf: Any) -> None:
        add_ua_identification(pdf)
        add_scopes(pdf)
        finish_fields(pdf)
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


def add_ua_identification(pdf: Any) -> None:
    """PDF/UA-1 beside PDF/A-2a: both are named in the document's one block of RDF, where validators look for them.

    PDF/A wants every property outside its own schemas to be declared, hence the extension schema. The stream stays
    uncompressed: archives search it without unpacking.
    """
    metadata = next(one for one in pdf.objects if one.reference == pdf.catalog["Metadata"])
    end = b"</rdf:RDF>"
    metadata.stream = [part.replace(end, _UA_DESCRIPTION + end) for part in metadata.stream]
    metadata.compress = False


def add_scopes(pdf: Any) -> None:
    """Give header cells their scope, which WeasyPrint leaves out: column in a table's head, row elsewhere."""
    elements: list[Any] = [one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/StructElem"]
    by_reference = {one.reference: one for one in elements}
    for cell in elements:
        if cell["S"] == "/TH":
            group = by_reference.get(by_reference[cell["P"]]["P"])
            cell["A"]["Scope"] = "/Column" if group is not None and group["S"] == "/THead" else "/Row"


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
            written.compressible, written.data = one.compressible, with_clear_end(one.data)
            pdf.objects[place] = written


def with_clear_end(data: bytes) -> bytes:
    """The bytes of a stream that ends in a carriage return with a line end of two bytes behind it, which leaves no doubt."""
    return data.removesuffix(b"\nendstream") + b"\r\nendstream" if data.endswith(b"\r\nendstream") else data
