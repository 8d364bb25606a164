"""Pictures as they leave Clew: each says which officer was given it, and when."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from clew.access.acting import acting, officer
from clew.access.models import Officer
from clew.casework.findings import Findings, Link
from clew.compare.spectrograms import drawn, marks, window
from clew.compare.ways.sound import track_number
from clew.intake.matching import Subjects
from clew.media.marking import Marker
from clew.media.stills import StillMaker
from clew.records.models import Sighting
from clew.records.readings import SEPARATOR
from clew.signals.confined import open_untouched
from clew.signals.spectrogram import spectrogram_of
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
            at = opened(media) if media in shown else None
            if at is None:
                return [None] * len(times)
            made = maker.make(at, f"media {media}", os.fstat(at).st_size, times)
            return [None if one is None else marker.mark(one) for one in made]

        yield stills


@contextmanager
def marked_spectrograms(
    findings: Findings,
) -> Iterator[Callable[[Link, tuple[str, str]], bytes | None]]:
    """Pictures of the sound that two media share, read again from where they lie.

    Args:
        findings: what the officer was shown, and when.

    Yields:
        from a link of it by sound, and what its two media are called, to a JPEG with the officer's
        mark of the longest stretch; None where one of them lies there no more as it was found.

    Raises:
        clew.media.nursery.ConfinementError: when no confined process can be started.
    """
    shown = {id(link) for group in findings.groups for link in group.links}
    with Marker(_mark(findings)) as marker:

        def drawing(link: Link, names: tuple[str, str]) -> bytes | None:
            if id(link) not in shown or not link.match.spans:
                return None
            match, span = link.match, link.match.spans[0]
            columns = []
            for media, variant, of_second in (
                (link.first, match.first_variant, False),
                (link.second, match.second_variant, True),
            ):
                at = opened(media)
                if at is None:
                    return None
                start, end = window(span, of_second=of_second)
                seconds = max(0.0, start), end
                try:
                    columns.append(
                        spectrogram_of(at, f"media {media}", track_number(variant), seconds)
                    )
                except ValueError:
                    return None
            subjects = Subjects().get([link.first, link.second])
            one, other = subjects[link.first][0], subjects[link.second][0]
            png = drawn(columns[0], columns[1], span, marks(one, other, match, span), names)
            return marker.mark(_as_jpeg(png))

        yield drawing


def _as_jpeg(png: bytes) -> bytes:
    """Made here, of numbers: nothing in it was decoded from a file of somebody else's."""
    out = BytesIO()
    with Image.open(BytesIO(png), formats=["PNG"]) as drawing:
        drawing.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _mark(findings: Findings) -> str:
    with acting():
        name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=officer() or 0)
    return f"{name} · {findings.made:%Y-%m-%d %H:%M} UTC"


def opened(media: int) -> int | None:
    """A descriptor of a media where it lies, if it is there as it was found."""
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
