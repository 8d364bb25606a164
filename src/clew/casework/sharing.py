"""With whom something that an officer wrote is shared: set by its agency, taken back as well."""

from __future__ import annotations

from collections.abc import Collection

from clew.audit.events import Event
from clew.casework.acts import act, noted, ours
from clew.casework.errors import NotSeenError, RefusedError, StatementError
from clew.casework.things import Thing
from clew.records.models import Connection, Entity, EntityKind, Grade, Observation, Sharing

_MOST_TOLD = 200
_REFUSED = "Contributors, specialists and supervisors of its agency say with whom it is shared."
_KINDS: dict[str, type[Entity | Observation | Connection | Grade]] = {
    **dict.fromkeys((kind.value for kind in EntityKind), Entity),
    "observation": Observation,
    "connection": Connection,
    "grade": Grade,
}


def share(kind: str, number: int, sharing: str, agencies: Collection[int] = ()) -> None:
    """Say who beside its agency sees something.

    What is said of a thing is seen only by who sees the thing as well: sharing an observation
    does not share what it is about, nor the other way round.

    Args:
        kind: a kind of entity, or observation, connection or grade.
        number: its own.
        sharing: own agency, named agencies, all members, all except or hit only.
        agencies: numbers of those that ``sharing`` names.

    Raises:
        StatementError: there is no such kind of thing or sharing, or agencies are missing.
        NotSeenError: there is none that is seen.
        RefusedError: it is another agency's.
    """
    if kind not in _KINDS:
        raise StatementError(f"What is shared is one of {', '.join(_KINDS)}, not {kind!r}.")
    if sharing not in Sharing.values:
        raise StatementError(f"Sharing is one of {', '.join(Sharing.values)}, not {sharing!r}.")
    if (sharing in (Sharing.NAMED, Sharing.ALL_EXCEPT)) != bool(agencies):
        raise StatementError("Name agencies for `named agencies` and `all except`, and only then.")
    with act(_REFUSED):
        rows = _KINDS[kind]._default_manager.filter(pk=number)
        found = rows.select_related("agency").first()
        if found is None or (isinstance(found, Entity) and found.kind != kind):
            raise NotSeenError(f"There is no {kind} {number} that you may see.")
        if found.agency_id != ours():
            whom = (
                f"{found.agency.name} {f'({found.agency.contact})' if found.agency.contact else ''}"
            )
            raise RefusedError(f"{kind} {number} is led by {whom.strip()}, who share it or not.")
        if not rows.update(sharing=sharing, sharing_agencies=list(agencies)):
            raise RefusedError(_REFUSED)
        about = Thing(kind, number) if isinstance(found, Entity) else f"{kind}:{number}"
        told = list(agencies)[:_MOST_TOLD]
        noted("shared", about, Event.SHARING_CHANGED, sharing=sharing, agencies=told)
