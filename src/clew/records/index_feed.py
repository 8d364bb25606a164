"""The index, fed from the traces in the database so that none is ever missed.

The index is a view: traces are the truth. Every trace carries the number of the transaction that
wrote it. Transactions below a snapshot's horizon (``pg_snapshot_xmin``) have all ended, so no
trace can turn up behind it later; up to there the index is fed once. What lies at or above the
horizon is asked for again at every search. So a committed trace is found by the very next query,
in whatever order concurrent transactions commit.

Transaction numbers mean something in one database only, so segments lie under its identity; and
segments that know more than the database does, because that was restored from an older copy, are
made anew, as damaged ones are.
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import structlog
from django.db import connections
from numpy.typing import NDArray

from clew.access.connections import Connection, prepared, worker
from clew.index import HammingIndex, Hits
from clew.index.errors import IndexDamaged
from clew.signals.registry import signals
from clew.signals.space import Space

_BATCH = 50_000

log = structlog.get_logger()


class FedIndex:
    """An exact Hamming index over the usable traces of one space.

    Args:
        folder: where its segments lie; may be deleted at any time, they are made anew.
        space: whose traces it holds.
        seal_from: so many new traces are sealed into a segment on disk.
    """

    def __init__(self, folder: Path, space: Space, *, seal_from: int = 200_000) -> None:
        self._folder = folder / _database_identity()
        self._space = space
        self._seal_from = seal_from
        self._sources = [
            (signal.name, signal.version, signal.usable_quality)
            for signal in signals().values()
            if signal.space == space
        ]
        self._feeding = threading.Lock()  # several threads may ask; one at a time feeds
        self._open()

    def __len__(self) -> int:
        return len(self._index)

    def search(self, queries: NDArray[np.uint8], radius: int) -> Hits:
        """Every committed trace within a distance.

        Args:
            queries: uint8[q, bits / 8].
            radius: bits.

        Returns:
            Hits whose keys are ids of ``StoredTrace``.
        """
        try:
            return self._search(queries, radius)
        except (IndexDamaged, FileNotFoundError) as damage:
            log.warning("index repaired", damage=str(damage))
            self._repair()
            return self._search(queries, radius)

    def _make_folder(self) -> None:
        # One by one: with parents=True, only the last of them would be private.
        for folder in (*reversed(self._folder.parents), self._folder):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)

    def _open(self) -> None:
        self._make_folder()
        try:
            self._use(HammingIndex.open(self._folder))
        except IndexDamaged as damage:
            log.warning("index repaired", damage=str(damage))
            self._repair()

    def _repair(self) -> None:
        """Take out what is damaged; the next search feeds it again."""
        self._make_folder()
        index, _ = HammingIndex.repair(self._folder)
        self._use(index)

    def _use(self, index: HammingIndex) -> None:
        self._fed = index, index.covered_upto
        self._compaction: threading.Thread | None = None
        self._unsealed = 0

    @property
    def _index(self) -> HammingIndex:
        return self._fed[0]

    @property
    def _upto(self) -> int:
        return self._fed[1]

    def _search(self, queries: NDArray[np.uint8], radius: int) -> Hits:
        index, upto = self._fed  # both at once: an index goes with how far it was fed
        if self._nothing_since(upto):
            return index.search(queries, radius)
        with self._feeding:
            recent = self._catch_up()
            index = self._index
        hits = index.search(queries, radius)
        return Hits.merged([hits, recent.search(queries, radius)]) if len(recent) else hits

    def _nothing_since(self, upto: int) -> bool:
        """Whether no trace is committed that the index was not fed: most often so, and cheap."""
        ((nothing,),) = prepared(
            worker(),
            # The greatest stands at the end of an index; whether any is greater than one not known
            # when it is planned, PostgreSQL may look for in the whole table.
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1 AND "
            "coalesce((SELECT max(written_by) FROM records_storedtrace) < $1, true)",
            [upto],
        )
        return bool(nothing)

    def _catch_up(self) -> HammingIndex:
        """Feed what is settled; return what is committed but not settled yet."""
        with worker().cursor() as cursor:
            # Asked for first: the rows are read by later snapshots, which can only see more.
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            (horizon,) = cursor.fetchone()
        if horizon < self._upto:
            log.warning("index made anew", reason="it is newer than the database")
            shutil.rmtree(self._folder)
            self._open()
        if horizon > self._upto:
            for keys, hashes in self._rows(self._upto, horizon):
                self._index.add(keys, hashes)
                self._unsealed += len(keys)
            self._fed = self._index, horizon
            if self._unsealed >= self._seal_from:
                self._index.seal(horizon)
                self._unsealed = 0
                self._compact()
        recent = HammingIndex()
        for keys, hashes in self._rows(horizon, None):
            recent.add(keys, hashes)
        return recent

    def _compact(self) -> None:
        """Merge segments that have become many, beside the searches that go on.

        Whoever dies meanwhile leaves a file that the next one to build removes.
        """
        if self._compaction is not None and self._compaction.is_alive():
            return
        index = self._index

        def work() -> None:
            try:
                index.compact()
            except (IndexDamaged, OSError) as problem:  # the segments are as they were
                log.warning("index not compacted", problem=str(problem))

        self._compaction = threading.Thread(target=work, name="compaction", daemon=True)
        self._compaction.start()

    def close(self) -> None:
        """Wait for what is being merged."""
        if self._compaction is not None:
            self._compaction.join()

    def _rows(
        self, first: int, end: int | None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
        """Usable traces written by transactions from ``first`` up to (not with) ``end``."""
        batches: list[tuple[NDArray[np.int64], NDArray[np.uint8]]] = []
        # A literal bit of SQL for each signal: name, version and quality come from the registry.
        wanted = " OR ".join(
            "(signal = %s AND version = %s AND quality >= %s)" for _ in self._sources
        )
        values: list[int | str] = [value for source in self._sources for value in source]
        last = 0
        while True:
            with worker().cursor() as cursor:
                cursor.execute(
                    f"SELECT id, value FROM records_storedtrace WHERE written_by >= %s AND id > %s "  # noqa: S608
                    f"{'AND written_by < %s ' if end is not None else ''}AND ({wanted}) "
                    f"ORDER BY id LIMIT {_BATCH}",
                    [first, last, *([end] if end is not None else []), *values],
                )
                rows = cursor.fetchall()
            if not rows:
                return batches
            keys = np.array([row[0] for row in rows], np.int64)
            hashes = np.array([self._space.indexed(bytes(row[1])) for row in rows], np.uint8)
            batches.append((keys, hashes))
            last = int(keys[-1])


def forget_transactions() -> None:
    """After a database was restored in another cluster: the transactions that wrote it are over.

    Their numbers are those of the cluster it came from, and may lie far ahead of this one's.
    """
    with connections[Connection.OWNER].cursor() as cursor:
        # The first number that an ordinary transaction can have. Rewrites the table at once,
        # instead of leaving an old version of every row in it.
        cursor.execute(
            "ALTER TABLE records_storedtrace ALTER COLUMN written_by TYPE bigint USING 3"
        )


def _database_identity() -> str:
    """What no other database has: of the server, and of the database in it."""
    with worker().cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier || '-' || oid FROM pg_control_system(), pg_database "
            "WHERE datname = current_database()"
        )
        (identity,) = cursor.fetchone()
    return str(identity)
