from collections.abc import Callable
from typing import Any

import pytest

from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from tests.catalogue.documents import as_file, catalogue_document


@pytest.fixture
def published(db) -> Callable[..., Edition]:
    """Publishes a document through the same service function as everyone: ``published("eins", number="1.0")``."""

    def publish(*keys: str, **fields: Any) -> Edition:
        file = load_file(as_file(catalogue_document(*keys, **fields)), "test.yaml")
        return import_files([file], publish=True)[0].edition

    return publish


@pytest.fixture
def draft(db) -> Callable[..., Edition]:
    """Like ``published``, but left as a draft."""

    def load(*keys: str, **fields: Any) -> Edition:
        return import_files([load_file(as_file(catalogue_document(*keys, **fields)), "test.yaml")])[0].edition

    return load


@pytest.fixture
def curator(client, dora):
    """Dora, signed in."""
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    return dora
