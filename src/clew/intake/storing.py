"""Storing beside reading: a thread of its own, so that decoders never wait for the disk."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from clew.access.connections import worker
from clew.records.models import Folder
from clew.records.readings import Seen, store
from clew.signals.reading import Reading
from clew.vault.errors import AlreadyStoredError, VaultError
from clew.vault.settling import Settling
from clew.vault.store import Vault

_BATCH_READINGS = 64
_BATCH_SECONDS = 1.0
_MOST_WAITING = 4
_TURN_SECONDS = 0.0003


@dataclass
class Batch:
    """Readings stored together, and how many whole files and bytes they complete."""

    readings: list[Seen] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    begun: float = field(default_factory=time.monotonic)


class Storing:
    """Stores readings of one folder in batches, in the order in which they came.

    A batch is one transaction; its previews and storyboards are in the vault before it commits.
    When one cannot be stored, none after it is: a file's last reading, which says that it was read
    to the end, must not get in without those before it. Use as a context manager: leaving it waits
    until everything handed over is stored, also after an exception.

    Args:
        folder: where the readings come from.
        vault: where previews and storyboards go.

    Attributes:
        files: whole files stored so far; ``bytes`` likewise.
    """

    def __init__(self, folder: Folder, vault: Vault) -> None:
        self.files = 0
        self.bytes = 0
        self._folder = folder
        self._vault = vault
        self._batch = Batch()
        self._failed = False
        self._waiting: deque[Future[None]] = deque()
        # One thread, so that batches commit in order.
        self._thread = ThreadPoolExecutor(1, "storing")

    def __enter__(self) -> Storing:
        # The thread that hands files to the decoders must get its turn at once: every
        # millisecond it waits for this one, a decoder is idle.
        self._usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._hand_over()
            while self._waiting:
                self._waiting.popleft().result()
        finally:
            sys.setswitchinterval(self._usual_turn)
            self._thread.submit(_close_connection).result()
            self._thread.shutdown()

    def add(self, seen: Seen, *, completes: int | None = None) -> None:
        """Take a reading.

        Args:
            seen: the reading with its place.
            completes: size in bytes of the file that is complete with it; None for members.

        Raises:
            Exception: whatever kept an earlier batch from being stored.
        """
        self._batch.readings.append(seen)
        if completes is not None:
            self._batch.files += 1
            self._batch.bytes += completes
        if len(self._batch.readings) >= _BATCH_READINGS:
            self._hand_over()
        self.tick()

    def tick(self) -> None:
        """Store what has waited long enough, even if the batch is small."""
        if self._batch.readings and time.monotonic() - self._batch.begun > _BATCH_SECONDS:
            self._hand_over()
        while self._waiting and (len(self._waiting) > _MOST_WAITING or self._waiting[0].done()):
            self._waiting.popleft().result()

    def _hand_over(self) -> None:
        if self._batch.readings:
            self._waiting.append(self._thread.submit(self._store, self._batch))
        self._batch = Batch()

    def _store(self, batch: Batch) -> None:
        if self._failed:
            return
        self._failed = True
        self._keep_derivatives([seen.reading for seen in batch.readings])
        store(self._folder, batch.readings)
        self._failed = False
        # Counted only now that it is committed.
        self.files += batch.files
        self.bytes += batch.bytes

    def _keep_derivatives(self, readings: Sequence[Reading]) -> None:
        settling = self._vault.settling()
        kept = [(one, name) for one in readings for name in self._keep(one, settling)]
        try:
            settling.settle()
        except VaultError as error:
            for reading, name in kept:
                reading.notes.append(f"its {name} could not be kept ({error})")

    def _keep(self, reading: Reading, settling: Settling) -> list[str]:
        """Write the derivatives of one reading; the names of those that are there."""
        if reading.sha256 is None:
            return []
        kept = []
        for name, content in reading.derivatives().items():
            try:
                self._vault.put_derivative(name, reading.sha256.hex(), content, settling)
            except AlreadyStoredError:
                pass  # the first one stays, even where this reading got further
            except VaultError as error:
                reading.notes.append(f"its {name} could not be kept ({error})")
                continue
            kept.append(name)
        reading.preview = reading.storyboard = None
        return kept


def _close_connection() -> None:
    """Close this thread's own connection: it is another one in every thread."""
    worker().close()
