"""What came of a contribution: how far it is, how its files stand, what wants to be looked at."""

from __future__ import annotations

from collections import Counter

import msgspec
from django.db.models import Q, QuerySet, Sum

from clew.access.acting import authority, officer, require_authority
from clew.casework.acts import viewed
from clew.casework.errors import NotSeenError
from clew.casework.held import HeldAs, known_as
from clew.intake.contributions import State, states_of
from clew.intake.uploads import as_announced
from clew.records.models import ContributedFile, Contribution, Standing, Upload

LISTED = 50
"""Files of a page of them."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a contribution is, and how what is told of it stands.

    Attributes:
        state: as the database has it.
        bytes: announced, and ``arrived`` of them; both 0 for what was not uploaded by the acting
            officer, or is in the vault.
        held: files that were held, by what is known of them now, once nothing goes on by itself;
            no more than ``state`` tells, as some of them may hold no media.
        better: files nearer to how they were taken than all that was held of them, by in what.
    """

    state: State
    bytes: int
    arrived: int
    held: dict[HeldAs, int]
    better: dict[str, int]

    @property
    def files(self) -> int:
        """All of them."""
        return sum(self.state.files.values())

    @property
    def compared(self) -> int:
        """Those of which it is told how they stand."""
        return sum(self.state.standings.values())


def listed(before: int | None = None) -> QuerySet[Contribution]:
    """Contributions of the acting officer's agency, newest first.

    Args:
        before: only those with a smaller number.
    """
    require_authority()
    viewed("contributions")
    rows = _rows().order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)


def opened(number: int) -> Contribution:
    """One contribution; that it was shown is in the log.

    Raises:
        NotSeenError: the acting officer's agency has none of that number.
    """
    found = contribution(number)
    viewed("contribution", f"contribution:{number}")
    return found


def contribution(number: int) -> Contribution:
    """The same, for what goes on on its page.

    Raises:
        NotSeenError: the acting officer's agency has none of that number.
    """
    require_authority()
    found = _rows().filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"Your agency has no contribution {number}.")
    return found


def _rows() -> QuerySet[Contribution]:
    return Contribution.objects.select_related("officer", "authority", "exhibit")


def is_ones_own(one: Contribution) -> bool:
    """Whether the acting officer handed it in, under the authority in use: who else only looks."""
    return one.officer_id == officer() and one.authority_id == authority()


def progress(number: int) -> Progress:
    """How far a contribution is and how its files stand, asked again and again by its page.

    Raises:
        NotSeenError: the acting officer's agency has none of that number.
    """
    require_authority()
    state = states_of([number]).get(number)
    if state is None:
        raise NotSeenError(f"Your agency has no contribution {number}.")
    sent = Upload.objects.filter(file__contribution=number)
    sums = sent.aggregate(bytes=Sum("size"), arrived=Sum("offset"))
    files = ContributedFile.objects.filter(contribution=number)
    held = files.filter(standing=Standing.HELD, media__isnull=False)
    # Whoever waits asks every second: what of victims is known is looked up once, at the end.
    numbers = list(held.values_list("media", flat=True)) if state.over else []
    known = known_as({one for one in numbers if one is not None})
    counted = Counter(known[one] for one in numbers if one is not None)
    better = Counter(
        one for found in files.exclude(better=[]).values_list("better", flat=True) for one in found
    )
    return Progress(
        state=state,
        bytes=sums["bytes"] or 0,
        arrived=sums["arrived"] or 0,
        held={one: counted[one] for one in HeldAs if one in counted},
        better=dict(better),
    )


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a contribution, as its page lists it.

    Attributes:
        number: of the file.
        path: as it lay then.
        size: bytes.
        state: how far it is.
        standing: how it stands; empty until that is known.
        media: its number, None where it holds none or was not stored.
        why: why it could not be stored, or not be read.
        better: in what it is nearer to how it was taken than what was held.
        signs: that it is as a camera wrote it, each a reason.
    """

    number: int
    path: str
    size: int
    state: str
    standing: str
    media: int | None
    why: str
    better: tuple[str, ...]
    signs: tuple[str, ...]


class Of:
    """Which files of a contribution are listed."""

    UNREADABLE = Q(standing=Standing.UNREADABLE) | Q(state="failed")
    BETTER = ~Q(better=[])
    OPEN = Q(state__in=("arriving", "waiting", "reading"))
    CANCELLED = Q(state="cancelled")


def stored_and_no_media(number: int) -> int:
    """How many files of a contribution are in the vault, and no picture, film or sound."""
    rows = ContributedFile.objects.filter(contribution=number, media__isnull=True)
    return rows.filter(standing__isnull=False).count()


def files(number: int, which: Q, after: int = 0) -> list[Line]:
    """Files of a contribution in the order in which they were named, a page of them.

    Args:
        number: of the contribution.
        which: one of :class:`Of`.
        after: number of the last file of the page before.
    """
    require_authority()
    rows = ContributedFile.objects.filter(which, contribution=number, pk__gt=after)
    viewed("files of contribution", f"contribution:{number}")
    return [_line(row) for row in rows.select_related("media", "upload").order_by("pk")[:LISTED]]


def _line(row: ContributedFile) -> Line:
    media = row.media
    upload: Upload | None = getattr(row, "upload", None)
    notes = media.notes if media is not None and row.standing == Standing.UNREADABLE else []
    return Line(
        number=row.pk,
        path=as_announced(row.contribution_id, bytes(row.path)),
        size=row.size or (upload.size if upload is not None else 0),
        state=row.state,
        standing=row.standing or "",
        media=row.media_id,
        why=row.problem or "; ".join(notes),
        better=tuple(row.better),
        signs=tuple(row.signs),
    )
