"""Findings made by hand: ordinary ones, hostile ones, and many."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import cv2
from PIL import Image

from clew.casework.findings import Figures, Findings, Group, Item, Link, Place, Problem
from clew.compare.evidence import Match, MatchKind, Span
from clew.training.pictures import make_picture

FOLDER = "/media/exhibit 7"
HOSTILE = '<img src=x onerror="document.title=1">\'&.jpg'
OVERRIDE = "holiday\u202egpj.exe"
NOT_TEXT = "IMG_\ufffd\ufffd_0031.jpg"
SURROGATE = "caf\udce9.jpg"
LINES = "two\nlines\tand\u200bnothing.jpg"
ARABIC = "صورة الغرفة.jpg"
LONG = "/".join(f"folder with a long name {n}" for n in range(30)) + "/" + "n" * 200 + ".jpg"
TRUST = (
    "0 of 499,500 pairs of different media matched at this threshold; the true rate is below "
    "1 in 135,000 with 95 % confidence"
)
THRESHOLDS = {"picture": 60, "still": 48, "frame": 60, "frame_alone": 31, "film_frames": 3}


def places(*paths: str) -> tuple[Place, ...]:
    changed = datetime(2024, 3, 9, 17, 45, 12, tzinfo=timezone(timedelta(hours=1)))
    return tuple(
        Place(folder=FOLDER, path=path, modified=None if " › " in path else changed)
        for path in paths
    )


def item(id: int, *paths: str, **more: object) -> Item:  # noqa: A002
    facts: dict[str, object] = {
        "type": "image",
        "format": "jpeg",
        "size": 1_234_567,
        "width": 4000,
        "height": 3000,
        "quality": 96,
        "places": places(*paths),
    }
    facts.update(more)
    return Item(id=id, sha256=sha256(b"%d" % id).hexdigest(), **facts)  # type: ignore[arg-type]


def film(id: int, *paths: str, duration: float | None = 92.0, **more: object) -> Item:  # noqa: A002
    facts: dict[str, object] = {"type": "video", "format": "mp4", "duration": duration}
    facts |= {"width": 1280, "height": 720, "size": 18_300_000, **more}
    return item(id, *paths, **facts)


def link(first: int, second: int, kind: MatchKind, distance: int, **more: object) -> Link:
    threshold = {"picture": 60, "still in film": 48, "film": 60}.get(kind.value, 0)
    match = Match(
        kind=kind,
        distance=distance,
        threshold=threshold,
        versions={"exact": 1, "picture": 1},
        **more,  # type: ignore[arg-type]
    )
    return Link(first=first, second=second, match=match, trust=TRUST)


def span(*times: float, distance: float = 9.0, frames: int = 20) -> Span:
    one, two, three, four = times
    return Span(
        first_start=one,
        first_end=two,
        second_start=three,
        second_end=four,
        distance=distance,
        frames=frames,
    )


def alike_group(number: int = 1) -> Group:
    """One picture and edited copies of it, one a still in a film."""
    return Group(
        number=number,
        items=(
            item(1, "DCIM/100/IMG_0031.jpg", in_vault=True),
            item(2, "Downloads/IMG_0031 (small).jpg", "backup.zip › old/small.jpg", size=84_000),
            item(3, "Desktop/mirrored.png", format="png", quality=88),
            item(4, "Desktop/framed.jpg", quality=91, left_out=12),
            item(
                5, "phone/turned.jpg", quality=71, partly=True, notes=("partly read: 62 % decode",)
            ),
            film(6, "Videos/visit.mp4", duration=184.5),
        ),
        links=(
            link(1, 2, MatchKind.PICTURE, 2),
            link(1, 3, MatchKind.PICTURE, 8, orientation="mirrored"),
            link(1, 5, MatchKind.PICTURE, 14, orientation="turned by 90°", quality=71),
            link(
                2,
                6,
                MatchKind.STILL,
                18,
                spans=(span(0, 0, 62.0, 66.5, distance=18), span(0, 0, 120.0, 121.0, distance=30)),
            ),
            link(1, 4, MatchKind.PICTURE, 31, second_variant="inside its border"),
            link(2, 5, MatchKind.PICTURE, 57, orientation="turned by 90°", quality=71),
        ),
    )


def film_group(number: int = 2) -> Group:
    """Films that share stretches: trimmed, and cut together."""
    return Group(
        number=number,
        items=(
            film(11, "Videos/whole walk.mkv", duration=1265.0, format="matroska"),
            film(12, "Videos/part of it.mp4", duration=92.0),
            film(13, "phone/VID_2024.mov", "cloud/VID_2024.mov", duration=640.0, format="mov"),
        ),
        links=(
            link(11, 12, MatchKind.FILM, 3, spans=(span(310.0, 402.0, 0.0, 92.0, frames=150),)),
            link(
                11,
                13,
                MatchKind.FILM,
                11,
                orientation="mirrored",
                first_variant="inside its border",
                spans=(
                    span(20.0, 140.0, 0.0, 120.0, distance=12),
                    span(700.0, 860.0, 120.0, 280.0, distance=21, frames=300),
                    span(480.0, 560.0, 500.0, 580.0, distance=25, frames=90),
                ),
            ),
        ),
    )


def hostile_group(number: int = 3) -> Group:
    """Names that lie or attack."""
    names = (HOSTILE, OVERRIDE, NOT_TEXT, SURROGATE, LINES, ARABIC, LONG)
    items = [item(20 + position, f"odd/{name}") for position, name in enumerate(names)]
    items.append(item(30, "black.png", quality=3, format="png", notes=(f"odd: {HOSTILE}",)))
    links = [link(20, 20 + other, MatchKind.PICTURE, 4 * other) for other in range(1, len(names))]
    return Group(number=number, items=tuple(items), links=tuple(links))


def large_group(number: int = 4, items: int = 40) -> Group:
    """A series in which everything agrees with everything."""
    members = [item(100 + n, f"series/{n:04}.jpg", size=90_000 + n) for n in range(items)]
    links = [
        link(100 + first, 100 + second, MatchKind.PICTURE, min(60, 2 * (second - first)))
        for first in range(items)
        for second in range(first + 1, min(items, first + 12))
    ]
    links.sort(key=lambda found: found.match.distance)
    return Group(number=number, items=tuple(members), links=tuple(links))


def copies_group(number: int = 5) -> Group:
    """One sound in many places."""
    paths = [f"copy {n}/tone.mp3" for n in range(9)]
    sound = item(90, *paths, type="sound", format="mp3", width=0, height=0, duration=187.0)
    return Group(number=number, items=(sound,), links=())


def problems() -> tuple[Problem, ...]:
    listed = [("archive.7z", "encrypted: needs a password", "unreadable", 8_000_000)]
    listed += [
        (f"films/broken {n}.mp4", f"partly read: {n}.5 of {n + 30}.0 s decode", "partly", 10**n)
        for n in range(1, 7)
    ]
    listed += [
        (f"cut/{n}.jpg", "the picture is damaged and nothing of it decodes", "unreadable", n * 1000)
        for n in range(20)
    ]
    listed += [(f"odd/{HOSTILE}", f"the header says {HOSTILE}", "unreadable", 12)]
    return tuple(
        Problem(place=places(path)[0], size=size, outcome=outcome, reason=reason)
        for path, reason, outcome, size in listed
    )


def findings(
    groups: Sequence[Group] | None = None, folders: tuple[str, ...] = (FOLDER,)
) -> Findings:
    if groups is None:
        groups = (large_group(1), hostile_group(2), alike_group(3), film_group(4), copies_group(5))
    return Findings(
        made=datetime(2026, 2, 3, 14, 5, 9, tzinfo=UTC),
        version="0.1.0",
        folders=folders,
        figures=Figures(
            files=18_342,
            bytes=94_300_000_000,
            read=16_920,
            partly=6,
            unreadable=22,
            other=1394,
            pictures=12_811,
            films=317,
            sounds=41,
            repeated=2208,
            connected=1630,
            flat=264,
            groups=len(groups),
            in_vault=1,
        ),
        groups=tuple(groups),
        problems=problems(),
        thresholds=THRESHOLDS,
    )


def many(groups: int, items: int) -> Findings:
    """So many groups of so many items each, each linked to the first."""
    made = []
    for number in range(1, groups + 1):
        ids = [number * 1000 + n for n in range(items)]
        members = tuple(item(n, f"camera/{number}/IMG_{n}.jpg") for n in ids)
        links = tuple(link(ids[0], other, MatchKind.PICTURE, 7) for other in ids[1:])
        made.append(Group(number=number, items=members, links=links))
    return findings(made)


def small_jpeg(number: int) -> bytes:
    """A made-up place of the size of a derivative; 3 and 5 as edited copies of 1."""
    pixels = make_picture(1, {2: 1, 3: 1, 4: 1, 5: 1, 6: 1}.get(number, number), 240, 320).pixels
    if number == 3:
        pixels = cv2.flip(pixels, 1)
    if number == 5:
        pixels = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=72)
    return out.getvalue()
