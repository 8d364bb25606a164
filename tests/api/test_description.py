"""What /api/docs describes holds: schemathesis sends what fits it and what does not."""

from __future__ import annotations

import os

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema


def complaints(served, examples: int, *, coverage: bool) -> tuple[int, list[str]]:
    """How many requests were sent, and where an answer was not as described, or a fault."""
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {served.ours}"},
            "seed": 1,
            "generation": {"max-examples": examples, "database": "none"},
            "phases": {
                "examples": {"enabled": False},
                "coverage": {"enabled": coverage},
                "stateful": {"enabled": False},
            },
            # A word may fit the description and be none of the vocabulary.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", served.answers, config=config)
    # Signed out, everything else would be refused.
    schema = schema.exclude(method="DELETE", path="/api/v1/session")
    done, sent, found = 0, 0, []
    for event in from_schema(schema).execute():
        assert not isinstance(event, (events.NonFatalError, events.FatalError)), event
        if not isinstance(event, events.ScenarioFinished):
            continue
        answers = [one.response for one in event.recorder.interactions.values()]
        sent += len(answers)
        done += sum(one is not None and one.status_code < 300 for one in answers)
        for number, checks in event.recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    answer = event.recorder.interactions[number].response
                    found.append(f"{event.recorder.label}: {check.failure_info.failure} {answer}")
    assert done > sent // 10, "nearly all was refused"
    return sent, found


def test_no_answer_is_a_fault_or_not_as_described(served):
    sent, found = complaints(served, 1, coverage=False)
    assert sent > 40
    assert not found, "\n".join(found)


@pytest.mark.soak
def test_no_answer_of_many_is(served):
    sent, found = complaints(served, int(os.environ.get("EXAMPLES", "20")), coverage=True)
    assert sent > 2000
    assert not found, "\n".join(found)
