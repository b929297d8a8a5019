"""Municipalities with people, and how many projects each has. The same numbers give the same ones."""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from assessments.services.demo import PASSWORD
from scaling.accounts.ags import STATES
from scaling.accounts.models import Membership, Municipality, Role, User
from scaling.common.text import look_alike

SEED = 2026
#: Of the largest municipality.
MANY_PROJECTS = 200
#: Where the people have their addresses. The ending is nobody's (RFC 2606).
DOMAIN = "last.example"

_FIRST = ("Alten", "Neuen", "Ober", "Unter", "Nieder", "Hohen", "Groß", "Klein", "Wald", "Berg", "See", "Wiesen",
          "Linden", "Birken", "Eichen", "Erlen", "Rosen", "Stein", "Sand", "Moor", "Kirch", "Mühl", "Markt",
          "Brunn")  # fmt: skip
_MIDDLE = ("", "see", "wald", "feld", "born", "grund", "mar", "lohe", "buch", "hain", "fels", "moos",
           "wies", "rain", "steg", "tal", "damm", "holz", "horst", "au", "bruck", "kamp", "garten", "sand")  # fmt: skip
_LAST = ("dorf", "heim", "hausen", "stadt", "burg", "berg", "ingen", "rode", "leben", "stedt",
         "ach", "weiler", "kirchen", "hofen", "bach", "furt", "büttel", "beck", "sund", "walde")  # fmt: skip
_GIVEN = ("Anke", "Bernd", "Carla", "Detlef", "Elif", "Falk", "Grit", "Hanno", "Ines", "Jonas", "Katja", "Levin")
_FAMILY = (
    "Ahrens",
    "Bunte",
    "Clasen",
    "Dreyer",
    "Ehlers",
    "Fiedler",
    "Gerdes",
    "Hinrichs",
    "Imhoff",
    "Jessen",
    "Kolb",
    "Lüders",
)


def numbers_of_projects(municipalities: int, projects: int) -> list[int]:
    """How many each municipality has: at least one, a few have many, ``projects`` in all."""
    random = Random(SEED)  # noqa: S311 – the same each time
    largest = min(MANY_PROJECTS, projects - municipalities + 1)
    numbers = [largest] + [1] * (municipalities - 1)
    weights = [random.paretovariate(1.2) for _ in numbers]
    weights[0] = 0.0
    spare = projects - sum(numbers)
    if municipalities > 1:
        for place in random.choices(range(municipalities), weights, k=spare):
            numbers[place] += 1
    while (over := next((place for place in range(1, municipalities) if numbers[place] > largest), None)) is not None:
        numbers[over] -= 1
        numbers[random.randrange(1, municipalities)] += 1
    return numbers


def names() -> Iterator[str]:
    """Some 11,500 names of places that are in no list of municipalities' names, each once, in a mixed order."""
    made = [f"{first}{middle}{last}" for first, middle, last in product(_FIRST, _MIDDLE, _LAST)]
    Random(SEED).shuffle(made)  # noqa: S311
    return iter(made)


def make_places(number: int) -> list[int]:
    """Add that many municipalities, each with a manager, a team member and a reader. Returns their primary keys.

    They are fictional, as the demo's are, and take part in the comparison; their people's password is the demo's.
    """
    states = sorted(STATES)
    random = Random(SEED)  # noqa: S311 – the same each time
    municipalities = Municipality.objects.bulk_create(
        [
            Municipality(
                name=f"Gemeinde {name}",
                name_key=look_alike(f"Gemeinde {name}"),
                ags=f"{states[place % len(states)]}{700000 + place:06d}",
                code=f"L{place:06d}",
                is_fictional=True,
                population=random.choice((1_800, 3_900, 7_500, 12_000, 26_000)),
                population_source="Lastdaten",
                compared_since=timezone.now(),
            )
            for place, name in enumerate(islice(names(), number))
        ],
        batch_size=2000,
    )
    password = make_password(PASSWORD)
    roles = (("leitung", Role.MANAGER), ("team", Role.TEAM), ("lesen", Role.READER))
    people = User.objects.bulk_create(
        [
            User(
                email=f"{word}@{municipality.code.lower()}.{DOMAIN}",
                name=f"{_GIVEN[(place + turn) % 12]} {_FAMILY[(place // 12 + 5 * turn) % 12]}",
                password=password,
                date_joined=timezone.now(),
            )
            for place, municipality in enumerate(municipalities)
            for turn, (word, _role) in enumerate(roles)
        ],
        batch_size=2000,
    )
    Membership.objects.bulk_create(
        [
            Membership(user=person, municipality=municipalities[number // len(roles)], role=roles[number % len(roles)][1])
            for number, person in enumerate(people)
        ],
        batch_size=2000,
    )
    return [municipality.pk for municipality in municipalities]


def people_of(places: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """By municipality: its name and short code, and id and name of its manager and of its team member. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT place.id, place.name, place.code, head.user_id, boss.name, one.user_id, helper.name
               FROM accounts_municipality place
               JOIN accounts_membership head ON head.municipality_id = place.id AND head.role = 'manager'
               JOIN accounts_user boss ON boss.id = head.user_id
               JOIN accounts_membership one ON one.municipality_id = place.id AND one.role = 'team'
               JOIN accounts_user helper ON helper.id = one.user_id
               WHERE place.id = ANY(%s)""",
            [list(places)],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}
