"""A media as the comparison sees it: its traces as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clew.compare.views import Views
from clew.media.kind import MediaType
from clew.signals.base import Feature, Need, Signal
from clew.signals.exact.extract import SHA256
from clew.signals.reading import Trace
from clew.signals.registry import signals
from clew.signals.space import PDQ, Space

_TURNED = 1.9  # seconds


@dataclass(frozen=True)
class Subject:
    """One media with its traces.

    Attributes:
        type: image, video or sound.
        traces: everything the signals read from it.
    """

    type: MediaType
    traces: tuple[Trace, ...]

    @classmethod
    def of(cls, media_type: MediaType, traces: Iterable[Trace]) -> Subject:
        """A subject from what was read."""
        return cls(media_type, tuple(traces))

    @cached_property
    def sha256(self) -> bytes | None:
        """SHA-256 of its bytes."""
        exact = (t.feature.value[SHA256] for t in self.traces if t.signal == "exact")
        return next(exact, None)

    @cached_property
    def looks(self) -> Looks:
        """Its usable features in the space of pictures."""
        return self.within(PDQ)

    def within(self, space: Space) -> Looks:
        """Its usable features in a space."""
        if space.name not in self._within:
            self._within[space.name] = Looks.of(self.traces, space)
        return self._within[space.name]

    @cached_property
    def _within(self) -> dict[str, Looks]:
        return {}

    @cached_property
    def views(self) -> Views:
        """Its views, for a film."""
        return Views.of(self.traces)

    @cached_property
    def until(self) -> float:
        """When its pictures end, in seconds, flat frames that are not compared too; 0 of none.

        Not with its sound, which may go on longer.
        """
        known = signals()
        return max(
            (
                trace.feature.end or 0.0
                for trace in self.traces
                if (signal := known.get(trace.signal)) and signal.need is Need.FRAMES
            ),
            default=0.0,
        )

    @cached_property
    def versions(self) -> dict[str, int]:
        """Signal name to version, of what was read."""
        return {trace.signal: trace.version for trace in self.traces}


@dataclass(frozen=True)
class Looks:
    """Features of one space, those good enough to stand behind a connection.

    Attributes:
        features: the features that are kept, n of them: one that stands for others, once for each.
        hashes: uint8[n, bits / 8], as they are indexed.
        queries: uint8[n, orientations, bits / 8].
        start: float64[n], seconds; 0 for pictures. ``end`` likewise.
        part: bool[n], whether a feature is of a part and not of the whole.
    """

    features: tuple[Feature, ...]
    hashes: NDArray[np.uint8]
    queries: NDArray[np.uint8]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    part: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def asked(self) -> NDArray[np.bool_]:
        """Which queries an index is asked, bool[n, orientations].

        As it is, everything; turned, one frame of a film every two seconds: a film that is turned
        is turned for longer, and once a frame is near, all frames are compared.
        """
        asked = np.ones(self.queries.shape[:2], np.bool_)
        last: dict[str, float] = {}
        for row, feature in enumerate(self.features):
            if feature.start is None:
                continue
            before = last.get(feature.variant)
            if before is None or feature.start == before or feature.start - before >= _TURNED:
                last[feature.variant] = feature.start
            else:
                asked[row, 1:] = False
        return asked

    @classmethod
    def of(cls, traces: Iterable[Trace], space: Space) -> Looks:
        """The usable features of a space among traces."""
        known = signals()
        usable, values = [], []
        for trace in traces:
            signal = known.get(trace.signal)
            if signal is None or (signal.space, signal.version) != (space, trace.version):
                continue
            brought = _brought(signal, trace.feature)
            usable.extend([trace.feature] * len(brought))
            values.extend(brought)
        width = space.bits // 8
        hashes = np.array([space.indexed(value) for value in values], np.uint8)
        queries = np.array([space.queries(value) for value in values], np.uint8)
        return cls(
            tuple(usable),
            hashes.reshape(-1, width),
            queries.reshape(-1, len(space.orientations), width),
            np.array([f.start or 0.0 for f in usable]),
            np.array([f.end or 0.0 for f in usable]),
            np.array([not f.variant.startswith("whole") for f in usable], np.bool_),
        )


def _brought(signal: Signal, kept: Feature) -> list[bytes]:
    """The values that a feature which is kept brings to its space."""
    least = signal.usable_quality if signal.asked_quality is None else signal.asked_quality
    itself = [kept.value] if kept.quality >= least else []
    return itself if signal.asked is None else itself + signal.asked(kept)
