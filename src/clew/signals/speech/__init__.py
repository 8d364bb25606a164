"""Where somebody speaks, so that an officer can jump there."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.speech.compare import compare
from clew.signals.speech.extract import SpeechExtractor
from clew.signals.speech.model import missing

SIGNAL = Signal(
    name="speech",
    version=1,
    title="where somebody speaks",
    media=frozenset({MediaType.SOUND, MediaType.VIDEO}),
    need=Need.SOUND,
    extractor=SpeechExtractor,
    compare=compare,
    missing=missing(),
)
