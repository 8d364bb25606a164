"""Signs that a file is as a camera wrote it: told with each reason, and never a finding.

All of it can be forged, and copied by a program that writes a picture anew; so one sign alone says
nothing, and a program that is named speaks against all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from clew.records.models import StoredTrace
from clew.signals.base import Feature
from clew.signals.origin.extract import Origin, origin_of
from clew.signals.registry import signals

_ENOUGH = 3
"""Of four signs beside make and model, so many have to be there."""
_PROGRAMS = re.compile(
    r"photoshop|lightroom|adobe|gimp|snapseed|picasa|imagemagick|graphicsmagick|paint|affinity|"
    r"darktable|rawtherapee|capture one|dxo|acdsee|irfanview|xnview|faststone|photoscape|pixlr|"
    r"canva|instagram|facebook|whatsapp|telegram|vsco|facetune|meitu|luminar|digikam|shotwell|"
    r"microsoft|windows|polarr|fotor|corel|photofiltre|preview|stable diffusion|midjourney",
    re.IGNORECASE,
)
_NAMES = re.compile(
    # DCF (JEITA CP-3461): four letters and four digits; and what phones write.
    r"(?:[A-Z_][A-Z0-9_]{3}\d{4}|(?:IMG|PXL|DSC|MVIMG|PHOTO)[_-]?\d{3,9}(?:[_-]?\d{3,9})*"
    r"|\d{8}_\d{6})(?:\.MP|_HDR)?\.(?:JPE?G)",
    re.IGNORECASE,
)


def camera_signs(origin: Origin, names: Iterable[str]) -> list[str]:
    """What speaks for a file being as its camera wrote it; empty when that is too little.

    Args:
        origin: what the file says of itself.
        names: how it was called, without folders.
    """
    if origin.edited or not (origin.make and origin.model) or _PROGRAMS.search(origin.software):
        return []
    if origin.size_agrees is False or origin.thumbnail_agrees is False:
        return []  # cropped or resized since
    further = [
        (origin.maker_note > 0, f"the maker's own notes ({origin.maker_note} bytes)"),
        (not origin.usual, f"quantisation tables of its own ({origin.tables})"),
        (
            origin.size_agrees is True,
            "size and thumbnail as EXIF says" if origin.thumbnail_agrees else "size as EXIF says",
        ),
        *((True, f"named as cameras do ({name})") for name in _like_a_camera(names)),
    ]
    found = [says for holds, says in further if holds]
    if len(found) < _ENOUGH:
        return []
    taken = f", taken {origin.taken}" if origin.taken else ""
    return [f"names its camera ({origin.make} {origin.model}{taken})", *found]


def _like_a_camera(names: Iterable[str]) -> list[str]:
    return sorted(name for name in set(names) if _NAMES.fullmatch(name))[:1]


def origins(media: Iterable[int]) -> dict[int, Origin]:
    """What media say of what made them, by their numbers; those of which nothing is known miss."""
    rows = StoredTrace.objects.filter(
        media__in=list(media), signal="origin", version=signals()["origin"].version
    )
    found = {}
    for number, value in rows.values_list("media", "value"):
        if (one := origin_of(Feature(variant="header", value=bytes(value)))) is not None:
            found[number] = one
    return found
