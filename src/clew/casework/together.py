"""Which media hang together, directly or through others (union-find)."""

from __future__ import annotations

from collections import defaultdict


class Together:
    """Groups that grow as their members are joined."""

    def __init__(self) -> None:
        self._leader: dict[int, int] = {}

    def of(self, media: int) -> int:
        """The leader of a media's group; a media not seen before is a group of its own."""
        leader = self._leader
        leader.setdefault(media, media)
        while leader[media] != media:
            leader[media] = leader[leader[media]]
            media = leader[media]
        return media

    def join(self, first: int, second: int) -> None:
        """Make one group of two."""
        self._leader[self.of(first)] = self.of(second)

    def members(self) -> dict[int, list[int]]:
        """All groups by their leader."""
        groups: dict[int, list[int]] = defaultdict(list)
        for media in self._leader:
            groups[self.of(media)].append(media)
        return groups
