"""What is heard: the same recording after trimming, re-encoding, noise, another speed."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.sound.compare import compare
from clew.signals.sound.extract import PRESENT, USABLE, SoundExtractor
from clew.signals.sound.value import SOUND

SIGNAL = Signal(
    name="sound",
    version=2,
    title="the same sound",
    media=frozenset({MediaType.SOUND, MediaType.VIDEO}),
    need=Need.SOUND,
    extractor=SoundExtractor,
    compare=compare,
    space=SOUND,
    usable_quality=USABLE,
    asked_quality=PRESENT,
)
