"""Cameras: what a sensor and its firmware make of light, and what they write about it.

Every camera has a fixed pattern of unequally sensitive pixels (Lukáš, Fridrich and Goljan 2006), a
lens that bends lines, colours of its own, and its maker's quantisation tables. None of the makers
exists.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL.TiffImagePlugin import IFDRational

from clew.training.pictures import Pixels
from clew.training.scenes.palette import Image
from clew.training.world import sensor
from clew.training.world.chance import between, one_of, source

_BITE = 0.011
"""Standard deviation of a pixel's sensitivity around 1, about what small sensors show."""

_LUMA = np.array(
    [
        *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
        *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
        *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
        *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
    ],
    np.float64,
)
"""The table in annex K of the JPEG standard, from which makers derive theirs."""


@dataclass(frozen=True)
class Make:
    """What all cameras of one model share."""

    maker: str
    model: str
    kind: str  # "phone", "camera" or "camcorder"
    photo: tuple[int, int]  # width, height in pixels
    film: tuple[int, int]
    rate: int
    bend: float  # radial distortion at the corner; negative is a barrel
    grain: float  # noise of a middle grey at base sensitivity, in parts of white
    steepness: float  # of the quantisation tables: 1 is annex K halved
    names: str  # of files, by counter or time
    mains: int = 50


MAKES: tuple[Make, ...] = (
    Make("Norvik", "N5", "phone", (1280, 960), (640, 360), 30, -0.03, 0.010, 0.35, "IMG_{stamp}"),
    Make(
        "Norvik", "N7 Pro", "phone", (1440, 1080), (640, 360), 30, -0.02, 0.007, 0.25, "IMG_{stamp}"
    ),
    Make(
        "Halden", "H210", "camera", (1200, 900), (640, 480), 25, -0.05, 0.009, 0.5, "DSC{count:05d}"
    ),
    Make(
        "Castor",
        "CX-3",
        "camera",
        (1344, 896),
        (640, 360),
        24,
        -0.04,
        0.006,
        0.2,
        "CX3_{count:04d}",
    ),
    Make("Brightel", "One", "phone", (1152, 864), (480, 360), 15, -0.06, 0.016, 0.8, "{stamp}"),
    Make(
        "Vidor",
        "HandyCam 40",
        "camcorder",
        (960, 720),
        (720, 540),
        25,
        -0.03,
        0.014,
        0.6,
        "MVI_{count:04d}",
    ),
)


@dataclass(frozen=True)
class Device:
    """One camera.

    Attributes:
        name: as the truth names it.
        make: its model.
        serial: as it writes it; empty if it writes none.
        slow: how far its clock is off, to be added to the true time.
        places: whether it writes where it is.
        first: what its counter stood at.
        seed: of its sensor.
    """

    name: str
    make: Make
    serial: str
    slow: timedelta
    places: bool
    first: int
    seed: int


def build_device(seed: int, name: str, kinds: tuple[str, ...] = ()) -> Device:
    """The camera of this name in the world of this seed, of one of these kinds if any are named."""
    random = source(seed, "device", name)
    make = one_of(random, [m for m in MAKES if not kinds or m.kind in kinds])
    wrong = random.random() < 0.25
    off = timedelta(days=int(random.integers(-2200, -20))) if wrong else timedelta()
    return Device(
        name,
        make,
        "" if random.random() < 0.25 else f"{random.integers(10**8, 10**9)}",
        off + timedelta(seconds=int(random.integers(-90, 90))),
        make.kind == "phone" and random.random() < 0.5,
        int(random.integers(1, 4000)),
        int(random.integers(2**62)),
    )


_MARGIN = 128


@lru_cache(maxsize=2)
def _noise(height: int, width: int) -> NDArray[np.float32]:
    """Noise for photos of this size, somewhat larger than they are.

    Each takes another piece, so that the noise of two is alike, one pair in 16,000 left aside,
    only beside where it is: drawing it anew for each took a sixth of a photo's time.
    """
    random = np.random.default_rng([height, width])
    shape = height + _MARGIN, width + _MARGIN, 3
    return random.standard_normal(shape, dtype=np.float32)


@lru_cache(maxsize=6)
def sensor_pattern(seed: int, width: int, height: int) -> NDArray[np.float32]:
    """How sensitive each pixel is, around 1; shape (height, width, 3)."""
    random = np.random.default_rng(seed)
    common = random.standard_normal((height, width, 1), dtype=np.float32)
    each = random.standard_normal((height, width, 3), dtype=np.float32)
    return np.asarray(1 + np.float32(_BITE) * (0.8 * common + 0.6 * each), np.float32)


