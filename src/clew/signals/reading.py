"""Reading one file: its bytes once, its pictures once, and every signal fed from the same pass."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from functools import partial
from typing import BinaryIO, Protocol

import msgspec

from clew.media.container import Budget, Member, walk
from clew.media.errors import NotMediaError, UnreadableError, plain, words_of
from clew.media.image import ImageReader
from clew.media.kind import HEAD_BYTES, Kind, MediaType, named_like_media, sniff
from clew.media.limits import MEBIBYTE, Limits
from clew.media.sampling import Frame, moments_of, sampled
from clew.media.sound import heard
from clew.media.storyboard import Storyboard
from clew.media.thumbnail import thumbnail
from clew.media.video import FilmReader
from clew.signals.base import Extractor, Feature, Need, Signal
from clew.signals.ear import Ear, SoundFeed
from clew.signals.exact.extract import SHA256
from clew.signals.registry import available

MOST_NAME_BYTES = 1000
"""Longer names inside archives are cut, and told apart by the end of a digest."""

_CHUNK = 4 * MEBIBYTE
_MOST_NOTE = 2000
_MOST_SAMPLES = 150_000
_MISNAMED = (
    "its name says picture, film or sound, its content is neither "
    "(encrypted, overwritten or renamed?)"
)


class Outcome(StrEnum):
    """How reading a file ended."""

    READ = "read"
    PARTLY = "partly"
    """Damaged, but something of it was read."""
    UNREADABLE = "unreadable"
    OTHER = "other"
    """Neither picture, film, sound nor archive: not Clew's business."""


class Trace(msgspec.Struct, frozen=True):
    """A feature together with the signal and version that read it."""

    signal: str
    version: int
    feature: Feature


class Reading(msgspec.Struct, kw_only=True):
    """All that was read from one file, or from one member of an archive.

    Attributes:
        member: names inside the archives, outermost first, as bytes since they need not be
            text; empty for the file itself.
        position: its number in each of those archives, from 0.
        size: bytes.
        outcome: how it ended.
        notes: why, for people; what was damaged, left out or odd.
        type: kind of media by content; format, width, height, duration (seconds), frame_rate and
            codecs as far as they apply.
        traces: what the signals read.
        preview: a small JPEG to look at, of a film its best keyframe, or None.
        storyboard: a JPEG of a film's keyframes with their times; None when the preview is all.
        passing: what kept it from being read may be over the next time.
    """

    member: tuple[bytes, ...] = ()
    position: tuple[int, ...] = ()
    size: int
    outcome: Outcome = Outcome.READ
    notes: list[str] = []
    type: MediaType = MediaType.OTHER
    format: str = ""
    width: int = 0
    height: int = 0
    duration: float | None = None
    frame_rate: float | None = None
    codecs: str = ""
    traces: list[Trace] = []
    preview: bytes | None = None
    storyboard: bytes | None = None
    passing: bool = False

    def derivatives(self) -> dict[str, bytes]:
        """What was made to be looked at, by the name under which the vault keeps it."""
        made = {"preview": self.preview, "storyboard": self.storyboard}
        return {name: content for name, content in made.items() if content is not None}

    @property
    def sha256(self) -> bytes | None:
        """SHA-256 of the bytes, None when they could not be read to the end."""
        for trace in self.traces:
            if trace.signal == "exact":
                return trace.feature.value[SHA256]
        return None


class Listener(Protocol):
    """Who is told how reading goes on."""

    def reached(self, phase: str, position: float) -> None:
        """A step further: bytes hashed, or seconds of film read."""

    def digested(self, reading: Reading) -> None:
        """Work on a file or member begins; told again with its digests before it is decoded."""

    def finished(self, reading: Reading) -> None:
        """One file or member is done; the file itself comes last."""


def read(
    source: BinaryIO,
    size: int,
    name: str,
    listener: Listener,
    limits: Limits | None = None,
    resume: tuple[int, ...] = (),
) -> None:
    """Read a file and everything inside it. Nothing that is wrong with it is raised.

    Args:
        source: seekable file.
        size: its length in bytes.
        name: its name, only to tell people that a name and a content disagree.
        listener: told of every reading.
        limits: what reading may cost.
        resume: position in an archive of the first member to tell of; those before are left out.
    """
    reader = _Reader(listener, limits or Limits(), size, resume)
    reader.read(source, name, Reading(size=size))


