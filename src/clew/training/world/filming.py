"""Clips: what a hand-held camera sees that turns, sways and lets its exposure settle.

A shot is drawn once, wider than its frames. A camera that turns on the spot sees a homography of
that, which is exact; that a hand also moves by some centimetres is made up for by the depth of
each pixel. What rolls through the shot is laid over it, frame by frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training.pictures import Pixels
from clew.training.scenes.palette import Image
from clew.training.scenes.renderer import Camera, vector
from clew.training.scenes.shapes import ball
from clew.training.world import devices, sensor
from clew.training.world.chance import between, one_of
from clew.training.world.devices import Device
from clew.training.world.visits import Visit, seen

_WIDE = 1.75
"""What a clip is panned over is seen this much wider than its frames."""


def filmed(
    random: np.random.Generator, here: Visit, camera: Camera, device: Device, count: int
) -> list[Pixels]:
    """One shot of `count` frames, in the size of the device's films."""
    width, height = device.make.film
    half = np.tan(np.radians(camera.angle) / 2) * _WIDE
    wide = replace(camera, angle=float(np.degrees(2 * np.arctan(half))))
    size = int(width * _WIDE), int(height * _WIDE)
    drawing = seen(here, wide, size[1], size[0])
    exposed = drawing.light * np.float32(
        devices.exposure(drawing.light) * between(random, 0.9, 1.1)
    )
    sharp = devices.firmware(device, random, exposed)
    graded = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.8), np.uint8)
    nearness = np.ascontiguousarray(drawing.nearness[::2, ::2])
    # Edges of depth are softened, or they would tear when the hand moves.
    yielding = np.asarray(cv2.GaussianBlur(nearness, (0, 0), 4), np.float32)
    lens = _lens(size, wide.angle)
    pattern, grain = _film_pattern(device), _film_grain(random, device, drawing.light)
    turns = _turns(random, count)
    # The hand moves by some centimetres; the picture by that times the nearness.
    moved = _wander(random, count, 2, 0.02) * lens[0, 0]
    gains = _gains(random, count)
    rolling = _rolling(random, here) if random.random() < 0.5 else None
    frames = []
    for index in range(count):
        share = 0.5 - 0.5 * np.cos(np.pi * index / max(count - 1, 1))
        own = _lens((width, height), camera.angle * (1 - 0.08 * share))
        frame = np.empty((height, width, 3), np.uint8)
        shown = graded
        if rolling is not None:
            shown = _laid(graded, nearness, wide, lens, rolling, index / max(count - 1, 1))
        matrix = lens @ _rotation(*turns[index]) @ np.linalg.inv(own)
        noise = grain[index % len(grain)]
        sensor.film(frame, shown, yielding, matrix, moved[index], gains[index], pattern, noise)
        frames.append(frame)
    return frames


