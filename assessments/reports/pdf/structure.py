"""What a PDF's tags say, made better than WeasyPrint leaves them. Called by the finisher; works on pydyf's objects.

An element of HTML is known by its tag only: WeasyPrint writes neither classes nor languages to the tags of the PDF. So the
report's templates keep to a rule, which ``tests/reports/test_pdf_structure.py`` holds them to: ``<section>``, ``<span>`` and
``<blockquote>`` stand around passages in the language of those who answered, and around nothing else.
"""

from typing import Any

import pydyf

#: The tags of what stands around a passage in another language. Of ``/Span``, those that hold elements: others are bare text.
PASSAGES = ("/Sect", "/BlockQuote", "/Span")


def improve_structure(pdf: Any, *, language: str = "") -> None:
    """Scopes for header cells, one link tag for one link, one article for one criterion, contents tagged as contents, and
    ``language`` at its passages.
    """
    elements: list[Any] = [one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/StructElem"]
    Structure(pdf, {one.reference: one for one in elements}).improve(language)


class Structure:
    """The elements by their references. Merged ones stay in the file as empty objects, to which nothing refers."""

    def __init__(self, pdf: Any, elements: dict[Any, Any]) -> None:
        self.elements = elements
        self.objects = {one.reference: one for one in pdf.objects if one.reference not in elements}
        self.pdf = pdf
        self.moved: dict[Any, Any] = {}

    def improve(self, language: str) -> None:
        lists: list[Any] = []
        articles: list[Any] = []
        for one in self.elements.values():
            tag = one.get("S")
            if tag == "/TH":
                self.add_scope(one)
            elif tag == "/L":
                lists.append(one)
            elif tag == "/Art":
                articles.append(one)
            elif language and tag in PASSAGES and (tag != "/Span" or self.children(one)):
                one["Lang"] = pydyf.String(language)
        self.join_articles(articles)
        for one in list(self.elements.values()):
            self.merge_links(one)
        self.redirect()
        for one in lists:
            if self.is_contents(one):
                self.tag_contents(one)

    def children(self, element: Any) -> list[Any]:
        return [self.elements[kid] for kid in element.get("K", ()) if kid in self.elements]

    def add_scope(self, cell: Any) -> None:
        """Column in a table's head, row elsewhere."""
        group = self.elements.get(self.elements[cell["P"]]["P"])
        cell["A"]["Scope"] = "/Column" if group is not None and group["S"] == "/THead" else "/Row"

    # --- Articles

    def join_articles(self, articles: list[Any]) -> None:
        """An article that goes on on the next page is two for WeasyPrint, the second without a heading."""
        first: Any = None
        for one in articles:
            if first is None or self.has_heading(one):
                first = one
                continue
            for kid in self.children(one):
                kid["P"] = first.reference
            first["K"].extend(one["K"])
            self.elements[one["P"]]["K"].remove(one.reference)
            one.clear()

    def has_heading(self, element: Any) -> bool:
        return any(kid.get("S") == "/H3" or self.has_heading(kid) for kid in self.children(element))

    # --- Links

    def target(self, link: Any) -> str:
        """Where a link leads, "" for what is no link."""
        if link.get("S") != "/Link":
            return ""
        for kid in link["K"]:
            found = self.objects.get(kid)
            if isinstance(found, dict) and found.get("Type") == "/OBJR":
                return str(self.objects[found["Obj"]]["Contents"].string)
        return ""

    def merge_links(self, parent: Any) -> None:
        """A link that is set in two lines is two for WeasyPrint: its parts go into the first."""
        first: Any = None
        target = ""
        for kid in list(parent.get("K", ())):
            one: Any = self.elements.get(kid)
            here = self.target(one) if one is not None else ""
            if here and here == target:
                first["K"].extend(one["K"])
                for inner in self.children(one):
                    inner["P"] = first.reference
                self.moved[one.reference] = first.reference
                parent["K"].remove(kid)
                one.clear()
            else:
                first, target = one, here

    def redirect(self) -> None:
        """In the list that leads from a page's content back to its element."""
        if not self.moved:
            return
        root = self.objects[self.pdf.catalog["StructTreeRoot"]]
        numbers = self.objects[root["ParentTree"]]["Nums"]
        for place, value in enumerate(numbers):
            if isinstance(value, list):
                value[:] = [self.moved.get(one, one) for one in value]
            elif value in self.moved:
                numbers[place] = self.moved[value]

    # --- Contents

    def is_contents(self, element: Any) -> bool:
        """Whether every item of a list holds a link into the document itself."""
        items = self.children(element)
        return bool(items) and all(self.leads_inside(item) for item in items)

    def leads_inside(self, element: Any) -> bool:
        if element.get("S") == "/Link":
            parts = [self.objects[kid] for kid in element["K"] if kid in self.objects]
            return any("Dest" in self.objects[part["Obj"]] for part in parts)
        return any(self.leads_inside(kid) for kid in self.children(element) if kid.get("S") != "/L")

    def tag_contents(self, element: Any) -> None:
        """List, item and body become contents, entry and reference; a list within a list is contents within an entry."""
        element["S"] = "/TOC"
        for item in self.children(element):
            item["S"] = "/TOCI"
            for body in self.children(item):
                if body["S"] == "/LBody":
                    body["S"] = "/Reference"
                    self.lift_lists(body, item)

    def lift_lists(self, body: Any, item: Any) -> None:
        for one in self.children(body):
            if one["S"] in ("/L", "/TOC"):
                body["K"].remove(one.reference)
                item["K"].append(one.reference)
                one["P"] = item.reference
