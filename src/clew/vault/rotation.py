"""Rotation: a new key-encryption key, with which the keys of all objects are wrapped anew.

Nothing is encrypted anew. When it is through, the older key is taken out of the key file: whatever
copies there still are of keys that were deleted (in backups, in versions that a bucket keeps, on
discarded disks) cannot be unwrapped any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice

import structlog

from clew.vault.errors import DamagedError, KeyFileError, NotStoredError
from clew.vault.keys import wrapped_by
from clew.vault.names import KEYS, Address
from clew.vault.store import Vault

_AT_ONCE = 8
_BATCH = 1000

log = structlog.get_logger(__name__)
Watcher = Callable[[int], None]


class _Done(Enum):
    REWRAPPED = auto()
    CURRENT = auto()
    GONE = auto()


@dataclass
class Rotated:
    """What a rotation did.

    Attributes:
        keys: how many keys are wrapped by the new key-encryption key.
        rewrapped: how many of them this run wrapped anew.
        retired: how many older key-encryption keys were taken out of the key file.
        damaged: key records that cannot be unwrapped; while there are any, nothing is retired.
    """

    keys: int = 0
    rewrapped: int = 0
    retired: int = 0
    damaged: list[str] = field(default_factory=list)


def rotate(vault: Vault, watcher: Watcher = lambda _: None) -> Rotated:
    """Wrap all keys by a new key-encryption key and retire the older one.

    Cut short at any point, it goes on when it is called again: without another new key.

    Args:
        vault: whose.
        watcher: told how many keys were looked at.

    Raises:
        KeyFileError: the key file is missing, or cannot be used or replaced.
        UnavailableError: the store refuses or does not answer.
    """
    _ = vault.keyring.identity  # a vault that was never used is made now
    with vault.key.held() as wrapping:
        unfinished = len(wrapping.versions) > 1
    if not unfinished:
        vault.key.add_version()
    log.info("rotation goes on" if unfinished else "rotation begins")
    done = Rotated()
    # A second round sees what came while the first one went on; it is the one that counts.
    while True:
        counts = _round(vault, done, watcher)
        done.rewrapped += counts[_Done.REWRAPPED]
        done.keys = counts[_Done.REWRAPPED] + counts[_Done.CURRENT]
        if done.damaged or not counts[_Done.REWRAPPED]:
            break
    if not done.damaged:
        done.retired = vault.key.retire()
    log.info("rotation ends", keys=done.keys, retired=done.retired, damaged=len(done.damaged))
    return done


def _round(vault: Vault, done: Rotated, watcher: Watcher) -> Counter[_Done]:
    counts: Counter[_Done] = Counter()
    done.damaged = []
    paths = (entry.path for entry in vault.objects.list(KEYS))
    with ThreadPoolExecutor(_AT_ONCE, "rotation") as threads:
        while batch := list(islice(paths, _BATCH)):
            for path, outcome in zip(
                batch, threads.map(lambda path: _rewrapped(vault, path), batch), strict=True
            ):
                if outcome is None:
                    done.damaged.append(path)
                else:
                    counts[outcome] += 1
            watcher(counts.total() + len(done.damaged))
    return counts


def _rewrapped(vault: Vault, path: str) -> _Done | None:
    """Wrap one key anew; None when it cannot be unwrapped."""
    try:
        wrapped = vault.objects.get(path)
    except NotStoredError:
        return _Done.GONE
    with vault.key.held() as wrapping:
        if wrapped_by(wrapped) == wrapping.primary:
            return _Done.CURRENT
        try:
            handle = vault.key.unwrap(wrapped, path)
        except (DamagedError, KeyFileError):
            return None
        vault.objects.put(path, [wrapping.wrap(handle, path)], "overwrite")
    # Deleted after it was read and before it was written: it must not come back.
    address = Address.at(path)
    if address and _is_deleted(vault, (address, address.media)):
        vault.erase(address)
        return _Done.GONE
    return _Done.REWRAPPED


def _is_deleted(vault: Vault, addresses: Iterable[Address]) -> bool:
    return any(vault.objects.has(address.tombstone) for address in addresses)
