"""What is known about a made-up collection: where every file comes from and what it shares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from clew.training.edits.clips import Span

MEMBER_SEPARATOR = "!/"
"""Between the path of an archive and the path inside it."""

ORIGINAL = "original"


@dataclass(frozen=True)
class Part:
    """What a file holds of one origin; a picture has no spans, a clip one for each stretch."""

    origin: str
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class KnownFile:
    """One file, or one member of an archive.

    `path` is relative to the collection, with forward slashes; `kind` is picture, clip, archive or
    other; `readable` is whole, partly or no. The first part is what the file was made from.
    """

    path: str
    kind: str
    edit: str = ORIGINAL
    parameters: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    readable: str = "whole"


@dataclass(frozen=True)
class Connection:
    """An original and a copy that should be connected, by the edit that lies between them.

    Times in the spans: `original_*` in the first file, `copy_*` in the second.
    """

    first: str
    second: str
    edit: str
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Truth:
    """All files of a collection, and how it was made."""

    seed: int
    files: list[KnownFile]

    @cached_property
    def by_path(self) -> Mapping[str, KnownFile]:
        """Files by their path."""
        return {file.path: file for file in self.files}

    @cached_property
    def connections(self) -> list[Connection]:
        """Every original with every copy of it. Copies of one original may connect too."""
        originals = {
            file.parts[0].origin: file.path
            for file in self.files
            if file.parts and file.edit == ORIGINAL
        }
        return [
            Connection(
                originals[part.origin],
                file.path,
                file.edit if place == 0 else f"{file.edit}, foreign part",
                part.spans,
            )
            for file in self.files
            if file.edit != ORIGINAL
            for place, part in enumerate(file.parts)
        ]

    def related(self, first: str, second: str) -> bool:
        """Whether two files hold something of one origin, so that connecting them is right."""
        parts = [self.by_path[path].parts for path in (first, second) if path in self.by_path]
        if len(parts) < 2:
            return False
        return bool({p.origin for p in parts[0]} & {p.origin for p in parts[1]})

    def save(self, path: Path) -> None:
        """Write as JSON: seed, files, and the expected connections for other programs to read."""
        content = {
            "seed": self.seed,
            "files": [asdict(file) for file in self.files],
            "connections": [asdict(connection) for connection in self.connections],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read what `save` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        files = [
            KnownFile(**{**entry, "parts": [_part(part) for part in entry["parts"]]})
            for entry in content["files"]
        ]
        return cls(content["seed"], files)


def _part(entry: Mapping[str, Any]) -> Part:
    return Part(entry["origin"], [Span(**span) for span in entry["spans"]])
