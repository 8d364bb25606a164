"""What is in scope of the authority in use: media are left out of it, or taken back, with a reason.

Most of what lies on a seized device is innocent, private or privileged. Leaving it out hides
nothing and deletes nothing: it says that this case is not about it, and who said so, when and why.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from clew.access.acting import require_authority
from clew.casework.acts import act, noted, ours, reason
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.things import all_seen
from clew.records.models import ScopeDecision, ScopedMedia

LEFT_OUT = """
coalesce((SELECT d.out FROM records_scopedmedia k
 JOIN records_scopedecision d ON d.id = k.decision_id WHERE k.media_id = {media}
 AND d.authority_id = (SELECT access.authority()) ORDER BY d.id DESC LIMIT 1), false)
"""
"""SQL that a media stands out of scope of the authority in use."""
MOST = 100_000
"""Media of one decision."""
_REFUSED = "What is in scope is said by contributors, specialists and supervisors."
_MOST_TOLD = 200


def set_scope(media: Collection[int], why: str, *, out: bool) -> ScopeDecision:
    """Leave media out of the scope of the authority in use, or take them back into it.

    Args:
        media: their numbers; those that stand so already are left as they are.
        why: the reason.
        out: whether they are left out.

    Raises:
        StatementError: no reason is given, there are too many, or all of them stand so already.
        NotSeenError: one of the media is not seen.
    """
    why = reason(why)
    if len(media) > MOST:
        raise StatementError(f"These are {len(media)} media; say it for at most {MOST} at a time.")
    with act(_REFUSED):
        all_seen(media)
        left_out = _left_out(media)
        changed = sorted(set(media) - left_out if out else set(media) & left_out)
        if not changed:
            raise StatementError(
                "All of these are out of scope already."
                if out
                else "None of these is out of scope."
            )
        return _made(changed, why, out)


def undo_scope(number: int, why: str = "taken back at once") -> ScopeDecision:
    """Undo a decision about scope: what it is about stands as before, unless decided on since.

    Raises:
        NotSeenError: the agency has made none of that number under the authority in use.
        DecidedMeanwhileError: it is undone already.
        StatementError: all of it was decided on since.
    """
    with act(_REFUSED):
        rows = ScopeDecision.objects.filter(agency_id=ours(), authority=require_authority())
        if (undone := rows.filter(pk=number).first()) is None:
            raise NotSeenError("There is no such decision of your agency under this authority.")
        media = list(undone.scoped.values_list("media", flat=True))
        still = [one for one, decision in _last(media).items() if decision == number]
        if not still:
            raise StatementError("Somebody has decided on all of these since; look at them again.")
        return _made(sorted(still), reason(why), not undone.out, undone)


def _made(
    media: list[int], why: str, out: bool, undoes: ScopeDecision | None = None
) -> ScopeDecision:
    made = ScopeDecision.objects.create(out=out, why=why, undoes=undoes)
    ScopedMedia.objects.bulk_create(
        (ScopedMedia(decision=made, media_id=one) for one in media), batch_size=5000
    )
    things = [f"media:{one}" for one in media][:_MOST_TOLD]
    done = "left out of scope" if out else "taken into scope"
    noted(done, f"scope:{made.pk}", media=len(media), things=things)
    return made


def _left_out(media: Collection[int]) -> set[int]:
    last = _last(media)
    rows = ScopeDecision.objects.filter(pk__in=set(last.values()), out=True)
    out = set(rows.values_list("pk", flat=True))
    return {one for one, decision in last.items() if decision in out}


def _last(media: Collection[int]) -> dict[int, int]:
    """The decision that counts for each media about which there is one, under this authority."""
    rows = ScopedMedia.objects.filter(media__in=media, decision__authority=require_authority())
    newest = Window(RowNumber(), partition_by=F("media"), order_by=F("decision").desc())
    return dict(rows.annotate(at=newest).filter(at=1).values_list("media", "decision"))
