"""Local regions of a film's frames: what is left of them after crops, overlays and re-filming."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.regions.compare import compare
from clew.signals.regions.extract import USABLE, RegionsExtractor, asked
from clew.signals.space import REGIONS

SIGNAL = Signal(
    name="regions",
    version=7,
    title="parts of the same moving picture",
    media=frozenset({MediaType.VIDEO}),
    need=Need.FRAMES,
    extractor=RegionsExtractor,
    compare=compare,
    space=REGIONS,
    usable_quality=USABLE,
    asked=asked,
)
