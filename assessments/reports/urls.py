from django.urls import path

from assessments.reports import files, views, views_example, views_form, views_pdf, views_share

app_name = "reports"
urlpatterns = [
    path("bewertungen/<slug:public_id>/profil/", views.profile_page, name="profile"),
    path("bewertungen/<slug:public_id>/profil.pdf", views_pdf.profile_pdf, name="pdf"),
    path("bewertungen/<slug:public_id>/formular.pdf", views_form.workshop_form, name="form"),
    path("bewertungen/<slug:public_id>/profil.json", files.profile_json, name="json"),
    path("bewertungen/<slug:public_id>/profil.csv", files.profile_csv, name="csv"),
    path("bewertungen/<slug:public_id>/profil.xlsx", files.profile_xlsx, name="xlsx"),
    path("bewertungen/<slug:public_id>/links/", views_share.share_links, name="share_links"),
    path("bewertungen/<slug:public_id>/links/<int:pk>/widerrufen/", views_share.share_revoke, name="share_revoke"),
    path("geteilt/<str:token>/", views_share.shared_profile, name="shared"),
    path("geteilt/<str:token>/profil.pdf", views_share.shared_pdf, name="shared_pdf"),
    path("beispiel/", views_example.example_page, name="example"),
    path("beispiel/profil.pdf", views_example.example_pdf, name="example_pdf"),
    path("schema/profile-1.json", files.schema, name="schema"),
]
