"""Encrypting a vault that was begun before vaults were encrypted; nothing of it is lost."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from clew.vault.errors import (
    AlreadyStoredError,
    ContentChangedError,
    DeletedError,
    NotStoredError,
)
from clew.vault.store import Vault
from clew.vault.streams import ChunkReader
from clew.vault.sweep import BEFORE_ENCRYPTION

_ORIGINAL = re.compile(r"originals/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})", re.ASCII)
_DERIVATIVE = re.compile(
    r"derivatives/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9][a-z0-9._-]{0,99})", re.ASCII
)
Watcher = Callable[[int, int], None]


@dataclass
class Encrypted:
    """What became of what lay there unencrypted.

    Attributes:
        objects: how many are encrypted now, their plain copy deleted.
        bytes: their size.
        left: what was left as it is, and why.
    """

    objects: int = 0
    bytes: int = 0
    left: dict[str, str] = field(default_factory=dict)


def encrypt(vault: Vault, watcher: Watcher = lambda _done, _all: None) -> Encrypted:
    """Encrypt what lies in a vault unencrypted.

    Each plain copy is deleted only after its encrypted one was read back. Cut short, it goes on
    when it is called again.

    Args:
        vault: which.
        watcher: told how many bytes are done, and of how many.

    Raises:
        UnavailableError: the store refuses or does not answer.
    """
    entries = [entry for folder in BEFORE_ENCRYPTION for entry in vault.objects.list(folder)]
    total = sum(entry.size for entry in entries)
    done, seen = Encrypted(), 0
    for entry in entries:
        try:
            _encrypt_one(vault, entry.path)
        except DeletedError:
            pass  # it must not be there at all
        except (ContentChangedError, AlreadyStoredError, ValueError) as problem:
            done.left[entry.path] = _why(problem)
            continue
        except NotStoredError:
            continue  # another process was faster
        finally:
            seen += entry.size
            watcher(seen, total)
        vault.objects.delete(entry.path)
        done.objects += 1
        done.bytes += entry.size
    _remove_empty_folders(vault)
    return done


def _encrypt_one(vault: Vault, path: str) -> None:
    if original := _ORIGINAL.fullmatch(path):
        plain = io.BufferedReader(ChunkReader(vault.objects.read(path)))
        vault.put_original(plain, original[1])
    elif derivative := _DERIVATIVE.fullmatch(path):
        sha256, name = derivative.groups()
        content = vault.objects.get(path)
        vault.put_derivative(name, sha256, content)
        if vault.get_derivative(name, sha256) != content:
            raise AlreadyStoredError
    else:
        raise ValueError


def _why(problem: Exception) -> str:
    if isinstance(problem, ContentChangedError):
        return "damaged: it is not what its name says"
    if isinstance(problem, AlreadyStoredError):
        return "another content is stored encrypted under its name"
    return "it has no name that Clew gives"


def _remove_empty_folders(vault: Vault) -> None:
    if vault.folder is None:
        return
    for name in BEFORE_ENCRYPTION:
        top = vault.folder / name
        # The deepest first; what is not empty stays.
        for folder in sorted(top.rglob("*"), reverse=True) if top.is_dir() else []:
            with contextlib.suppress(OSError):
                folder.rmdir()
        with contextlib.suppress(OSError):
            top.rmdir()