def _colours(device: Device, random: np.random.Generator) -> NDArray[np.float32]:
    """The camera's colour matrix with this picture's white balance; shape (3, 3)."""
    own = np.random.default_rng(device.seed + 1)
    matrix = np.eye(3) * 1.12 - 0.04 + own.normal(0, 0.025, (3, 3))
    balance = np.diag(own.normal(1, 0.04, 3) * random.normal(1, 0.02, 3))
    return np.asarray(matrix @ balance, np.float32)


def _white(light: Image, share: float) -> NDArray[np.float32]:
    """Gains that take away `share` of the colour of the light, as automatic balance does.

    Green things are left out, lest a lawn turn the sky purple.
    """
    seen = light[::8, ::8].reshape(-1, 3)
    other = seen[seen[:, 1] <= 1.05 * np.maximum(seen[:, 0], seen[:, 2])]
    mean = other.mean(axis=0) if len(other) > 0.1 * len(seen) else np.ones(3)
    gains = np.clip((mean.mean() / np.maximum(mean, 0.02)) ** share, 0.6, 1.7)
    return np.asarray(gains, np.float32)


def bent(device: Device, image: Image) -> Image:
    """Through the lens: straight lines bow, by the model's distortion."""
    height, width = image.shape[:2]
    columns, rows = _lens(device.make.bend, width, height)
    found = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)


@lru_cache(maxsize=16)
def _lens(bend: float, width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (columns - width / 2) / (width / 2), (rows - height / 2) / (width / 2)
    most = 1 + (height / width) ** 2
    # A barrel looks further out at the edges; the corners stay where they are.
    factor = (1 - bend * (x**2 + y**2)) / (1 - bend * most)
    return (
        (x * factor * width / 2 + width / 2).astype(np.float32),
        (y * factor * width / 2 + height / 2).astype(np.float32),
    )


def exposure(light: Image) -> float:
    """How much brighter a picture is taken than the light is."""
    middle = float(np.median(light[::8, ::8]))
    return float(np.clip(0.46 / max(middle, 0.04), 0.7, 2.6))


def developed(
    device: Device,
    random: np.random.Generator,
    light: Image,
    nearness: NDArray[np.float32] | None = None,
) -> Pixels:
    """A photo: the light through lens, sensor and firmware; shape as the light's, uint8.

    `nearness` is one over the depth in metres: with it, what lies in front of or behind the point
    that the lens is set to is blurred. In one photo of twelve something went wrong.
    """
    height, width = light.shape[:2]
    fault = between(random, 0, 12)
    gain = exposure(light) * between(random, 0.88, 1.14)
    if fault < 0.35:  # taken before the exposure had settled
        gain *= one_of(random, (0.3, 2.2))
    if nearness is not None:
        light = _in_depth(device, random, light, nearness)
    image = bent(device, light)
    image = _shaken(random, image, gain * (5 if 0.35 < fault < 0.7 else 1))
    if fault > 11.7:
        _covered(random, image)
    # Photons: noise grows with the root of the light, and with how much it is amplified.
    sensor.expose(
        image,
        np.float32(gain),
        sensor_pattern(device.seed, width, height),
        _noise(height, width),
        int(random.integers(_MARGIN)),
        int(random.integers(_MARGIN)),
        np.float32(device.make.grain * gain**0.5),
    )
    return firmware(device, random, image)


def _in_depth(
    device: Device, random: np.random.Generator, light: Image, nearness: NDArray[np.float32]
) -> Image:
    """Sharp only about the depth that is focused on, the middle of the picture mostly."""
    height, width = nearness.shape
    aperture = {"phone": 0.9, "camcorder": 1.3}.get(device.make.kind, 3.0) * width / 1280
    row, column = (between(random, 0.35, 0.65) * size for size in (height, width))
    set_to = float(nearness[int(row), int(column)])
    circle = np.minimum(np.abs(nearness - set_to) * np.float32(2.2), 1)
    share = cv2.GaussianBlur(circle, (0, 0), 2)[..., None]
    soft = cv2.GaussianBlur(light, (0, 0), aperture)
    return np.asarray(light + (soft - light) * share, np.float32)


def _covered(random: np.random.Generator, image: Image) -> None:
    """A finger over a corner of the lens, out of focus; in place."""
    height, width = image.shape[:2]
    mask = np.zeros((height // 8, width // 8), np.float32)
    at = one_of(random, (0, width // 8)), int(between(random, 0.1, 0.9) * height / 8)
    axes = int(width / 8 * between(random, 0.2, 0.45)), int(height / 8 * between(random, 0.2, 0.4))
    cv2.ellipse(mask, at, axes, between(random, -40, 40), 0, 360, 1.0, -1)
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), width / 200), (width, height))[..., None]
    image += (np.array([0.42, 0.24, 0.19], np.float32) * image.mean() * 1.6 - image) * soft


def _shaken(random: np.random.Generator, image: Image, gain: float) -> Image:
    """Out of focus a little, and moved while it was taken: the darker it was, the more."""
    width = image.shape[1] / 1280
    soft = between(random, 0.5, 1.3) * width
    length = abs(float(random.normal(0, 1.6))) * gain * width
    turn = between(random, 0, np.pi)
    if length >= 1:
        reach = min(length, 30) / 2 * np.array([np.cos(turn), np.sin(turn)])
        middle = int(np.abs(reach).max()) + 1
        kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.float32)
        ends = [tuple((middle + sign * reach).round().astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1)
        image = np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), soft), np.float32)


