"""Clew: victim identification by connecting media that share a trace.

``from clew import matches, read`` gives the engine alone (:mod:`clew.engine`), loaded when it is
first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.engine import matches, read

__all__ = ["__version__", "matches", "read"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in ("matches", "read"):
        from clew import engine

        return getattr(engine, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