class _Reader:
    def __init__(
        self, listener: Listener, limits: Limits, size: int, resume: tuple[int, ...]
    ) -> None:
        self._listener = listener
        self._resume = resume
        self._deadline = time.monotonic() + 0.9 * limits.seconds_for(size)
        self._limits = limits
        self._unpacked = 0
        self._budget = Budget(size, limits, self._unpacking)

    def _unpacking(self, count: int) -> None:
        self._unpacked += count
        self._listener.reached("unpacking", self._unpacked)

    def read(self, source: BinaryIO, name: str, reading: Reading) -> None:
        """Read one file or member and deliver it; nothing that is wrong with it gets out."""
        try:
            self._read_content(source, name, reading)
        except MemoryError:
            reading.outcome = Outcome.UNREADABLE
            reading.notes.append("reading it needs more memory than the limit allows")
        except UnreadableError as error:
            reading.outcome = Outcome.UNREADABLE
            reading.notes.append(str(error))
        except Exception as error:  # decoders fail in ways of their own; the file is the cause
            reading.outcome = Outcome.UNREADABLE
            reading.notes.append(f"the decoder gave up on it ({words_of(error)})")
        reading.notes = [plain(note, _MOST_NOTE) for note in reading.notes]
        if reading.notes and reading.outcome is Outcome.READ:
            reading.outcome = Outcome.PARTLY
        self._listener.finished(reading)

    def _read_content(self, source: BinaryIO, name: str, reading: Reading) -> None:
        head = _head(source)
        kind = sniff(head)
        if self._is_other(source, head, kind, name):
            # Most bytes of a drive are programs and documents: they are not even hashed.
            reading.outcome = Outcome.OTHER
            return
        # Known to whoever salvages this reading when decoding kills the process.
        reading.type, reading.format = kind.type, kind.format
        reading.traces = self._digest(source, reading)
        said = len(reading.notes)
        try:
            if reading.size == 0:
                raise NotMediaError("the file is empty")
            if kind.type is MediaType.CONTAINER:
                self._read_container(source, kind, reading)
            elif kind.type is MediaType.IMAGE:
                self._read_image(source, reading)
            elif kind.type is not MediaType.OTHER or not _is_text(head):
                self._read_film(source, reading, certain=kind.type is not MediaType.OTHER)
            else:
                raise NotMediaError("text")
        except UnreadableError as error:
            # What was only guessed to be a film, and is broken as one, is no film.
            if kind.type is not MediaType.OTHER:
                raise
            reading.type, reading.format = MediaType.OTHER, ""
            del reading.notes[said:]
            reading.outcome = Outcome.OTHER
            if named_like_media(name):
                raise UnreadableError(str(error) if reading.size == 0 else _MISNAMED) from error

    def _is_other(self, source: BinaryIO, head: bytes, kind: Kind, name: str) -> bool:
        """Whether a file is plainly no media: neither by its content nor by what it is called."""
        if kind.type is not MediaType.OTHER or named_like_media(name) or not head:
            return False
        if _is_text(head):
            return True
        try:
            FilmReader(source, self._limits, certain=False).close()
        except UnreadableError:
            return True
        return False

    def _digest(self, source: BinaryIO, reading: Reading) -> list[Trace]:
        signals = available(Need.BYTES)
        extractors = [signal.extractor() for signal in signals]
        done = 0
        for chunk in _chunks(source):
            for extractor in extractors:
                extractor.take(chunk)
            done += len(chunk)
            self._listener.reached("bytes", done)
        reading.size = done
        traces = _traces(signals, extractors)
        # Told at once: decoding may yet kill this process.
        self._listener.digested(msgspec.structs.replace(reading, traces=traces))
        return traces

    def _read_container(self, source: BinaryIO, kind: Kind, reading: Reading) -> None:
        if len(reading.member) >= self._limits.container_depth:
            raise UnreadableError(
                f"archives nested more than {self._limits.container_depth} deep are not opened"
            )

        inside = _Inside(reading, self._resume)

        def wanted(name: str) -> bool:
            if (beginning := inside.next(name)) is None:
                return False
            # Told before it is unpacked: that may kill this process too.
            self._listener.digested(beginning)
            return True

        def visit(member: Member) -> None:
            one = inside.current
            one.size = member.size
            if member.problem:
                one.notes.append(member.problem)
            if member.source is None:
                one.outcome = Outcome.UNREADABLE
                self._listener.finished(one)
            else:
                self._listener.digested(one)
                self.read(member.source, member.name, one)

        walk(source, kind.format, self._budget, visit, wanted)

    def _read_image(self, source: BinaryIO, reading: Reading) -> None:
        image = ImageReader(source, self._limits)
        facts = image.facts
        reading.format, reading.width, reading.height = facts.format, facts.width, facts.height
        reading.notes.extend(facts.notes)
        facts.notes = reading.notes
        if facts.moving:
            reading.type = MediaType.VIDEO
            self._feed_frames(sampled(moments_of(image.frames()), 0.1), reading)
            reading.duration = facts.duration
            return
        picture = image.picture()
        reading.preview = thumbnail(picture)
        signals = [s for s in available(Need.PICTURE) if reading.type in s.media]
        extractors = [signal.extractor() for signal in signals]
        for page in (picture, *image.more_pages()):
            for extractor in extractors:
                extractor.take(page)
            self._listener.reached("picture", 0)
        reading.traces.extend(_traces(signals, extractors))

    def _read_film(self, source: BinaryIO, reading: Reading, *, certain: bool) -> None:
        film = FilmReader(source, self._limits, certain=certain)
        facts = film.facts
        facts.notes = reading.notes
        try:
            if film.has_picture:
                reading.type = MediaType.VIDEO
                ear = None
                if facts.sound_codec:
                    ear = Ear(film.container, reading.notes, self._deadline)
                reached = partial(self._listener.reached, "film")
                self._feed_frames(film.frames(reached, ear), reading)
                if ear is not None:
                    film.skip_rest(ear)
                    ear.finish()
                    reading.traces.extend(_traces(ear.feed.signals, ear.feed.extractors))
            else:
                reading.type = MediaType.SOUND
                film.listen()
        finally:
            film.close()
        if facts.sound_codec and not film.has_picture:
            self._feed_sound(source, reading)
        reading.format = reading.format or facts.format
        reading.width, reading.height = facts.width, facts.height
        reading.duration, reading.frame_rate = facts.duration, facts.frame_rate
        cover = f"cover picture ({facts.cover_codec})" if facts.cover_codec else ""
        reading.codecs = " + ".join(filter(None, (facts.picture_codec, facts.sound_codec, cover)))

    def _feed_frames(self, frames: Iterable[Frame], reading: Reading) -> None:
        signals = [s for s in available(Need.FRAMES) if MediaType.VIDEO in s.media]
        extractors = [signal.extractor() for signal in signals]
        storyboard = Storyboard()
        for count, frame in enumerate(frames):
            if count == _MOST_SAMPLES:
                reading.notes.append(f"only the first {frame.time:.0f} s are kept (limit)")
                break
            for extractor in extractors:
                extractor.take(frame)
            storyboard.take(frame)
            self._listener.reached("film", frame.time)
            if time.monotonic() > self._deadline:
                # By itself, before it is stopped from outside and all of it is lost.
                reading.notes.append(f"only the first {frame.until:.0f} s read (time limit)")
                break
        storyboard.finish()
        reading.preview, reading.storyboard = storyboard.preview(), storyboard.sheet()
        reading.traces.extend(_traces(signals, extractors))

    def _feed_sound(self, source: BinaryIO, reading: Reading) -> None:
        feed = SoundFeed(reading.type, reading.notes, self._deadline)
        stretches = heard(source, reading.notes, partial(self._listener.reached, "sound"))
        with closing(stretches):
            try:
                feed.take(stretches)
            except UnreadableError as error:
                reading.notes.append(f"the sound could not be read ({error})")
        reading.traces.extend(_traces(feed.signals, feed.extractors))


