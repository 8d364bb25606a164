"""Each command that touches case data asks for an officer and an authority that holds now."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agencies import agency_at_work
from clew.access.demonstration import sign_in_for_practice
from clew.workspace import Workspace

SIGNED_OUT, NO_AUTHORITY = 3, 4


@dataclass
class Office:
    """A workspace for real work, with secrets of sessions of several agencies."""

    workspace: Path
    evidence: Path
    state: Path
    lka: str
    politie: str
    ran_out: str
    none_chosen: str


@pytest.fixture(scope="module")
def office(make_place, collection, clew) -> Office:
    place = make_place()
    with Workspace.open(place / "workspace"):
        made = Office(
            place / "workspace",
            place / "evidence",
            place / "state",
            agency_at_work("DE", "LKA"),
            agency_at_work("NL", "Politie"),
            agency_at_work("FR", "OCRVP", hours=-1),
            agency_at_work("BE", "Politie", authority=False),
        )
    made.evidence.mkdir()
    for number, edit in enumerate(("original", "quarter size")):
        file = collection.first("picture", edit)
        (made.evidence / f"{number}{file.suffix}").write_bytes(file.read_bytes())
    said = clew("scan", made.evidence, "-w", made.workspace, CLEW_TOKEN=made.lka)
    assert said.code == 0, said.err
    return made


COMMANDS = {
    "scan": ["scan", "{evidence}"],
    "contribute": ["contribute", "{picture}"],
    "share": ["share", "members", "{picture}"],
    "find": ["find", "{picture}"],
    "status": ["status"],
    "report": ["report", "--with-pictures", "-o", "{out}"],
    "export": ["export", "-o", "{out}"],
    "exhibit": ["exhibit", "list"],
}


def asked(office: Office, place: Path, command: str) -> list[str]:
    picture = next(office.evidence.glob("0.*"))
    values = {"evidence": office.evidence, "picture": picture, "out": place / "out"}
    return [part.format(**values) for part in COMMANDS[command]] + ["-w", str(office.workspace)]


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_signed_in_is_told_so(clew, office, place, command):
    said = clew(*asked(office, place, command), CLEW_STATE=str(office.state))
    assert (said.code, said.out) == (SIGNED_OUT, "")
    assert said.err.startswith("clew: You are not signed in. Sign in with: clew login")
    assert not (place / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_authority_that_ran_out_is_named(clew, office, place, command):
    said = clew(*asked(office, place, command), CLEW_TOKEN=office.ran_out)
    assert (said.code, said.out) == (NO_AUTHORITY, "")
    assert "The authority Az 1 ran out on" in said.err
    assert "clew authority use" in said.err
    assert not (place / "out").exists()


def test_without_any_authority_it_is_said_how_to_choose_one(clew, office, place):
    said = clew(*asked(office, place, "status"), CLEW_TOKEN=office.none_chosen)
    assert said.code == NO_AUTHORITY
    assert "clew authority list" in said.err


def test_another_agency_sees_nothing_of_it(clew, office, place):
    def told(secret: str, command: str) -> str:
        said = clew(*asked(office, place, command), CLEW_TOKEN=secret)
        shown = (place / "out").read_text() if (place / "out").exists() else ""
        (place / "out").unlink(missing_ok=True)
        found = 1 if (command, secret) == ("find", office.politie) else 0
        assert said.code == found, said.err
        return said.out + shown

    for command in ("find", "report", "export", "status"):
        assert str(office.evidence) in told(office.lka, command)
        theirs = told(office.politie, command)
        assert str(office.evidence) not in theirs, command


def test_a_token_comes_from_a_file_and_is_never_shown(clew, office, place):
    (place / "token").write_text(office.lka + "\n")
    file = str(place / "token")
    said = clew("whoami", "--json", "-w", office.workspace, CLEW_TOKEN_FILE=file)
    assert json.loads(said.out)["agency"] == "LKA"
    assert office.lka not in clew("doctor", CLEW_TOKEN=office.lka).out
    wrong = clew("whoami", "-w", office.workspace, CLEW_TOKEN="geheim")
    assert wrong.code == 2
    assert "geheim" not in wrong.err


@contextmanager
def marked(workspace: Path, mark: str):
    """A workspace with another mark, as somebody could write it."""
    file = workspace / "workspace.json"
    before = file.read_text()
    file.write_text(mark)
    try:
        yield
    finally:
        file.write_text(before)


def test_demo_accounts_are_refused_in_every_other_workspace(clew, place, practised):
    workspace = practised(place / "workspace")
    with Workspace.open(workspace):
        secret = sign_in_for_practice()
    assert clew("status", "-w", workspace).code == 0, "signed in by itself"
    with marked(workspace, '{"format": 1}'):
        said = clew("status", "-w", workspace, CLEW_TOKEN=secret)
        assert said.code == SIGNED_OUT
        assert "Demo accounts are refused here" in said.err
        assert clew("status", "-w", workspace, CLEW_STATE=str(place)).code == SIGNED_OUT


def test_a_workspace_for_real_work_is_never_one_for_practice(clew, office):
    said = clew("setup", "--demo", "-w", office.workspace)
    assert said.code == 2
    assert "for real work, and stays one" in said.err
    with marked(office.workspace, '{"format": 1, "demo": true}'):
        said = clew("status", "-w", office.workspace, CLEW_STATE=str(office.state))
        assert said.code == 2
        assert "holds real agencies" in said.err
        said = clew("up", "--port", "0", "-w", office.workspace)
        assert (said.code, said.out) == (2, ""), "nothing was served"
        assert "holds real agencies" in said.err
