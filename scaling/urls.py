from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from scaling.api import problems
from scaling.api import views as api_pages
from scaling.api.v1 import api
from scaling.people_list import views as people_list
from scaling.privacy import views as privacy
from scaling.session import session_view
from scaling.styleguide import styleguide
from scaling.trail import views as trail
from scaling.views import pages
from scaling.views.home import home
from scaling.views.theme import theme

# The admin's own sign-in page would not count failed attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home, name="home"),
    path("katalog/", include("catalogue.urls")),
    path("", include("scaling.accounts.urls")),  # first: under konto/ it has pages that allauth has not
    # An address is who a person is here: invitations and mails go to it. So nobody changes their own (the operator does, under
    # /verwaltung/), and these pages of allauth stay closed.
    *(
        path(f"konto/{name}/", pages.not_here, name="account_closed")
        for name in ("email", "confirm-email", "login/code/confirm")
    ),
    path("konto/confirm-email/<path:key>", pages.not_here, name="account_closed"),
    path("konto/zweiter-faktor/", include("allauth.mfa.urls")),
    path("konto/meine-daten/", privacy.own_data, name="own_data"),
    path("konto/", include("allauth.account.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
    path("darstellung/", theme, name="theme"),
    path("sitzung/", session_view, name="session"),
    path("begriffe/", pages.glossary_page, name="glossary"),
    path("impressum/", pages.imprint, name="imprint"),
    path("datenschutz/", pages.privacy, name="privacy"),
    path("barrierefreiheit/", pages.accessibility, name="accessibility"),
    path("feedback/", pages.feedback, name="feedback"),
    path(".well-known/security.txt", pages.security_txt, name="security_txt"),
    path("bausteine/", styleguide, name="styleguide"),
    path("kommunen/<slug:public_id>/personen/liste/", people_list.people_list, name="people_list"),
    path(
        "kommunen/<slug:public_id>/personen/liste/<slug:upload_id>/",
        people_list.people_list_preview,
        name="people_list_preview",
    ),
    path("datenausgaben/<slug:public_id>.zip", privacy.export_file, name="data_export"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/daten/", privacy.data_of_member, name="data_of_member"),
    path("betrieb/kommunen/<slug:public_id>/", privacy.municipality_data, name="municipality_data"),
    path("kommunen/<slug:public_id>/protokoll/", trail.trail_of_municipality, name="trail"),
    re_path(r"^kommunen/(?P<public_id>[-\w]+)/protokoll\.(?P<kind>csv|json)$", trail.trail_of_municipality, name="trail_file"),
    path("protokoll/", trail.trail_of_all, name="trail_of_all"),
    re_path(r"^protokoll\.(?P<kind>csv|json)$", trail.trail_of_all, name="trail_of_all_file"),
    path("kommunen/<slug:public_id>/schnittstelle/", api_pages.api_tokens, name="api_tokens"),
    path("kommunen/<slug:public_id>/schnittstelle/<int:pk>/beenden/", api_pages.api_token_end, name="api_token_end"),
    path("api/", api_pages.about, name="api_about"),
    path("api/v1/openapi.json", api_pages.openapi, name="openapi"),
    path("api/v1/", problems.not_here, {"rest": ""}, name="api_nothing"),
    path("api/v1/", api.urls),
    path("api/<path:rest>", problems.not_here, name="api_not_here"),
    path("verwaltung/", admin.site.urls),
    path("", include("assessments.reports.urls")),  # first: the old addresses of criteria match these, too
    path("", include("assessments.urls")),
]

handler400 = "scaling.views.errors.bad_request"
handler429 = "scaling.views.errors.too_many_requests"
handler500 = "scaling.views.errors.server_error"
