"""Checking an exported log, without the database and without trust in who keeps it.

The chain shows whether entries were changed, taken out, put in or moved. Who keeps the log could
make a whole new chain and sign it anew; then it has other hashes than the checkpoints that a
witness holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from clew.audit.encoding import BEFORE_THE_FIRST, chained, digest
from clew.audit.lines import FORMAT, End, EntryLine, Head, HiddenLine, Line
from clew.audit.signing import NO_CHECKPOINT, SignedCheckpoint


class UnreadableError(Exception):
    """What was given is no log, or no witness's checkpoint; ``str(error)`` says why."""


class Verdict(msgspec.Struct, kw_only=True):
    """What was found.

    Attributes:
        fits: whether all of it fits.
        entries: how many fit, up to the first that does not.
        hidden: how many of them were told by their digest only.
        checkpoints: how many fit.
        witnessed: the last position that a witness's checkpoint confirms; None for none.
        position: of the first entry that does not fit.
        problem: what is wrong with it, in words.
    """

    fits: bool = True
    entries: int = 0
    hidden: int = 0
    checkpoints: int = 0
    witnessed: int | None = None
    position: int | None = None
    problem: str = ""


class _DoesNotFitError(Exception):
    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position


def verify(
    lines: Iterable[bytes],
    witnessed: Iterable[SignedCheckpoint] = (),
    keys: Collection[str] = (),
) -> Verdict:
    """Check a log.

    Args:
        lines: of the exported file.
        witnessed: checkpoints that somebody else kept.
        keys: public keys that may have signed, in hexadecimal; any when empty.

    Raises:
        UnreadableError: it is no log, or a witness's checkpoint is not what was signed.
    """
    check = _Check(_trusted(witnessed, keys), keys)
    try:
        check.run(lines)
    except _DoesNotFitError as error:
        check.verdict.fits = False
        check.verdict.position, check.verdict.problem = error.position, str(error)
    return check.verdict


def _trusted(
    witnessed: Iterable[SignedCheckpoint], keys: Collection[str]
) -> dict[int, SignedCheckpoint]:
    """The witness's checkpoints by number."""
    found: dict[int, SignedCheckpoint] = {}
    for one in witnessed:
        if not one.holds:
            raise UnreadableError(
                f"The witness's checkpoint {one.checkpoint} is not what was signed."
            )
        if keys and one.key not in keys:
            raise UnreadableError(
                f"The witness's checkpoint {one.checkpoint} was signed with the key {one.key}, "
                "which is none of those given."
            )
        if found.setdefault(one.checkpoint, one) != one:
            raise UnreadableError(
                f"The witness holds two different checkpoints {one.checkpoint}: one of them is of "
                "another log, or the log was rewritten between them. Check with each alone."
            )
    return found


