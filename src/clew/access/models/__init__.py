"""Models of who may do what."""

from clew.access.models.authorities import Authority, AuthorityOfficer
from clew.access.models.credentials import (
    Credential,
    Invitation,
    RecoveryCode,
    Scope,
    Session,
    SessionKind,
    SignInAttempts,
)
from clew.access.models.people import (
    Agency,
    Certification,
    Country,
    Officer,
    OfficerRole,
    Role,
    State,
    Unit,
)

__all__ = [
    "Agency",
    "Authority",
    "AuthorityOfficer",
    "Certification",
    "Country",
    "Credential",
    "Invitation",
    "Officer",
    "OfficerRole",
    "RecoveryCode",
    "Role",
    "Scope",
    "Session",
    "SessionKind",
    "SignInAttempts",
    "State",
    "Unit",
]
