"""A case from the first proposal to an identified victim, by the commands as people type them."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clew.cli.app import app
from clew.cli.session import keep_secret

_found = importlib.util.spec_from_file_location(
    "case_at_work", Path(__file__).parent.parent / "casework" / "conftest.py"
)
assert _found is not None
assert _found.loader is not None
_case = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _case
_found.loader.exec_module(_case)
folder, opened, workspace, people, case = (
    *(_case.folder, _case.opened, _case.workspace, _case.people),
    _case.case,
)


@pytest.fixture
def typed(case, workspace, place, monkeypatch):
    """Runs a command as an officer who is signed in; their answer, as JSON where it is."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(name: str, *arguments: object, code: int = 0):
        monkeypatch.setenv("CLEW_STATE", str(place / name))
        secret = case.secrets[name]
        settings = type(workspace.settings).from_environment()
        keep_secret(type(workspace)(workspace.folder, settings), secret)
        words = [str(one) for one in arguments]
        done = CliRunner().invoke(app, [*words, "--workspace", str(workspace.folder)])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words and done.stdout else done.output

    return run


def test_from_a_proposal_to_a_series_with_an_identified_victim(case, typed):
    one, two, three = (case.media() for _ in range(3))
    case.match(one, two)
    case.match(two, three, distance=45)
    girl = typed("anna", "person", "new", "girl with red scarf", "--category", "victim", "--json")[
        "person"
    ]
    blue = typed("anna", "series", "new", "blue room", "--json")["series"]
    said = typed("anna", "series", "add", blue, f"media:{one}", girl, "--why", "the wallpaper")
    assert "decision" in said

    listed = typed("berta", "proposals", "list", "--json")
    assert listed["waiting"] == 2
    first = listed["proposals"][0]
    assert first["consequence"]["unidentified"] == [int(girl.split(":")[1])]
    assert f"unidentified {girl}" in typed("berta", "proposals", "list")
    told = typed("berta", "proposals", "show", first["id"])
    assert f"media:{one}" in told
    assert "bits (threshold 52)" in told
    said = typed("berta", "proposals", "accept", first["id"], "--why", "checked", "--series", blue)
    assert "clew proposals undo" in said
    (shown,) = typed("anna", "series", "show", blue, "--json")
    assert {f"media:{one}", f"media:{two}"} <= set(shown["media"])
    assert shown["victims"] == [girl]
    gone = typed("anna", "proposals", "accept", first["id"], "--why", "again", code=2)
    assert "clew proposals list" in gone

    typed("berta", "person", "find", girl, "identity", "proposed", "--why", "school photograph")
    refused = typed("berta", "person", "confirm", girl, "--why", "x", code=2)
    assert "another specialist or supervisor" in refused
    typed("anna", "person", "confirm", girl, "--why", "seen the register")
    assert typed("berta", "person", "count", "--json")["identified"] == 1
    (listed,) = typed("berta", "person", "list", "--json")
    assert listed["identity"] == "identified"


def test_connections_are_made_decided_shown_and_undone(case, typed):
    one, two = f"media:{case.media()}", f"media:{case.media()}"
    made = typed(
        *("anna", "connect", "add", one, two, "--as", "same place", "--why", "sofa", "--json")
    )
    number = made["connection"]
    decision = typed("berta", "connect", "confirm", number, "--why", "same tear", "--json")
    typed("anna", "proposals", "undo", decision["decision"], "--why", "another tear")
    told = typed("anna", "connect", "show", number)
    assert [line.split(" · ")[1:4] for line in told.splitlines()] == [
        ["proposed", "anna", "sofa"],
        ["confirmed", "berta", "same tear"],
        ["proposed", "anna", "another tear"],
    ]
    (listed,) = typed("anna", "connect", "list", one, "--json")
    assert (listed["first"], listed["second"], listed["state"]) == (one, two, "proposed")
    assert typed("anna", "connect", "list", "--state", "confirmed") == "None.\n"
    assert "There are: " in typed(
        *("anna", "connect", "add", one, two, "--as", "x", "--why", "y"), code=2
    )


def test_places_and_the_like_are_kept_connected_and_merged(case, typed):
    media = f"media:{case.media()}"
    attic, loft = (
        typed("anna", "entity", "new", "place", name, "--json")["entity"]
        for name in ("attic", "loft")
    )
    typed("anna", "connect", "add", media, loft, "--as", "shows", "--why", "window", "--confirmed")
    merged = typed("anna", "entity", "merge", loft, attic, "--why", "the same", "--json")
    assert [one["second"] for one in typed("berta", "connect", "list", attic, "--json")] == [loft]
    assert len(typed("berta", "entity", "list", "place", "--json")) == 1
    typed("anna", "proposals", "undo", merged["decision"], "--why", "two houses")
    assert len(typed("berta", "entity", "list", "place", "--json")) == 2
    assert "not two of a kind" in typed(
        "anna", "entity", "merge", media, attic, "--why", "x", code=2
    )
    assert "is none of" in typed("anna", "entity", "new", "planet", "x", code=2)


