"""Static files travel compressed and are asked for once: their names change with their content."""

from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from scaling import settings as ours
from tests.built import put_built

YEAR = 365 * 24 * 3600


@pytest.fixture
def collected(db, settings, tmp_path):
    """One style sheet, collected as ``serve`` collects all of them."""
    source, settings.STATIC_ROOT = tmp_path / "source", str(tmp_path / "static")
    source.mkdir()
    (source / "seite.css").write_text("p { color: black; }\n" * 200)
    (source / "teil.js").write_text("export const one = 1;\n")
    (source / "seite.js").write_text('import { one } from "./teil.js";\nconsole.log(one);\n')
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": ours.STORAGES["staticfiles"]}
    call_command("collectstatic", interactive=False, verbosity=0)
    middleware = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))

    def fetch(url, **headers):
        response = middleware(RequestFactory().get(url, headers=headers))
        response.close()  # or its file stays open; it also lets the database go, hence db
        return response

    return fetch


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_file_is_named_by_its_content_kept_for_years_and_compressed(collected, encoding):
    url = staticfiles_storage.url("seite.css")
    assert url != "/static/seite.css"
    response = collected(url, **{"accept-encoding": encoding})
    assert response.status_code == 200
    assert response["Content-Encoding"] == encoding
    assert int(response["Content-Length"]) < 200
    assert "immutable" in response["Cache-Control"]
    assert int(response["Cache-Control"].split("max-age=")[1].split(",")[0]) >= YEAR


def test_file_under_its_plain_name_is_not_kept_for_years(collected):
    response = collected("/static/seite.css")
    assert "immutable" not in response["Cache-Control"]


def test_script_imports_others_by_the_name_of_their_content(collected, settings):
    script = collected(staticfiles_storage.url("seite.js"))
    assert script.status_code == 200
    stored = (Path(settings.STATIC_ROOT) / staticfiles_storage.url("seite.js").removeprefix("/static/")).read_text()
    name = staticfiles_storage.url("teil.js").removeprefix("/static/")
    assert name != "teil.js"
    assert f'from "./{name}";' in stored


def test_all_files_of_the_app_can_be_collected(tmp_path):
    """As ``serve`` does at the first start: whatever a script imports has to be there."""
    put_built(tmp_path)
    assert list(tmp_path.glob("static/js/answer.*.js"))
