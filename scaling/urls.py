from django.contrib import admin
from django.urls import include, path

from scaling.styleguide import styleguide
from scaling.views import pages
from scaling.views.home import home
from scaling.views.theme import theme

urlpatterns = [
    path("", home, name="home"),
    path("katalog/", include("catalogue.urls")),
    path("konto/", include("allauth.account.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
    path("darstellung/", theme, name="theme"),
    path("begriffe/", pages.glossary_page, name="glossary"),
    path("impressum/", pages.imprint, name="imprint"),
    path("datenschutz/", pages.privacy, name="privacy"),
    path("barrierefreiheit/", pages.accessibility, name="accessibility"),
    path("feedback/", pages.feedback, name="feedback"),
    path("bausteine/", styleguide, name="styleguide"),
    path("verwaltung/", admin.site.urls),
    path("", include("assessments.reports.urls")),  # first: an assessment's own addresses end in any criterion's key
    path("", include("assessments.urls")),
]
