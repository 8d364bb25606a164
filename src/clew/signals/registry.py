"""All signals, found by looking: every folder here that declares ``SIGNAL``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import clew.signals
from clew.signals.base import Need, Signal
from clew.signals.space import Space


@cache
def signals() -> dict[str, Signal]:
    """Every signal by name, in alphabetical order.

    Raises:
        TypeError: when a folder does not declare a Signal of its own name.
    """
    found = {}
    for module in sorted(pkgutil.iter_modules(clew.signals.__path__), key=lambda m: m.name):
        if not module.ispkg or module.name == "tests":
            continue
        signal = getattr(importlib.import_module(f"clew.signals.{module.name}"), "SIGNAL", None)
        if not isinstance(signal, Signal) or signal.name != module.name:
            raise TypeError(f"clew.signals.{module.name} must declare SIGNAL named {module.name!r}")
        found[signal.name] = signal
    if not found:
        raise RuntimeError("no signals found: load them before this process is confined")
    return found


def available(need: Need) -> list[Signal]:
    """The signals that want this kind of item and have all they need installed."""
    return [s for s in signals().values() if s.need is need and not s.missing]


@cache
def spaces() -> dict[str, Space]:
    """Every space that a signal declares, by name: each is searched in an index of its own.

    Raises:
        TypeError: when two different spaces have one name.
    """
    found: dict[str, Space] = {}
    for signal in signals().values():
        if signal.space is not None and found.setdefault(signal.space.name, signal.space) != (
            signal.space
        ):
            raise TypeError(f"two spaces are named {signal.space.name!r}")
    return found
