"""Making one case: its pictures, clips, recordings and copies as files, and their truth."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from clew.training import footage as film
from clew.training.footage import Codec
from clew.training.pictures import Pixels
from clew.training.places import Places
from clew.training.truth import ORIGINAL, Part
from clew.training.world import devices, spreading
from clew.training.world.cast import AGENCIES, cast_of
from clew.training.world.chance import between, one_of, source
from clew.training.world.devices import Device, Taking
from clew.training.world.plan import WHOLE, Amount, Spread, plan_of
from clew.training.world.spreading import Changed
from clew.training.world.taking import Shoot, Taken
from clew.training.world.truth import CaseTruth, Copied, Event, KnownDevice, Origin

_FORUMS = ("forum-hollow", "board-nine", "the-attic", "chat-export")
_CODECS: dict[str, Codec] = {"phone": film.MP4, "camera": film.AVI, "camcorder": film.MP4}
STRANGERS = 7
"""How many clips from elsewhere go round in a world, into which others are joined."""


def exhibits(number: int) -> list[str]:
    """Where the files of a case lie: folders below ``files``, one for each exhibit."""
    lead = number % len(AGENCIES)
    return [
        f"{AGENCIES[(lead + place) % len(AGENCIES)].key}/{number:05d}-{name}"
        for place, name in ((0, "A"), (0, "B"), (1, "C"), (2, "D"))
    ]


def make_case(
    folder: Path, seed: int, number: int, made_with: str, amount: Amount = WHOLE
) -> CaseTruth:
    """Write the files of one case below a folder, over what a stopped run has left of it.

    Args:
        folder: the world's folder of files.
        seed: of the world.
        number: of the case.
        made_with: what voices are made with: ``formants`` or ``espeak-ng``.
        amount: how much there is to it.
    """
    for name in exhibits(number):
        shutil.rmtree(folder / name, ignore_errors=True)
    return _Making(folder, seed, number, made_with, amount).make()


class _Making:
    """A case being written."""

    def __init__(
        self, folder: Path, seed: int, number: int, made_with: str, amount: Amount
    ) -> None:
        self._folder, self._seed, self._amount = folder, seed, amount
        self._cast = cast_of(seed, number)
        self._plan = plan_of(seed, self._cast, amount)
        self._shoot = Shoot(seed, self._plan, made_with)
        self._exhibits = exhibits(number)
        self._random = source(seed, "spread", number)
        self._names = {name: Places(source(seed, "names", name)) for name in self._exhibits}
        self._origins: list[Origin] = []
        self._files: list[Copied] = []
        self._pixels: dict[int, Pixels] = {}

    def make(self) -> CaseTruth:
        for number in range(len(self._plan.shots)):
            self._keep(number, self._shoot.take(number))
        with tempfile.TemporaryDirectory(prefix="clew-world-") as scratch:
            for spread in self._plan.spreads:
                self._spread(spread, Path(scratch))
        cast, home = self._cast, self._cast.home
        return CaseTruth(
            number=cast.number,
            agency=AGENCIES[cast.lead].key,
            subjects=tuple(str(one) for one in cast.subjects),
            offender=cast.offender,
            identity=cast.identity,
            devices=tuple(map(_known, self._shoot.devices)),
            events=tuple(
                Event(
                    name=one.name,
                    place=home.yard if one.outdoors else home.room,
                    at=one.at.replace(microsecond=0),
                    night=one.night,
                    subjects=tuple(str(subject) for subject in cast.subjects),
                )
                for one in self._plan.happenings
            ),
            origins=tuple(self._origins),
            files=tuple(sorted(self._files, key=lambda file: file.path)),
            follows=cast.follows,
        )

    def _keep(self, number: int, taken: Taken) -> None:
        """Write what was taken, as it comes out of the device."""
        shot, device, origin = self._plan.shots[number], taken.device, taken.origin
        exhibit = self._exhibits[0 if shot.device == 0 else 1]
        taking = Taking(origin.taken, taken.count, self._cast.home.spot if origin.place else None)
        below = "DCIM/100MEDIA" if device.make.kind != "phone" else "DCIM/Camera"
        if taken.pixels is not None:
            name = devices.file_name(device, taking, ".jpg")
            content = devices.photo_bytes(device, taken.pixels, taking)
            if shot.at_event:
                self._pixels[number] = spreading.edited_pixels(content)
        else:
            codec = _CODECS[device.make.kind] if taken.footage is not None else None
            suffix = codec.suffix if codec is not None else ".m4a"
            name = devices.file_name(device, taking, suffix)
            content = self._filmed(taken, taking, codec)
        path = self._free(f"{exhibit}/{below}/{name}")
        self._origins.append(origin)
        self._write(path, content, origin.kind, ORIGINAL, {}, (Part(origin.name),), origin.taken)

    def _filmed(self, taken: Taken, taking: Taking, codec: Codec | None) -> bytes:
        with tempfile.TemporaryDirectory(prefix="clew-world-") as scratch:
            file = Path(scratch) / "taken"
            if codec is None:
                assert taken.sound is not None
                film.write_sound(taken.sound, file)
            else:
                assert taken.footage is not None
                told = {
                    "creation_time": (taking.at + taken.device.slow).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "make": taken.device.make.maker,
                    "model": taken.device.make.model,
                }
                film.write(taken.footage, file, codec, told)
            return file.read_bytes()

    def _spread(self, spread: Spread, scratch: Path) -> None:
        shot = self._plan.shots[spread.shot]
        original = self._files[spread.shot]
        source_file = self._folder / original.path
        if spread.exact:
            changed = Changed(
                Path(original.path).suffix,
                source_file.read_bytes(),
                "exact copy",
                {},
                original.parts,
                original.kind,
            )
        elif shot.kind == "picture":
            turn = self._cast.number * self._amount.picture_copies + spread.turn
            others = self._others(spread.shot)
            pixels = self._decoded(spread.shot)
            changed = spreading.change_picture(turn, spread.again, shot.name, pixels, others)
        else:
            turn = self._cast.number * self._amount.clip_copies + spread.turn
            foreign = spreading.stranger(self._seed, (self._cast.number + turn) % STRANGERS)
            changed = spreading.change_clip(turn, shot.name, source_file, scratch, foreign)
        found = self._shoot_end() + timedelta(days=round(between(self._random, 3, 300), 3))
        path, identity = self._put(spread, changed)
        self._write(
            path,
            changed.content,
            changed.kind,
            changed.edit,
            changed.parameters,
            changed.parts,
            found.replace(microsecond=0),
            identity,
        )

    def _decoded(self, number: int) -> Pixels:
        if number not in self._pixels:
            content = (self._folder / self._files[number].path).read_bytes()
            self._pixels[number] = spreading.edited_pixels(content)
        return self._pixels[number]

    def _others(self, number: int) -> list[tuple[str, Pixels]]:
        """Three more pictures of the case by the same camera."""
        shots = self._plan.shots
        wanted = [
            n
            for n, shot in enumerate(shots)
            if shot.kind == "picture" and shot.at_event and n != number
        ]
        return [(shots[n].name, self._decoded(n)) for n in wanted[number % 5 : number % 5 + 3]]

    def _shoot_end(self) -> datetime:
        return self._plan.happenings[-1].at

    def _put(self, spread: Spread, changed: Changed) -> tuple[str, str]:
        """Where a copy was found, and the online name it was spread under."""
        place = (spread.agency - self._cast.lead) % len(AGENCIES)
        exhibit = self._exhibits[0 if place == 0 else place + 1]
        if place and self._random.random() < 0.4:
            forum, number = one_of(self._random, _FORUMS), int(self._random.integers(1, 400))
            name = f"{exhibit}/{forum}/{self._cast.identity}_{number:03d}{changed.suffix}"
            return self._free(name), self._cast.identity
        return self._free(f"{exhibit}/{self._names[exhibit].anywhere(changed.suffix)}"), ""

    def _free(self, path: str) -> str:
        """This path, with a number behind the name if there is such a file already."""
        taken, stem, number = {file.path for file in self._files}, Path(path), 1
        while path in taken:
            path = f"{stem.parent.as_posix()}/{stem.stem}_{number}{stem.suffix}"
            number += 1
        return path

    def _write(
        self,
        path: str,
        content: bytes,
        kind: str,
        edit: str,
        parameters: dict[str, object],
        parts: tuple[Part, ...],
        found: datetime,
        identity: str = "",
    ) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        os.utime(target, (found.timestamp(), found.timestamp()))
        agency, exhibit, _ = path.split("/", 2)
        self._files.append(
            Copied(
                path=path,
                sha256=hashlib.sha256(content).hexdigest(),
                agency=agency,
                exhibit=exhibit,
                kind=kind,
                edit=edit,
                parameters=parameters,
                parts=parts,
                identity=identity,
                found=found,
            )
        )


def _known(device: Device) -> KnownDevice:
    return KnownDevice(
        name=device.name,
        maker=device.make.maker,
        model=device.make.model,
        serial=device.serial,
        clock_off=device.slow.total_seconds(),
    )


__all__ = ["exhibits", "make_case"]
