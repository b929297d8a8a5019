"""The name of a person as a profile shows it, and who it is."""


class PersonName(str):
    """A name for every rendering, with the person's id for the record, which keeps a reference in its place.

    What somebody typed for who is in charge or a contact, a name or an office, is one without an id.
    """

    user_id: int | None

    def __new__(cls, name: str, user_id: int | None = None) -> "PersonName":
        made = super().__new__(cls, name)
        made.user_id = user_id
        return made


def person_name(name: str, user_id: int | None) -> str:
    """A ``PersonName``, or "" for nobody."""
    return PersonName(name, user_id) if name else ""
