"""What can stand in the log. docs/audit-log.md lists the same; a test holds the two together."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Writer(StrEnum):
    """Who writes an event."""

    DATABASE = "the database itself"
    """By triggers: no face can forget it, and no program may claim it."""
    PROGRAM = "the program"
    """By :func:`clew.audit.log.record`, in the transaction of the act."""


class Event(StrEnum):
    """One kind of entry.

    Attributes:
        says: what happened, for people.
        writer: who writes it.
    """

    says: str
    writer: Writer

    def __new__(cls, value: str, says: str = "", writer: Writer = Writer.DATABASE) -> Self:
        """A member is its value, with two attributes."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.says, made.writer = says, writer
        return made

    SIGN_IN = "sign-in", "A session began."
    TOKEN_ISSUED = "token issued", "A token for a program was issued."
    SIGN_IN_FAILED = "failed sign-in", "Name, password or code was wrong."
    SIGN_IN_REFUSED = (
        "refused sign-in",
        "Not let in: has to wait, was locked, left or not certified; or a session is over.",
    )
    LOCK_OUT = "lock-out", "A name was locked after too many failed attempts in a row."
    LOCK_LIFTED = "lock lifted", "An administrator forgave the failed attempts at a name."
    SIGN_OUT = "sign-out", "A session was ended."
    INVITED = "invited", "An officer was invited to enrol, or to enrol anew."
    ENROLMENT = "enrolment", "An officer set password and one-time codes, by invitation."
    PASSWORD_KEPT = "password kept anew", "A password's hash was replaced without enrolment."
    CREDENTIAL_ADDED = (
        "credential added",
        "A passkey was registered, or an identity or a certificate was bound to an officer.",
    )
    CREDENTIAL_REMOVED = (
        "credential removed",
        "A passkey, identity or certificate was removed; all of an officer's when they enrol anew.",
    )
    OFFICER_ADDED = "officer added", "An officer was added."
    OFFICER_CHANGED = "officer changed", "An officer was locked, unlocked, moved, renamed, or left."
    ROLE_GIVEN = "role given", "An officer was given a role."
    ROLE_TAKEN = "role taken", "A role was taken from an officer."
    CERTIFIED = "certified", "An officer was certified."
    CERTIFICATION_CHANGED = "certification changed", "A certification was revoked or changed."
    ACCESS_REVIEWED = (
        "access reviewed",
        "A supervisor said whether an officer still needs their access.",
    )
    AUTHORITY_ADDED = "authority added", "An authority was recorded."
    AUTHORITY_CHANGED = "authority changed", "An authority was revoked or changed."
    AUTHORITY_GIVEN = "authority given", "An officer was named who may act under an authority."
    AUTHORITY_TAKEN = "authority taken", "An officer may act under an authority no more."
    AUTHORITY_CHOSEN = "authority chosen", "An officer chose the authority of a session."
    AGENCY_CHANGED = "agency changed", "An agency or a unit of it was added or changed."

    QUERY = "query", "The index or the records were asked.", Writer.PROGRAM
    VIEW = "view", "Something was shown: a record, a list, this log.", Writer.PROGRAM
    REVEAL = "reveal", "Media was shown unblurred, in colour or with sound.", Writer.PROGRAM
    DECISION = "decision", "A person decided, or undid a decision.", Writer.PROGRAM
    CONTRIBUTION = "contribution", "Something was handed in, or scanned.", Writer.PROGRAM
    EXPORT = "export", "Something was taken out of Clew.", Writer.PROGRAM
    SHARING_CHANGED = (
        "sharing changed",
        "With whom something is shared was changed.",
        Writer.PROGRAM,
    )
    CUSTODY = "custody", "An exhibit changed hands.", Writer.PROGRAM
    DELETION = "deletion", "Something was deleted, or its deletion asked for.", Writer.PROGRAM
    BACKUP = "backup", "A backup was made.", Writer.PROGRAM
    RESTORE = "restore", "A backup was restored.", Writer.PROGRAM
    REFUSED = "refused", "Something was tried that the officer may not do.", Writer.PROGRAM


BY_PROGRAM = tuple(event.value for event in Event if event.writer is Writer.PROGRAM)
