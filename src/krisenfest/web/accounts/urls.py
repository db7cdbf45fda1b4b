"""Log in and out, passkeys, codes, sessions; and the link of an invitation."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from krisenfest.web.accounts import sessions, views

urlpatterns = [
    path("einladung/<str:token>/", views.accept, name="invitation"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("bestaetigen/", account.reauthenticate, name="account_reauthenticate"),
    path("passwort/", account.password_set, name="account_set_password"),
    path("passwort/aendern/", account.password_change, name="account_change_password"),
    path("inaktiv/", account.account_inactive, name="account_inactive"),
    path("neu/", views.by_invitation, name="account_signup"),
    path("passwort/vergessen/", views.by_invitation, name="account_reset_password"),
    path("adresse/", views.by_invitation, name="account_email"),
    path("wege/reauthenticate/", views.reauthenticate),
    path("wege/", include("allauth.mfa.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("anmeldung/", include("allauth.socialaccount.urls")),
    path("sitzungen/", sessions.sessions, name="usersessions_list"),
]
