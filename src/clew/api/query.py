"""Who shares a trace with this? By hash, by file, or by a media of the workspace."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, UploadedFile
from pydantic import Field, Strict

from clew.access.acting import acting, require_authority
from clew.api.problems import ProblemError
from clew.api.shown import AnswerShown, answer_told
from clew.api.words import Number, Sent
from clew.casework.find import find_file
from clew.casework.look_up import Hash, look_up_hash, look_up_media
from clew.compare.calibration import Thresholds
from clew.intake.reading import read_held
from clew.serving.served import served

router = Router(tags=["query"])

Bits = Annotated[
    int | None,
    Field(ge=0, le=128, description="Largest distance that counts, in bits (default: by kind)."),
]


class ByHash(Sent):
    """A hash that is looked for."""

    algorithm: Annotated[Hash, Strict(False)]
    value: Annotated[str, Field(pattern=r"^[0-9a-fA-F]+$", min_length=32, max_length=64)]
    """In hexadecimal."""
    bits: Bits = None
    """For `pdq` alone."""


class ByMedia(Sent):
    """A media of the workspace that others are looked for."""

    media: Number
    bits: Bits = None


@router.post("query/hash", response=AnswerShown)
def query_by_hash(request: HttpRequest, asked: ByHash) -> HttpResponse:
    """Who has this hash, or one near it: PDQ of a picture, or SHA-256, SHA-1 or MD5 of a file.

    PDQ is looked up as it is; to find copies that were turned or mirrored, ask with the file.
    """
    if len(asked.value) % 2:
        raise ProblemError(422, "not-as-described", "Two digits make a byte: one is missing.")
    value = bytes.fromhex(asked.value)
    answer = look_up_hash(served(), asked.algorithm, value, _thresholds(asked.bits))
    # Asked by programs in great numbers: not checked once more, as ninja would, while it is sent.
    return HttpResponse(msgspec.json.encode(answer_told(answer)), content_type="application/json")


@router.post("query/media", response=AnswerShown)
def query_by_media(request: HttpRequest, asked: ByMedia) -> dict[str, object]:
    """Who shares a trace with a media of the workspace, searched anew."""
    return answer_told(look_up_media(served(), asked.media, _thresholds(asked.bits)))


@router.post("query/file", response=AnswerShown)
def query_by_file(
    request: HttpRequest,
    file: File[UploadedFile],
    bits: Annotated[int | None, Form(None, ge=0, le=128)] = None,
) -> dict[str, object]:
    """Who shares a trace with this picture, film or sound. It is read in confinement, not kept.

    At most 64 MiB: hand in what is larger, or ask at the command line with `clew find`.
    """
    with acting():
        require_authority()  # nothing is decoded for somebody who may not ask
    reading = read_held(served(), file.chunks(), file.name or "")
    return answer_told(find_file(served(), reading, _thresholds(bits)), list(reading.notes))


def _thresholds(bits: int | None) -> Thresholds:
    if bits is None:
        return Thresholds()
    return Thresholds(picture=bits, still=bits, frame=bits, frame_alone=min(bits, 31))