class _Check:
    """How far the check is."""

    def __init__(self, witnessed: dict[int, SignedCheckpoint], keys: Collection[str]) -> None:
        self.verdict = Verdict()
        self._witnessed = witnessed
        self._places: dict[int, list[SignedCheckpoint]] = defaultdict(list)
        for one in witnessed.values():
            self._places[one.position].append(one)
        self._keys = keys
        self._hash = BEFORE_THE_FIRST
        self._last: SignedCheckpoint | None = None
        self._over = False

    def run(self, lines: Iterable[bytes]) -> None:
        numbered = enumerate(lines, 1)
        _begin(next(numbered, (1, b""))[1])
        for number, text in numbered:
            if self._over:
                raise self._wrong("there is more behind its end")
            line = self._decoded(number, text)
            if isinstance(line, EntryLine):
                self._link(line, digest(line))
            elif isinstance(line, HiddenLine):
                self._link(line, self._bytes(line.digest))
                self.verdict.hidden += 1
            elif isinstance(line, SignedCheckpoint):
                self._checkpoint(line)
            elif isinstance(line, End):
                self._end(line)
            else:
                raise self._wrong(f"line {number} begins another log")
        if not self._over:
            raise self._wrong("the log was cut off: its last line is missing")
        self._witnesses_know_no_more()

    def _wrong(self, problem: str) -> _DoesNotFitError:
        return _DoesNotFitError(self.verdict.entries + 1, problem)

    def _decoded(self, number: int, text: bytes) -> Line:
        try:
            return _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._wrong(f"line {number} is no line of a log ({error})") from error

    def _bytes(self, told: str) -> bytes:
        try:
            return bytes.fromhex(told)
        except ValueError as error:
            raise self._wrong(f"{told[:20]!r} is no digest") from error

    def _link(self, line: EntryLine | HiddenLine, fingerprint: bytes) -> None:
        expected = self.verdict.entries + 1
        if line.position != expected:
            raise self._wrong(
                f"here stands the entry of position {line.position}: "
                "one was taken out, put in or moved"
            )
        self._hash = chained(self._hash, expected, fingerprint)
        if self._hash.hex() != line.hash:
            raise self._wrong("it was changed, or the one before it: its hash is another")
        for witness in self._places.get(expected, []):
            if witness.hash != line.hash:
                sure = self.verdict.witnessed
                since = f"behind position {sure}" if sure is not None else "from the first on"
                raise self._wrong(
                    f"the witness's checkpoint {witness.checkpoint} has another hash here: the log "
                    f"was rewritten somewhere {since}, and signed anew"
                )
            self.verdict.witnessed = expected
        self.verdict.entries = expected

    def _checkpoint(self, one: SignedCheckpoint) -> None:
        expected = self._last.checkpoint + 1 if self._last is not None else 1
        before = self._last.digest if self._last is not None else NO_CHECKPOINT
        name = f"checkpoint {one.checkpoint}"
        if one.checkpoint != expected or one.previous != before:
            raise self._at(f"{name} does not follow the one before: one is missing or was replaced")
        if not one.holds:
            raise self._at(f"{name} is not what was signed")
        if self._keys and one.key not in self._keys:
            raise self._at(f"{name} was signed with another key: {one.key}")
        if one.position != self.verdict.entries or one.hash != self._hash.hex():
            raise self._at(f"{name} was made when the log was another")
        if self._witnessed.get(one.checkpoint, one) != one:
            raise self._at(f"the witness holds another {name}: the log was signed anew")
        self._last = one
        self.verdict.checkpoints += 1

    def _at(self, problem: str) -> _DoesNotFitError:
        return _DoesNotFitError(self.verdict.entries, problem)

    def _end(self, line: End) -> None:
        if line.position != self.verdict.entries or line.hash != self._hash.hex():
            raise self._wrong(f"entries are missing: the log says that it has {line.position}")
        self._over = True

    def _witnesses_know_no_more(self) -> None:
        latest = max(self._witnessed.values(), key=lambda one: one.checkpoint, default=None)
        if latest is None:
            return
        if latest.position > self.verdict.entries:
            raise self._wrong(
                f"entries are missing: the witness's checkpoint {latest.checkpoint} was made when "
                f"there were {latest.position}"
            )
        if latest.checkpoint > (self._last.checkpoint if self._last is not None else 0):
            raise self._wrong(
                f"checkpoint {latest.checkpoint}, which the witness holds, is missing"
            )


_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def _begin(text: bytes) -> None:
    try:
        head = msgspec.json.decode(text, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError("It does not begin as a log of Clew does.") from error
    if head.format != FORMAT:
        raise UnreadableError(
            f"It has format {head.format}, this Clew knows {FORMAT}. Use a newer version."
        )


def checkpoints_in(place: Path) -> Iterator[SignedCheckpoint]:
    """What a witness holds: a file with a checkpoint a line, or a folder of such files.

    Raises:
        UnreadableError: a line is no checkpoint, or there is none.
    """
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    found = False
    for file in files:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                yield msgspec.json.decode(line, type=SignedCheckpoint)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise UnreadableError(
                    f"{file}, line {number}, is no checkpoint: {error}"
                ) from error
            found = True
    if not found:
        raise UnreadableError(f"{place} holds no checkpoint.")
