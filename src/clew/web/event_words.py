"""What stands in the log, in the officer’s language; the log itself says it in one, for ever."""

from __future__ import annotations

from django.utils.translation import gettext as _


def event_words() -> dict[str, tuple[str, str]]:
    """What each kind of entry is called, and what happened then, by its name in the log."""
    return {
        "sign-in": (_("sign-in"), _("A session began.")),
        "token issued": (_("token issued"), _("A token for a program was issued.")),
        "failed sign-in": (_("failed sign-in"), _("Name, password or code was wrong.")),
        "refused sign-in": (
            _("refused sign-in"),
            _("Not let in: has to wait, was locked, left or not certified; or a session is over."),
        ),
        "lock-out": (
            _("lock-out"),
            _("A name was locked after too many failed attempts in a row."),
        ),
        "lock lifted": (
            _("lock lifted"),
            _("An administrator forgave the failed attempts at a name."),
        ),
        "sign-out": (_("sign-out"), _("A session was ended.")),
        "invited": (_("invited"), _("An officer was invited to enrol, or to enrol anew.")),
        "enrolment": (
            _("enrolment"),
            _("An officer set password and one-time codes, by invitation."),
        ),
        "password kept anew": (
            _("password kept anew"),
            _("A password's hash was replaced without enrolment."),
        ),
        "credential added": (
            _("credential added"),
            _("A passkey was registered, or an identity or a certificate was bound to an officer."),
        ),
        "credential removed": (
            _("credential removed"),
            _(
                "A passkey, identity or certificate was removed; all of an officer's when they "
                "enrol anew."
            ),
        ),
        "officer added": (_("officer added"), _("An officer was added.")),
        "officer changed": (
            _("officer changed"),
            _("An officer was locked, unlocked, moved, renamed, or left."),
        ),
        "role given": (_("role given"), _("An officer was given a role.")),
        "role taken": (_("role taken"), _("A role was taken from an officer.")),
        "certified": (_("certified"), _("An officer was certified.")),
        "certification changed": (
            _("certification changed"),
            _("A certification was revoked or changed."),
        ),
        "access reviewed": (
            _("access reviewed"),
            _("A supervisor said whether an officer still needs their access."),
        ),
        "authority added": (_("authority added"), _("An authority was recorded.")),
        "authority changed": (_("authority changed"), _("An authority was revoked or changed.")),
        "authority given": (
            _("authority given"),
            _("An officer was named who may act under an authority."),
        ),
        "authority taken": (
            _("authority taken"),
            _("An officer may act under an authority no more."),
        ),
        "authority chosen": (
            _("authority chosen"),
            _("An officer chose the authority of a session."),
        ),
        "agency changed": (
            _("agency changed"),
            _("An agency or a unit of it was added or changed."),
        ),
        "query": (_("query"), _("The index or the records were asked.")),
        "view": (_("view"), _("Something was shown: a record, a list, this log.")),
        "reveal": (_("reveal"), _("Media was shown unblurred, in colour or with sound.")),
        "decision": (_("decision"), _("A person decided, or undid a decision.")),
        "contribution": (_("contribution"), _("Something was handed in, or scanned.")),
        "export": (_("export"), _("Something was taken out of Clew.")),
        "sharing changed": (_("sharing changed"), _("With whom something is shared was changed.")),
        "custody": (_("custody"), _("An exhibit changed hands.")),
        "deletion": (_("deletion"), _("Something was deleted, or its deletion asked for.")),
        "backup": (_("backup"), _("A backup was made.")),
        "restore": (_("restore"), _("A backup was restored.")),
        "refused": (_("refused"), _("Something was tried that the officer may not do.")),
    }
