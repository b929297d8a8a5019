from allauth.socialaccount.views import login_cancelled
from django.urls import path

from scaling.accounts.views import account, hand_over, municipalities, people, single_sign_on
from scaling.accounts.views.second_factor import RemoveKeyView

urlpatterns = [
    path("konto/", account.account, name="account"),
    path("konto/abbestellen/<str:token>/", account.unsubscribe_page, name="unsubscribe"),
    path("konto/anmeldungen/", account.sign_ins_page, name="sign_ins"),
    path("konto/anmeldungen/andere-beenden/", account.end_other_sign_ins, name="sign_ins_end"),
    path("konto/anmeldungen/<int:pk>/beenden/", account.end_sign_in, name="sign_in_end"),
    path("konto/oidc/abgebrochen/", login_cancelled, name="socialaccount_login_cancelled"),
    path("konto/oidc/<slug:provider_id>/login/", single_sign_on.start, name="openid_connect_login"),
    path("konto/oidc/<slug:provider_id>/login/callback/", single_sign_on.back, name="openid_connect_callback"),
    path("konto/oidc/<slug:provider_id>/abgemeldet/", single_sign_on.signed_out, name="provider_signed_out"),
    path("konto/oidc/<slug:provider_id>/abmelden/", single_sign_on.ended_there, name="provider_ended"),
    # Before allauth's own, which it takes the place of.
    path("konto/zweiter-faktor/webauthn/keys/<int:pk>/remove/", RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("kommunen/neu/", municipalities.create, name="municipality_create"),  # no public id is a word
    path("kommunen/<slug:public_id>/personen/", people.people, name="people"),
    path("kommunen/<slug:public_id>/personen/zweiter-faktor/", people.second_factor_demand, name="people_second_factor"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/rolle/", people.role, name="people_role"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/stellen/", people.offices, name="people_offices"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/entfernen/", people.remove, name="people_remove"),
    path("kommunen/<slug:public_id>/personen/<int:pk>/uebergeben/", hand_over.hand_over, name="people_hand_over"),
    path("kommunen/<slug:public_id>/personen/einladungen/<int:pk>/erneut/", people.invitation_resend, name="invitation_resend"),
    path(
        "kommunen/<slug:public_id>/personen/einladungen/<int:pk>/zurueckziehen/",
        people.invitation_revoke,
        name="invitation_revoke",
    ),
    path("einladung/<str:token>/", people.invitation, name="invitation"),
]
