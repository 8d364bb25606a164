"""The pictures of a film: the same scene after cutting, re-encoding, letterboxing."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.frames.compare import compare
from clew.signals.frames.extract import COMPARED, USABLE, FramesExtractor
from clew.signals.space import PDQ

SIGNAL = Signal(
    name="frames",
    version=5,
    title="the same moving picture",
    media=frozenset({MediaType.VIDEO}),
    need=Need.FRAMES,
    extractor=FramesExtractor,
    compare=compare,
    space=PDQ,
    usable_quality=USABLE,
    asked_quality=COMPARED,
)
