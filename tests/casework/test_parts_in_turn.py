"""One part at a time for each officer, and few in all: whoever waits too long is told so."""

from __future__ import annotations

import threading
from typing import cast

import pytest

from clew.casework import playing
from clew.casework.errors import StatementError
from clew.casework.playing import Parts
from clew.workspace import Workspace


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr(playing, "_PATIENCE_SECONDS", 0.3)
    return Parts(cast(Workspace, None))


def test_two_officers_at_once_and_each_of_them_once(parts: Parts) -> None:
    with parts._turn_of(1), parts._turn_of(2):
        for who in (1, 3):
            with pytest.raises(StatementError, match="busy"), parts._turn_of(who):
                pass
    with parts._turn_of(3):
        pass


def test_who_waits_comes_when_a_turn_is_over_and_does_not_wait_twice(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "_PATIENCE_SECONDS", 10.0)
    came = threading.Event()

    def wait() -> None:
        with parts._turn_of(1):
            came.set()

    waiting = threading.Thread(target=wait)
    with parts._turn_of(1):
        waiting.start()
        while not parts._waiting:
            pass
        with pytest.raises(StatementError, match="One part at a time"), parts._turn_of(1):
            pass
        assert not came.is_set()
    waiting.join(5)
    assert came.is_set()


def test_a_turn_that_goes_wrong_is_over(parts: Parts) -> None:
    with pytest.raises(ValueError, match="broken"), parts._turn_of(1):
        raise ValueError("broken")
    with parts._turn_of(1):
        pass
