"""The cast, known to every test: Alice edits, Bob manages, Rita reads, Charlie belongs elsewhere, Dora curates.

Nobody is there before somebody asks for them. tests/conftest.py has a fixture for each.
"""

from functools import cached_property
from typing import Any

from scaling.accounts.models import Membership, Municipality, Role, User

PASSWORD = "ein-sehr-gutes-Passwort"


def make_user(name: str, **fields: Any) -> User:
    """A person with an e-mail address made from the name. The password is hashed by the tests' fast hasher."""
    return User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name, **fields)


def make_member(name: str, municipality: Municipality, role: Role) -> User:
    user = make_user(name)
    Membership.objects.create(user=user, municipality=municipality, role=role)
    return user


class Cast:
    @cached_property
    def municipality(self) -> Municipality:
        return Municipality.objects.create(name="Stadt Musterhafen", ags="03999001", is_fictional=True)

    @cached_property
    def elsewhere(self) -> Municipality:
        return Municipality.objects.create(name="Gemeinde Anderswo", ags="09999002", is_fictional=True)

    @cached_property
    def bob(self) -> User:
        """A manager of the municipality."""
        return make_member("Bob", self.municipality, Role.MANAGER)

    @cached_property
    def alice(self) -> User:
        """On the municipality's team; a project has to name her before she may edit it."""
        return make_member("Alice", self.municipality, Role.TEAM)

    @cached_property
    def rita(self) -> User:
        """Reads approved assessments."""
        return make_member("Rita", self.municipality, Role.READER)

    @cached_property
    def charlie(self) -> User:
        """Manages another municipality: a stranger to everything here."""
        return make_member("Charlie", self.elsewhere, Role.MANAGER)

    @cached_property
    def dora(self) -> User:
        """Curates the catalogue and belongs to no municipality."""
        return make_user("Dora", is_curator=True)
