from django.urls import path

from assessments.reports.views import (
    collected,
    documents,
    downloads,
    example,
    pdf,
    profile,
    records,
    share_links,
    short_check,
    workshop_form,
)

app_name = "reports"
urlpatterns = [
    path("bewertungen/<slug:public_id>/profil/", profile.profile_page, name="profile"),
    path("bewertungen/<slug:public_id>/profil.pdf", pdf.profile_pdf, name="pdf"),
    path("kurzcheck/<slug:public_id>/kurzcheck.pdf", short_check.pdf, name="short_check_pdf"),
    path("bewertungen/<slug:public_id>/formular.pdf", workshop_form.workshop_form, name="form"),
    path("bewertungen/<slug:public_id>/profil.json", downloads.profile_file, {"kind": "json"}, name="json"),
    path("bewertungen/<slug:public_id>/profil.csv", downloads.profile_file, {"kind": "csv"}, name="csv"),
    path("bewertungen/<slug:public_id>/profil.xlsx", downloads.profile_file, {"kind": "xlsx"}, name="xlsx"),
    path("bewertungen/<slug:public_id>/profil.ods", downloads.profile_file, {"kind": "ods"}, name="ods"),
    path("bewertungen/<slug:public_id>/profil.docx", downloads.profile_file, {"kind": "docx"}, name="docx"),
    path("bewertungen/<slug:public_id>/profil-text/", downloads.profile_text, name="text"),
    path("bewertungen/<slug:public_id>/dokument.json", records.record_json, name="record_json"),
    path("bewertungen/<slug:public_id>/neu-gestalten/", records.redesign_files, name="redesign"),
    path("bewertungen/<slug:public_id>/links/", share_links.share_links, name="share_links"),
    path("bewertungen/<slug:public_id>/links/<int:pk>/", share_links.share_edit, name="share_edit"),
    path("bewertungen/<slug:public_id>/links/<int:pk>/widerrufen/", share_links.share_revoke, name="share_revoke"),
    path("kommunen/<slug:public_id>/sammelbericht.pdf", collected.collected_pdf, name="collected"),
    path("geteilt/<str:token>/", share_links.shared_profile, name="shared"),
    path("geteilt/<str:token>/profil.pdf", share_links.shared_pdf, name="shared_pdf"),
    path("beispiel/", example.example_page, name="example"),
    path("beispiel/kriterium/", example.example_criterion, name="example_criterion"),
    path("beispiel/profil.pdf", example.example_pdf, name="example_pdf"),
    path("schema/profile-2.json", downloads.schema, {"name": "profile-2"}, name="schema"),
    path("schema/record-1.json", downloads.schema, {"name": "record-1"}, name="record_schema"),
    path("dokument/", documents.check, name="documents"),
    path("dokument/<str:number>/", documents.check, name="document"),
]
