from django.contrib import admin
from django.urls import include, path

from scaling import views

urlpatterns = [
    path("", views.home, name="home"),
    path("katalog/", include("catalogue.urls")),
    path("konto/", include("allauth.account.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
    path("darstellung/", views.theme, name="theme"),
    path("verwaltung/", admin.site.urls),
    path("", include("assessments.urls")),
    path("", include("assessments.reports.urls")),
]
