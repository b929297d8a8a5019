from django.urls import path

from catalogue.views import criteria, editions, exchange, frame, operating_models, practices, public

app_name = "catalogue"
EDITION = "redaktion/<str:number>/"
urlpatterns = [
    path("", public.index, name="index"),
    path("praxisbeispiele/", public.practices, name="practices"),
    path("betreibermodelle/", public.operating_models, name="operating_models"),
    path("druck/", public.printable, name="printable"),
    path("redaktion/", editions.editions, name="editions"),
    path("redaktion/einlesen/", exchange.upload, name="upload"),
    path("redaktion/rahmen/", frame.frame, name="frame"),
    path("redaktion/rahmen/<str:kind>/<slug:key>/", frame.edit, name="frame_edit"),
    path("redaktion/rahmen/<str:kind>/<slug:key>/vorschau/", frame.preview, name="frame_preview"),
    path(EDITION, editions.edition, name="edition"),
    path(f"{EDITION}texte/", editions.texts, name="edition_texts"),
    path(f"{EDITION}texte/vorschau/", editions.texts_preview, name="edition_preview"),
    path(f"{EDITION}kopieren/", editions.copy, name="edition_copy"),
    path(f"{EDITION}veroeffentlichen/", editions.publish, name="edition_publish"),
    path(f"{EDITION}zurueckziehen/", editions.retire, name="edition_retire"),
    path(f"{EDITION}verwerfen/", editions.discard, name="edition_discard"),
    path(f"{EDITION}vergleich/", editions.comparison, name="comparison"),
    path(f"{EDITION}aenderungen/", editions.changes, name="changes"),
    path(f"{EDITION}katalog.yaml", exchange.yaml_file, name="yaml"),
    path(f"{EDITION}katalog.xlsx", exchange.xlsx_file, name="xlsx"),
    path(f"{EDITION}kriterien/neu/", criteria.add, name="criterion_add"),
    path(f"{EDITION}kriterien/<slug:key>/", criteria.edit, name="criterion_edit"),
    path(f"{EDITION}kriterien/<slug:key>/vorschau/", criteria.preview, name="criterion_preview"),
    path(f"{EDITION}kriterien/<slug:key>/verschieben/", criteria.move, name="criterion_move"),
    path(f"{EDITION}kriterien/<slug:key>/entfernen/", criteria.remove, name="criterion_remove"),
    path(f"{EDITION}praxisbeispiele/neu/", practices.add, name="practice_add"),
    path(f"{EDITION}praxisbeispiele/<slug:key>/", practices.edit, name="practice_edit"),
    path(f"{EDITION}praxisbeispiele/<slug:key>/vorschau/", practices.preview, name="practice_preview"),
    path(f"{EDITION}praxisbeispiele/<slug:key>/verschieben/", practices.move, name="practice_move"),
    path(f"{EDITION}praxisbeispiele/<slug:key>/entfernen/", practices.remove, name="practice_remove"),
    path(f"{EDITION}betreibermodelle/neu/", operating_models.add, name="model_add"),
    path(f"{EDITION}betreibermodelle/<slug:key>/", operating_models.edit, name="model_edit"),
    path(f"{EDITION}betreibermodelle/<slug:key>/vorschau/", operating_models.preview, name="model_preview"),
    path(f"{EDITION}betreibermodelle/<slug:key>/verschieben/", operating_models.move, name="model_move"),
    path(f"{EDITION}betreibermodelle/<slug:key>/entfernen/", operating_models.remove, name="model_remove"),
    # Last: every other address is a criterion's key (validation.RESERVED_KEYS keeps keys off the addresses above).
    path("<slug:key>/", public.criterion, name="criterion"),
]
