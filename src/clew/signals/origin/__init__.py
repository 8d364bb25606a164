"""What made a picture's file: a camera, or a program that wrote it anew."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.origin.compare import compare
from clew.signals.origin.extract import OriginExtractor

SIGNAL = Signal(
    name="origin",
    version=1,
    title="what made the file",
    media=frozenset({MediaType.IMAGE}),
    need=Need.BYTES,
    extractor=OriginExtractor,
    compare=compare,
    connects=False,
)
