"""Groups of connected files as the report shows them."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clew.casework.findings import Group, Item, Place, Spoken
from clew.cli.report import text
from clew.cli.report.links import LinkViews, Reference, kind_class, link_views
from clew.cli.report.pairs import Pairs

Pictures = Callable[[int, str], bytes | None]
"""From the number of a media, and what is wanted (``preview``, or of a film ``storyboard``), to a
JPEG of it; None where there is none."""

PLACES_SHOWN = 3
ITEMS_SHOWN = 24
SPOKEN_SHOWN = 24
USABLE_QUALITY = 50
"""Below it a picture is flat: see :class:`clew.casework.findings.Item`."""

_TYPES = {"image": "picture", "video": "film", "sound": "sound"}
_ICONS = {"image": "icon-picture", "video": "icon-film", "sound": "icon-sound"}
_KIND_LABELS = {
    "copies": "exact copies",
    "same": "same file",
    "picture": "pictures alike",
    "still": "picture in film",
    "film": "films overlap",
    "sound": "heard in both",
}


@dataclass(frozen=True)
class PlaceView:
    """One place of an item: folder and path as shown, and all of it for the title."""

    folder: str
    path: str
    title: str
    modified: str


@dataclass(frozen=True)
class ItemView:
    """One media, ready for the template.

    Attributes:
        label: group and position, such as ``3.2``; officers quote it.
        name: as shown; ``title`` in full.
        type: word for the type; ``icon`` the drawing that stands for it.
        facts: size, pixels, length and format.
        picture: base64 of a small JPEG, empty without.
        storyboard: base64 of a JPEG of a film's keyframes, likewise.
        copies: how many places, in words; empty for one.
        flat: whether it is too even to compare by look.
        left_out: how many matches were left out, in words.
        spoken: where somebody speaks, in words; empty for nowhere.
        folded_count: how many places are folded, in words.
    """

    label: str
    name: str
    title: str
    type: str
    icon: str
    facts: str
    picture: str
    storyboard: str
    quality: str
    flat: bool
    copies: str
    in_vault: bool
    partly: bool
    notes: tuple[str, ...]
    left_out: str
    spoken: str
    sha256: str
    sha256_short: str
    places: tuple[PlaceView, ...]
    folded: tuple[PlaceView, ...]
    folded_count: str


@dataclass(frozen=True)
class KindView:
    """How files of a group agree: a class and a word for it."""

    name: str
    words: str


@dataclass(frozen=True)
class GroupView:
    """One group, ready for the template.

    Attributes:
        number: as text.
        heading: how many files of which type.
        name: of its first item, for the jump list.
        kinds: how its files agree; ``kind_names`` the same for the filter.
        films: whether a film is in it.
        height: class of its expected height, so that scroll bars and jumps come out about right.
        folded: items beyond the first ones.
    """

    number: str
    heading: str
    name: str
    title: str
    places: str
    kinds: tuple[KindView, ...]
    kind_names: str
    films: bool
    height: str
    items: tuple[ItemView, ...]
    folded: tuple[ItemView, ...]
    folded_count: str
    links: LinkViews


def kinds_of(group: Group) -> list[str]:
    """How the files of a group agree, in a fixed order; ``copies`` for a file in many places."""
    found = {kind_class(link.match.kind) for link in group.links}
    if any(len(item.places) > 1 for item in group.items):
        found.add("copies")
    return [kind for kind in _KIND_LABELS if kind in found]


def group_view(
    group: Group,
    several_folders: bool,
    pictures: Pictures | None,
    pairs: Pairs | None = None,
) -> GroupView:
    """A group as the template wants it.

    Args:
        group: the group.
        several_folders: whether a path alone leaves open in which folder it lies.
        pictures: where small derivatives come from; None leaves them all out.
        pairs: makes pairs of frames that agree; None leaves them out.
    """
    labels = {item.id: f"{group.number}.{position}" for position, item in enumerate(group.items, 1)}
    views = [_item(item, labels[item.id], several_folders, pictures) for item in group.items]
    references = {
        item.id: Reference(view.label, view.name, view.title)
        for item, view in zip(group.items, views, strict=True)
    }
    places = sum(len(item.places) for item in group.items)
    kinds = kinds_of(group)
    return GroupView(
        number=str(group.number),
        heading=_heading(group.items),
        name=views[0].name if views else "",
        title=views[0].title if views else "",
        places=f"in {text.counted(places, 'place')}" if places > len(views) else "",
        kinds=tuple(KindView(kind, _KIND_LABELS[kind]) for kind in kinds),
        kind_names=" ".join(kinds),
        films=any(item.type == "video" for item in group.items),
        height=_height(len(group.items), len(group.links)),
        items=tuple(views[:ITEMS_SHOWN]),
        folded=tuple(views[ITEMS_SHOWN:]),
        folded_count=text.counted(len(views) - ITEMS_SHOWN, "more file"),
        links=link_views(group.links, {item.id: item for item in group.items}, references, pairs),
    )


def _heading(items: Sequence[Item]) -> str:
    types = Counter(_TYPES.get(item.type, item.type) for item in items)
    return ", ".join(text.counted(number, word) for word, number in types.most_common())


def _height(items: int, links: int) -> str:
    rows = (min(items, ITEMS_SHOWN) + 2) // 3 + min(links, 24)
    return next(
        (name for most, name in ((2, "low"), (5, "middling"), (12, "high")) if rows <= most), "tall"
    )


def _item(item: Item, label: str, several_folders: bool, pictures: Pictures | None) -> ItemView:
    path = item.places[0].path if item.places else ""
    name = text.file_name(path) or "(no place known)"
    flat = item.quality is not None and item.quality < USABLE_QUALITY
    places = tuple(_place(place, several_folders) for place in item.places)
    return ItemView(
        label=label,
        name=text.visible(text.shortened(name, text.NAME_LENGTH)),
        title=text.plain(name),
        type=_TYPES.get(item.type, item.type),
        icon=_ICONS.get(item.type, "icon-file"),
        facts=" · ".join(_facts(item)),
        picture=_encoded(pictures, item, "preview"),
        storyboard=_encoded(pictures, item, "storyboard") if item.type == "video" else "",
        quality="" if item.quality is None or flat else str(item.quality),
        flat=flat,
        copies=f"{len(places)} exact copies" if len(places) > 1 else "",
        in_vault=item.in_vault,
        partly=item.partly,
        notes=tuple(text.sentence(text.visible(note)) for note in item.notes),
        left_out=text.counted(item.left_out, "further match", "further matches")
        if item.left_out
        else "",
        spoken=_spoken(item.spoken),
        sha256=item.sha256,
        sha256_short=f"{item.sha256[:8]}…{item.sha256[-4:]}",
        places=places[:PLACES_SHOWN],
        folded=places[PLACES_SHOWN:],
        folded_count=text.counted(len(places) - PLACES_SHOWN, "more place"),
    )


def _spoken(stretches: Sequence[Spoken]) -> str:
    times = [
        f"{text.clock(one.start, tenths=True)}–{text.clock(one.end, tenths=True)}"
        for one in stretches[:SPOKEN_SHOWN]
    ]
    more = len(stretches) - len(times)
    return ", ".join(times) + (f" and {text.counted(more, 'more time')}" if more else "")


def _encoded(pictures: Pictures | None, item: Item, what: str) -> str:
    picture = pictures(item.id, what) if pictures is not None else None
    return b64encode(picture).decode("ascii") if picture else ""


def _facts(item: Item) -> Iterable[str]:
    if item.width and item.height:
        yield f"{item.width}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{item.height}"
    if item.duration is not None:
        yield text.clock(item.duration, tenths=item.duration < 10)
    if item.format:
        yield text.plain(item.format).upper()
    yield text.size(item.size)


def _place(place: Place, several_folders: bool) -> PlaceView:
    return PlaceView(
        folder=text.visible(text.shortened(place.folder, text.NAME_LENGTH))
        if several_folders
        else "",
        path=text.visible(text.shortened(place.path, text.PATH_LENGTH)),
        title=text.plain(f"{place.folder}/{place.path}"),
        modified=text.moment(place.modified) if place.modified else "",
    )
