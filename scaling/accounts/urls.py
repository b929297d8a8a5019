from django.urls import path

from scaling.accounts import views

urlpatterns = [
    path("kommunen/<slug:public_id>/personen/", views.people, name="people"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/rolle/", views.role, name="people_role"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/entfernen/", views.remove, name="people_remove"),
    path("kommunen/<slug:public_id>/personen/einladungen/<int:pk>/erneut/", views.invitation_resend, name="invitation_resend"),
    path(
        "kommunen/<slug:public_id>/personen/einladungen/<int:pk>/zurueckziehen/",
        views.invitation_revoke,
        name="invitation_revoke",
    ),
    path("einladung/<str:token>/", views.invitation, name="invitation"),
]
