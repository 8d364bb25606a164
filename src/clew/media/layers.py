"""Which layers of confinement a decoding process cannot do without."""

from __future__ import annotations

from collections.abc import Collection

HOLDING = ("seccomp", "landlock")
"""At least one of them keeps a decoder that was taken over from opening files by their paths."""


def unconfined(layers: Collection[str]) -> str:
    """What is to be said where the kernel allows too little; empty where it allows enough.

    Args:
        layers: those in force, as :func:`clew.media.confine.confine` names them.
    """
    if any(layer in layers for layer in HOLDING):
        return ""
    return (
        "decoding is not confined on this machine: neither seccomp nor Landlock is in force. A "
        "crafted file that takes a decoder over could do what this user may. Use a kernel with "
        "one of them, or a container that allows it, before reading files you do not trust"
    )
