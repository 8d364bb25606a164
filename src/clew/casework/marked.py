"""Previews and storyboards as they leave Clew: each says which officer was given it, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clew.access.acting import acting, officer
from clew.access.models import Officer
from clew.casework.findings import Findings
from clew.media.marking import Marker
from clew.vault.errors import VaultError
from clew.workspace import Workspace


@contextmanager
def marked_pictures(
    workspace: Workspace, findings: Findings
) -> Iterator[Callable[[int, str], bytes | None]]:
    """Previews and storyboards of what the acting officer was shown, and of nothing else.

    Args:
        workspace: whose vault has them.
        findings: what the officer was shown, and when.

    Yields:
        from the number of a media, and ``preview`` or ``storyboard``, to that of it with the
        officer's mark; None where there is none.

    Raises:
        clew.media.nursery.ConfinementError: when no confined process can be started.
    """
    with acting():
        name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=officer() or 0)
    shown = {item.id: item.sha256 for group in findings.groups for item in group.items}
    with Marker(f"{name} · {findings.made:%Y-%m-%d %H:%M} UTC") as marker:

        def picture(media: int, what: str) -> bytes | None:
            try:
                return marker.mark(workspace.vault.get_derivative(what, shown[media]))
            except VaultError:
                return None

        yield picture
