"""What there is to say of a server: what it runs on, and what it lacks."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

HEALTH: tuple[str, ...] = (
    _("PostgreSQL %(version)s answers"),
    _("Pillow %(pillow)s, FFmpeg in PyAV %(pyav)s"),
    _("Pillow lacks %(formats)s: reinstall the wheel from the lock"),
    _("encrypts, writes and verifies (%(versions)s)"),
    _("%(count)s GB free where the workspace lies"),
    _("%(count)s GB free where the workspace lies: make room before the disk is full"),
    _("in force"),
    _("as it must be"),
    _("not in force here; wants %(wanted)s"),
    _("the system's resource limits"),
    _("allow unprivileged user namespaces (sysctl user.max_user_namespaces)"),
    _("a kernel from 5.13 on with Landlock in its LSM list"),
    _(
        "decoding is not confined on this machine: neither seccomp nor Landlock is in force. A "
        "crafted file that takes a decoder over could do what this user may. Use a kernel with "
        "one of them, or a container that allows it, before reading files you do not trust"
    ),
    _("version %(version)s: %(title)s"),
    _("last made: %(time)s; no witness (set CLEW_WITNESS)"),
    _("last made: %(time)s; %(witness)s"),
    _("last made: %(time)s; what was written from %(since)s on waits. Run: clew worker"),
    _("%(witness)s was not given %(count)s; see the log of clew worker"),
    _("set %(setting)s"),
    _("the address is not that of %(role)s, or of a member of it"),
    _("its user passes by row-level security: name another, or take that right away"),
    _(
        "officers' questions can be read in pg_stat_activity: have its administrator run "
        "%(command)s"
    ),
    _("never"),
    _("the same file"),
    _("the same picture"),
    _("the same moving picture"),
    _("parts of the same moving picture"),
    _("a shot of a film"),
    _("the same sound"),
    _("where somebody speaks"),
    _("what made the file"),
)
