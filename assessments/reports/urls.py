from django.urls import path

from assessments.reports import views

app_name = "reports"
urlpatterns = [
    path("bewertungen/<slug:public_id>/profil/", views.profile_page, name="profile"),
]
