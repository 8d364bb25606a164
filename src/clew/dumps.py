"""Core dumps: the memory of Clew's processes is case data and must not be left on a disk."""

from __future__ import annotations

import ctypes
import resource

_PR_SET_DUMPABLE = 4


def refuse_dumps() -> None:
    """Have the kernel write no core dump of this process, whatever becomes of it.

    The limit holds for programs that it starts as well. It does not keep a dump from a program that
    the system pipes dumps into; not being dumpable does, until another program is executed. Other
    processes of the same user can then not look into this one's memory either.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):  # Linux
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
