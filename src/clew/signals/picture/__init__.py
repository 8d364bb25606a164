"""The picture as a whole: the same photo after re-encoding, resizing, turning, framing."""

from clew.media.kind import MediaType
from clew.signals.base import Need, Signal
from clew.signals.picture.compare import compare
from clew.signals.picture.extract import PictureExtractor, hash_part
from clew.signals.space import PDQ

SIGNAL = Signal(
    name="picture",
    version=1,
    title="the same picture",
    media=frozenset({MediaType.IMAGE}),
    need=Need.PICTURE,
    extractor=PictureExtractor,
    compare=compare,
    describe=hash_part,
    space=PDQ,
    usable_quality=50,
)
