"""The workspace that this process serves."""

from __future__ import annotations

from clew.workspace import Workspace

_served: list[Workspace] = []


def serve_from(workspace: Workspace) -> None:
    """Serve this one from now on."""
    _served[:] = [workspace]


def served() -> Workspace:
    """The workspace, opened once and shared by all requests."""
    return _served[0]
