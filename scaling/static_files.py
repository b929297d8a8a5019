"""How static files get their names in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Names files by their content, those that scripts import from each other as well (``import … from "./drafts.js";``)."""

    support_js_module_import_aggregation = True
