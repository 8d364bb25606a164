"""Folders and file names such as phones, cameras and people give; they tell nothing of the edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

_FIRST_DAY = datetime(2021, 3, 1, 8, 0)


class Places:
    """Hands out paths, relative with forward slashes, no two the same in any spelling of case."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._taken: set[str] = set()

    def camera_picture(self, suffix: str) -> str:
        """Where a picture lies that a phone or camera took."""
        if self._random.random() < 0.6:
            return self._free(lambda: f"phone/DCIM/Camera/IMG_{self._stamp()}{suffix}")
        return self._free(lambda: f"laptop/Pictures/{self._year()}/DSC{self._number(5)}{suffix}")

    def camera_clip(self, suffix: str) -> str:
        """Where a clip lies that a phone or camera took."""
        if self._random.random() < 0.6:
            return self._free(lambda: f"phone/DCIM/Camera/VID_{self._stamp()}{suffix}")
        return self._free(lambda: f"laptop/Videos/MVI_{self._number(4)}{suffix}")

    def anywhere(self, suffix: str) -> str:
        """Where something lies that was received, downloaded or put aside."""
        choice = int(self._random.integers(5))
        return self._free(lambda: self._received(choice) + suffix)

    def _received(self, choice: int) -> str:
        return (
            f"phone/Messages/Received/{self._stamp()[:8]}-{self._number(4)}",
            f"laptop/Downloads/image ({self._random.integers(2, 99)})",
            f"laptop/Downloads/{self._random.bytes(6).hex()}",
            f"usb/backup/{self._year()}/P{self._number(7)}",
            f"usb/new folder/{self._number(3)}",
        )[choice]

    def _free(self, propose: Callable[[], str]) -> str:
        while True:
            path = propose()
            if path.casefold() not in self._taken:
                self._taken.add(path.casefold())
                return path

    def _number(self, digits: int) -> str:
        return str(self._random.integers(10**digits)).zfill(digits)

    def _year(self) -> int:
        return int(self._random.integers(2021, 2025))

    def _stamp(self) -> str:
        moment = _FIRST_DAY + timedelta(seconds=int(self._random.integers(3 * 365 * 86_400)))
        return moment.strftime("%Y%m%d_%H%M%S")
