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
from collections.abc import Sequence
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
        self._feeding = threading.Lock()  # several threads may ask; one at a time feeds, repairs
        self._compaction: threading.Thread | None = None
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
        index, upto = self._state  # both at once: an index goes with how far it was fed
        recent = None
        if not self._nothing_since(upto):
            with self._feeding:
                index, recent = self._fed()
        # From here on this index, whatever other threads put in its place: one that was just
        # repaired knows less until it is fed again.
        try:
            hits = index.search(queries, radius)
        except (IndexDamaged, FileNotFoundError) as damage:
            with self._feeding:
                if self._index is index:  # else another thread was first
                    self._repair(damage)
                index, recent = self._fed()
            hits = index.search(queries, radius)
        if recent is None or not len(recent):
            return hits
        # What was recent may have been fed by another thread meanwhile, and be in both.
        return Hits.merged([hits, recent.search(queries, radius)]).distinct()

    def _fed(self) -> tuple[HammingIndex, HammingIndex]:
        """The index with all that is settled, and what is committed but not settled yet."""
        try:
            recent = self._catch_up()
        except (IndexDamaged, FileNotFoundError) as damage:
            self._repair(damage)
            recent = self._catch_up()
        return self._index, recent

    def forget(self, keys: Sequence[int]) -> None:
        """Take out traces that were deleted, from segments on disk too.

        The database no longer answers whose they are, so nobody finds them meanwhile. Another
        process that had read them before can write them into a segment once more; they are found
        by nobody there either, and gone when the index is made anew.
        """
        with self._feeding:
            self._index.delete(np.array(keys, np.int64))

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
            self._repair(damage)

    def _repair(self, damage: Exception) -> None:
        """Take out what is damaged; what that held must be fed again."""
        log.warning("index repaired", damage=str(damage))
        self._make_folder()
        index, _ = HammingIndex.repair(self._folder)
        self._use(index)

    def _use(self, index: HammingIndex) -> None:
        self._state = index, index.covered_upto
        self._unsealed = 0

    @property
    def _index(self) -> HammingIndex:
        return self._state[0]

    @property
    def _upto(self) -> int:
        return self._state[1]

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
            self.close()  # who merges must not find the folder gone, nor put anything into it
            shutil.rmtree(self._folder)
            self._open()
        if horizon > self._upto:
            for keys, hashes in self._rows(self._upto, horizon):
                self._index.add(keys, hashes)
                self._unsealed += len(keys)
            self._state = self._index, horizon
            if self._unsealed >= self._seal_from and not self._compacting():
                self._seal(horizon)
        recent = HammingIndex()
        for keys, hashes in self._rows(horizon, None):
            recent.add(keys, hashes)
        return recent

    def _compacting(self) -> bool:
        """Whether segments are being merged: sealing would wait for that, and searches with it."""
        return self._compaction is not None and self._compaction.is_alive()

    def _seal(self, upto: int) -> None:
        """Move what is in memory to disk; what cannot be written is searched where it is."""
        self._unsealed = 0  # tried again after as many more
        try:
            self._index.seal(upto)
        except FileNotFoundError:
            raise  # the folder is gone
        except OSError as problem:
            log.warning("index not sealed", problem=str(problem))
        else:
            self._compact()

    def _compact(self) -> None:
        """Merge segments that have become many, beside the searches that go on.

        Whoever dies meanwhile leaves a file that the next one to build removes.
        """
        index = self._index

        def work() -> None:
            try:
                index.compact()
            except Exception as problem:  # whatever it was, the segments are as they were
                log.warning("index not compacted", problem=str(problem))

        self._compaction = threading.Thread(target=work, name="compaction", daemon=True)
        self._compaction.start()

    def close(self) -> None:
        """Wait for what is being merged."""
        if (compaction := self._compaction) is not None:
            compaction.join()

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
