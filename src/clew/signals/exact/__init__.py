"""The bytes themselves: the same file under another name."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.exact.compare import compare
from clew.signals.exact.extract import ExactExtractor

SIGNAL = Signal(
    name="exact",
    version=1,
    title="the same file",
    media=frozenset({MediaType.IMAGE, MediaType.VIDEO, MediaType.SOUND}),
    need=Need.BYTES,
    extractor=ExactExtractor,
    compare=compare,
)
