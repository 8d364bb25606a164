"""An exported log: one JSON object a line, made to be checked by whoever has it.

It begins with :class:`Head`, then come entries by their position, each checkpoint behind the entry
it was made after, and :class:`End`.
"""

from __future__ import annotations

import msgspec

from clew.audit.encoding import Content
from clew.audit.signing import SignedCheckpoint

FORMAT = 1


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="log", tag_field="kind"):
    """The first line."""

    format: int
    made_at: str


class EntryLine(
    Content, frozen=True, forbid_unknown_fields=True, tag="entry", tag_field="kind", kw_only=True
):
    """An entry with its place in the chain."""

    position: int
    hash: str


class HiddenLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hidden", tag_field="kind"
):
    """An entry that whoever exported may not read: its place in the chain and its digest."""

    position: int
    digest: str
    hash: str


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end", tag_field="kind"):
    """The last line: how many entries there are."""

    position: int
    hash: str


Line = Head | EntryLine | HiddenLine | SignedCheckpoint | End
