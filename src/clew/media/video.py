"""Films and sounds, read with FFmpeg's libraries through PyAV.

A film is looked at frame by frame, at very small scale, to find its shots; about two frames a
second and the first of every shot are handed on for the signals. What is damaged in the middle is
stepped over and said.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

import av
import av.container
import av.error
import av.logging
import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.media.errors import NotMediaError, UnreadableError, words_of
from clew.media.image import MIN_SIDE, Picture
from clew.media.limits import Limits

SAMPLE_SECONDS = 0.5
"""A frame at least this often is handed on, in seconds."""

_CUT_WINDOW = 24
_LONGEST_STEP = 86_400.0  # seconds
_CUT_FACTOR = 4.0
_CUT_FLOOR = 14.0
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
_LONGEST_SECONDS = 10 * 365 * 86400.0

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
        notes: what was wrong or left out, for people; empty when all was read.
    """

    format: str
    width: int = 0
    height: int = 0
    duration: float | None = None
    frame_rate: float | None = None
    picture_codec: str = ""
    sound_codec: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """One frame handed on from a film.

    Attributes:
        picture: the frame, upright and reduced.
        time: seconds from the start of the film.
        until: seconds at which the next frame of the film begins (an estimate at the end).
        shot: number of the shot it belongs to, from 0.
    """

    picture: Picture
    time: float
    until: float
    shot: int


@dataclass(frozen=True)
class Moment:
    """One frame as it is decoded, before anybody asked for its picture.

    Attributes:
        time: seconds from the start.
        miniature: luma, uint8 of the same small shape for all frames of a film.
        picture: makes the picture; called before the next frame is decoded, or never.
    """

    time: float
    miniature: NDArray[np.uint8]
    picture: Callable[[], Picture]


def sampled(moments: Iterable[Moment], usual_step: float) -> Iterator[Frame]:
    """About two frames a second and the first of every shot.

    Args:
        moments: all frames in order of time.
        usual_step: seconds a frame lasts when nothing else tells (the last one).
    """
    shots = ShotFinder()
    pending: Frame | None = None
    time = 0.0
    for moment in moments:
        usual_step = moment.time - time if moment.time > time else usual_step
        time = moment.time
        cut = shots.is_cut(moment.miniature)
        if cut or pending is None or time - pending.time >= SAMPLE_SECONDS:
            if pending is not None:
                yield replace(pending, until=time)
            pending = Frame(moment.picture(), time, time, shots.count)
    if pending is not None:
        yield replace(pending, until=time + usual_step)


def moments_of(pictures: Iterable[tuple[float, Picture]]) -> Iterator[Moment]:
    """An animation's decoded frames, each with its start time in seconds, as moments."""
    for time, picture in pictures:
        yield Moment(time, _miniature_of(picture), partial(_given, picture))


