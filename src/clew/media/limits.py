"""How much a single file may cost. One place, so that an operator can see and change it."""

from __future__ import annotations

import msgspec

MEBIBYTE = 1 << 20


class Limits(msgspec.Struct, frozen=True):
    """Bounds on reading one file. Beyond them a file is reported, never retried in silence.

    Attributes:
        memory: address space of a decoding process, bytes.
        seconds_without_progress: a decoder silent for longer is stopped.
        seconds_per_file: at least this long may one file take, and
        seconds_per_mebibyte: this much longer for each MiB of it. A MiB of film at 100 kbit/s lasts
            84 s: even then decoding may take a third of the time that watching takes. A film not
            done after nine tenths of its time is read as far as that and no further.
        pixels: largest picture decoded at full size.
        frames: most frames of one film looked at.
        container_depth: archives inside archives inside archives.
        container_members: most members read of one archive.
        container_bytes: most bytes unpacked from one archive.
        container_ratio: most bytes unpacked for one byte of archive, once past 64 MiB.
        member_bytes: largest compressed member unpacked in memory.
    """

    memory: int = 4096 * MEBIBYTE
    seconds_without_progress: float = 60.0
    seconds_per_file: float = 120.0
    seconds_per_mebibyte: float = 30.0
    pixels: int = 400_000_000
    frames: int = 2_000_000
    container_depth: int = 4
    container_members: int = 200_000
    container_bytes: int = 200 * 1024 * MEBIBYTE
    container_ratio: int = 200
    member_bytes: int = 1024 * MEBIBYTE

    def seconds_for(self, size: int) -> float:
        """Longest time in seconds that a file of ``size`` bytes may take in all."""
        return self.seconds_per_file + self.seconds_per_mebibyte * size / MEBIBYTE
