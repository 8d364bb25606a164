"""Refusals of the vault: what is not there or damaged, and keys that do not fit."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

VAULT: tuple[str, ...] = (
    _("The vault %(place)s has no %(name)s."),
    _("The vault %(place)s has nothing to delete of %(name)s."),
    _("The vault %(place)s cannot be used (%(name)s): %(error)s"),
    _(
        "The vault folder %(place)s cannot be used: %(error)s. Run Clew as its owner or choose "
        "another place."
    ),
    _("The vault address %(place)s cannot be used: %(error)s"),
    _(
        "The vault %(place)s has objects, but not %(file)s, and without it none can be found. "
        "Restore that file from a backup."
    ),
    _(
        "%(name)s is in the vault %(place)s with another content, and nothing is ever "
        "overwritten. Give the new version another name."
    ),
    _(
        "%(name)s in the vault %(place)s is not what was stored: it was damaged or changed. "
        "Restore it from a backup, or contribute the file again."
    ),
    _(
        "%(name)s in the vault %(place)s has lost its key (%(file)s). Restore that file from a "
        "backup, or contribute the file again."
    ),
    _(
        "%(name)s says that something was deleted from the vault %(place)s, and was damaged, or "
        "is of another vault. Take that file from a backup."
    ),
    _("%(name)s was deleted from the vault on %(day)s: %(reason)s. It is not stored again."),
    _("%(name)s is not what was uploaded. Upload the file again."),
    _(
        "The source changed: it is not the content %(name)s any more. Nothing was stored. Scan it "
        "again and find out who writes to it."
    ),
    _("The source cannot be read to its end: %(error)s"),
    _("The source can be read only once; its SHA-256 must be given with it."),
    _(
        "The key record %(name)s in the vault was damaged or changed. Restore it from a backup, "
        "or contribute the file again."
    ),
    _(
        "%(name)s in the vault was wrapped by another key than those in %(file)s. Put the key "
        "file of this vault there, the newest copy if keys were rotated; CLEW_VAULT_KEY names the "
        "file."
    ),
    _("Others may read the key file %(file)s. Take that away: %(command)s"),
    _("The key in %(file)s is encrypted by a key management service. Say which: CLEW_VAULT_KMS"),
    _("%(file)s is no key file. Put the copy of it back that you kept."),
    _("The key in %(file)s cannot be used: %(error)s"),
    _(
        "The key-encryption key %(file)s is missing, and without it nothing in the vault can be "
        "read. Put the copy of it back that you kept, or name where it is with CLEW_VAULT_KEY."
    ),
    _("The key file %(file)s cannot be used: %(error)s."),
    _("The key cannot be copied to %(file)s: %(error)s. Name a new file."),
)
