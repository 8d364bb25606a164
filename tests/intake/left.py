"""What a scan left in a workspace, in a form that two workspaces can be compared by."""

from __future__ import annotations

from pathlib import Path

from clew.records.models import Folder, Media, Sighting, StoredMatch, StoredTrace
from clew.records.readings import SEPARATOR
from clew.settings import Settings
from clew.training.truth import MEMBER_SEPARATOR
from clew.workspace import Workspace


def readable(path: bytes) -> str:
    """A sighting's path as the truth of a collection spells it."""
    return MEMBER_SEPARATOR.join(part.decode() for part in bytes(path).split(SEPARATOR))


def places(folder: bytes | None = None) -> dict[str, tuple[str, str | None]]:
    """Outcome and content of every place, of one scanned folder or of all."""
    rows = Sighting.objects.select_related("media")
    if folder is not None:
        rows = rows.filter(folder__path=folder)
    found = {
        readable(s.path): (s.outcome, bytes(s.media.sha256).hex() if s.media else None)
        for s in rows
    }
    assert len(found) == rows.count(), "a place is there twice, or in two folders"
    return found


def connected() -> set[tuple[str, str, str]]:
    """Every match by the contents it connects; the smaller hash first, whichever was read first."""
    found = set()
    for match in StoredMatch.objects.select_related("first", "second"):
        one, other = sorted(bytes(m.sha256).hex() for m in (match.first, match.second))
        found.add((one, other, match.kind))
    return found


def pairs() -> set[tuple[str, str]]:
    """Every two places whose media are connected or the same."""
    where: dict[int, list[str]] = {}
    for media, path in Sighting.objects.filter(media__isnull=False).values_list("media", "path"):
        where.setdefault(media, []).append(readable(path))
    same = {(a, b) for all_ in where.values() for a in all_ for b in all_ if a < b}
    across = StoredMatch.objects.values_list("first", "second")
    return same | {(a, b) for m, n in across for a in where.get(m, []) for b in where.get(n, [])}


def everything(folder: Path) -> dict[str, object]:
    """All of it, and proof that nothing is doubled."""
    with Workspace.open(folder, Settings.from_environment({}), create=False):
        traces = StoredTrace.objects.order_by("media__sha256", "signal", "ordinal")
        left: dict[str, object] = {
            "places": {
                bytes(path): places(bytes(path))
                for path in Folder.objects.values_list("path", flat=True)
            },
            "connected": connected(),
            "media": {bytes(m.sha256).hex(): m.compared for m in Media.objects.all()},
            "traces": [
                (bytes(t.media.sha256).hex(), t.signal, t.ordinal, bytes(t.value))
                for t in traces.select_related("media")
            ],
        }
        assert StoredMatch.objects.count() == len(left["connected"])  # type: ignore[arg-type]
        return left
