"""What is shown of sounds: sketches of what was read, and spectrograms of the sounds themselves."""

from __future__ import annotations

import io
import wave

import msgspec
import numpy as np
import pytest
from PIL import Image

from clew.access.acting import signed_in
from clew.casework.errors import NotSeenError
from clew.casework.sounding import COLUMNS, both, pair_of, sketches, spectrogram
from clew.compare.evidence import Match, MatchKind, Span
from clew.records.models import Folder, Media, Sighting, StoredMatch
from clew.signals.registry import signals
from clew.vault.errors import VaultError

_TRACE = (
    "INSERT INTO records_storedtrace (media_id, signal, version, ordinal, variant, value, quality, "
    'start, "end") VALUES (%s, %s, %s, %s, %s, %s, 90, %s, %s)'
)


def heard(case, media: int, times: list[float], spoken: list[tuple[float, float]]) -> None:
    """A sound of ten seconds with landmarks and speech."""
    Media.objects.using("owner").filter(pk=media).update(type="sound", duration=10.0)
    versions = signals()
    with case.owner() as owner:
        for number, at in enumerate(times):
            value = bytes(32) + b"\x07"
            row = [media, "sound", versions["sound"].version, number, "whole", value, at, at]
            owner.execute(_TRACE, row)
        for number, (start, end) in enumerate(spoken):
            version = versions["speech"].version
            owner.execute(_TRACE, [media, "speech", version, number, "speech", b"", start, end])


def test_a_sketch_shows_where_something_is_heard_and_where_somebody_speaks(case):
    sound, hidden, silent = case.media(), case.media(case.theirs), case.media()
    for media in (sound, hidden):
        heard(case, media, [0.0, 0.01, 0.02, 5.0, 9.99, 10.0], [(2.0, 4.0), (9.0, 12.0)])
    with case.as_("anna"):
        found = sketches([sound, hidden, silent])
    assert found.keys() == {sound}
    bars = found[sound].bars
    assert len(bars) == COLUMNS
    assert {at: bar for at, bar in enumerate(bars) if bar} == {0: 255, 32: 85, 63: 170}
    assert found[sound].spoken == ((200, 400), (900, 1000))


def test_a_spectrogram_is_read_from_where_the_sound_lies(case, opened, make_place):
    place = make_place()
    samples = (20_000 * np.sin(2 * np.pi * 880 * np.arange(16_000) / 8000)).astype("<i2")
    with wave.open(str(place / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    media, gone = case.media(), case.media()
    Media.objects.using("owner").filter(pk__in=[media, gone]).update(type="sound", duration=2.0)
    folder = Folder.objects.using("owner").create(path=bytes(place), agency=case.ours)
    Sighting.objects.using("worker").create(
        folder=folder,
        path=b"tone.wav",
        size=(place / "tone.wav").stat().st_size,
        outcome="read",
        media_id=media,
    )
    match = case.match(media, gone, kind="sound")
    span = Span(first_start=0, first_end=2, second_start=0, second_end=2, distance=10.0, frames=9)
    told = Match(kind=MatchKind.SOUND, distance=8, threshold=60, spans=(span,))
    StoredMatch.objects.using("owner").filter(pk=match).update(evidence=msgspec.to_builtins(told))
    with signed_in(case.secrets["anna"]):
        drawn = np.asarray(Image.open(io.BytesIO(spectrogram(opened, media))).convert("L"))
        across = drawn.mean(axis=1)
        assert drawn.shape == (300, 1200)
        assert across.max() > 3 * np.median(across), "one tone is one line"
        with pytest.raises(VaultError):
            both(opened, match)  # the other lies nowhere
    with case.as_("anna"):
        assert pair_of(match) == (media, gone)
    with signed_in(case.secrets["nils"]), pytest.raises(NotSeenError):
        spectrogram(opened, media)
    with case.as_("nils"), pytest.raises(NotSeenError):
        pair_of(match)
