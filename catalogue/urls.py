from django.urls import URLPattern, path

from catalogue.views import criteria, editions, files, phases_and_workstreams, practices_and_models, public

app_name = "catalogue"
EDITION = "redaktion/<str:number>/"


def draft_object_urls(folder: str, kind: practices_and_models.DraftObjectKind) -> list[URLPattern]:
    """``practice_add``, ``model_edit`` …: the same pages for good practices and operating models."""
    one, what = f"{EDITION}{folder}/<slug:key>/", {"kind": kind}
    return [
        path(f"{EDITION}{folder}/neu/", practices_and_models.add, what, name=f"{kind.name}_add"),
        path(one, practices_and_models.edit, what, name=f"{kind.name}_edit"),
        path(f"{one}vorschau/", practices_and_models.preview, what, name=f"{kind.name}_preview"),
        path(f"{one}verschieben/", practices_and_models.move, what, name=f"{kind.name}_move"),
        path(f"{one}entfernen/", practices_and_models.remove, what, name=f"{kind.name}_remove"),
    ]


urlpatterns = [
    path("", public.index, name="index"),
    path("praxisbeispiele/", public.practices, name="practices"),
    path("betreibermodelle/", public.operating_models, name="operating_models"),
    path("druck/", public.printable, name="printable"),
    path("redaktion/", editions.editions, name="editions"),
    path("redaktion/einlesen/", files.upload, name="upload"),
    path("redaktion/phasen-und-workstreams/", phases_and_workstreams.overview, name="phases_and_workstreams"),
    path(
        "redaktion/phasen-und-workstreams/<str:kind>/<slug:key>/", phases_and_workstreams.edit, name="phase_or_workstream_edit"
    ),
    path(
        "redaktion/phasen-und-workstreams/<str:kind>/<slug:key>/vorschau/",
        phases_and_workstreams.preview,
        name="phase_or_workstream_preview",
    ),
    path(EDITION, editions.edition, name="edition"),
    path(f"{EDITION}texte/", editions.texts, name="edition_texts"),
    path(f"{EDITION}texte/vorschau/", editions.texts_preview, name="edition_preview"),
    path(f"{EDITION}kopieren/", editions.copy, name="edition_copy"),
    path(f"{EDITION}veroeffentlichen/", editions.publish, name="edition_publish"),
    path(f"{EDITION}zurueckziehen/", editions.retire, name="edition_retire"),
    path(f"{EDITION}verwerfen/", editions.discard, name="edition_discard"),
    path(f"{EDITION}vergleich/", editions.comparison, name="comparison"),
    path(f"{EDITION}aenderungen/", editions.changes, name="changes"),
    path(f"{EDITION}katalog.yaml", files.yaml_file, name="yaml"),
    path(f"{EDITION}katalog.xlsx", files.xlsx_file, name="xlsx"),
    path(f"{EDITION}kriterien/neu/", criteria.add, name="criterion_add"),
    path(f"{EDITION}kriterien/<slug:key>/", criteria.edit, name="criterion_edit"),
    path(f"{EDITION}kriterien/<slug:key>/vorschau/", criteria.preview, name="criterion_preview"),
    path(f"{EDITION}kriterien/<slug:key>/verschieben/", criteria.move, name="criterion_move"),
    path(f"{EDITION}kriterien/<slug:key>/entfernen/", criteria.remove, name="criterion_remove"),
    *draft_object_urls("praxisbeispiele", practices_and_models.PRACTICE),
    *draft_object_urls("betreibermodelle", practices_and_models.MODEL),
    # Last: every other address is a criterion's key (validate.RESERVED_KEYS keeps keys off the addresses above).
    path("<slug:key>/", public.criterion, name="criterion"),
]