def _turns(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Yaw, pitch and roll of every frame in degrees: a pan, and a hand that is not still."""
    # A short shot is not panned faster than a long one.
    ends = random.uniform(-1, 1, (2, 2)) * (13, 5) * min(1.0, count / 50)
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / max(count - 1, 1))
    turns = np.clip(_wander(random, count, 3, 0.9), -3, 3) + random.normal(0, 0.03, (count, 3))
    turns[:, :2] += ends[0] + (ends[1] - ends[0]) * share[:, None]
    return np.asarray(turns, np.float64)


def _wander(
    random: np.random.Generator, count: int, ways: int, reach: float
) -> NDArray[np.float64]:
    """A smooth walk about zero with this standard deviation; shape (count, ways)."""
    steps = cv2.GaussianBlur(np.cumsum(random.normal(0, 1, (count, ways)), axis=0), (1, 31), 5)
    walk = np.asarray(steps, np.float64).reshape(count, ways)
    walk = walk - walk.mean(axis=0)
    return np.asarray(walk / max(float(walk.std()), 1e-6) * reach, np.float64)


def _gains(random: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Exposure and white balance: both settle in the first second, then drift a little."""
    settling = np.exp(-np.arange(count) / 12)[:, None]
    exposure = 1 + _wander(random, count, 1, 0.03) + random.normal(0, 0.12) * settling
    balance = 1 + _wander(random, count, 3, 0.012) + random.normal(0, 0.05, 3) * settling
    return np.asarray(exposure * balance, np.float32)


@dataclass(frozen=True)
class _Rolling:
    """A ball that rolls over the floor from one place to another; `size` is its width."""

    texture: Image
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    size: float


def _rolling(random: np.random.Generator, here: Visit) -> _Rolling:
    paints = one_of(random, here.place.colours), one_of(random, here.place.colours)
    size, reach = between(random, 0.14, 0.26), 0.35
    ends = [
        vector((between(random, -1, 1) * reach * here.place.wide, size / 2, z * here.place.deep))
        for z in (between(random, -reach, 0), between(random, 0, reach))
    ]
    if random.random() < 0.5:
        ends.reverse()
    texture = ball(random, *paints) * np.array([0.8, 0.8, 0.8, 1], np.float32)
    return _Rolling(np.asarray(texture, np.float32), ends[0], ends[1], size)


def _laid(
    graded: Pixels,
    nearness: NDArray[np.float32],
    camera: Camera,
    lens: NDArray[np.float64],
    rolling: _Rolling,
    share: float,
) -> Pixels:
    """The wide picture with the ball where it is by now, behind what is nearer."""
    middle = rolling.start + (rolling.end - rolling.start) * share
    x, y, depth = camera.axes() @ (middle - camera.place)
    if depth < 0.5:
        return graded
    wide = int(rolling.size * lens[0, 0] / depth)
    left = int(lens[0, 0] * x / depth + lens[0, 2] - wide / 2)
    top = int(lens[1, 1] * y / depth + lens[1, 2] - wide / 2)
    height, width = graded.shape[:2]
    if wide < 6 or left < 0 or top < 0 or left + wide > width or top + wide + wide // 4 > height:
        return graded
    shown = graded.copy()
    floor = shown[top + wide // 2 : top + wide + wide // 4, left : left + wide]
    rows, columns = np.mgrid[-1 : 1 : floor.shape[0] * 1j, -1 : 1 : wide * 1j]
    ahead = nearness[(top + wide // 2) // 2, (left + wide // 2) // 2] * depth < 1.1
    dark = 1 - 0.5 * np.clip(1 - rows**2 - columns**2, 0, 1)[..., None] * ahead
    floor[:] = (floor * dark).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((79.5, 79.5), -share * 700, 1)
    turned = cv2.warpAffine(rolling.texture, turn, (160, 160))
    small = cv2.resize(turned, (wide, wide), interpolation=cv2.INTER_AREA)
    at = np.s_[top : top + wide, left : left + wide]
    near = cv2.resize(nearness, (width, height), interpolation=cv2.INTER_NEAREST)[at]
    opacity = (small[..., 3] * (near * depth < 1.05))[..., None]
    shown[at] = (shown[at] + (np.clip(small[..., :3], 0, 1) * 255 - shown[at]) * opacity).astype(
        np.uint8
    )
    return shown


def _lens(size: tuple[int, int], angle: float) -> NDArray[np.float64]:
    focal = size[0] / 2 / np.tan(np.radians(angle) / 2)
    return np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]], np.float64)


def _rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    vector = np.radians(np.array([pitch, yaw, roll]))
    return np.asarray(cv2.Rodrigues(vector)[0], np.float64)


def _film_pattern(device: Device) -> NDArray[np.float32]:
    """The sensor's pattern as films bin it: fainter, and of their size; shape (height, width)."""
    whole = devices.sensor_pattern(device.seed, *device.make.photo)
    found = cv2.resize(whole, device.make.film, interpolation=cv2.INTER_AREA).mean(axis=2)
    return np.ascontiguousarray(found, np.float32)


def _film_grain(
    random: np.random.Generator, device: Device, light: Image
) -> list[NDArray[np.int8]]:
    """Noise of a few frames, in quarters of a grey level."""
    width, height = device.make.film
    strength = 4 * 255 * device.make.grain * devices.exposure(light) ** 0.5 * 0.6
    noise = [random.standard_normal((height, width, 3), dtype=np.float32) for _ in range(4)]
    return [np.clip(one * np.float32(strength), -127, 127).astype(np.int8) for one in noise]
