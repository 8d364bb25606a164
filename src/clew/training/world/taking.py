"""Taking pictures, clips and recordings at the events of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

import cv2
import msgspec
import numpy as np

from clew.training.footage import SOUND_RATE, Footage
from clew.training.pictures import SCENES, Pixels
from clew.training.scenes.renderer import Camera
from clew.training.world import devices, prints, sounds, stock
from clew.training.world.cast import Home
from clew.training.world.chance import between, one_of, source, word
from clew.training.world.devices import Device
from clew.training.world.filming import filmed
from clew.training.world.homes import build_room
from clew.training.world.places import Place
from clew.training.world.plan import Happening, Plan, Shot
from clew.training.world.sounds import Hearing, Sound, Voice
from clew.training.world.truth import Origin, View
from clew.training.world.visits import Visit, seen, viewpoint, visit
from clew.training.world.yards import build_yard

_FINER = 1.2
"""Pictures are drawn this much larger than they are kept, which smooths their edges."""


@dataclass(frozen=True)
class Taken:
    """What came of a shot: its truth, and pixels, footage or sound."""

    origin: Origin
    device: Device
    count: int
    pixels: Pixels | None = None
    footage: Footage | None = None
    sound: Sound | None = None


class Shoot:
    """The events of one case, ready for pictures to be taken."""

    def __init__(self, seed: int, plan: Plan, made_with: str) -> None:
        self.seed, self.plan, self.cast = seed, plan, plan.cast
        self._made_with = made_with
        first, second = self.cast.devices
        self.devices = (
            devices.build_device(seed, first, ("phone", "camera")),
            devices.build_device(seed, second, ("phone", "camcorder")),
        )
        self._visits: dict[int, Visit] = {}
        self._sounds: dict[int, Sound] = {}

    def take(self, number: int) -> Taken:
        """What comes of the shot of this number in the plan."""
        shot = self.plan.shots[number]
        device = self.devices[shot.device]
        # The counter goes on from case to case where the camera does.
        count = device.first + 100 * self.cast.number + number
        random = source(self.seed, "shot", shot.name)
        if shot.event is None:
            return self._elsewhere(random, shot, device, count)
        origin = self._origin(shot, self.plan.happenings[shot.event])
        if shot.kind == "picture":
            camera, pixels = self._photo(random, shot, device)
            return Taken(replace_views(origin, [camera]), device, count, pixels=pixels)
        if shot.kind == "sound":
            return Taken(origin, device, count, sound=self.heard(number))
        views, footage = self._clip(random, number, device)
        return Taken(replace_views(origin, views), device, count, footage=footage)

    def _origin(self, shot: Shot, event: Happening) -> Origin:
        home, cast = self.cast.home, self.cast
        look = home.yard_look if event.outdoors else home.look
        heard = shot.kind != "picture"
        return Origin(
            name=shot.name,
            kind=shot.kind,
            device=cast.devices[shot.device],
            taken=event.at + timedelta(seconds=round(shot.at, 1)),
            event=event.name,
            place=home.yard if event.outdoors else home.room,
            subjects=tuple(str(one) for one in cast.subjects),
            products=tuple(stock.product(self.seed, n).name for n in event.products),
            look=look.like,
            voices=tuple(v.name for v, _ in self._speech(event)) if heard else (),
            tune=self._tune(event) if heard else "",
            words=(*look.words, *self._shop(shot.event or 0)),
            seconds=round(shot.seconds, 3),
        )

    def _elsewhere(
        self, random: np.random.Generator, shot: Shot, device: Device, count: int
    ) -> Taken:
        """Something else that the camera saw: a coast, a street, somebody's table."""
        width, height = device.make.photo
        scene = one_of(random, list(SCENES))
        pixels = devices.developed(device, random, SCENES[scene](random, height, width))
        taken = self.cast.begins + timedelta(days=shot.at)
        origin = Origin(
            name=shot.name,
            kind="picture",
            device=device.name,
            taken=taken.replace(microsecond=0),
        )
        return Taken(origin, device, count, pixels=pixels)

    def visit_of(self, event: int) -> Visit:
        """The place as it was at an event; pictures of one event show the same clutter."""
        if event not in self._visits:
            happening = self.plan.happenings[event]
            self._visits[event] = visit(
                source(self.seed, "visit", happening.name),
                self.seed,
                built(self.seed, self.cast.home, happening.outdoors),
                self.cast.subjects[event % len(self.cast.subjects)],
                happening.night,
                happening.products,
                prints.receipt(source(self.seed, "receipt", happening.name), *self._shop(event)),
            )
        return self._visits[event]

    def _shop(self, event: int) -> tuple[str, str]:
        """The shop and the town that a receipt on the table names."""
        random = source(self.seed, "shop", self.cast.home.room, event % 2)
        return f"{word(random, 2).upper()} MARKET", self.cast.home.town

    def _photo(
        self, random: np.random.Generator, shot: Shot, device: Device
    ) -> tuple[Camera, Pixels]:
        assert shot.event is not None
        here = self.visit_of(shot.event)
        camera = viewpoint(random, here)
        width, height = device.make.photo
        fine = seen(here, camera, int(height * _FINER), int(width * _FINER))
        light = cv2.resize(fine.light, (width, height), interpolation=cv2.INTER_AREA)
        nearness = cv2.resize(fine.nearness, (width, height), interpolation=cv2.INTER_NEAREST)
        return camera, devices.developed(
            device, random, np.asarray(light, np.float32), np.asarray(nearness, np.float32)
        )

    def _clip(
        self, random: np.random.Generator, number: int, device: Device
    ) -> tuple[list[Camera], Footage]:
        shot = self.plan.shots[number]
        assert shot.event is not None
        here = self.visit_of(shot.event)
        count = round(shot.seconds * device.make.rate)
        cut = int(count * between(random, 0.4, 0.6))
        cameras, frames = [], []
        for length in (cut, count - cut):
            camera = viewpoint(random, here, 66)
            cameras.append(camera)
            frames += filmed(random, here, camera, device, length)
        return cameras, Footage(frames, Fraction(device.make.rate), self.heard(number))

    def _speech(self, event: Happening) -> list[tuple[Voice, str]]:
        names = self.cast.voices if not event.outdoors else self.cast.voices[:1]
        return [
            (sounds.build_voice(self.seed, name), sounds.SENTENCES[sentence])
            for name, sentence in zip(names, event.sentences, strict=False)
        ]

    def _tune(self, event: Happening) -> str:
        return self.cast.tune if event.night else ""

    def heard(self, number: int) -> Sound:
        """The take of an event that the device of this shot records."""
        shot = self.plan.shots[number]
        assert shot.event is not None
        event = self.plan.happenings[shot.event]
        place = self.visit_of(shot.event).place
        mains = 0 if event.outdoors else (50 if self.cast.lead != 1 else 60)
        if shot.event not in self._sounds:
            hearing = Hearing(
                event.seconds, tuple(self._speech(event)), self._tune(event), 1.0, mains
            )
            name = f"{place.name}/{event.name}"
            self._sounds[shot.event] = sounds.event_sound(self.seed, name, hearing, self._made_with)
        whole = self._sounds[shot.event]
        first = int(shot.at * SOUND_RATE)
        piece = whole[first : first + int(shot.seconds * SOUND_RATE)]
        response = sounds.room_response(
            self.seed, place.name, shot.device, place.wide, place.deep, place.tall
        )
        random = source(self.seed, "take", shot.name)
        return sounds.take(random, piece, response, mains, shot.at)


@lru_cache(maxsize=4)
def built(seed: int, home: Home, outdoors: bool) -> Place:
    """The room or the yard of a home."""
    if outdoors:
        return build_yard(seed, home.yard, home.yard_look)
    return build_room(seed, home.room, home.look)


def replace_views(origin: Origin, cameras: list[Camera]) -> Origin:
    """The same with the viewpoints it was taken from."""
    return msgspec.structs.replace(origin, views=tuple(_view(camera) for camera in cameras))


def _view(camera: Camera) -> View:
    toward = camera.target - camera.place
    x, y, z = (round(float(v), 3) for v in camera.place)
    turn = round(float(np.degrees(np.arctan2(toward[0], toward[2]))), 1)
    return View(x=x, y=y, z=z, turn=turn, angle=round(camera.angle, 1))
