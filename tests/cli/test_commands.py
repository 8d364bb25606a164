"""The command line as an officer and a script meet it: help, answers, exit codes, complaints."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer.main

from clew.cli.app import app
from clew.settings import declarations

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_it_does_and_gives_examples(clew, command):
    said = clew(command, "--help")
    assert said.code == 0
    examples = re.findall(rf"^ +clew {command}\b.*$", said.out, re.MULTILINE)
    assert examples, "examples stand on lines of their own"
    assert "Examples:" in said.out


def test_help_lists_every_command(clew):
    said = clew("--help")
    assert all(re.search(rf"^  {name} +[A-Z]", said.out, re.MULTILINE) for name in COMMANDS)
    assert clew("-h").out == said.out


def test_help_does_not_wait_for_decoders_and_database():
    heavy = "import sys, clew.cli.app; print([m for m in sys.modules if m in {%s}])"
    names = "'av', 'cv2', 'django', 'numba', 'numpy', 'psycopg', 'PIL'"
    said = subprocess.run([sys.executable, "-c", heavy % names], capture_output=True, text=True)
    assert said.stdout == "[]\n"


def test_version(clew):
    assert re.fullmatch(r"clew \d+\.\d+\.\d+\n", clew("--version").out)


def test_compare_finds_a_lead(clew, collection):
    copies = [c for c in collection.truth.connections if c.edit == "quarter size"]
    files = [collection.folder / copies[0].first, collection.folder / copies[0].second]
    said = clew("compare", *files)
    assert said.code == 0
    assert "Lead: the same picture" in said.out
    assert re.search(r"distance \d+ bits \(threshold \d+\)", said.out)
    assert "pairs of different" in said.out, "how far it can be trusted"


def test_compare_of_films_tells_when(clew, collection):
    copies = [c for c in collection.truth.connections if c.spans and c.edit != "exact copy"]
    films = {f.path for f in collection.truth.files if f.kind == "clip"}
    (copy, *_) = [c for c in copies if {c.first, c.second} <= films]
    files = [collection.folder / copy.first, collection.folder / copy.second]
    said = clew("compare", *files)
    assert said.code == 0
    assert "Lead: the films share" in said.out
    assert re.search(r"\d:\d\d\.\d–\d:\d\d\.\d ↔ \d:\d\d\.\d–\d:\d\d\.\d", said.out)
    answer = json.loads(clew("compare", *files, "--json").out)
    assert answer["lead"] is True
    assert answer["matches"][0]["kind"] == "film"
    assert answer["matches"][0]["spans"]


def test_compare_finds_none(clew, collection):
    originals = [f for f in collection.truth.files if (f.kind, f.edit) == ("picture", "original")]
    files = [collection.folder / f.path for f in originals[:2]]
    said = clew("compare", *files, "--json")
    assert said.code == 1
    assert json.loads(said.out) == {"lead": False, "matches": [], "notes": {}}


@pytest.mark.parametrize(
    ("edit", "reason"),
    [("garbage", "could not be read"), ("text", "neither"), ("empty", "could not be read")],
)
def test_compare_could_not_tell(clew, collection, edit, reason):
    odd = collection.first("other", edit)
    said = clew("compare", collection.first("picture"), odd)
    assert said.code == 2
    assert said.out.startswith("Could not tell: ")
    assert reason in said.out
    answer = json.loads(clew("compare", odd, odd.parent / "missing", "--json").out)
    assert answer["lead"] is None
    assert "No such file" in answer["notes"][str(odd.parent / "missing")][0]


@pytest.mark.parametrize("moment", ["importing", "opening", "reading"])
def test_ctrl_c_ends_calmly_wherever_it_comes(collection, place, moment, practised):
    workspace = practised(place / "workspace")
    command = [Path(sys.executable).parent / "clew", "scan", collection.folder, "-w", workspace]
    scan = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reached = {
        "importing": lambda: "msgspec" in Path(f"/proc/{scan.pid}/maps").read_text(),
        "opening": lambda: "psycopg" in Path(f"/proc/{scan.pid}/maps").read_text(),
        "reading": (workspace / "log" / "clew.log").exists,
    }
    while not reached[moment]():
        assert scan.poll() is None
        time.sleep(0.01)
    scan.send_signal(signal.SIGINT)
    out, said = scan.communicate(timeout=60)
    assert scan.returncode == 130, said.decode()
    assert out == b""
    assert b"Traceback" not in said


def test_two_empty_files_are_no_lead(clew, place):
    for name in ("a.jpg", "b.jpg"):
        (place / name).touch()
    assert clew("compare", place / "a.jpg", place / "b.jpg").code == 2


def test_the_same_bytes_are_a_lead_whatever_they_are(clew, collection):
    odd = collection.first("other", "garbage")
    said = clew("compare", odd, odd)
    assert said.code == 0
    assert "byte for byte" in said.out


def test_find(clew, collection, scanned, place):
    wanted = collection.first("picture")
    said = clew("find", wanted, "-w", scanned)
    assert said.code == 0
    assert str(wanted) in said.out
    assert "byte for byte" in said.out
    answer = json.loads(clew("find", wanted, "-w", scanned, "--json").out)
    assert answer["found"][0]["match"]["kind"] == "same file"
    assert answer["found"][0]["item"]["places"]
    assert clew("find", collection.first("other", "text"), "-w", scanned).code == 2
    assert clew("find", place / "missing.jpg", "-w", scanned).code == 2


def test_find_finds_nobody(clew, scanned, place):
    clew("sample", place / "others", "--pictures", 4, "--clips", 0, "--seed", 99)
    stranger = next(f for f in (place / "others").rglob("IMG_*.jpg"))
    said = clew("find", stranger, "-w", scanned)
    assert said.code == 1
    assert "proves nothing" in said.out


def test_status(clew, collection, scanned):
    said = clew("status", "-w", scanned)
    assert said.code == 0
    assert str(collection.folder) in said.out
    answer = json.loads(clew("status", "-w", scanned, "--json").out)
    assert answer["figures"]["files"] == len(collection.truth.files)
    assert answer["waiting for comparison"] == 0


def test_export_on_standard_output_and_to_a_file(clew, scanned, place):
    direct = clew("export", "--json", "-w", scanned)
    assert direct.code == 0
    to_file = clew("export", "-w", scanned, "-o", place / "findings.json")
    assert to_file.code == 0
    contents = [json.loads(direct.out), json.loads((place / "findings.json").read_text())]
    for content in contents:
        content.pop("made")
    assert contents[0] == contents[1]
    assert [f.name for f in place.iterdir()] == ["findings.json"], "nothing else is left"


def test_an_export_is_there_whole_or_not_at_all(clew, scanned, place):
    before = place / "findings.json"
    before.write_text("what was there before")
    place.chmod(0o500)
    said = clew("export", "-w", scanned, "-o", before, powerless=True)
    assert said.code == 2
    assert "cannot be written" in said.err
    assert before.read_text() == "what was there before"
    missing = clew("export", "-w", scanned, "-o", place / "no folder" / "x.json")
    assert missing.code == 2


def test_a_reader_that_has_seen_enough_is_no_error(scanned):
    """As `clew export | head -1`."""
    command = [Path(sys.executable).parent / "clew", "export", "--json", "-w", scanned]
    export = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert export.stdout is not None
    assert export.stderr is not None
    export.stdout.close()
    said = export.stderr.read()
    export.wait()
    export.stderr.close()
    assert said == b""


def test_report(clew, scanned, place):
    page = place / "report.html"
    said = clew("report", "-w", scanned, "-o", page)
    assert said.code == 0
    assert str(page) in said.out
    assert page.read_text().lower().startswith("<!doctype html>")
    said = clew("report", "-w", scanned, "-o", place / "no folder" / "report.html")
    assert said.code == 2
    assert "cannot be written" in said.err


def test_contribute(clew, collection, place, practised):
    workspace = practised(place / "workspace")
    files = [collection.first("picture"), place / "missing.jpg"]
    said = clew("contribute", *files, "-w", workspace)
    assert said.code == 2, "one could not be stored"
    assert f"stored and verified: {files[0]}" in said.out
    assert f"NOT stored: {files[1]}: it cannot be opened" in said.out
    again = clew("contribute", files[0], "-w", workspace, "--json")
    assert again.code == 0
    answer = json.loads(again.out)
    (one,) = answer["files"]
    assert (one["again"], one["path"]) == (True, str(files[0]))
    assert (answer["contribution"], answer["counts"]["held"]) == (2, 1)
    listed = json.loads(clew("contribution", "list", "-w", workspace, "--json").out)
    assert [one["counts"] for one in listed] == [{"new": 1, "unreadable": 1}, {"held": 1}]
    assert all(one["ended"] and one["officer"] == "demo" for one in listed)
    shown = clew("contribution", "show", 1, "-w", workspace)
    assert f"  {files[0]}: new" in shown.out
    assert clew("contribution", "show", 9, "-w", workspace).code == 2


def test_sample_keeps_its_hands_off_folders_with_files_in_them(clew, place):
    (place / "mine.txt").touch()
    said = clew("sample", place)
    assert said.code == 2
    assert "not empty" in said.err


def test_doctor(clew, place):
    said = clew("doctor")
    assert said.code == 0, said.out
    assert all(setting.name in said.out for setting in declarations())
    answer = json.loads(clew("doctor", "--json").out)
    assert all(check["fine"] for check in answer["checks"] if check["needed"])


def test_doctor_shows_no_password_and_says_what_is_wrong(clew):
    url = "postgresql://officer:geheim@db.example/clew"
    said = clew("doctor", "--json", CLEW_DATABASE_URL=url)
    assert "geheim" not in said.out
    assert "db.example" in said.out
    wrong = clew("doctor", "--json", CLEW_WORKERS="many")
    assert "CLEW_WORKERS is 'many'" in json.loads(wrong.out)["settings"]["wrong"]


COMPLAINTS = {
    "missing folder": (["scan", "{place}/nowhere"], {}, "there is no folder"),
    "file for folder": (["scan", "{place}/file"], {}, "is not a folder"),
    "missing workspace": (["status", "-w", "{place}/none"], {}, "There is no workspace in"),
    "no workspace to find in": (["find", "x", "-w", "{place}/none"], {}, "Make one with"),
    "other folder": (["setup", "--demo", "-w", "{place}/full"], {}, "holds other files"),
    "file for workspace": (["setup", "--demo", "-w", "{place}/file"], {}, "cannot be used"),
    "no workspace to scan into": (["scan", "{place}", "-w", "{place}/none"], {}, "clew setup"),
    "later version": (["status", "-w", "{place}/later"], {}, "has format 99"),
    "damaged mark": (["status", "-w", "{place}/damaged"], {}, "is damaged"),
    "wrong setting": (["status"], {"CLEW_TIME_LIMIT": "soon"}, "CLEW_TIME_LIMIT is 'soon'"),
    "no such database": (
        ["setup", "--demo", "-w", "{place}/fresh"],
        {"CLEW_DATABASE_URL": "postgresql://x:geheim@127.0.0.1:1/x"},
        "database",
    ),
}


@pytest.mark.parametrize(("arguments", "environment", "says"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_complaints_say_what_is_wrong_and_end_with_2(clew, place, arguments, environment, says):
    (place / "file").touch()
    for name, mark in (("later", '{"format": 99}'), ("damaged", "{"), ("full", None)):
        (place / name).mkdir()
        (place / name / "workspace.json").write_text(mark or "")
    (place / "full" / "workspace.json").rename(place / "full" / "letters")
    said = clew(*(a.format(place=place) for a in arguments), **environment)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("clew: ")
    assert says in said.err
    assert "geheim" not in said.err


def test_a_folder_that_cannot_be_scanned_makes_no_workspace(clew, place):
    clew("scan", place / "nowhere", "-w", place / "workspace")
    assert not (place / "workspace").exists()


def test_a_workspace_that_may_not_be_written(clew, place):
    (place / "shut").mkdir(mode=0o500)
    said = clew("setup", "--demo", "-w", place / "shut" / "workspace", powerless=True)
    assert said.code == 2
    assert "Permission denied" in said.err


def test_scan_tells_findings_and_only_json_when_asked(clew, collection, scanned):
    said = clew("scan", collection.folder, "-w", scanned)
    assert said.code == 0
    assert re.search(r"34 files, .* \(\d+ unchanged since an earlier scan\)", said.out)
    assert "Group 1" in said.out
    assert "a person decides" in said.out
    answer = json.loads(clew("scan", collection.folder, "-w", scanned, "--json").out)
    assert answer["figures"]["files"] == len(collection.truth.files)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=("for people", "in JSON"))
def test_who_has_read_enough_hears_nothing_more(scanned, form):
    reader, writer = os.pipe()
    os.close(reader)
    command = [Path(sys.executable).parent / "clew", "audit", "show", "-w", scanned, *form]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_scan_draws_how_far_it_is(collection, place, practised):
    practised(place / "ws")
    ours, theirs = pty.openpty()
    scan = subprocess.Popen(
        [Path(sys.executable).parent / "clew", "scan", collection.folder, "-w", place / "ws"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"COLUMNS": "120", "TERM": "xterm", "CLEW_WORKERS": "2"},
    )
    os.close(theirs)
    drawn = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody is there any more
        while part := os.read(ours, 65536):
            drawn += part
    os.close(ours)
    assert scan.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())
    assert re.search(r"reading .* of 34 files · .* of \d+\.\d MB · .*B/s", text)
    assert re.search(r"comparing .* of \d+ media · \d+ matches", text)


@pytest.fixture(scope="module")
def hostile(make_place, collection, clew, practised):
    """A folder with names that would move the cursor, clear the screen, or turn text around."""
    folder = make_place() / "[red]evidence[bold]"
    folder.mkdir()
    content = collection.first("picture").read_bytes()
    names = [b"\x1b[2J\x1b[31mowned.jpg", b"new\nline\r.jpg", b"\x9b31m.jpg", b"[bold]x[red].jpg"]
    names += ["\u202egpj.exe".encode(), b"caf\xe9.jpg", b":bomb:.jpg", b"-rf.jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(content)
    (folder / "\x1b]0;title\x07.jpg").write_bytes(content[:3000])
    workspace = practised(make_place() / "workspace")
    return folder, workspace, clew("scan", folder, "-w", workspace)


def calm(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


def test_hostile_names_do_not_command_the_terminal(clew, hostile, place):
    folder, workspace, scan = hostile
    files = sorted(file.name for file in folder.iterdir())
    answers = [
        scan,
        clew("status", "-w", workspace),
        clew("find", folder / files[0], "-w", workspace),
        clew("compare", *(folder / file for file in files[:2])),
        clew("contribute", *(folder / file for file in files), "-w", workspace),
        clew("compare", folder / "\x1b[2Jmissing", folder / os.fsdecode(b"\xff\n")),
        clew("scan", folder / "\x1b[2J[bold]"),
        clew("report", "-w", workspace, "-o", place / "\x1b[2Jreport.html"),
    ]
    for said in answers:
        assert calm(said.out), ascii(said.out)
        assert calm(said.err), ascii(said.err)
    assert "[bold]x[red].jpg" in scan.out
    assert ":bomb:.jpg" in scan.out
    assert "[red]evidence[bold]" in scan.out


@pytest.mark.soak
def test_hostile_names_are_whole_in_json(clew, hostile, place):
    folder, workspace, _ = hostile
    for arguments in (
        ["scan", folder],
        ["status"],
        ["find", folder / os.fsdecode(b"caf\xe9.jpg")],
        ["export"],
        ["contribute", folder / os.fsdecode(b"caf\xe9.jpg")],
    ):
        said = clew(*arguments, "-w", workspace, "--json", PYTHONIOENCODING="ascii")
        assert said.code == 0
        json.loads(said.out)
        assert calm(said.out), "control characters are escaped"
    names = {
        p["path"]
        for g in json.loads(clew("export", "-w", workspace).out)["groups"]
        for i in g["items"]
        for p in i["places"]
    }
    assert "\x1b[2J\x1b[31mowned.jpg" in names
    assert "caf\ufffd.jpg" in names


def test_help_starts_quickly():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [Path(sys.executable).parent / "clew", "--help"], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert taken < 1, "importing only what help needs takes a fifth of that"
