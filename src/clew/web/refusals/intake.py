"""Refusals of handing in: contributions, uploads, and the jobs that read them."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

INTAKE: tuple[str, ...] = (
    _("your agency has no contribution %(number)s; see: clew contribution list"),
    _("%(number)s is no contribution of yours that runs; see: clew contribution list"),
    _(
        "%(number)s is no contribution of yours that is under the authority of this session; see: "
        "clew contribution list"
    ),
    _(
        "%(file)s is not in contribution %(number)s, or is stored already; see: clew contribution "
        "show %(shown)s"
    ),
    _("one contribution has at most %(most)s uploads; make several of it"),
    _("%(path)s is no path that can be kept"),
    _(
        "%(path)s has %(bytes)s bytes; at most %(most)s can be uploaded (CLEW_UPLOAD_LIMIT). Hand "
        "it in on the machine of a worker: clew contribute"
    ),
    _("%(value)s is no SHA-256 of %(path)s"),
    _("a file is announced twice"),
    _("there is no such upload of yours"),
    _("No job %(number)s of your country has failed; look at the list again."),
)