class _Inside:
    """Names and counts the members of one archive, and leaves out those told before.

    Attributes:
        current: the member begun last.
    """

    def __init__(self, archive: Reading, resume: tuple[int, ...]) -> None:
        self._archive = archive
        depth = len(archive.position)
        goes_on = len(resume) > depth and resume[:depth] == archive.position
        self._first = resume[depth] if goes_on else 0
        self._count = 0
        self._seen: Counter[bytes] = Counter()
        self.current = archive

    def next(self, spelled: str) -> Reading | None:
        """Begin with the next member; None when it was told before."""
        name = _name_of(spelled)
        self._seen[name] += 1
        if self._seen[name] > 1:  # archives may hold a name twice
            name += b" (%d)" % self._seen[name]
        number = self._count
        self._count += 1
        if number < self._first:
            return None
        self.current = Reading(
            member=(*self._archive.member, name),
            position=(*self._archive.position, number),
            size=0,
        )
        return self.current


def _name_of(spelled: str) -> bytes:
    """A member's name as bytes, kept as it is but for NUL (which separates names) and length."""
    try:
        name = spelled.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = spelled.encode("utf-8", "surrogatepass")
    name = name.replace(b"\0", "�".encode())
    if len(name) > MOST_NAME_BYTES - 20:  # room for a number behind it
        digest = hashlib.sha256(name).hexdigest()[:16].encode()
        name = name[: MOST_NAME_BYTES - 40] + "…-".encode() + digest
    return name or b"(no name)"


def _traces(signals: Sequence[Signal], extractors: Sequence[Extractor]) -> list[Trace]:
    return [
        Trace(signal.name, signal.version, feature)
        for signal, extractor in zip(signals, extractors, strict=True)
        for feature in extractor.finish()
    ]


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    """All bytes of a file.

    Raises:
        UnreadableError: when the drive does not give them.
    """
    try:
        source.seek(0)
        while chunk := source.read(_CHUNK):
            yield chunk
    except OSError as error:
        raise UnreadableError(f"it cannot be read from the drive ({error.strerror})") from error


def _head(source: BinaryIO) -> bytes:
    """The first bytes of a file.

    Raises:
        UnreadableError: when the drive does not give them.
    """
    try:
        source.seek(0)
        return source.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableError(f"it cannot be read from the drive ({error.strerror})") from error


def _is_text(head: bytes) -> bool:
    """Whether the content is plainly written text, which FFmpeg would take for subtitles."""
    sample = head[:1024]
    return b"\0" not in sample and sum(b < 9 or 13 < b < 32 or b == 127 for b in sample) == 0
