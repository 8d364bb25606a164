"""Models of who may do what."""

from clew.access.models.authorities import Authority, AuthorityOfficer
from clew.access.models.credentials import (
    Credential,
    Invitation,
    Proof,
    RecoveryCode,
    Scope,
    Session,
    SessionKind,
    SignInAttempts,
)
from clew.access.models.further import (
    Challenge,
    ClientCertificate,
    Identity,
    Passkey,
    ProviderSession,
    Purpose,
)
from clew.access.models.people import (
    AccessReview,
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
    "AccessReview",
    "Agency",
    "Authority",
    "AuthorityOfficer",
    "Certification",
    "Challenge",
    "ClientCertificate",
    "Country",
    "Credential",
    "Identity",
    "Invitation",
    "Officer",
    "OfficerRole",
    "Passkey",
    "Proof",
    "ProviderSession",
    "Purpose",
    "RecoveryCode",
    "Role",
    "Scope",
    "Session",
    "SessionKind",
    "SignInAttempts",
    "State",
    "Unit",
]
