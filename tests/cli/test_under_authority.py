"""Each command that touches case data asks for an officer and an authority that holds now."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agencies import agency_at_work, colleague
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
    second: dict[str, str]
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
            {name: colleague(name) for name in ("LKA", "Politie")},
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


def test_what_leaves_as_a_file_takes_a_second_person(clew, office, place):
    def said(secret: str, *words: object, code: int = 0) -> str:
        ran = clew(*words, "-w", office.workspace, CLEW_TOKEN=secret)
        assert ran.code == code, ran.out + ran.err
        return ran.err if code else ran.out

    second, page = office.second["LKA"], place / "report.html"
    refused = said(office.lka, "report", "-o", page, code=2)
    assert "takes two people" in refused
    assert "clew export ask" in refused
    asked = said(office.lka, "export", "ask", "report", "--why", "for the court")
    number = asked.split()[-1]
    assert asked == f"Asked for. A supervisor agrees with: clew export agree {number}\n"
    assert "waits for a supervisor" in said(office.lka, "report", "-o", page, code=2)
    own = ("export", "agree", number, "--why", "x")
    assert "asked for it yourself" in said(office.lka, *own, code=2)
    nowhere = said(office.second["Politie"], *own, code=2)
    assert "no request" in nowhere
    assert "clew export requests" in nowhere
    waiting = said(second, "export", "requests")
    assert f"export {number} · report · " in waiting
    assert "for the court" in waiting
    assert "until" in said(second, *own)
    assert said(second, "export", "requests") == "None.\n"
    assert not page.exists()
    said(office.lka, "report", "-o", page)
    assert page.read_text().lower().startswith("<!doctype html>")
    listed = json.loads(said(office.lka, "export", "list", "--json"))
    assert (listed[0]["state"], listed[0]["answer"]) == ("agreed", "x")
    # With pictures is something else, and so are the findings, and another officer.
    said(office.lka, "report", "--with-pictures", "-o", page, code=2)
    said(second, "report", "-o", page, code=2)
    # Once there is more, it is asked for anew.
    more = place / "more"
    more.mkdir()
    (more / "a.txt").write_text("another file")
    said(office.lka, "scan", more)
    assert "has changed since" in said(office.lka, "report", "-o", page, code=2)
    number = said(office.lka, "export", "ask", "findings", "--why", "x").split()[-1]
    said(second, "export", "refuse", number, "--why", "the report is enough")
    assert "was refused: the report is enough" in said(office.lka, "export", code=2)
    number = said(office.lka, "export", "ask", "findings", "--why", "x").split()[-1]
    said(office.lka, "export", "withdraw", number, "--why", "not needed")
    assert "was taken back" in said(office.lka, "export", code=2)
    for what in ("media:1", "series:99", "everything"):
        said(office.lka, "export", "ask", what, "--why", "x", code=2)
    said(office.lka, "export", "ask", "findings", "--with-pictures", "--why", "x", code=2)


def agreed(clew, office: Office, secret: str, *what: str) -> int:
    """The number of an export that was asked for, and agreed to by a supervisor of the agency."""
    at = ("-w", office.workspace)
    said = clew("export", "ask", *what, "--why", "court", "--json", *at, CLEW_TOKEN=secret)
    assert said.code == 0, said.err
    number = json.loads(said.out)["export"]
    second = office.second["LKA" if secret == office.lka else "Politie"]
    said = clew("export", "agree", number, "--why", "ordered", *at, CLEW_TOKEN=second)
    assert said.code == 0, said.err
    return number


def test_another_agency_sees_nothing_of_it(clew, office, place):
    for secret in (office.lka, office.politie):
        for what in (("report", "--with-pictures"), ("findings",)):
            agreed(clew, office, secret, *what)

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


def test_in_practice_a_second_officer_agrees_by_themselves(clew, practised, place):
    workspace = practised(place / "workspace")
    said = clew("export", "-w", workspace, "-o", place / "findings.json")
    assert said.code == 0
    assert "Demo Supervisor agreed by themselves" in said.err
    again = clew("export", "-w", workspace, "-o", place / "again.json")
    assert (again.code, again.err) == (0, ""), "what was agreed to may be made again"
    (one,) = json.loads(clew("export", "list", "--json", "-w", workspace).out)
    assert (one["state"], one["by"]) == ("agreed", "Demo Supervisor")


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