def test_grades_observations_notes_and_what_finds_them(case, typed):
    media = f"media:{case.media()}"
    typed("anna", "grade", "give", media, 1)
    typed("berta", "grade", "give", media, 2, "--why", "older")
    assert "they differ" in typed("anna", "grade", "show", media)
    assert typed("anna", "grade", "differ", "--json") == [{"media": media}]
    assert "4 comparison" in typed("anna", "grade", "give", media, 9, code=2)

    made = typed(
        *("anna", "observe", "add", media, "plug type", "G", "--fact"),
        *("--region", "0.1,0.7,0.2,0.8", "--json"),
    )
    typed("anna", "observe", "replace", made["observation"], "C")
    told = typed("berta", "observe", "list", media, "--history", "--json")
    assert [one["words"] for one in told] == ["G", "C"]
    assert told[0]["region"] == [0.1, 0.7, 0.2, 0.8]
    typed("anna", "note", media, "ask about the green sofa")
    (found,) = typed("berta", "search", "sofa", "--json")
    assert (found["about"], found["what"]) == (media, "note")
    assert typed("nils", "search", "sofa", code=1) == "None found.\n"
    assert typed("anna", "concerned", media, code=1) == "Nobody who says so.\n"


def test_names_are_told_to_the_lead_agency_and_a_stranger_is_called_by_agency(case, typed):
    girl = typed(
        *("anna", "person", "new", "girl", "--category", "victim", "--share", "all-members"),
        "--json",
    )["person"]
    typed("anna", "person", "name", girl, "Mia Muster", "--source", "register", "--fact")
    assert "Mia Muster" in typed("berta", "person", "show", girl)
    told = typed("nils", "person", "show", girl)
    assert "Mia" not in told
    assert "an officer of LKA" in told
    assert "led by LKA" in typed("nils", "entity", "share", girl, "own-agency", code=2)
    typed("anna", "entity", "share", girl, "named", "--agency", "Politie")
    assert "named" in typed("anna", "entity", "share", girl, "named", code=2)
    assert typed("nils", "person", "list", "--json")
    typed("anna", "entity", "share", girl, "own-agency")
    assert typed("nils", "person", "list", "--json") == []
    typed("anna", "entity", "share", girl, "all-members")
    merging = typed("nils", "person", "merge", girl, girl, "--why", "x", code=2)
    assert "led by LKA" in merging


def test_deletion_takes_two_and_protection_restricts(case, typed):
    media = f"media:{case.media()}"
    case.secrets["sven"] = case.people.session(
        case.people.officer("sven", case.ours, "supervisor"),
        case.people.authority(case.ours, "Az 2"),
    )
    assert typed("anna", "retention", "due") == "Nothing.\n"
    assert "Kept until 2099-01-01" in typed(
        *("anna", "retention", "keep", media, "2099-01-01", "--why", "not identified")
    )
    held = typed("anna", "retention", "hold", media, "--why", "trial", "--json")["hold"]
    assert "legal hold" in typed("anna", "retention", "delete", media, "--why", "x", code=2)
    typed("sven", "retention", "lift", held, "--why", "judgment")
    for who, word in (("sven", "refuse"), ("anna", "withdraw")):
        asked = typed("anna", "retention", "delete", media, "--why", "x", "--json")["deletion"]
        (one,) = typed("sven", "retention", "requests", "--json")
        assert (one["deletion"], one["media"], one["by"]) == (asked, media, "anna")
        typed(who, "retention", word, asked, "--why", "not identified")
        assert typed("sven", "retention", "requests") == "None.\n"
    asked = typed("anna", "retention", "delete", media, "--why", "out of scope", "--json")
    typed("sven", "retention", "agree", asked["deletion"])
    assert typed("sven", "retention", "destroy", "--json") == {"destroyed": 0}, "nothing is left"

    man = typed("anna", "person", "new", "man", "--category", "witness", "--json")["person"]
    typed("anna", "person", "name", man, "Max Muster", "--source", "register")
    (found,) = typed("carl", "protection", "find", "muster", "--json")
    assert found["person"] == man
    typed("carl", "protection", "restrict", man, "--why", "objection")
    assert typed("anna", "person", "list").startswith("None.")
    typed("carl", "protection", "free", man, "--why", "answered")
    assert man in typed("anna", "person", "list")


