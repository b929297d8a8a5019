from django.urls import path

from catalogue.views import public

app_name = "catalogue"
urlpatterns = [
    path("", public.index, name="index"),
    path("praxisbeispiele/", public.practices, name="practices"),
    path("betreibermodelle/", public.operating_models, name="operating_models"),
    # Last: every other address is a criterion's key (validation.RESERVED_KEYS keeps keys off the addresses above).
    path("<slug:key>/", public.criterion, name="criterion"),
]
