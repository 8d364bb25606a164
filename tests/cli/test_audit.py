"""The log at the command line: checkpoints for a witness, an export, and checking it elsewhere."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clew.access.models import Officer, OfficerRole, Session
from clew.access.officers import first_administrator
from clew.access.secret import digest, new_secret
from clew.cli.session import keep_secret
from clew.settings import Settings
from clew.workspace import Workspace


@pytest.fixture(scope="module")
def exported(make_place, clew):
    """A folder with an exported log, the public key, and what the witness was given."""
    place = make_place()
    opened = ("-w", place / "workspace")
    with Workspace.open(place / "workspace"):
        first_administrator(
            country="DE",
            country_name="",
            agency="LKA",
            name="Anna",
            sign_in_name="anna",
            until=timezone.now() + timedelta(days=9),
        )
    made = clew("audit", "checkpoint", "--out", place / "witness.jsonl", *opened)
    assert made.code == 0, made.err
    done = clew("audit", "export", place / "log.jsonl", "--whole", *opened)
    assert done.code == 0, done.err
    (place / "server.pem").write_text(clew("audit", "key", *opened).out)
    return place


def test_an_exported_log_fits_the_witness(clew, exported):
    assert (exported / "log.jsonl").stat().st_mode & 0o777 == 0o600
    assert (exported / "workspace" / "audit" / "key.pem").stat().st_mode & 0o777 == 0o600
    arguments = ("--witness", exported / "witness.jsonl", "--key", exported / "server.pem")
    said = clew("audit", "verify", exported / "log.jsonl", *arguments)
    assert said.code == 0, said.err
    assert "1 checkpoint." in said.out
    assert "confirms all up to position" in said.out
    told = json.loads(clew("audit", "verify", exported / "log.jsonl", *arguments, "--json").out)
    assert told["fits"]
    lines = (exported / "log.jsonl").read_text().splitlines()
    events = [json.loads(line).get("event") for line in lines]
    assert "role given" in events
    assert events[-2] == "export", "that it was exported is the last it tells"


def test_a_log_that_was_changed_does_not_fit(clew, exported, place):
    (place / "log.jsonl").write_text(
        (exported / "log.jsonl").read_text().replace("administrator", "auditor", 1)
    )
    said = clew("audit", "verify", place / "log.jsonl")
    assert said.code == 1
    assert "Does not fit, at position" in said.out


def test_what_cannot_be_read_is_neither(clew, exported):
    said = clew("audit", "verify", exported / "server.pem")
    assert said.code == 2
    assert "does not begin as a log" in said.err


def test_an_auditor_looks_at_the_log_and_exports_it(clew, exported, place):
    settings = Settings.from_environment({"CLEW_STATE": str(place)})
    secret = new_secret()
    with Workspace.open(exported / "workspace", settings) as opened:
        anna = Officer.objects.get()
        OfficerRole.objects.get_or_create(officer=anna, role="auditor")
        Session.objects.create(
            officer=anna,
            digest=digest(secret),
            kind="command line",
            scopes=["read"],
            expires_at=timezone.now() + timedelta(hours=1),
        )
        keep_secret(opened, secret)
    arguments = ("-w", exported / "workspace")
    signed_in = {"CLEW_STATE": str(place)}
    done = clew("audit", "export", place / "log.jsonl", *arguments, **signed_in)
    assert done.code == 0, done.err
    verified = clew("audit", "verify", place / "log.jsonl", "--witness", exported / "witness.jsonl")
    assert verified.code == 0, verified.out
    shown = clew("audit", "show", "--officer", "anna", "--json", *arguments, **signed_in)
    assert [one["event"] for one in json.loads(shown.out)] == ["export", "sign-in"]
