"""Originals out of the vault, for the confined processes that read them."""

from __future__ import annotations

import os
from contextlib import suppress

from clew.access.acting import acting
from clew.access.acting import officer as acting_officer
from clew.access.models import Officer
from clew.records.models import Media
from clew.vault.errors import NotStoredError
from clew.workspace import Workspace

_PIECE = 1024 * 1024


def out_of_vault(workspace: Workspace, number: int, purpose: str, most: int) -> int:
    """An original in memory that has no name, so that nothing can be read of it elsewhere.

    Args:
        workspace: whose vault it is in.
        number: of the media; that the officer may open it was seen to.
        purpose: what it is opened for.
        most: bytes of one that is taken out.

    Returns:
        A descriptor, at the beginning.

    Raises:
        clew.vault.errors.VaultError: it is not in the vault, damaged or too large.
    """
    with acting():
        who = Officer.objects.values_list("sign_in_name", flat=True).get(pk=acting_officer() or 0)
        item = Media.objects.only("sha256", "size").get(pk=number)
    if item.size > most:
        raise NotStoredError(f"media:{number} is too large to be read here.")
    sha256 = bytes(item.sha256).hex()
    with workspace.vault.open_original(sha256, actor=who, purpose=purpose) as original:
        descriptor = os.memfd_create(f"media-{number}", os.MFD_CLOEXEC)
        try:
            while piece := original.read(_PIECE):
                os.write(descriptor, piece)
            os.lseek(descriptor, 0, os.SEEK_SET)
        except BaseException:
            with suppress(OSError):
                os.close(descriptor)
            raise
    return descriptor
