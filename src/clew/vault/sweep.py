"""The sweep: reads what is in the vault and tells all that is not as it must be."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from clew.vault.errors import DamagedError, DeletedError, KeyFileError, NotStoredError
from clew.vault.keyring import NAMES_KEY, TOMBSTONES_KEY
from clew.vault.names import KEYS, OBJECTS, TOMBSTONES, Address, Kind
from clew.vault.spool import SPOOL_KEYS
from clew.vault.store import Vault

BEFORE_ENCRYPTION = ("originals", "derivatives")
"""Where objects lay before the vault was encrypted."""

_YOUNG = timedelta(hours=1)
"""What may still be on its way in."""

Watcher = Callable[[int, int], None]


class Fault(StrEnum):
    """What can be wrong with what is in a vault."""

    DAMAGED = "damaged"
    KEY_DAMAGED = "key damaged"
    KEY_MISSING = "key missing"
    OBJECT_MISSING = "object missing"
    DELETION_UNFINISHED = "deletion unfinished"
    NOT_RECORDED = "not in the database"
    UNENCRYPTED = "not encrypted"
    LEFT_OVER = "left over"
    UNKNOWN = "not Clew's"

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self]


_ADVICE = {
    Fault.DAMAGED: "restore it from a backup, or contribute the file again",
    Fault.KEY_DAMAGED: "restore the key record from a backup, or contribute the file again",
    Fault.KEY_MISSING: "restore the key record from a backup, or contribute the file again",
    Fault.OBJECT_MISSING: "restore it from a backup, or contribute the file again",
    Fault.DELETION_UNFINISHED: "run `clew vault sweep --finish-deletions`",
    Fault.NOT_RECORDED: "a scan or contribution was cut short: run it again",
    Fault.UNENCRYPTED: "run `clew vault encrypt`",
    Fault.LEFT_OVER: "a writer was cut short; storing the file again uses it, or delete it",
    Fault.UNKNOWN: "find out who put it there",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: original, derivative, or what else it is.
        path: in the vault; for what is not there, where it would be.
        fault: what is wrong.
        says: more about it, when there is more.
    """

    kind: str
    path: str
    fault: Fault
    says: str = ""


@dataclass
class Swept:
    """What a sweep found.

    Attributes:
        objects: by kind, how many there are.
        read: how many of them were read from start to end.
        bytes: of ciphertext that were read.
        deleted: tombstones.
        findings: all that is wrong.
    """

    objects: dict[str, int] = field(default_factory=dict)
    read: int = 0
    bytes: int = 0
    deleted: int = 0
    findings: list[Finding] = field(default_factory=list)


