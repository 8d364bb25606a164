"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from clew.web import enrolling, own, providers, signing

urlpatterns = [
    path("", own.home),
    path("sign-in", signing.sign_in_page),
    path("sign-in/passkey/options", signing.passkey_options),
    path("sign-in/passkey", signing.passkey),
    path("sign-in/certificate", signing.certificate),
    path("sign-in/machine", signing.machine),
    path("sign-in/code", providers.code),
    path("sign-in/provider/<slug:name>", providers.go),
    path("sign-in/provider/<slug:name>/back", providers.back),
    path("sign-in/provider/<slug:name>/logged-out", providers.logged_out),
    path("sign-out", signing.sign_out_here),
    path("enrol", enrolling.page_of_invitation),
    path("enrol/password", enrolling.password),
    path("enrol/passkey/options", enrolling.passkey_options),
    path("enrol/passkey", enrolling.passkey),
    path("credentials", own.credentials),
    path("credentials/prove", own.prove),
    path("credentials/prove/passkey", own.prove_with_passkey),
    path("credentials/passkey/options", own.passkey_options),
    path("credentials/passkey", own.passkey),
    path("credentials/passkey/<int:number>/remove", own.remove),
]
