"""Writing into a picture who was given it, and when.

Previews were made by processes that saw hostile files, so they are opened in confined ones too.
The mark is for people: in a strip below the picture, and faintly across its middle, so that cutting
off the strip is not enough. Whoever retouches the picture removes it; that is work, and shows.
"""

from __future__ import annotations

import os
from io import BytesIO
from typing import BinaryIO

import msgspec
from PIL import Image, ImageDraw, ImageFont

from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Job, Result, Task

_FONT_SIZE, _MARGIN = 11, 3
_FAINT = 56
"""Of 255: seen by whoever looks for it, in bright and in dark parts."""
_QUALITY = 88
_JPEG = b"\xff\xd8\xff"
_MOST_BYTES = 2 * 1024 * 1024
_MOST_LETTERS = 120


def marked(picture: bytes, text: str) -> bytes:
    """A JPEG with a mark; for confined processes."""
    with Image.open(BytesIO(picture), formats=["JPEG"]) as opened:
        image = opened.convert("RGB")
    out = BytesIO()
    written(image, text).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def written(image: Image.Image, text: str) -> Image.Image:
    """A picture with a mark, higher by a strip; wider where the text needs it."""
    font = ImageFont.load_default(_FONT_SIZE)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    width, height = right - left + 2 * _MARGIN, bottom + 2 * _MARGIN
    canvas = Image.new("RGB", (max(image.width, width), image.height + height))
    canvas.paste(image)
    ImageDraw.Draw(canvas).text((_MARGIN, image.height + _MARGIN), text, "white", font)
    faint = Image.new("RGBA", image.size)
    drawing, middle = ImageDraw.Draw(faint), (image.height - bottom + top) // 2
    drawing.text((_MARGIN + 1, middle + 1), text, (0, 0, 0, _FAINT), font)
    drawing.text((_MARGIN, middle), text, (255, 255, 255, _FAINT), font)
    canvas.paste(faint, (0, 0), faint)
    return canvas


def serve(source: BinaryIO, job: Job, sender: Sender, _limits: Limits) -> None:
    """The task that runs in the confined process: the job's name is the text."""
    sender.part(marked(source.read(), job.name))


def rehearse() -> None:
    """Mark a tiny picture made on the spot."""
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    marked(out.getvalue(), "rehearsal, 2026-01-01 00:00 UTC · é")


class Marker:
    """Marks pictures in a confined process of its own. Use as a context manager.

    Args:
        text: what is written into each: who was given it, and when.

    Raises:
        clew.media.nursery.ConfinementError: when no process can be started.
    """

    def __init__(self, text: str) -> None:
        self._text = text[:_MOST_LETTERS]
        self._pool = ConfinedPool(f"{__name__}:serve", 1, accept=_accept)

    def __enter__(self) -> Marker:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()

    def mark(self, picture: bytes) -> bytes | None:
        """The picture with its mark; None when it cannot be opened, never one without."""
        descriptor = os.memfd_create("picture", os.MFD_CLOEXEC)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(picture)
        os.lseek(descriptor, 0, os.SEEK_SET)
        task = Task(0, descriptor, self._text, len(picture))
        found = None
        for _, event in self._pool.run([task]):
            if isinstance(event, Result):
                found = event.content
        return found


def _accept(_task: Task, part: bytes) -> bytes:
    picture = msgspec.msgpack.decode(part, type=bytes)
    if not picture.startswith(_JPEG) or len(picture) > _MOST_BYTES:
        raise ValueError("no picture")
    return picture
