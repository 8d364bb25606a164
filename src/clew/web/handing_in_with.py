"""What is said once of all that is handed in: the exhibit it was found on, and who else sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext as _

from clew.access.acting import agency, may_contribute
from clew.access.models import Agency
from clew.casework.errors import NotSeenError, RefusedError, StatementError
from clew.intake.exhibits import ExhibitRefusedError, add_exhibit
from clew.intake.sharing import Shared
from clew.records.models import Exhibit, Sharing, Source
from clew.web.acts import Number
from clew.web.frame import why_of

_MOST_EXHIBITS = 200
_NAMING = (Sharing.NAMED, Sharing.ALL_EXCEPT)

_Line = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\x00]*$")]


class NewExhibit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seized thing that is not recorded yet; ``when`` is in UTC."""

    number: _Line
    what: _Line
    where: _Line
    when: _Line
    source: _Line
    source_name: _Line = ""


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What files were found on, and with whom they are shared."""

    exhibit: Number | None = None
    new_exhibit: NewExhibit | None = None
    sharing: _Line = ""
    agencies: Annotated[list[Number], msgspec.Meta(max_length=200)] = []


def choices() -> dict[str, Any]:
    """What the form offers, within a transaction of the officer's."""
    exhibits = Exhibit.objects.order_by("-pk")[:_MOST_EXHIBITS]
    agencies = Agency.objects.exclude(pk=agency() or 0).select_related("country")
    return {
        "exhibits": [(one.pk, name_of(one)) for one in exhibits],
        "sources": [(one.value, words) for one, words in _sources().items()],
        "sharings": [(one.value, words) for one, words in sharing_words().items()],
        "naming": ",".join(_NAMING),
        "agencies": list(agencies.order_by("country__code", "name")),
    }


def name_of(exhibit: Exhibit) -> str:
    """How an exhibit is called in lists."""
    return f"{exhibit.number} – {exhibit.description}"


def see_that_one_may() -> None:
    """See that the acting officer may hand in.

    Raises:
        RefusedError: they have none of the roles for it.
    """
    if not may_contribute():
        raise RefusedError(
            _("Contributors, specialists and supervisors hand in: ask one of them to do it.")
        )


def exhibit_of(told: About) -> Exhibit | None:
    """The exhibit that is named; one that is new is recorded.

    Raises:
        NotSeenError: the agency has none of that number.
        StatementError: the new one cannot be kept.
    """
    if told.exhibit is not None:
        found = Exhibit.objects.filter(pk=told.exhibit, agency=agency()).first()
        if found is None:
            raise NotSeenError(_("Your agency has no such exhibit: choose another one."))
        return found
    new = told.new_exhibit
    if new is None:
        return None
    if new.source not in Source.values:
        raise StatementError(_("Say what the exhibit is: a device, a service, an account …"))
    try:
        return add_exhibit(
            number=new.number.strip(),
            description=new.what.strip(),
            seized_where=new.where.strip(),
            seized_at=_moment(new.when),
            source=Source(new.source),
            source_name=new.source_name.strip(),
        )
    except ExhibitRefusedError as error:
        raise StatementError(_exhibit_refused(new) or why_of(error)) from error


def _exhibit_refused(new: NewExhibit) -> str:
    if not (new.number.strip() and new.what.strip() and new.where.strip()):
        return _("A new exhibit says its number, what it is, and where it was seized.")
    return _(
        "There is an exhibit %(number)s of your agency already: choose it, or type another number."
    ) % {"number": new.number.strip()}


def _moment(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=UTC)
    except ValueError:
        raise StatementError(_("Say when the exhibit was seized, day and time.")) from None


def shared_of(told: About) -> Shared | None:
    """With whom it is shared; None leaves it as it is.

    Raises:
        StatementError: that is no way to share.
    """
    if not told.sharing:
        return None
    if told.sharing not in Sharing.values:
        raise StatementError(_("Choose with whom it is shared."))
    sharing = Sharing(told.sharing)
    names = sharing in _NAMING
    there = set(Agency.objects.filter(pk__in=told.agencies).values_list("pk", flat=True))
    if names != bool(told.agencies) or there != set(told.agencies):
        raise StatementError(
            _("Choose the agencies that this names, and none where it names none.")
        )
    return Shared(sharing, tuple(sorted(there)))


def sharing_words() -> dict[Sharing, str]:
    """With whom something is shared, for people."""
    return {
        Sharing.OWN_AGENCY: _("my agency alone"),
        Sharing.MEMBERS: _("all agencies"),
        Sharing.NAMED: _("certain agencies"),
        Sharing.ALL_EXCEPT: _("all agencies but some"),
        Sharing.HIT_ONLY: _("hit only: others learn that there is a match and whom to call"),
    }


def _sources() -> dict[Source, str]:
    return {
        Source.DEVICE: _("a device"),
        Source.SERVICE: _("a service"),
        Source.FORUM: _("a forum"),
        Source.ACCOUNT: _("an account"),
        Source.ADDRESS: _("an address"),
        Source.REFERRAL: _("a referral"),
    }
