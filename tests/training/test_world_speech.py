"""Speech of a world: said by machines, and yet never twice alike."""

import numpy as np

from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.media.kind import MediaType
from clew.media.sound import RATE, Stretch
from clew.signals.reading import Trace
from clew.signals.sound import SIGNAL
from clew.training.world import sounds
from clew.training.world.chance import source


def test_nobody_says_a_sentence_twice_alike() -> None:
    """Else two events of one room would share what only copies of one recording share."""
    said = sounds.spoken(sounds.build_voice(7, "a"), sounds.SENTENCES[2], "formants")
    once, again = (heard(sounds.said_once(source(7, "said", n), said)) for n in "xy")
    assert compare(once, again) == []
    assert compare(once, once)


def heard(samples: sounds.Sound) -> Subject:
    extractor = SIGNAL.extractor()
    at = np.arange(0, len(samples) - 1, sounds.SOUND_RATE / RATE)
    resampled = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    extractor.take(Stretch(resampled, 0.0, 0))
    traces = [Trace(SIGNAL.name, SIGNAL.version, feature) for feature in extractor.finish()]
    return Subject.of(MediaType.SOUND, traces)
