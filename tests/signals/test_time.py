"""A film that takes too long is kept as far as it was read."""

import io
import time

import av
import pytest

from clew.media.limits import Limits
from clew.signals.reading import Outcome, read
from clew.training.pictures import make_picture


class Slow:
    """Takes its time over every step of a film."""

    def __init__(self):
        self.told = []

    def reached(self, phase, position):
        if phase == "film":
            time.sleep(0.02)

    def digested(self, reading):
        pass

    def finished(self, reading):
        self.told.append(reading)


def film(seconds):
    out = io.BytesIO()
    with av.open(out, "w", "matroska") as target:
        stream = target.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for second in range(seconds):
            pixels = make_picture(3, second, 240, 320).pixels
            for _ in range(10):
                target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        target.mux(stream.encode())
    return out


@pytest.mark.soak
def test_a_film_over_its_time_keeps_what_was_read():
    listener, content = Slow(), film(30)
    limits = Limits(seconds_per_file=4.0, seconds_per_mebibyte=0.0)
    begun = time.monotonic()
    read(content, content.tell(), "film.mkv", listener, limits)
    assert time.monotonic() - begun < 4.0, "it stops before it would be stopped"
    (told,) = listener.told
    assert told.outcome is Outcome.PARTLY
    (note,) = told.notes
    assert note.startswith("only the first ")
    assert note.endswith(" s read (time limit)")
    frames = [trace for trace in told.traces if trace.signal == "frames"]
    assert frames
    assert told.preview
    assert max(trace.feature.end for trace in frames) < 29
    assert 25 < told.duration < 35


def test_a_long_film_of_few_bytes_has_a_third_of_its_length():
    limits = Limits()
    seconds, bytes_per_second = 10 * 3600, 100_000 / 8
    assert limits.seconds_for(int(seconds * bytes_per_second)) > seconds / 3
