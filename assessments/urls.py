from django.urls import include, path

from assessments.views import (
    evidence,
    looking_back,
    measures,
    moving,
    municipality,
    municipality_settings,
    project,
    rounds,
    score,
    sheet,
    table,
    talk,
)

app_name = "assessments"
of_one_criterion = [
    path("stimmt-noch/", score.confirm, name="confirm"),
    path("anwesend/", talk.present, name="present"),
    path("zustaendig/", talk.assign_one, name="assign_one"),
    path("kommentare/", talk.comment_add, name="comment_add"),
    path("kommentare/<int:pk>/erledigt/", talk.comment_resolve, name="comment_resolve"),
    path("nachweise/datei/", evidence.evidence_file_add, name="evidence_file_add"),
    path("nachweise/<int:pk>/datei/", evidence.evidence_file, name="evidence_file"),
    path("nachweise/<int:pk>/entfernen/", score.evidence_remove, name="evidence_remove"),
]
urlpatterns = [
    path("kommunen/<slug:public_id>/", municipality.municipality_page, name="municipality"),
    path("kommunen/<slug:public_id>/verwaltung/", municipality.standing, name="standing"),
    path("kommunen/<slug:public_id>/einstellungen/", municipality_settings.settings_page, name="municipality_settings"),
    path("kommunen/<slug:public_id>/wappen.png", municipality_settings.coat_of_arms, name="coat_of_arms"),
    path("kommunen/<slug:public_id>/projekte/neu/", project.project_create, name="project_create"),
    path("projekte/<slug:public_id>/", project.project_page, name="project"),
    path("projekte/<slug:public_id>/bearbeiten/", project.project_edit, name="project_edit"),
    path("projekte/<slug:public_id>/bewertung-beginnen/", rounds.start, name="start"),
    path("projekte/<slug:public_id>/massnahmen/", measures.measures, name="measures"),
    path("projekte/<slug:public_id>/massnahmen/neu/", measures.measure_add, name="measure_add"),
    path("projekte/<slug:public_id>/massnahmen/<slug:measure_id>/", measures.measure_edit, name="measure_edit"),
    path("bewertungen/<slug:public_id>/", rounds.overview, name="assessment"),
    path("bewertungen/<slug:public_id>/zuweisen/", talk.assign_many, name="assign"),
    path("bewertungen/<slug:public_id>/einreichen/", rounds.submit, name="submit"),
    path("bewertungen/<slug:public_id>/freigeben/", rounds.approve, name="approve"),
    path("bewertungen/<slug:public_id>/zurueckgeben/", rounds.return_to_team, name="return"),
    path("bewertungen/<slug:public_id>/wieder-oeffnen/", rounds.reopen, name="reopen"),
    path("bewertungen/<slug:public_id>/katalogausgabe/", moving.move, name="move"),
    path("bewertungen/<slug:public_id>/katalogausgabe/zurueck/", moving.undo, name="move_undo"),
    path("bewertungen/<slug:public_id>/bogen.xlsx", sheet.sheet, name="sheet"),
    path("bewertungen/<slug:public_id>/bogen/", sheet.sheet_import, name="sheet_import"),
    path("bewertungen/<slug:public_id>/bogen/<slug:upload_id>/", sheet.sheet_preview, name="sheet_preview"),
    path("bewertungen/<slug:public_id>/tabelle/", table.table, name="table"),
    path("bewertungen/<slug:public_id>/vergleich/", looking_back.compare_latest, name="compare_latest"),
    path("bewertungen/<slug:public_id>/vergleich/<slug:other_id>/", looking_back.compare, name="compare"),
    path("bewertungen/<slug:public_id>/verlauf/", looking_back.history, name="history"),
    # The reports' addresses come before (scaling/urls.py), since a key matches their names, too.
    path("bewertungen/<slug:public_id>/<slug:key>/", score.score_page, name="score"),
    path("bewertungen/<slug:public_id>/<slug:key>/", include(of_one_criterion)),
]
