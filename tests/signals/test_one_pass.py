"""A film's sound is read in the pass that reads its picture, and is the same as by itself."""

import io

import av
import numpy as np

from clew.media.sound import RATE, heard
from clew.signals.reading import Outcome, read
from clew.signals.registry import signals
from clew.training.melodies import make_melody


class Told:
    """Keeps what was read last."""

    def reached(self, phase, position):
        pass

    def digested(self, reading):
        pass

    def finished(self, reading):
        self.reading = reading


def film(seconds):
    """A film with a melody, picture and sound interleaved."""
    out = io.BytesIO()
    with av.open(out, "w", "matroska") as target:
        picture = target.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 160, 120, "yuv420p"
        sound = target.add_stream("pcm_s16le", rate=RATE, layout="mono")
        noise = np.random.default_rng(2).integers(0, 256, (120, 160, 3), np.uint8)
        shades = [np.roll(noise, 4 * n, axis=1) for n in range(10 * seconds)]
        pictures = [
            packet
            for shade in shades
            for packet in picture.encode(av.VideoFrame.from_ndarray(shade, "rgb24"))
        ]
        melody = (make_melody(np.random.default_rng(1), seconds, RATE) * 20_000).astype(np.int16)
        sounds = []
        for start in range(0, len(melody), 1000):
            part = av.AudioFrame.from_ndarray(melody[None, start : start + 1000], "s16", "mono")
            part.sample_rate, part.pts = RATE, start
            sounds += sound.encode(part)
        pictures += picture.encode()
        target.mux(sorted([*pictures, *sounds], key=lambda one: one.dts * one.time_base))
    return out


def test_sound_read_beside_the_picture_is_what_is_heard_alone():
    content, told = film(6), Told()
    read(content, content.tell(), "film.mkv", told)
    assert told.reading.outcome is Outcome.READ
    alone = signals()["sound"].extractor()
    for stretch in heard(content, [], lambda _: None):
        alone.take(stretch)
    features = [trace.feature for trace in told.reading.traces if trace.signal == "sound"]
    assert len(features) > 20
    assert features == alone.finish()