def _given(picture: Picture) -> Picture:
    return picture


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

    Raises:
        NotMediaError: when FFmpeg knows no such format.
        UnreadableError: when it does but the file cannot be opened.
    """

    def __init__(self, source: BinaryIO, limits: Limits, *, certain: bool = True) -> None:
        self._limits = limits
        self._certain = certain
        self._container = open_container(source, certain=certain)
        name = self._container.format.name.split(",")[0]
        if not certain and name not in _GUESSED:
            raise _unknown(certain=False)
        self._picture = self._find_picture()
        self._sound = next(iter(self._container.streams.audio), None)
        if self._picture is None and self._sound is None:
            raise NotMediaError("the file holds neither film nor sound")
        self.facts = self._facts(name)

    def _find_picture(self) -> av.VideoStream | None:
        """The first real picture stream: cover pictures of sound files do not count."""
        for stream in self._container.streams.video:
            cover = stream.disposition & av.stream.Disposition.attached_pic
            if not cover and stream.codec_context is not None:
                return stream
        return None

    def _facts(self, name: str) -> FilmFacts:
        facts = FilmFacts(name)
        seconds = (self._container.duration or 0) / av.time_base
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
        return facts

    @property
    def has_picture(self) -> bool:
        """Whether there is a moving picture, or only sound."""
        return self._picture is not None

    def close(self) -> None:
        """Free the decoder."""
        self._container.close()

    def listen(self) -> None:
        """Decode the first seconds of sound, to know that it can be read.

        Raises:
            UnreadableError: when not a single frame of sound decodes.
        """
        assert self._sound is not None
        heard = 0.0
        try:
            for frame in self._container.decode(self._sound):
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

    def frames(self, progress: Callable[[float], None] | None = None) -> Iterator[Frame]:
        """About two frames a second and the first of every shot, in order of time.

        Args:
            progress: called with the time in seconds reached, now and then.

        Raises:
            UnreadableError: when not a single frame decodes.
        """
        end = None
        moments = self._moments(progress or _nobody)
        for frame in sampled(moments, 1 / (self.facts.frame_rate or 25.0)):
            end = frame.until
            yield frame
        if end is None:
            damage = "; ".join(self.facts.notes)
            raise UnreadableError(damage or "the film holds not one picture that can be decoded")
        self._note_missing_end(end)

    def _moments(self, progress: Callable[[float], None]) -> Iterator[Moment]:
        """Every frame that decodes, from time 0 on, up to the limit."""
        start: float | None = None
        count = -1
        for count, (clock, frame) in enumerate(self._decoded(progress)):
            start = clock if start is None else start
            time = clock - start
            if count >= self._limits.frames:
                self.facts.notes.append(f"only the first {time:.0f} s read (limit on frames)")
                return
            yield Moment(time, _miniature(frame), partial(self._reduced, frame))
        if not self._certain and (count + 1 < _LEAST_GUESSED_FRAMES or self.facts.notes):
            raise _unknown(certain=False)

    def _note_missing_end(self, end: float) -> None:
        claimed = self.facts.duration
        if claimed is not None and claimed - end > max(2.0, 0.1 * claimed):
            what = "decode" if self._sound is None else "have a picture (cut off, or sound alone)"
            self.facts.notes.append(f"partly read: {end:.1f} of {claimed:.1f} s {what}")
        if claimed is None or end > claimed:
            self.facts.duration = end

    def _decoded(self, progress: Callable[[float], None]) -> Iterator[tuple[float, av.VideoFrame]]:
        """Every frame that decodes with its time in seconds, whatever is broken between.

        Times always grow: where a film's own clock is missing, jumps back (recordings joined end
        to end) or leaps ahead by more than a day, it goes on at the frame rate.
        """
        stream = self._picture
        assert stream is not None
        # One thread per file: all cores are busy with other files already.
        stream.codec_context.thread_count = 1
        rate = self.facts.frame_rate or 25.0
        clock: float | None = None
        shift = 0.0
        damaged = 0
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets)
                progress(clock or 0.0)
            except StopIteration:
                break
            except av.error.FFmpegError as error:
                self.facts.notes.append(
                    f"partly read: broken after {clock or 0.0:.1f} s ({words_of(error)})"
                )
                break
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                damaged += 1
                continue
            for frame in decoded:
                following = 0.0 if clock is None else clock + 1 / rate
                if frame.time is None:
                    clock = following
                else:
                    step = frame.time + shift - (clock or 0.0)
                    if clock is not None and not 0 < step <= _LONGEST_STEP:
                        shift = following - frame.time
                    clock = frame.time + shift
                yield clock, frame
        if damaged:
            self.facts.notes.append(f"{damaged} damaged parts stepped over")

    def _reduced(self, frame: av.VideoFrame) -> Picture:
        scale = max(1.0, min(frame.width, frame.height) / MIN_SIDE)
        # The scaler wants at least a few pixels, and even widths are its fast path.
        width = max(2, round(frame.width / scale / 2) * 2)
        height = max(2, round(frame.height / scale / 2) * 2)
        small = frame.reformat(width, height, "rgb24", interpolation="AREA")
        pixels: NDArray[np.uint8] = np.asarray(small.to_ndarray(), np.uint8)
        full = (frame.width, frame.height)
        if turns := round(frame.rotation / 90) % 4:
            pixels = np.ascontiguousarray(np.rot90(pixels, turns))
            full = full[::-1] if turns % 2 else full
            self.facts.width, self.facts.height = full
        return Picture(pixels, *full)


def _unknown(*, certain: bool) -> UnreadableError:
    if certain:
        return UnreadableError("it begins like a film or sound but is damaged or cut off")
    return NotMediaError("no film or sound decoder recognises the content")


def _nobody(_seconds: float) -> None:
    """Is told how far a film is when nobody else wants to know."""


class ShotFinder:
    """Finds cuts by how much a frame differs from the one before, against what is usual.

    A cut is a difference both large in itself and several times the median of the last second:
    the adaptive rule of PySceneDetect's ``AdaptiveDetector``, looking only backwards.

    Attributes:
        count: number of the present shot, from 0.
    """

    def __init__(self) -> None:
        self.count = 0
        self._last: NDArray[np.uint8] | None = None
        self._usual: deque[float] = deque(maxlen=_CUT_WINDOW)

    def is_cut(self, miniature: NDArray[np.uint8]) -> bool:
        """Whether a new shot begins with this frame.

        Args:
            miniature: uint8 array of shape (height, width), the same for all frames.
        """
        if self._last is None or self._last.shape != miniature.shape:
            self._last = miniature
            return False
        change = float(cv2.norm(self._last, miniature, cv2.NORM_L1)) / miniature.size
        self._last = miniature
        usual = statistics.median(self._usual) if self._usual else 0.0
        self._usual.append(change)
        if change > max(_CUT_FLOOR, _CUT_FACTOR * usual):
            self.count += 1
            self._usual.clear()
            return True
        return False


def _miniature(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Luma of a frame as uint8 of shape (36, 64), without converting the whole frame first."""
    name = frame.format.name
    if name.startswith(("yuv4", "yuvj4", "nv12", "gray")) and frame.format.components[0].bits == 8:
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        luma = rows[: frame.height, : frame.width]
        return np.asarray(cv2.resize(luma, (64, 36), interpolation=cv2.INTER_AREA))
    return np.asarray(frame.reformat(64, 36, "gray", interpolation="AREA").to_ndarray(), np.uint8)


def _miniature_of(picture: Picture) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(luma(picture.pixels), (64, 36), interpolation=cv2.INTER_AREA))