class Sweep:
    """One look through a vault.

    Args:
        vault: which.
        expected: SHA-256 of the originals that the database says are there, and of all media that
            it knows; None when nobody knows.
        share: of the objects to read, from 0 to 1, chosen by chance. Names, keys and tombstones
            are compared for all of them.
        finish: whether to complete deletions that were cut short.
    """

    def __init__(
        self,
        vault: Vault,
        expected: tuple[Iterable[str], Iterable[str]] | None = None,
        share: float = 1.0,
        *,
        finish: bool = False,
    ) -> None:
        self._vault = vault
        self._expected = expected
        self._share = share
        self._finish = finish
        self._done = Swept()

    def run(self, watcher: Watcher = lambda _done, _all: None) -> Swept:
        """Look through it.

        Args:
            watcher: told how many bytes were read, and of how many.

        Raises:
            KeyFileError: the key-encryption key is missing, or is another one.
            UnavailableError: the store refuses or does not answer.
        """
        _ = self._vault.keyring.identity  # or every single key would be called damaged
        # In this order: what is stored meanwhile has its key before its object, and what is
        # deleted has its tombstone before both go.
        objects = dict(self._listed(OBJECTS))
        keys = dict(self._listed(KEYS))
        dead = set(dict(self._listed(TOMBSTONES)))
        for kind in Kind:
            self._done.objects[kind.value] = sum(one.kind is kind for one in objects)
        self._done.deleted = len(dead)
        dead_left = {one for one in objects.keys() | keys.keys() if {one, one.media} & dead}
        for one in sorted(dead_left):
            self._unfinished(one)
        for one in sorted(objects.keys() - keys.keys() - dead_left):
            if not self._gone(one):
                self._tell(one.kind, one.key, Fault.KEY_MISSING)
        for one in sorted(keys.keys() - objects.keys() - dead_left):
            if _is_old(keys[one][1]):
                self._tell(one.kind, one.key, Fault.LEFT_OVER, "a key without an object")
        self._compare_with_database(objects, dead)
        self._look_for_rest()
        readable = sorted((objects.keys() & keys.keys()) - dead_left)
        self._read({one: objects[one][0] for one in readable}, watcher)
        return self._done

    def _listed(self, folder: str) -> Iterator[tuple[Address, tuple[int, datetime]]]:
        for entry in self._vault.objects.list(folder):
            address = Address.at(entry.path)
            if address is not None:
                yield address, (entry.size, entry.modified)
            elif entry.path not in (NAMES_KEY, TOMBSTONES_KEY) and not entry.path.startswith(
                SPOOL_KEYS
            ):
                self._tell("unknown", entry.path, Fault.UNKNOWN)

    def _unfinished(self, address: Address) -> None:
        if self._finish:
            self._vault.erase(address)
        else:
            self._tell(address.kind, address.object, Fault.DELETION_UNFINISHED)

    def _compare_with_database(
        self, objects: dict[Address, tuple[int, datetime]], dead: set[Address]
    ) -> None:
        if self._expected is None:
            return
        originals, media = (
            {self._vault.address(sha256): sha256 for sha256 in some} for some in self._expected
        )
        for address, sha256 in sorted(originals.items()):
            if address not in objects and address not in dead and self._gone(address):
                said = f"the database says it is here: {sha256}"
                self._tell(address.kind, address.object, Fault.OBJECT_MISSING, said)
        for address in sorted(objects):
            # Files that are no media are kept as well, and have no row that tells their hash.
            if address.kind is Kind.ORIGINAL:
                orphaned = address in media and address not in originals
            else:
                orphaned = address.media not in media
            if orphaned and not self._gone(address) and _is_old(objects[address][1]):
                self._tell(address.kind, address.object, Fault.NOT_RECORDED)

    def _look_for_rest(self) -> None:
        for folder in BEFORE_ENCRYPTION:
            for entry in self._vault.objects.list(folder):
                self._tell(folder.removesuffix("s"), entry.path, Fault.UNENCRYPTED)
        if self._vault.folder is None:
            return
        # A folder shows what a writer left that was killed; S3 hides it from listings.
        for part in self._vault.folder.rglob("*#*"):
            if _is_old(datetime.fromtimestamp(part.stat().st_mtime, UTC)):
                path = part.relative_to(self._vault.folder).as_posix()
                self._tell("unknown", path, Fault.LEFT_OVER, "half of an object")

    def _read(self, sizes: dict[Address, int], watcher: Watcher) -> None:
        chosen = list(sizes)
        if self._share < 1:
            count = min(len(chosen), max(1, round(len(chosen) * self._share))) if chosen else 0
            chosen = sorted(random.sample(chosen, count))
        total = sum(sizes[one] for one in chosen)
        for address in chosen:
            watcher(self._done.bytes, total)
            self._read_one(address)
            self._done.read += 1
            self._done.bytes += sizes[address]
        watcher(total, total)

    def _read_one(self, address: Address) -> None:
        digest = hashlib.sha256()
        try:
            self._vault.key.unwrap(self._vault.objects.get(address.key), address.key)
        except (DamagedError, KeyFileError) as problem:
            self._tell(address.kind, address.key, Fault.KEY_DAMAGED, str(problem))
            return
        except NotStoredError:
            return  # deleted since it was listed
        try:
            for piece in self._vault.read(address):
                digest.update(piece)
        except DamagedError:
            self._tell(address.kind, address.object, Fault.DAMAGED)
            return
        except (DeletedError, NotStoredError):
            return
        named = self._vault.keyring.name(digest.hexdigest())
        if address.kind is Kind.ORIGINAL and named != address.name:
            self._tell(address.kind, address.object, Fault.DAMAGED, "it has another one's content")

    def _gone(self, address: Address) -> bool:
        return not self._vault.objects.has(address.object)

    def _tell(self, kind: str, path: str, fault: Fault, says: str = "") -> None:
        self._done.findings.append(Finding(str(kind), path, fault, says))


def _is_old(modified: datetime) -> bool:
    return datetime.now(UTC) - modified > _YOUNG
