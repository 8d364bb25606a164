"""What can be wrong with an index on disk."""

from __future__ import annotations

from pathlib import Path


class IndexDamaged(Exception):  # noqa: N818  # a state of the index, not a fault in the program
    """A file of the index is missing or is not what was written.

    The index is never searched around the damage. What it held is in the database: call
    :meth:`clew.index.HammingIndex.repair`, which takes damaged segments out of the index and
    lowers ``covered_upto``, and add what is newer than that again.

    Attributes:
        path: the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path}: {reason}. Repair the index (HammingIndex.repair) and feed it again from the "
            "database; no case data is lost."
        )


class SegmentDamaged(IndexDamaged):
    """A sealed segment, or the list of deletions beside it, is missing or damaged."""


class ManifestDamaged(IndexDamaged):
    """The list of published segments is missing or damaged."""
