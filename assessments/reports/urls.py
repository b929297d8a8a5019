from django.urls import path

from assessments.reports import files, views, views_form, views_pdf

app_name = "reports"
urlpatterns = [
    path("bewertungen/<slug:public_id>/profil/", views.profile_page, name="profile"),
    path("bewertungen/<slug:public_id>/profil.pdf", views_pdf.profile_pdf, name="pdf"),
    path("bewertungen/<slug:public_id>/formular.pdf", views_form.workshop_form, name="form"),
    path("bewertungen/<slug:public_id>/profil.json", files.profile_json, name="json"),
    path("bewertungen/<slug:public_id>/profil.csv", files.profile_csv, name="csv"),
    path("bewertungen/<slug:public_id>/profil.xlsx", files.profile_xlsx, name="xlsx"),
    path("schema/profile-1.json", files.schema, name="schema"),
]
