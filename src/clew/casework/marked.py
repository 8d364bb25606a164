"""Pictures as they leave Clew: each says which officer was given it, and when."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from clew.access.acting import acting, officer
from clew.access.models import Officer
from clew.casework.findings import Findings
from clew.media.marking import Marker
from clew.media.stills import StillMaker
from clew.records.models import Sighting
from clew.records.readings import SEPARATOR
from clew.signals.confined import open_untouched
from clew.vault.errors import VaultError
from clew.workspace import Workspace


@contextmanager
def marked_pictures(
    workspace: Workspace, findings: Findings
) -> Iterator[Callable[[int, str], bytes | None]]:
    """Previews and storyboards of what the acting officer was shown, and of nothing else.

    Args:
        workspace: whose vault has them.
        findings: what the officer was shown, and when.

    Yields:
        from the number of a media, and ``preview`` or ``storyboard``, to that of it with the
        officer's mark; None where there is none.

    Raises:
        clew.media.nursery.ConfinementError: when no confined process can be started.
    """
    shown = {item.id: item.sha256 for group in findings.groups for item in group.items}
    with Marker(_mark(findings)) as marker:

        def picture(media: int, what: str) -> bytes | None:
            try:
                return marker.mark(workspace.vault.get_derivative(what, shown[media]))
            except VaultError:
                return None

        yield picture


@contextmanager
def marked_stills(
    findings: Findings,
) -> Iterator[Callable[[int, Sequence[float]], list[bytes | None]]]:
    """Stills of films that the acting officer was shown, read again from where they lie.

    Args:
        findings: what the officer was shown, and when.

    Yields:
        from the number of a film, and seconds in it, to a JPEG with the officer's mark for each;
        None where the film lies there no more as it was found, lies in an archive, or shows
        nothing then.

    Raises:
        clew.media.nursery.ConfinementError: when no confined process can be started.
    """
    shown = {item.id for group in findings.groups for item in group.items if item.type == "video"}
    with Marker(_mark(findings)) as marker, StillMaker() as maker:

        def stills(media: int, times: Sequence[float]) -> list[bytes | None]:
            opened = _opened(media) if media in shown else None
            if opened is None:
                return [None] * len(times)
            made = maker.make(opened, f"media {media}", os.fstat(opened).st_size, times)
            return [None if one is None else marker.mark(one) for one in made]

        yield stills


def _mark(findings: Findings) -> str:
    with acting():
        name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=officer() or 0)
    return f"{name} · {findings.made:%Y-%m-%d %H:%M} UTC"


def _opened(media: int) -> int | None:
    """A descriptor of a film where it lies, if it is there as it was found."""
    with acting():
        rows = list(
            Sighting.objects.filter(media=media).values_list(
                "folder__path", "path", "size", "modified_ns"
            )
        )
    for folder, path, size, modified_ns in rows:
        if SEPARATOR in bytes(path):
            continue
        try:
            descriptor = open_untouched(bytes(folder) + b"/" + bytes(path))
        except OSError:
            continue
        facts = os.fstat(descriptor)
        if facts.st_size == size and modified_ns in (None, facts.st_mtime_ns):
            return descriptor
        os.close(descriptor)
    return None
