"""Reading files with progress, and matches in words; what ``compare`` and ``find`` share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from clew.casework.find import Found
from clew.casework.findings import Hit
from clew.cli.output import aside, clean, clock, path_text, people, plain, size_in_words
from clew.compare.calibration import Thresholds, says
from clew.compare.evidence import Match, MatchKind, Span
from clew.compare.spectrograms import drawn, marks
from clew.compare.spectrograms import window as shown_window
from clew.compare.subject import Subject
from clew.compare.ways.sound import track_number
from clew.intake.reading import read_files
from clew.media.kind import MediaType
from clew.media.pool import Reached
from clew.settings import Settings
from clew.signals.reading import Outcome, Reading
from clew.signals.registry import spaces
from clew.signals.spectrogram import spectrogram
from clew.signals.speech.extract import SPEECH

_MOST_SPOKEN = 8


def read_with_progress(settings: Settings, paths: Sequence[Path]) -> list[Reading]:
    """Read files, telling on the side how far each is: films take their time."""
    far: dict[Path, str] = {}
    with aside.status("starting the decoders …") as status:

        def show(path: Path, reached: Reached) -> None:
            if reached.phase == "film":
                far[path] = f"{clock(reached.position)} of film"
            elif reached.phase == "bytes":
                far[path] = size_in_words(reached.position)
            parts = [f"{plain(path_text(p))} ({words})" for p, words in far.items()]
            status.update(f"reading {', '.join(parts)}" if parts else "reading …")

        return read_files(settings, paths, show)


def print_found(found: Sequence[Found], asked: str) -> None:
    """What ``find`` found, each with its places and the evidence."""
    for one in found:
        names = [f"{place.folder}/{place.path}" for place in one.item.places]
        title = plain(names[0]) if names else f"media {one.item.id}, {plain(one.item.notes[-1])}"
        people.print(f"[bold]{title}[/bold]", soft_wrap=True)
        for name in names[1:]:
            people.print(f"  also {clean(name)}", soft_wrap=True, markup=False)
        print_match(one.match, asked, names[0] if names else "the other")
        if spoken := [(stretch.start, stretch.end) for stretch in one.item.spoken]:
            people.print(f"  Somebody speaks in it {_at_times(spoken)}.", soft_wrap=True)


def print_hits(hits: Sequence[Hit]) -> None:
    """What others hold of which only a hit may be told."""
    for hit in hits:
        people.print(
            clean(
                f"{hit.agency} ({hit.country}) holds something that matches ({hit.kind}, distance "
                f"{hit.distance} bits) and tells no more. Ask them: "
                + (hit.contact or "no contact is recorded")
            ),
            soft_wrap=True,
            markup=False,
        )


def print_match(match: Match, first: str, second: str) -> None:
    """One match with its evidence, for people."""
    lines = [_headline(match)]
    if match.kind is not MatchKind.SAME_FILE:
        lines.append(
            f"distance {match.distance} {match.kind.unit} (threshold {match.threshold}), "
            f"quality {match.quality}"
        )
    if match.orientation != "as it is":
        lines.append(f"{Path(first).name} has to be {match.orientation}")
    for path, variant in ((first, match.first_variant), (second, match.second_variant)):
        if variant != "whole":
            lines.append(f"of {Path(path).name}, it is the part: {variant}")
    lines.extend(_spans(match))
    lines.append(says(match))
    for line in lines:
        people.print(f"  {clean(line)}", soft_wrap=True, markup=False)


def _headline(match: Match) -> str:
    return {
        MatchKind.SAME_FILE: "Lead: the same file, byte for byte",
        MatchKind.PICTURE: "Lead: the same picture",
        MatchKind.STILL: "Lead: the picture is a still of the film",
        MatchKind.FILM: f"Lead: the films share {clock(match.seconds)}",
        MatchKind.SOUND: f"Lead: both let hear the same {clock(match.seconds)}",
    }[match.kind]


def _spans(match: Match) -> list[str]:
    if match.kind is MatchKind.FILM:
        return [
            f"{clock(span.first_start)}–{clock(span.first_end)} ↔ "
            f"{clock(span.second_start)}–{clock(span.second_end)}  "
            f"({span.frames} frames, mean distance {span.distance:.0f}{_best(span)})"
            for span in match.spans
        ]
    if match.kind is MatchKind.SOUND:
        return [
            f"{clock(span.first_start)}–{clock(span.first_end)} ↔ "
            f"{clock(span.second_start)}–{clock(span.second_end)}  "
            f"({span.frames} landmarks, {100 * (span.share or 0):.0f} % of those there; "
            f"offset {span.second_start - span.first_start:+.2f} s, speed × {span.speed:.3f})"
            for span in match.spans
        ]
    return [
        f"at {clock(max(span.first_start, span.second_start))}–"
        f"{clock(max(span.first_end, span.second_end))} of the film "
        f"(distance {span.distance:.0f}{_best(span)})"
        for span in match.spans
    ]


def _best(span: Span) -> str:
    """Where to look first: a picture has no time of its own."""
    if span.best is None:
        return ""
    times = [
        clock(time)
        for time, end in (
            (span.best.first, span.first_end),
            (span.best.second, span.second_end),
        )
        if end > 0
    ]
    return f"; best at {' / '.join(times)}"


def print_speech(paths: Sequence[Path], readings: Sequence[Reading]) -> None:
    """Where somebody speaks in each file, so that an officer can jump there."""
    for path, reading in zip(paths, readings, strict=True):
        spoken = [
            (trace.feature.start or 0, trace.feature.end or 0)
            for trace in reading.traces
            if trace.signal == "speech" and trace.feature.variant.endswith(SPEECH)
        ]
        if spoken:
            words = f"Somebody speaks in {path_text(path)} {_at_times(spoken)}."
            people.print(clean(words), soft_wrap=True, markup=False)


def _at_times(stretches: Sequence[tuple[float, float]]) -> str:
    more = f" and {len(stretches) - _MOST_SPOKEN} more times" * (len(stretches) > _MOST_SPOKEN)
    told = ", ".join(f"{clock(start)}–{clock(end)}" for start, end in stretches[:_MOST_SPOKEN])
    return f"at {told}{more}"


def draw_heard(
    picture: Path, paths: Sequence[Path], readings: Sequence[Reading], matches: Sequence[Match]
) -> None:
    """Write a picture of the longest stretch of sound that two files share."""
    match = next((match for match in matches if match.kind is MatchKind.SOUND), None)
    if match is None:
        aside.print("No picture was written: the files share no sound.")
        return
    span = match.spans[0]
    columns = [
        spectrogram(path, track_number(variant), max(0.0, window[0]), window[1])
        for path, variant, window in (
            (paths[0], match.first_variant, shown_window(span, of_second=False)),
            (paths[1], match.second_variant, shown_window(span, of_second=True)),
        )
    ]
    one, other = (Subject.of(reading.type, reading.traces) for reading in readings)
    names = (plain(paths[0].name), plain(paths[1].name))
    png = drawn(columns[0], columns[1], span, marks(one, other, match, span), names)
    beside = picture.with_name(f".{picture.name}.part")
    beside.write_bytes(png)
    beside.replace(picture)
    aside.print(f"The picture is in {clean(path_text(picture))}.", soft_wrap=True, markup=False)


def told(match: Match) -> dict[str, object]:
    """A match for machines, with how far it can be trusted."""
    return {**msgspec.to_builtins(match), "trust": says(match)}


def comparable(reading: Reading) -> bool:
    """Whether there is anything but bytes to compare by."""
    if reading.outcome in (Outcome.UNREADABLE, Outcome.OTHER):
        return False
    subject = Subject.of(reading.type, reading.traces)
    return any(len(subject.within(space)) for space in spaces().values())


def untold(paths: Sequence[Path], readings: Sequence[Reading]) -> list[str]:
    """Why there is no answer, for each file that stands in its way."""
    return [
        f"{path_text(path)} {_why_not(reading)}"
        for path, reading in zip(paths, readings, strict=True)
        if not comparable(reading)
    ]


def _why_not(reading: Reading) -> str:
    if reading.outcome is Outcome.UNREADABLE:
        return "could not be read"
    if reading.type is MediaType.CONTAINER:
        return "is an archive (scan it to look inside)"
    if reading.type is MediaType.SOUND:
        return "is silent, or lets hear nothing but noise and tones, by which nothing is compared"
    if reading.outcome is Outcome.OTHER:
        return "is neither picture, film nor sound"
    return "is too flat to be compared by its look"


def thresholds(bits: int | None) -> Thresholds:
    """What counts as agreeing for this question."""
    if bits is None:
        return Thresholds()
    return Thresholds(picture=bits, still=bits, frame=bits, frame_alone=min(bits, 31))
