"""Who may do what with the catalogue: everyone reads what is published; curators do the rest, and only drafts can change."""

from typing import Any

from catalogue.models import Edition
from scaling.accounts.rules import is_curator
from scaling.common.permissions import add_permission, predicate


@predicate
def is_draft(user: Any, obj: Any) -> bool:
    """About an edition, or anything that belongs to one; without an object the question is left open."""
    if obj is None:
        return True
    edition = obj if isinstance(obj, Edition) else obj.edition
    return bool(edition.is_draft)


@predicate
def is_published(user: Any, edition: Edition) -> bool:
    return bool(edition.state == "published")


#: Curator pages
add_permission("catalogue.curate", is_curator)
add_permission("catalogue.edit_edition", is_curator & is_draft)
add_permission("catalogue.publish_edition", is_curator & is_draft)
add_permission("catalogue.retire_edition", is_curator & is_published)

#: Django's admin asks by these names
add_permission("catalogue", is_curator)
for _model in (
    "edition",
    "criterion",
    "leveldescriptor",
    "milestone",
    "goodpractice",
    "operatingmodel",
    "reference",
):
    add_permission(f"catalogue.view_{_model}", is_curator)
    for _act in ("add", "change", "delete"):
        add_permission(f"catalogue.{_act}_{_model}", is_curator & is_draft)
for _model in ("phase", "workstream"):
    add_permission(f"catalogue.view_{_model}", is_curator)
    add_permission(f"catalogue.change_{_model}", is_curator)
