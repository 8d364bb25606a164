"""Films and sounds, read with FFmpeg's libraries through PyAV.

No frame is decoded twice, and some that no other needs never (:mod:`clew.media.sparing`). A
miniature of each goes to finding the shots (:mod:`clew.media.shots`); about two a second are
handed on as pictures for the signals (:mod:`clew.media.sampling`). What is damaged in the middle
is stepped over and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Protocol

import av
import av.container
import av.error
import av.logging

from clew.media.boxes import lacks_index
from clew.media.clock import FilmClock
from clew.media.errors import NotMediaError, UnreadableError, words_of
from clew.media.image import Picture
from clew.media.limits import Limits
from clew.media.picturing import Picturing, Shape, miniature
from clew.media.sampling import Frame, Moment, Pace, sampled
from clew.media.sparing import Sparing

# Every reader of a format is attack surface, and FFmpeg has hundreds, for games and raw samples
# among others, that take anything for theirs. These are the ones that are used.
_FORMATS = (
    *("mov", "matroska", "avi", "asf", "flv", "live_flv", "mpeg", "mpegts", "mpegvideo", "ogg"),
    *("rm", "mxf", "gxf", "nut", "ivf", "obu", "dv", "wtv", "nsv", "dhav", "smjpeg", "swf"),
    *("h264", "hevc", "m4v", "yuv4mpegpipe", "wav", "w64", "aiff", "au", "caf", "voc", "flac"),
    *("mp3", "aac", "ac3", "eac3", "dts", "dtshd", "truehd", "mlp", "amr", "amrnb", "amrwb"),
    *("wv", "ape", "tta", "tak", "mpc", "mpc8", "dsf", "oma", "qcp"),
)
# Of these FFmpeg must see a signature of several bytes, not a few bits, before it guesses them.
_GUESSED = {
    *("mov", "mpegts", "mpeg", "mp3", "aac", "ac3", "eac3", "truehd", "dv", "h264", "hevc", "gxf"),
    *("wtv", "nsv", "dhav", "smjpeg", "voc", "w64", "obu", "oma", "qcp", "live_flv", "dtshd"),
}
_GUESSED_FROM_BYTES = 64 * 1024
_LEAST_GUESSED_FRAMES = 5
_LEAST_GUESSED_SECONDS = 1.0
_INSTANT = 1e-3  # seconds: times are told rounded
_LAST_STAYS = 2.0  # seconds
_LONGEST_SECONDS = 10 * 365 * 86400.0

_NO_INDEX = (
    "the film's index (moov) is missing: the recording broke off before it was written. Pictures "
    "and sound are still in the file; keep it, a tool that repairs films can read them with the "
    "index of another film from the same camera and settings"
)

av.logging.set_level(av.logging.PANIC)


@dataclass
class FilmFacts:
    """What is known of a film or sound beside its frames.

    Attributes:
        format: FFmpeg's name of the container, first alternative.
        width: upright width of the picture in pixels, 0 for sounds; height likewise.
        duration: seconds; None when the file does not say and was not read to its end.
        frame_rate: average frames a second, None for sounds or when unknown.
        picture_codec: name of the picture's codec, empty for sounds.
        sound_codec: name of the first sound track's codec, empty when silent.
        cover_codec: name of the codec of an attached picture, which is no film; empty without.
        notes: what was wrong or left out, for people; empty when all was read.
    """

    format: str
    width: int = 0
    height: int = 0
    duration: float | None = None
    frame_rate: float | None = None
    picture_codec: str = ""
    sound_codec: str = ""
    cover_codec: str = ""
    notes: list[str] = field(default_factory=list)


class Beside(Protocol):
    """Takes what belongs to other streams while the picture is read, in the same pass."""

    @property
    def streams(self) -> Sequence[av.AudioStream]:
        """Whose packets it takes."""

    @property
    def full(self) -> bool:
        """Whether it takes no more."""

    def take(self, packet: av.Packet[Any]) -> None:
        """Take the next packet of one of them."""


def open_container(source: BinaryIO, *, certain: bool = True) -> av.container.InputContainer:
    """Open a film or sound with FFmpeg's libraries, from its beginning.

    Args:
        source: seekable file.
        certain: false when the kind of file is only a guess.

    Raises:
        NotMediaError: when FFmpeg knows no such format.
        UnreadableError: when it does but the file cannot be opened.
    """
    source.seek(0)
    # No other file or address that the content may name is opened.
    allowed = {"format_whitelist": ",".join(_FORMATS), "protocol_whitelist": "none"}
    if not certain:
        # Most of a drive is neither film nor sound: guessing must not take long.
        allowed["formatprobesize"] = str(_GUESSED_FROM_BYTES)
    try:
        return av.open(source, "r", metadata_errors="replace", container_options=allowed)
    except (av.error.InvalidDataError, av.error.ArgumentError):
        if certain and lacks_index(source):
            raise UnreadableError(_NO_INDEX) from None
        raise _unknown(certain=certain) from None
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise UnreadableError(f"the film cannot be opened ({words_of(error)})") from error


class FilmReader:
    """Opens a film or a sound.

    Args:
        source: seekable file.
        limits: how many frames are looked at.
        certain: false when the kind of file is only a guess; it must then decode without damage
            for a while to be believed.

    Attributes:
        container: the opened file.
        facts: what is known of it.

    Raises:
        NotMediaError: when FFmpeg knows no such format.
        UnreadableError: when it does but the file cannot be opened.
    """

    def __init__(self, source: BinaryIO, limits: Limits, *, certain: bool = True) -> None:
        self._limits = limits
        self._certain = certain
        self.container = open_container(source, certain=certain)
        name = self.container.format.name.split(",")[0]
        if not certain and name not in _GUESSED:
            raise _unknown(certain=False)
        films = [s for s in self.container.streams.video if not _is_cover(s) and s.codec_context]
        self._picture = films[0] if films else None
        self._others = films[1:]
        self._sound = next(iter(self.container.streams.audio), None)
        if self._picture is None and self._sound is None:
            raise NotMediaError("the file holds neither film nor sound")
        self.facts = self._facts(name)
        self._picturing = Picturing()
        self._begins: float | None = None
        self._clock = FilmClock(self.facts.frame_rate or 25.0)
        self._packets: Iterator[av.Packet[Any]] = iter(())

    def _facts(self, name: str) -> FilmFacts:
        facts = FilmFacts(name)
        seconds = (self.container.duration or 0) / av.time_base
        if 0 < seconds <= _LONGEST_SECONDS:
            facts.duration = seconds
        if self._picture is not None:
            context = self._picture.codec_context
            facts.width, facts.height = context.width, context.height
            facts.picture_codec = context.name
            rate = float(self._picture.average_rate or 0)
            if 0.001 <= rate <= 10_000:
                facts.frame_rate = rate
        if self._sound is not None and self._sound.codec_context is not None:
            facts.sound_codec = self._sound.codec_context.name
        covers = (s.codec_context for s in self.container.streams.video if _is_cover(s))
        facts.cover_codec = next((context.name for context in covers if context), "")
        return facts

    @property
    def stream(self) -> av.VideoStream | None:
        """The moving picture, None where there is only sound."""
        return self._picture

    @property
    def has_picture(self) -> bool:
        """Whether there is a moving picture, or only sound."""
        return self._picture is not None

    def close(self) -> None:
        """Free the decoder."""
        self.container.close()

    def listen(self) -> None:
        """Decode the first seconds of sound, to know that it can be read.

        Raises:
            UnreadableError: when not a single frame of sound decodes.
        """
        assert self._sound is not None
        heard = 0.0
        try:
            for frame in self.container.decode(self._sound):
                heard += frame.samples / max(frame.sample_rate, 1)
                if heard > 2:
                    return
        except (av.error.FFmpegError, ValueError) as error:
            if not heard or not self._certain:
                raise UnreadableError(f"the sound cannot be decoded ({words_of(error)})") from error
            self.facts.notes.append(f"partly read: the sound is damaged ({words_of(error)})")
        if not heard:
            raise UnreadableError("the sound track is empty")
        if not self._certain and heard < _LEAST_GUESSED_SECONDS:
            raise _unknown(certain=False)

    def at(self, seconds: float, progress: Callable[[float], None] | None = None) -> Picture | None:
        """The picture that is to be seen at a time, found by seeking; None when none is there.

        A film whose own clock jumps may show another moment than :meth:`frames` had at that time.

        Args:
            seconds: from the first frame on.
            progress: called with the time in seconds reached, now and then.
        """
        stream = self._picture
        if stream is None or stream.time_base is None:
            return None
        shown: av.VideoFrame | None = None
        try:
            if self._begins is None:
                stream.codec_context.thread_count = 1
                self._begins = next(self.container.decode(stream)).time or 0.0
            wanted = self._begins + seconds + _INSTANT
            self.container.seek(int(wanted / stream.time_base), stream=stream)
            for frame in self.container.decode(stream):
                if frame.time is None:
                    continue
                if frame.time > wanted:
                    return None if shown is None else self.reduced(shown)
                shown = frame
                (progress or _nobody)(frame.time)
        except (av.error.FFmpegError, StopIteration, ValueError):
            pass
        # The last frame stays for a moment; what ends long before was not the film at that time.
        if shown is None or shown.time is None or wanted - shown.time > _LAST_STAYS:
            return None
        return self.reduced(shown)

    def frames(
        self, progress: Callable[[float], None] | None = None, beside: Beside | None = None
    ) -> Iterator[Frame]:
        """About two frames a second and the first of every shot, in order of time.

        Args:
            progress: called with the time in seconds reached, now and then.
            beside: takes the packets of other streams as they come by.

        Raises:
            UnreadableError: when not a single frame decodes.
        """
        end = None
        self._packets = self._demuxed(progress or _nobody, beside)
        pace = Pace()
        for frame in sampled(self._moments(pace), 1 / (self.facts.frame_rate or 25.0), pace):
            end = frame.until
            yield frame
        if end is None:
            damage = "; ".join(self.facts.notes)
            raise UnreadableError(damage or "the film holds not one picture that can be decoded")
        self._note_missing_end(end)
        for other in self._others:
            self.facts.notes.append(
                f"partly read: a further picture stream ({other.codec_context.name}, "
                f"{other.codec_context.width} × {other.codec_context.height}) was not read"
            )

    def skip_rest(self, beside: Beside) -> None:
        """Read on to the end for who takes other streams; no more pictures are decoded.

        Args:
            beside: given to :meth:`frames` before.
        """
        for _ in self._packets:
            if beside.full:
                return

    def _moments(self, pace: Pace) -> Iterator[Moment | float]:
        """Every frame that decodes or was left out, from time 0 on, up to the limit."""
        count = -1
        for count, (time, frame) in enumerate(self._decoded(pace)):
            if count >= self._limits.frames:
                self.facts.notes.append(f"only the first {time:.0f} s read (limit on frames)")
                return
            if frame is None:
                yield time
            else:
                yield Moment(time, miniature(frame), partial(self.reduced, frame))
        if not self._certain and (count + 1 < _LEAST_GUESSED_FRAMES or self.facts.notes):
            raise _unknown(certain=False)

    def _note_missing_end(self, end: float) -> None:
        claimed = self.facts.duration
        if claimed is not None and claimed - end > max(2.0, 0.1 * claimed):
            what = "decode" if self._sound is None else "have a picture (cut off, or sound alone)"
            self.facts.notes.append(f"partly read: {end:.1f} of {claimed:.1f} s {what}")
        if claimed is None or end > claimed:
            self.facts.duration = end

    def _demuxed(
        self, progress: Callable[[float], None], beside: Beside | None
    ) -> Iterator[av.Packet[Any]]:
        """The picture's packets; those of other streams go to who takes them."""
        assert self._picture is not None
        packets = self.container.demux([self._picture, *(beside.streams if beside else ())])
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError as error:
                self.facts.notes.append(
                    f"partly read: broken after {self._clock.time:.1f} s ({words_of(error)})"
                )
                return
            progress(self._clock.time)
            if packet.stream_index == self._picture.index:
                yield packet
            elif beside is not None:
                beside.take(packet)

    def _decoded(self, pace: Pace) -> Iterator[tuple[float, av.VideoFrame | None]]:
        """Every frame that decodes with its time in seconds, whatever is broken between.

        Of frames that were left out only the time.
        """
        assert self._picture is not None
        context = self._picture.codec_context
        # One thread per file: all cores are busy with other files already.
        context.thread_count = 1
        # Smoothing block edges of frames that no other is made from changes none of the others,
        # and no hash by more than a bit; it costs up to a sixth of the time.
        context.options = {"skip_loop_filter": "noref"}
        rate = self.facts.frame_rate or 25.0
        sparing = Sparing(self._picture, self._clock, pace, rate)
        if not self._certain:
            sparing.stop()  # it is to be seen whether all of it decodes
        damaged = 0
        for packet in self._packets:
            try:
                decoded = sparing.decode(packet)
            except av.error.FFmpegError:
                damaged += 1
                continue
            for frame in decoded:
                for told in sparing.left_out_before(frame):
                    yield self._clock.tick(told), None
                time = self._clock.tick(frame.time)
                sparing.came(time)
                yield time, frame
        for told in sparing.left_out_at_end():
            yield self._clock.tick(told), None
        if damaged:
            self.facts.notes.append(f"{damaged} damaged parts stepped over")

    def reduced(self, frame: av.VideoFrame) -> Picture:
        """A frame as people see it: upright, undistorted, no larger than needed."""
        assert self._picture is not None
        stretch = self._picture.sample_aspect_ratio or 1
        shape = Shape.of(frame, float(stretch))
        self.facts.width, self.facts.height = shape.width, shape.height
        return self._picturing.picture(frame, shape)


def _is_cover(stream: av.VideoStream) -> bool:
    """Whether it is a picture that goes with a sound or a film, and no film."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _unknown(*, certain: bool) -> UnreadableError:
    if certain:
        return UnreadableError("it begins like a film or sound but is damaged or cut off")
    return NotMediaError("no film or sound decoder recognises the content")


def _nobody(_seconds: float) -> None:
    """Is told how far a film is when nobody else wants to know."""
