"""Links as the report shows them: what agrees, how nearly, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.casework.findings import Item, Link
from clew.cli.report import text
from clew.cli.report.pairs import PAIRS_SHOWN, Pairs, PairView, StillView
from clew.cli.report.timeline import Film, Timeline, timeline
from clew.compare.evidence import Match, MatchKind

FEW_LINKS = 6
"""With no more than so many links in a group, all are shown at once."""
MOST_OPEN = 24
"""Otherwise the nearest link of each item, up to so many; the others are folded."""
MOST_WRITTEN = 400
"""A group of hundreds has tens of thousands of links; beyond these only their number is told."""

_KIND_CLASSES = {
    MatchKind.SAME_FILE: "same",
    MatchKind.PICTURE: "picture",
    MatchKind.STILL: "still",
    MatchKind.FILM: "film",
    MatchKind.SOUND: "sound",
}
_KIND_WORDS = {
    MatchKind.SAME_FILE: "Same file",
    MatchKind.PICTURE: "Pictures look alike",
    MatchKind.STILL: "Picture seen in a film",
    MatchKind.FILM: "Films share a stretch",
    MatchKind.SOUND: "The same is heard",
}
# Upper ends of the share of the threshold that is used up.
_CLOSENESS = ((0.2, "very close"), (0.5, "close"), (0.8, "less close"), (1.0, "near the limit"))


@dataclass(frozen=True)
class Reference:
    """An item as a link names it: its label, which is also its anchor, and its name."""

    label: str
    name: str
    title: str


@dataclass(frozen=True)
class LinkView:
    """One link, ready for the template.

    Attributes:
        kind: class of the kind; and ``words`` for people.
        closeness: how close in words; empty for the same file.
        measure: distance and threshold in words.
        share: how much of the threshold is used up, in percent.
        remarks: orientation, parts, quality, shared time.
        trust: how often this is wrong.
        versions: which traces in which version.
        turn: class of how the first is turned to lie on the second.
        pairs: the frames in which it is best seen.
        heard: the spectrograms of what is heard in both, of a link that is not folded.
    """

    first: Reference
    second: Reference
    kind: str
    words: str
    closeness: str
    measure: str
    share: str
    remarks: tuple[str, ...]
    trust: str
    versions: str
    turn: str
    drawing: Timeline | None
    pairs: tuple[PairView, ...]
    heard: StillView | None


@dataclass(frozen=True)
class LinkViews:
    """A group's links: those shown, those folded, and how many are not written at all."""

    shown: tuple[LinkView, ...]
    folded: tuple[LinkView, ...]
    folded_count: str
    not_written: str


def kind_class(kind: MatchKind) -> str:
    """Short name of a kind for classes and filters."""
    return _KIND_CLASSES[kind]


def link_views(
    links: Sequence[Link],
    items: Mapping[int, Item],
    references: Mapping[int, Reference],
    pairs: Pairs | None = None,
) -> LinkViews:
    """The links of one group, the nearest of each item first.

    Args:
        links: nearest first.
        items: the group's items by id.
        references: how each is named, by id.
        pairs: makes the pictures of where they agree; None leaves them out.
    """
    nearest, others = nearest_of_each(links)
    opened = nearest + others if len(links) <= FEW_LINKS else nearest[:MOST_OPEN]
    rest = [] if len(links) <= FEW_LINKS else nearest[MOST_OPEN:] + others
    folded = rest[: MOST_WRITTEN - len(opened)]
    unwritten = len(rest) - len(folded)
    return LinkViews(
        shown=tuple(_view(link, items, references, pairs, PAIRS_SHOWN) for link in opened),
        folded=tuple(_view(link, items, references, pairs, 1) for link in folded),
        folded_count=text.counted(len(rest), "further link"),
        not_written=text.counted(unwritten, "link") if unwritten else "",
    )


def nearest_of_each(links: Sequence[Link]) -> tuple[list[Link], list[Link]]:
    """The links that are the nearest of one of their items, and all others, orders kept."""
    seen: set[int] = set()
    nearest: list[Link] = []
    others: list[Link] = []
    for link in links:
        new = {link.first, link.second} - seen
        (nearest if new else others).append(link)
        seen |= new
    return nearest, others


def _view(
    link: Link,
    items: Mapping[int, Item],
    references: Mapping[int, Reference],
    pairs: Pairs | None,
    most_pairs: int,
) -> LinkView:
    match = link.match
    first, second = references[link.first], references[link.second]
    share = match.distance / match.threshold if match.threshold else 0.0
    same = match.kind is MatchKind.SAME_FILE
    both, labels = (items[link.first], items[link.second]), (first.label, second.label)
    return LinkView(
        first=first,
        second=second,
        kind=_KIND_CLASSES[match.kind],
        words=_KIND_WORDS[match.kind],
        closeness="" if same else _closeness(share),
        measure="" if same else _measure(match),
        share=f"{min(share, 1.0) * 100:.0f}",
        remarks=tuple(_remarks(link, first.label, second.label)),
        trust=text.sentence(text.plain(link.trust)),
        versions=", ".join(f"{name} v{version}" for name, version in match.versions.items()),
        turn=match.orientation.replace("°", "").replace(" ", "-"),
        drawing=_drawing(link, items, first.label, second.label),
        pairs=pairs.of(link, *both, labels, most_pairs) if pairs is not None else (),
        heard=pairs.spectrogram(link, labels) if pairs is not None and most_pairs > 1 else None,
    )


def _measure(match: Match) -> str:
    if match.kind is MatchKind.SOUND:
        return f"{match.distance} % of what stands out differs, of at most {match.threshold} %"
    return f"difference {match.distance} of at most {match.threshold}"


def _closeness(share: float) -> str:
    return next((words for end, words in _CLOSENESS if share <= end), _CLOSENESS[-1][1])


def _remarks(link: Link, first: str, second: str) -> list[str]:
    match = link.match
    remarks: list[str] = []
    if match.kind is MatchKind.SAME_FILE:
        return remarks
    if match.spans and match.kind in (MatchKind.FILM, MatchKind.SOUND):
        stretches = text.counted(len(match.spans), "stretch", "stretches")
        remarks.append(f"{text.duration(match.seconds)} shared in {stretches}")
    if match.spans and match.kind is MatchKind.SOUND:
        span = match.spans[0]
        remarks.append(f"offset {span.second_start - span.first_start:+.2f} s in the longest")
        if abs(span.speed - 1) >= 0.01:
            remarks.append(f"{second} is played at {span.speed:.2f} times the speed of {first}")
    if match.orientation != "as it is":
        remarks.append(f"agrees when {first} is {match.orientation}")
    parts = [(first, match.first_variant), (second, match.second_variant)]
    if match.first_variant == match.second_variant:
        parts = [("both", match.first_variant)]
    for label, variant in parts:
        if variant != "whole":
            remarks.append(f"{label} compared: {variant}")
    remarks.append(f"quality {match.quality} of 100")
    return remarks


def _drawing(link: Link, items: Mapping[int, Item], first: str, second: str) -> Timeline | None:
    match = link.match
    if not match.spans or match.kind is MatchKind.PICTURE:
        return None
    one, other = items[link.first], items[link.second]
    return timeline(
        f"time-{first}-{second}",
        match,
        Film(first, one.duration),
        Film(second, other.duration),
        film_is_first=one.type == "video",
    )