def firmware(device: Device, random: np.random.Generator, image: Image) -> Pixels:
    """White balance, colours, tone curve and sharpening; the image's own values are changed."""
    gains = _colours(device, random) * _white(image, 0.65)[None, :]
    sensor.tone(image, np.asarray(gains, np.float32))
    soft = cv2.GaussianBlur(image, (0, 0), 1.1)
    return np.asarray(cv2.addWeighted(image, 1.55 * 255, soft, -0.55 * 255, 0, dtype=cv2.CV_8U))


def tables(make: Make) -> list[list[int]]:
    """The maker's quantisation tables, luma and chroma, in JPEG's zigzag-free order."""
    luma = np.clip(np.round(_LUMA * make.steepness * 0.5), 1, 255)
    chroma = np.clip(np.round(np.maximum(_LUMA, 18) * make.steepness * 0.75), 1, 255)
    return [luma.astype(int).tolist(), chroma.astype(int).tolist()]


@dataclass(frozen=True)
class Taking:
    """When, where and which in its row: what a camera writes of one photo."""

    at: datetime
    count: int
    spot: tuple[float, float] | None = None


def photo_bytes(device: Device, pixels: Pixels, taking: Taking) -> bytes:
    """The JPEG file as it comes from the camera."""
    buffer = io.BytesIO()
    Picture.fromarray(pixels).save(
        buffer,
        "JPEG",
        qtables=tables(device.make),
        subsampling=2 if device.make.kind == "phone" else 1,
        exif=exif(device, taking).tobytes(),
    )
    return buffer.getvalue()


def exif(device: Device, taking: Taking) -> Picture.Exif:
    """Model, serial number, counter, time by the camera's own clock, exposure, place."""
    written = (taking.at + device.slow).strftime("%Y:%m:%d %H:%M:%S")
    random = np.random.default_rng([device.seed, taking.count])
    made = Picture.Exif()
    made[0x010F], made[0x0110] = device.make.maker, device.make.model
    made[0x0131], made[0x0132] = f"{device.make.model} Ver.1.{device.seed % 5}", written
    details = made.get_ifd(0x8769)
    details[0x829A] = IFDRational(1, int(random.integers(15, 250)))
    details[0x829D] = IFDRational(int(random.integers(18, 40)), 10)
    details[0x8827] = int(one_of(random, (64, 100, 200, 400, 800)))
    details[0x9003] = details[0x9004] = written
    details[0x9291] = f"{taking.at.microsecond // 1000:03d}"
    details[0x920A] = IFDRational(int(random.integers(38, 60)), 10)
    if device.serial:
        details[0xA431] = device.serial
    if device.make.kind != "phone":
        details[0x9211] = taking.count
    if device.places and taking.spot is not None:
        north, east = taking.spot
        made.get_ifd(0x8825).update(
            {
                1: "N" if north >= 0 else "S",
                2: _angle(north),
                3: "E" if east >= 0 else "W",
                4: _angle(east),
            }
        )
    return made


def _angle(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole = abs(degrees)
    minutes = whole % 1 * 60
    return (
        IFDRational(int(whole), 1),
        IFDRational(int(minutes), 1),
        IFDRational(round(minutes % 1 * 60 * 100), 100),
    )


def file_name(device: Device, taking: Taking, suffix: str) -> str:
    """What the camera calls it."""
    stamp = (taking.at + device.slow).strftime("%Y%m%d_%H%M%S")
    return device.make.names.format(stamp=stamp, count=taking.count) + suffix
