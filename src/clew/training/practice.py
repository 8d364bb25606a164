"""Work in a workspace for practice: made when it is new, with its demo officer at work in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clew.access.acting import signed_in
from clew.access.demonstration import sign_in_for_practice
from clew.settings import Settings
from clew.workspace import Workspace


@contextmanager
def practice(
    folder: Path | None, settings: Settings | None = None, *, create: bool = True
) -> Iterator[Workspace]:
    """Open a demo workspace as its owner, signed in as its officer under its authority.

    What acts for an officer acts for that one; what asks the database directly asks as the owner,
    who sees everything.

    Args:
        folder: of the workspace.
        settings: of the environment by default.
        create: make one where there is none.

    Raises:
        clew.workspace.WorkspaceError: it is a workspace for real work, or there is none.
    """
    with (
        Workspace.open(folder, settings, create=create, demo=True) as opened,
        signed_in(sign_in_for_practice()),
    ):
        yield opened
