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
    """Gains that take away `share` of the colour of the light, as automatic balance does."""
    mean = light[::8, ::8].reshape(-1, 3).mean(axis=0)
    return np.asarray((mean.mean() / np.maximum(mean, 0.02)) ** share, np.float32)


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


def developed(device: Device, random: np.random.Generator, light: Image) -> Pixels:
    """A photo: the light through lens, sensor and firmware; shape as the light's, uint8."""
    height, width = light.shape[:2]
    gain = exposure(light) * between(random, 0.92, 1.1)
    image = bent(device, light) * np.float32(gain)
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    image *= (1.04 - 0.15 * (rows**2 + columns**2))[..., None]
    image = _shaken(random, image, gain)
    image *= sensor_pattern(device.seed, width, height)
    # Photons: noise grows with the root of the light, and with how much it is amplified.
    grain = np.float32(device.make.grain * gain**0.5)
    noise = random.standard_normal((height, width, 3), dtype=np.float32)
    image += noise * (grain * np.sqrt(np.maximum(image, 0.01)) + np.float32(0.002))
    return firmware(device, random, image)


def _shaken(random: np.random.Generator, image: Image, gain: float) -> Image:
    """Out of focus a little, and moved while it was taken: the darker it was, the more."""
    width = image.shape[1] / 1280
    soft = between(random, 0.5, 1.5) * width
    length = abs(float(random.normal(0, 1.6))) * gain * width
    turn = between(random, 0, np.pi)
    kernel = np.zeros((25, 25), np.float32)
    reach = min(length, 11) / 2 * np.array([np.cos(turn), np.sin(turn)])
    ends = [tuple((12 + sign * reach).round().astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    moved = cv2.filter2D(image, -1, kernel / kernel.sum()) if length >= 1 else image
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), soft), np.float32)


def firmware(device: Device, random: np.random.Generator, image: Image) -> Pixels:
    """White balance, colours, tone curve and sharpening."""
    balanced = (image * _white(image, 0.65)) @ _colours(device, random).T
    toned = np.where(balanced < 0.6, balanced, 0.6 + 0.4 * np.tanh((balanced - 0.6) / 0.4))
    sharp = toned + 0.55 * (toned - cv2.GaussianBlur(toned, (0, 0), 1.1))
    return np.asarray(np.clip(sharp * 255 + 0.5, 0, 255), np.uint8)


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
