"""Refusals of access: signing in and enrolling, authorities and tokens, officers and agencies."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

_SIGNING_IN = (
    _("Name, password or code is wrong."),
    _("Name, password or certificate is wrong."),
    _("Password or code is wrong."),
    _("The code is wrong. Begin again."),
    _(
        "Too many failed attempts. Try again after %(until)s UTC, or ask an administrator to "
        "unlock the name."
    ),
    _("The account was locked by an administrator. Ask one of your country."),
    _("The account belongs to an officer who has left."),
    _("The certification has run out. Ask an administrator of your country."),
    _("The passkey was not accepted. Try again, or sign in another way."),
    _("This passkey is not known here. Sign in another way, or ask for a new invitation."),
    _("That took too long, or was answered already. Begin again."),
    _("Nobody signs in by certificate alone here."),
    _("Nobody of that name practises here."),
    _("What was sent is not understood."),
    _("Your session is over. Sign in again."),
    _("The form did not come from here, or is too old. Load the page again."),
    # Client certificates.
    _("This certificate is bound to nobody here. Ask an administrator of your country."),
    _("This certificate is a machine's; an officer signs in with their own."),
    _(
        "A client certificate came with the request, and not from the reverse proxy that Clew "
        "knows: it is not believed. The operator's guide tells how the proxy proves itself."
    ),
    _("What the reverse proxy passes on is no certificate."),
    _("The certificate has run out, or does not hold yet."),
    _("The secret of the reverse proxy cannot be read (%(error)s)."),
    # Identity providers.
    _(
        "Nobody here is bound to this identity. Ask an administrator of your country to bind it, "
        "or use your invitation."
    ),
    _("The answer is another identity provider's."),
    _("The answer is not to what was asked here. Begin again."),
    _("%(provider)s did not let you in."),
    _("%(provider)s cannot be reached. Sign in another way, or try again later."),
    _("What %(provider)s says cannot be believed. Begin again."),
    # Accounts for practice.
    _("%(country)s is no country for practice"),
    _(
        "This workspace is marked as one for demonstration, and its database holds real agencies: "
        "nobody is signed in by themselves. Sign in with: clew login"
    ),
)

_ENROLLING = (
    _(
        "There is no such invitation, or it was used or has run out. Ask an administrator of your "
        "country for a new one."
    ),
    _("The code is wrong. Is the clock of the device that makes it right?"),
    _("This was asked for another invitation. Begin again."),
    _("This identity is bound to an officer already. Ask an administrator of your country."),
    _("The two passwords differ."),
    _("The password must not have the sign-in name in it."),
    _("This password is too short. It must contain at least %(least)s characters."),
    _("This password is too common."),
    _("This password is entirely numeric."),
    _("Give the passkey a name of at most 100 characters, to know it again."),
    _("The device's answer was not accepted. Begin again."),
    _("This passkey is known here already."),
    _("Prove it as the officer who is signed in."),
    _("You have no such passkey; it may be gone already."),
)

_AUTHORITIES = (
    _("No authority was chosen for this session."),
    _("The chosen authority is not one of your agency."),
    _("The authority %(reference)s was revoked on %(day)s."),
    _("The authority %(reference)s ran out on %(day)s."),
    _("The authority %(reference)s holds only from %(day)s on."),
    _("The authority %(reference)s does not name you."),
    _("Only a supervisor may do this, for an authority of their own agency."),
    _("Your agency has an authority %(reference)s already; say another reference."),
    _("An authority says operation, legal basis, reference and purpose, and ends after it begins."),
    # Tokens, each under one of them.
    _("A token keeps the authority it was issued for. Issue another one: clew token create"),
    _("You may not use an authority %(number)s now."),
    _("A token says what it is for, has a scope, and ends within a year."),
    _("You have no token %(number)s that still holds; see: clew token list"),
    _("No officer of your country has a token %(number)s that still holds."),
)

_OFFICERS = (
    _(
        "Only an administrator may do this, for officers of agencies of the same country, and "
        "nobody for themselves."
    ),
    _("Only an administrator of the officer's country may do this, and nobody for themselves."),
    _("There is an officer with the sign-in name %(name)s; choose another."),
    _("An officer is of a unit of their own agency."),
    _("Work is handed over to an active officer of the same agency."),
    _("It is bound to an officer already, or a machine has no label or no scope."),
    _("Who has which access is told to supervisors and auditors."),
    _("A supervisor says whether the access of other officers of the agency stays."),
    # Their agencies.
    _("Only an administrator may do this, for agencies of the own country."),
    _("Say what it is called."),
    _("There is one called %(name)s already; choose another name."),
    _("there is no agency %(name)s"),
    _("several agencies are called %(name)s: say %(codes)s"),
)

ACCESS: tuple[str, ...] = _SIGNING_IN + _ENROLLING + _AUTHORITIES + _OFFICERS
