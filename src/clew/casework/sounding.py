"""What is shown of sounds: where something is heard and where somebody speaks, and spectrograms.

Sketches are drawn from what was read of a sound before; a spectrogram is read from the sound
itself, in a confined process, from where it lies or from the vault, and bears the officer's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO

import cv2
import msgspec
import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from clew.access.acting import acting, officer, require_authority
from clew.access.connections import prepared
from clew.access.models import Officer
from clew.casework.acts import viewed
from clew.casework.errors import NotSeenError
from clew.casework.marked import opened
from clew.casework.originals import out_of_vault
from clew.casework.things import MEDIA, Thing, seen
from clew.compare.evidence import Match, MatchKind
from clew.compare.spectrograms import drawn, marks, window
from clew.compare.ways.sound import track_number
from clew.intake.matching import Subjects
from clew.media.veil import Screen
from clew.records.models import Media, StoredMatch
from clew.signals.registry import signals
from clew.signals.spectrogram import spectrogram_of
from clew.vault.errors import NotStoredError
from clew.workspace import Workspace

COLUMNS = 64
"""Of a sketch."""
_MOST = 200
_LARGEST = 256 * 1024 * 1024
"""Bytes of an original that is taken out of the vault to be drawn."""
LONGEST_DRAWN = 600.0
"""Seconds of a sound in its spectrogram."""
_SIZE = (1200, 300)
_LOUDEST = 99.7


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a sound something is heard.

    Attributes:
        bars: one of 0 to 255 for each of :data:`COLUMNS` equal parts of it: how much stands out.
        spoken: where somebody speaks, from and to, in thousandths of its length.
    """

    bars: tuple[int, ...]
    spoken: tuple[tuple[int, int], ...]


_BARS = f"""
SELECT t.media_id, least(floor(t.start / m.duration * {COLUMNS}), {COLUMNS - 1})::integer, count(*)
FROM records_storedtrace t JOIN records_media m ON m.id = t.media_id
WHERE t.media_id = ANY($1::bigint[]) AND t.signal = 'sound' AND t.version = $2::smallint
  AND t.start >= 0 AND t.start = t."end" AND m.duration > 0 AND m.type <> 'image'
GROUP BY 1, 2
"""  # noqa: S608 - Clew's own numbers
_SPOKEN = """
SELECT DISTINCT t.media_id, (t.start / m.duration * 1000)::integer,
       least((t."end" / m.duration * 1000)::integer, 1000)
FROM records_storedtrace t JOIN records_media m ON m.id = t.media_id
WHERE t.media_id = ANY($1::bigint[]) AND t.signal = 'speech' AND t.version = $2::smallint
  AND t.variant LIKE '%speech' AND m.duration > 0 AND m.type <> 'image' ORDER BY 1, 2
"""


def sketches(numbers: Sequence[int]) -> dict[int, Sketch]:
    """Sketches of those media with sound that the acting officer sees.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    asked = list(numbers)[:_MOST]
    versions = signals()
    bars: dict[int, list[int]] = defaultdict(lambda: [0] * COLUMNS)
    for media, column, count in prepared(connection, _BARS, [asked, versions["sound"].version]):
        bars[media][column] = count
    spoken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = prepared(connection, _SPOKEN, [asked, versions["speech"].version])
    for media, start, end in rows:
        spoken[media].append((start, end))
    viewed("sketches", media=len(bars.keys() | spoken.keys()))
    return {
        media: Sketch(
            bars=tuple(255 * one // max(*bars[media], 1) for one in bars[media]),
            spoken=tuple(spoken.get(media, ())),
        )
        for media in bars.keys() | spoken.keys()
    }


def spectrogram(workspace: Workspace, number: int) -> bytes:
    """What is heard in a media, low tones below, as a JPEG without a mark.

    Raises:
        NotSeenError: the acting officer sees no such media.
        clew.vault.errors.NotStoredError: it is at hand nowhere.
        ValueError: it cannot be read.
    """
    with acting():
        require_authority()
        seen(Thing(MEDIA, number))
        length = Media.objects.values_list("duration", flat=True).get(pk=number) or LONGEST_DRAWN
    columns = _read(workspace, number, 0, (0.0, min(length, LONGEST_DRAWN)))
    return _jpeg(_picture(columns))


def both(workspace: Workspace, match: int) -> bytes:
    """The spectrograms of the longest stretch that two media share, one above the other.

    What agrees in both is circled and joined.

    Raises:
        NotSeenError: the acting officer sees no such match of sounds.
        clew.vault.errors.NotStoredError: one of them is at hand nowhere.
        ValueError: one of them cannot be read.
    """
    with acting():
        require_authority()
        row = _of_sounds(match)
    told = msgspec.convert(row.evidence, Match)
    span = told.spans[0]
    columns = []
    for media, variant, of_second in (
        (row.first_id, told.first_variant, False),
        (row.second_id, told.second_variant, True),
    ):
        start, end = window(span, of_second=of_second)
        columns.append(_read(workspace, media, track_number(variant), (max(0.0, start), end)))
    subjects = Subjects().get([row.first_id, row.second_id])
    agree = marks(subjects[row.first_id][0], subjects[row.second_id][0], told, span)
    names = f"media {row.first_id}", f"media {row.second_id}"
    png = drawn(columns[0], columns[1], span, agree, names)
    with Image.open(BytesIO(png), formats=["PNG"]) as picture:
        return _jpeg(picture)


def pair_of(match: int) -> tuple[int, int]:
    """The two media of a match of sounds; raises as :func:`both`."""
    require_authority()
    row = _of_sounds(match)
    return row.first_id, row.second_id


def _of_sounds(match: int) -> StoredMatch:
    row = StoredMatch.objects.filter(pk=match, kind=MatchKind.SOUND).first()
    if row is None:
        raise NotSeenError(f"There is no match {match} of sounds that you may see.")
    return row


def with_mark(screen: Screen, picture: bytes) -> bytes:
    """The picture with the acting officer's name on it."""
    with acting():
        name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=officer() or 0)
    made = screen.marked(picture, f"{name} · {timezone.now():%Y-%m-%d %H:%M} UTC")
    if made is None:
        raise NotStoredError("The spectrogram cannot be marked.")
    return made


def _read(
    workspace: Workspace, number: int, track: int, seconds: tuple[float, float]
) -> NDArray[np.uint8]:
    descriptor = opened(number)
    if descriptor is None:
        descriptor = out_of_vault(workspace, number, "spectrogram", _LARGEST)
    return spectrogram_of(descriptor, f"media {number}", track, seconds)


def _picture(columns: NDArray[np.uint8]) -> Image.Image:
    """Louder is lighter; time goes to the right, tones upwards."""
    if not columns.size:
        raise ValueError("nothing is heard in it")
    low, high = np.percentile(columns, [20, _LOUDEST])
    level = np.clip((columns.astype(np.float32) - low) / max(float(high - low), 1.0), 0, 1)
    grey = cv2.resize(np.ascontiguousarray(level.T[::-1]), _SIZE, interpolation=cv2.INTER_AREA)
    coloured = cv2.applyColorMap((grey * 255).astype(np.uint8), cv2.COLORMAP_MAGMA)
    return Image.fromarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB))


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()
