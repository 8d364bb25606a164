"""The case database, by subject, under one migration history."""

from clew.records.models.media import (
    Folder,
    Media,
    Original,
    Sighting,
    StoredMatch,
    StoredTrace,
)
from clew.records.models.written import Sharing

__all__ = [
    "Folder",
    "Media",
    "Original",
    "Sharing",
    "Sighting",
    "StoredMatch",
    "StoredTrace",
]
