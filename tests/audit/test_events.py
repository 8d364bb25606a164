"""The list of events is what the documentation says it is."""

from __future__ import annotations

from pathlib import Path

from clew.audit.events import Event

PAGE = Path(__file__).parents[2] / "docs" / "audit-log.md"


def test_every_event_is_documented_as_it_is_declared():
    page = PAGE.read_text("utf-8")
    rows = {f"| {event.value} | {event.says} | {event.writer.value} |" for event in Event}
    assert not [row for row in rows if row not in page]
    assert all(event.says for event in Event)
