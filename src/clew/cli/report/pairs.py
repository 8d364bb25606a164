"""Where two media are best seen to agree: frames side by side, spectrograms in step."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clew.casework.findings import Item, Link
from clew.cli.report import text
from clew.compare.evidence import MatchKind, Span

Stills = Callable[[int, Sequence[float]], "list[bytes | None]"]
"""From the number of a film, and seconds in it, to a JPEG of each; None where there is none."""

Spectrograms = Callable[[Link, tuple[str, str]], "bytes | None"]
"""From a link by sound, and what its media are called, to a JPEG; None where there is none."""

PAIRS_SHOWN = 3
"""Of one link: of the stretches in which most time is shared, or a picture is seen nearest. Of a
link that is folded one."""

MOST_SPECTROGRAMS = 60
"""In one report: both media are read again for each."""

MOST_PAIRS = 200
"""In one report: each film is opened again for them."""


@dataclass(frozen=True)
class StillView:
    """One picture of a pair: base64 of a JPEG, empty where there is none, and what it is."""

    picture: str
    words: str


@dataclass(frozen=True)
class PairView:
    """Two pictures that agree.

    Attributes:
        first: of the match's first media; and ``second`` of its second.
        words: how nearly they agree.
    """

    first: StillView
    second: StillView
    words: str

    @property
    def stills(self) -> tuple[StillView, StillView]:
        """Both of them."""
        return self.first, self.second


class Pairs:
    """Makes the pairs of links, as long as there is room for them in the report.

    Args:
        stills: where stills of films come from.
        spectrograms: where pictures of what is heard in both come from.
        preview: from the number of a picture to a small JPEG of it, None where there is none.
    """

    def __init__(
        self, stills: Stills, spectrograms: Spectrograms, preview: Callable[[int], bytes | None]
    ) -> None:
        self._stills = stills
        self._spectrograms = spectrograms
        self._spectrograms_left = MOST_SPECTROGRAMS
        self._preview = preview
        self._left = MOST_PAIRS

    def spectrogram(self, link: Link, labels: tuple[str, str]) -> StillView | None:
        """What is heard in both, in the longest stretch; None where that is not how they agree."""
        if link.match.kind is not MatchKind.SOUND or not self._spectrograms_left:
            return None
        self._spectrograms_left -= 1
        words = f"What is heard in {labels[0]} and in {labels[1]}, in step"
        return StillView(_encoded(self._spectrograms(link, labels)), words)

    def of(
        self, link: Link, first: Item, second: Item, labels: tuple[str, str], most: int
    ) -> tuple[PairView, ...]:
        """The pairs of one link, those that say most first; none for what has no frames."""
        match = link.match
        if match.kind not in (MatchKind.FILM, MatchKind.STILL):
            return ()
        spans = [span for span in match.spans if span.best is not None]
        spans = spans[: min(most, self._left)]
        self._left -= len(spans)
        if not spans:
            return ()
        ones = self._of_one(first, labels[0], [s.best.first for s in spans if s.best])
        others = self._of_one(second, labels[1], [s.best.second for s in spans if s.best])
        return tuple(
            PairView(one, other, _words(span))
            for one, other, span in zip(ones, others, spans, strict=True)
        )

    def _of_one(self, item: Item, label: str, times: list[float]) -> list[StillView]:
        if item.type != "video":
            picture = _encoded(self._preview(item.id))
            return [StillView(picture, label)] * len(times)
        return [
            StillView(_encoded(still), f"{label} at {text.clock(time, tenths=True)}")
            for still, time in zip(self._stills(item.id, times), times, strict=True)
        ]


def _words(span: Span) -> str:
    best = span.best
    assert best is not None
    if best.regions is not None:
        return text.counted(best.regions, "region agrees", "regions agree")
    return f"difference {best.distance}"


def _encoded(picture: bytes | None) -> str:
    return b64encode(picture).decode("ascii") if picture else ""
