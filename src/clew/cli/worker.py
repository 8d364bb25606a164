"""``clew worker``: reads what was handed in, for as long as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.cli.output import WorkspaceOption, aside, explained

if TYPE_CHECKING:
    from clew.workspace import Workspace


def worker(workspace: WorkspaceOption = None) -> None:
    """Read what officers handed in, compare it, and tell how it stands, until stopped.

    Start as many as you like, on as many machines as reach the database and the vault; CLEW_WORKERS
    says how many files each reads at once. SIGTERM and Ctrl-C stop it at once and calmly: what it
    was reading is read by another, or by it when it is started again. It outlives restarts of the
    database. Files that were handed in by path are read by workers on that machine, which must be
    allowed to open them. Workers also sign checkpoints of the log, and tell officers what they have
    to know without asking: each in its time, by one of them.

    Examples:
      clew worker

      CLEW_WORKERS=8 clew worker --workspace /srv/clew
    """
    with explained():
        from clew.casework.upkeep import tasks
        from clew.cli.logging import start_log
        from clew.intake.workers import stopped_by_signals, work
        from clew.settings import Settings

        settings = Settings.from_environment()

        def told(what: str) -> None:
            aside.print(what, markup=False, soft_wrap=True)

        def log_in(opened: Workspace) -> None:
            start_log(opened.folder, settings.log_level)

        with stopped_by_signals() as stopping:
            work(workspace, settings, stopping, told, log_in, tasks)
        aside.print("Stopped.")
