"""What is measured: the pages that people wait for. Limits in milliseconds (docs/decisions.md, "Speed")."""

import itertools
import re
import time
from collections.abc import Callable, Iterator

from assessments.services.demo import PASSWORD
from tests.bench.server import Client
from tests.bench.usual_round import NAME

KEY = "mitarbeiterkompetenzen"

Case = tuple[str, float, Callable[[], object], int]


def warm_up(client: Client) -> None:
    """Wait until the worker has rendered a PDF: it loads its fonts when it starts."""
    client.sign_in("team@auenfurt.example", PASSWORD)
    path = f"/bewertungen/{find_draft(client)}/profil.pdf?umfang=kurz"
    while client.request("GET", path)[0] != 200:
        time.sleep(0.1)


def find_draft(client: Client) -> str:
    """The public id of the usual round, for a client that is signed in as its team."""
    return re.findall(rf'/bewertungen/(\w+)/">{NAME}<', client.get("/").decode())[0]


def cases(client: Client) -> Iterator[Case]:
    """Name, limit, action and number of rounds, in the order of a workshop."""
    yield "start page, visitor", 40, lambda: client.get("/"), 40
    yield "catalogue", 40, lambda: client.get("/katalog/"), 40
    yield "search over the catalogue", 30, lambda: client.get("/katalog/?q=Datenqualit%C3%A4t"), 40
    yield "a criterion", 40, lambda: client.get(f"/katalog/{KEY}/"), 40
    client.sign_in("team@auenfurt.example", PASSWORD)
    draft = find_draft(client)
    yield "start page, team", 60, lambda: client.get("/"), 40
    yield "overview of an assessment", 60, lambda: client.get(f"/bewertungen/{draft}/"), 40
    path = f"/bewertungen/{draft}/kriterien/{KEY}/"
    yield "open the form of a criterion", 13, lambda: client.get(path), 60
    yield "save a criterion", 13, saver(client, path), 60
    profile = f"/bewertungen/{draft}/profil/"
    yield "maturity profile", 40, lambda: client.get(profile), 40
    changing = saver(client, path)
    yield "maturity profile, just changed (with a save)", 53, lambda: (changing(), client.get(profile)), 40
    yield from pdf_cases(client, draft)


def saver(client: Client, path: str) -> Callable[[], object]:
    """Each call saves another answer, as a person would who kept the page open; the version is counted along."""
    form = client.form(path)
    version = itertools.count(int(form["version"]))

    def save() -> None:
        number = next(version)
        answer = {**form, "version": str(number), "choice": str(number % 5), "rationale": f"Fassung {number}", "bleiben": "1"}
        status, _ = client.request("POST", path, answer)
        assert status == 302, f"{path}: {status}"
        # The next page would tell it and take it away; kept, each save would carry and sign all that earlier ones had to say.
        client.cookies.pop("messages", None)

    return save


def pdf_cases(client: Client, draft: str) -> Iterator[Case]:
    path = f"/bewertungen/{draft}/profil.pdf"
    changing = saver(client, f"/bewertungen/{draft}/kriterien/{KEY}/")

    def wanted(scope: str) -> None:
        while client.request("GET", f"{path}?umfang={scope}")[0] != 200:  # 202 once two seconds are over
            pass

    def fresh(scope: str) -> Callable[[], object]:
        def render() -> None:
            changing()  # an unchanged profile would come from the cache
            wanted(scope)

        return render

    yield "PDF, long, rendered anew (with a save)", 1020, fresh("lang"), 5
    yield "PDF, short, rendered anew (with a save)", 370, fresh("kurz"), 5
    yield "PDF, long, from the store", 20, lambda: wanted("lang"), 20
