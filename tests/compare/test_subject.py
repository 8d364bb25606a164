"""A media as the comparison sees it."""

from __future__ import annotations

import numpy as np

from clew.compare.subject import Subject
from clew.media.image import Picture
from clew.media.kind import MediaType
from clew.media.sampling import Frame
from clew.signals.reading import Trace
from clew.signals.regions import SIGNAL
from clew.signals.regions.extract import ASKED, REGION
from clew.signals.space import REGIONS
from clew.training.pictures import make_picture


def test_what_a_view_stands_for_is_asked_for_but_never_searched() -> None:
    pixels = make_picture(8, 0, 360, 640).pixels
    extractor = SIGNAL.extractor()
    extractor.take(Frame(Picture(pixels, 640, 360), 2.0, 3.0, shot=0))
    traces = [Trace(SIGNAL.name, SIGNAL.version, feature) for feature in extractor.finish()]
    searched = [trace.feature.value for trace in traces if trace.feature.variant == REGION]
    looks = Subject.of(MediaType.VIDEO, traces).within(REGIONS)
    through_it = [f for f in looks.features if f.quality < SIGNAL.usable_quality]
    assert len(through_it) == ASKED
    assert len(looks) == ASKED + len(searched)
    assert np.all(looks.start == 2.0)
