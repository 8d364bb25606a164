"""The shots of a film, each with the frame that shows it best."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.shots.compare import compare
from clew.signals.shots.extract import ShotsExtractor

SIGNAL = Signal(
    name="shots",
    version=3,
    title="a shot of a film",
    media=frozenset({MediaType.VIDEO}),
    need=Need.FRAMES,
    extractor=ShotsExtractor,
    compare=compare,
)
