"""A log that somebody laid hands on does not fit, and the first entry that does not is named."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_entries import KEY, OTHER_KEY, checkpoints, content, log, written

from clew.audit.lines import EntryLine
from clew.audit.verify import UnreadableError, checkpoints_in, verify

ENTRIES = [content(number) for number in range(1, 11)]
TRUE = log(ENTRIES, checkpoints_at=[4, 8, 8])
WITNESSED = checkpoints(TRUE)
LINE = {line.position: place for place, line in enumerate(TRUE) if isinstance(line, EntryLine)}


def changed(position: int, **fields: object) -> list:
    place = LINE[position]
    return [*TRUE[:place], msgspec.structs.replace(TRUE[place], **fields), *TRUE[place + 1 :]]


def test_a_log_that_nobody_touched_fits():
    verdict = verify(written(TRUE), WITNESSED, {KEY.public})
    assert verdict.fits, verdict.problem
    assert (verdict.entries, verdict.checkpoints, verdict.witnessed) == (10, 3, 8)
    assert verify(written(log([]))).fits


def test_entries_of_others_are_checked_by_their_digests():
    lines = log(ENTRIES, checkpoints_at=[4, 8, 8], hidden=[2, 3, 9])
    verdict = verify(written(lines), WITNESSED, {KEY.public})
    assert (verdict.fits, verdict.hidden) == (True, 3)
    place = LINE[3]
    lines[place] = msgspec.structs.replace(lines[place], digest="00" * 32)
    assert verify(written(lines)).position == 3


MOVED = [*TRUE[: LINE[5]], TRUE[LINE[6]], TRUE[LINE[5]], *TRUE[LINE[6] + 1 :]]
HANDLED = {
    "one word": (changed(3, about="media 4"), 3, "changed"),
    "who did it": (changed(6, officer=8), 6, "changed"),
    "that nobody did it": (changed(6, officer=None), 6, "changed"),
    "the authority": (changed(1, authority=9), 1, "changed"),
    "only the hash": (changed(9, hash="00" * 32), 9, "changed"),
    "deleted": ([*TRUE[: LINE[5]], *TRUE[LINE[5] + 1 :]], 5, "taken out"),
    "the first deleted": ([TRUE[0], *TRUE[2:]], 1, "taken out"),
    "deleted and renumbered": (
        [*TRUE[: LINE[9]], msgspec.structs.replace(TRUE[LINE[10]], position=9), TRUE[-1]],
        9,
        "changed",
    ),
    "moved": (MOVED, 5, "moved"),
    "put in": ([*TRUE[: LINE[5]], TRUE[LINE[2]], *TRUE[LINE[5] :]], 5, "put in"),
    "doubled": ([*TRUE[: LINE[5]], TRUE[LINE[5]], *TRUE[LINE[5] :]], 6, "put in"),
    "the newest left out": ([*TRUE[: LINE[9]], TRUE[-1]], 9, "missing"),
    "cut off": (TRUE[: LINE[9]], 9, "cut off"),
    "added behind": ([*TRUE, TRUE[LINE[10]]], 11, "behind its end"),
    "two logs": ([*TRUE[:-1], TRUE[0], *TRUE[-1:]], 11, "another log"),
    "a checkpoint left out": ([line for line in TRUE if line != WITNESSED[0]], 8, "is missing"),
    "a checkpoint moved": ([*TRUE[:4], WITNESSED[0], *TRUE[4:]], 3, "another"),
    "a checkpoint of another": (
        [*TRUE[:5], msgspec.structs.replace(WITNESSED[0], made_at="x"), *TRUE[6:]],
        4,
        "not what was signed",
    ),
}


@pytest.mark.parametrize(("lines", "position", "says"), HANDLED.values(), ids=HANDLED)
def test_the_first_entry_that_does_not_fit_is_named(lines, position, says):
    verdict = verify(written(lines))
    assert (verdict.fits, verdict.position) == (False, position), verdict.problem
    assert says in verdict.problem


REWRITTEN = [*ENTRIES[:5], content(6, "nothing to see"), *ENTRIES[6:]]
RENEWED = {
    "an entry rewritten": (log(REWRITTEN, [4, 8, 8]), 8, "has another hash here"),
    "an entry left out": (log([*ENTRIES[:5], *ENTRIES[6:]], [4, 8, 8]), 8, "has another hash here"),
    "all rewritten": (log(reversed(ENTRIES), [4, 8, 8]), 4, "has another hash here"),
    "the newest left out": (log(ENTRIES[:7], [4]), 8, "missing: the witness's checkpoint 3"),
    "checkpoints left out": (log(ENTRIES, [4]), 11, "checkpoint 3, which the witness holds"),
    "checkpoints made anew": (log(ENTRIES, [4, 7, 8]), 7, "the witness holds another checkpoint 2"),
}


@pytest.mark.parametrize(("lines", "position", "says"), RENEWED.values(), ids=RENEWED)
def test_a_log_made_anew_with_the_servers_own_key_is_known_by_the_witness(lines, position, says):
    assert verify(written(lines), keys={KEY.public}).fits, "by itself it is without a fault"
    verdict = verify(written(lines), WITNESSED, {KEY.public})
    assert (verdict.fits, verdict.position) == (False, position), verdict.problem
    assert says in verdict.problem


def test_a_log_signed_with_another_key_is_known_by_the_key():
    lines = written(log(ENTRIES, [4, 8, 8], key=OTHER_KEY))
    verdict = verify(lines, keys={KEY.public})
    assert (verdict.fits, verdict.position) == (False, 4)
    assert OTHER_KEY.public in verdict.problem
    assert verify(lines, keys={KEY.public, OTHER_KEY.public}).fits, "a key may be replaced by one"


@given(st.data())
def test_no_single_character_of_a_line_can_be_another(data):
    lines = written(TRUE)
    number = data.draw(st.integers(1, len(lines) - 1))
    text = lines[number].decode()
    place = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[place]))
    lines[number] = (text[:place] + other + text[place + 1 :]).encode()
    assert not verify(lines).fits


@pytest.mark.parametrize(
    "lines",
    [[], [b"\n"], [b"\xff\xfe"], written(TRUE)[1:], [b'{"kind":"log","format":2,"made_at":""}']],
)
def test_what_is_no_log_cannot_be_read(lines):
    with pytest.raises(UnreadableError):
        verify(lines)


def test_a_witness_that_cannot_be_relied_on_is_no_witness(place):
    forged = msgspec.structs.replace(WITNESSED[0], hash="00" * 32)
    other = checkpoints(log(REWRITTEN[::-1], [4]))
    for witnessed, says in (
        ([forged], "not what was signed"),
        ([WITNESSED[0], *other], "two different checkpoints 1"),
    ):
        with pytest.raises(UnreadableError, match=says):
            verify(written(TRUE), witnessed)
    with pytest.raises(UnreadableError, match="none of those given"):
        verify(written(TRUE), WITNESSED, {OTHER_KEY.public})
    (place / "empty").touch()
    (place / "text").write_text("no checkpoint")
    for name, says in (("empty", "holds no checkpoint"), ("text", "line 1, is no checkpoint")):
        with pytest.raises(UnreadableError, match=says):
            list(checkpoints_in(place / name))