def test_watching_is_told_to_who_watches_and_who_asked_enough_is_told_so(case, typed):
    media = f"media:{case.media()}"
    for name, role in (("sven", "supervisor"), ("adam", "administrator")):
        held = case.people.authority(case.ours, f"Az of {name}")
        officer = case.people.officer(name, case.ours, role)
        case.secrets[name] = case.people.session(officer, held)
    made = typed("anna", "watch", "add", media, "--why", "it was leaked", "--json")["watch"]
    typed("anna", "watch", "add", "ab" * 32, "--why", "known from elsewhere")
    typed("berta", "concerned", media, code=1)
    (alert,) = typed("sven", "watch", "alerts", "--json")
    assert (alert["officer"], alert["event"], alert["what"]) == ("berta", "query", media)
    (told,) = typed("anna", "watch", "notices", "--json")
    assert told["about"] == f"watch:{made}"
    assert "asked about what is watched" in typed("anna", "watch", "notices")
    assert typed("anna", "watch", "read", told["notice"], "--json") == {"read": 1}
    assert typed("anna", "watch", "notices") == "Nothing new.\n"
    assert typed("anna", "watch", "notices", "--all").endswith(" · read\n")
    assert "say which" in typed("anna", "watch", "read", code=2)
    assert typed("sven", "watch", "read", "--all", "--json") == {"read": 1}
    assert typed("berta", "watch", "alerts") == "Nobody asked.\n"
    assert typed("berta", "watch", "list") == "Nothing is watched.\n"
    typed("anna", "watch", "end", made, "--why", "cleared up")
    (left,) = typed("anna", "watch", "list", "--json")
    assert left["what"] == "file " + "ab" * 32
    assert typed("sven", "watch", "report") == "Nothing unusual.\n"
    assert "told to supervisors" in typed("anna", "watch", "report", code=2)
    assert "write 20-6" in typed("sven", "watch", "report", "--night", "late", code=2)

    assert "Where nothing is said" in typed("anna", "watch", "quota")
    limits = ("--agency", "LKA", "--per-hour", 1, "--per-day", 1)
    assert "administrator" in typed("sven", "watch", "quota", *limits, code=2)
    assert "name all three" in typed("adam", "watch", "quota", *limits[:2], code=2)
    assert "LKA · 1 · 1" in typed("adam", "watch", "quota", *limits)
    assert "Ask again after" in typed("berta", "search", "x", code=5)


def test_the_lead_is_offered_and_accepted(case, typed):
    for name, agency in (("sven", case.ours), ("saskia", case.theirs)):
        officer = case.people.officer(name, agency, "supervisor")
        case.secrets[name] = case.people.session(officer, case.people.authority(agency, name))
    blue = typed("anna", "series", "new", "blue", "--share", "all-members", "--json")["series"]
    assert "by nobody" in typed(
        "sven", "entity", "offer", "media:1", "Politie", "--why", "x", code=2
    )
    said = typed("sven", "entity", "offer", blue, "Politie", "--why", "she lives there", "--json")
    assert "none of accept" in typed("saskia", "entity", "answer", 1, "yes", "--why", "x", code=2)
    (open_,) = typed("saskia", "entity", "leads", "--json")
    assert (open_["offer"], open_["entity"], open_["to"]) == (said["offer"], blue, "Politie")
    typed("saskia", "entity", "answer", said["offer"], "accept", "--why", "she lives here")
    assert typed("saskia", "entity", "leads") == "None.\n"
    told = typed("anna", "entity", "leads", blue)
    assert "offered · LKA · to Politie" in told
    assert "accepted · Politie · to Politie" in told


def test_hypotheses_and_tasks_of_a_series(case, typed):
    media = case.media()
    blue = typed("anna", "series", "new", "blue", "--share", "all-members", "--json")["series"]
    made = typed("anna", "hypothesis", "new", blue, "country", "Estonia", "--json")["hypothesis"]
    said = typed(
        *("anna", "hypothesis", "argue", made, "for", "the plug"),
        *("--from", f"media:{media}", "--fact", "--json"),
    )["argument"]
    typed("berta", "hypothesis", "argue", made, "against", "the shop")
    typed("anna", "hypothesis", "weigh", made, "likely", "--why", "plug and language")
    (shown,) = typed("berta", "hypothesis", "list", blue, "--json")
    assert (shown["words"], shown["stands"]) == ("Estonia", "likely")
    assert shown["for"] == [f"the plug (fact, argument {said})"]
    assert len(shown["against"]) == 1
    typed("anna", "hypothesis", "retract", said)
    assert typed("anna", "hypothesis", "list", blue, "--json")[0]["for"] == []
    # Who sees the series does not see what its agency keeps to itself, nor writes there.
    assert typed("nils", "hypothesis", "list", blue, "--json") == []
    typed("nils", "hypothesis", "argue", made, "for", "x", code=2)
    typed("nils", "hypothesis", "weigh", made, "likely", "--why", "x", code=2)
    typed("anna", "hypothesis", "new", blue, "weather", "rain", code=2)

    given = typed(
        *("anna", "task", "new", blue, "call the club", "--to", "berta"),
        *("--until", "2026-12-01", "--json"),
    )["task"]
    (own,) = typed("berta", "task", "list", "--json")
    assert (own["task"], own["state"], own["until"]) == (given, "open", "2026-12-01")
    assert typed("anna", "task", "list", "--json") == []
    typed("berta", "task", "step", given, "done", "--why", "they know the logo")
    (shown,) = typed("anna", "task", "list", blue, "--json")
    assert (shown["state"], shown["for"]) == ("done", own["for"])
    assert typed("nils", "task", "list", blue, "--json") == []
    typed("nils", "task", "step", given, "open", code=2)
    typed("anna", "task", "new", blue, "x", "--to", "nils", code=2)
