"""How kernels are compiled: without the interpreter's lock, and kept in Numba's cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def _package_stamp() -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes of this package's sources."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    stats = [(path.name, path.stat()) for path in sources]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


_STAMP = _package_stamp()


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, or load it from the cache.

    Numba keeps compiled code as long as the file of the function itself is unchanged. Kernels
    here contain code from other files of the package; a change there must not leave old code in
    use. So the whole package's stamp stands in for the file's.
    """
    compiled: Any = njit(nogil=True, cache=True)(function)
    compiled._cache._cache_file._source_stamp = _STAMP
    return compiled
