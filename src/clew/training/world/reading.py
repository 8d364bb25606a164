"""What a workspace found in a world: its media, its matches, what people confirmed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from clew.compare.parts import PARTS
from clew.records.models import (
    Connection,
    ConnectionState,
    Contribution,
    Folder,
    Media,
    StoredMatch,
)
from clew.training.world.making import TRUTH
from clew.training.world.relations import known_media
from clew.training.world.score import Found, WorldScore, score_world
from clew.training.world.truth import cases


def score_workspace(world: Path) -> WorldScore:
    """Score the open workspace, seen as its owner, against the truth of a world.

    Args:
        world: folder of the world, or its truth file.

    Raises:
        clew.training.world.truth.TruthError: there is no truth there.
    """
    truth = world if world.is_file() else world / TRUTH
    known = known_media(cases(truth))
    names = dict(_names())
    matches = StoredMatch.objects.values_list(
        "first", "second", "kind", "evidence__first_variant", "found_at"
    )
    return score_world(
        known,
        list(names.values()),
        (
            Found(first=names[first], second=names[second], kind=_kind(kind, variant), at=at)
            for first, second, kind, variant, at in matches.iterator()
        ),
        _confirmed(names),
        _began(),
    )


def _kind(kind: str, variant: str | None) -> str:
    """Of a match; apart where only parts of the pictures agree, which rests on much less."""
    return f"{kind}, by {PARTS}" if variant == PARTS else kind


def _names() -> list[tuple[int, str]]:
    rows = Media.objects.values_list("pk", "sha256")
    return [(number, bytes(sha256).hex()) for number, sha256 in rows.iterator()]


def _confirmed(names: dict[int, str]) -> list[Found]:
    """Connections between two media that stand."""
    rows = Connection.objects.filter(
        state=ConnectionState.CONFIRMED, first_media__isnull=False, second_media__isnull=False
    ).values_list("first_media", "second_media", "type")
    return [Found(first=names[one], second=names[other], kind=kind) for one, other, kind in rows]


def _began() -> datetime | None:
    """When the first file arrived."""
    times = [
        Contribution.objects.order_by("begun_at").values_list("begun_at", flat=True).first(),
        Folder.objects.order_by("first_scanned_at")
        .values_list("first_scanned_at", flat=True)
        .first(),
    ]
    return min((time for time in times if time is not None), default=None)
