"""What the repository promises about itself: layers, words, files, documentation."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import clew
from clew.cli.app import app
from clew.settings import declarations

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "clew"

# Pictures that belong to the repository; whoever adds one lists it here, with what it shows.
LISTED_BINARIES = {
    "src/clew/signals/regions/projections.npy": "directions learned by bench/learn_regions.py",
    "docs/desk.png": "the page of a sound in the world of make demo, for the README",
    "docs/report.png": "the report on the world of make demo, for the README",
    "docs/contribute.png": "a made-up folder to hand in, for the officer's guide",
    "docs/contribution.png": "how its files stand, likewise",
    "src/clew/web/locale/de/LC_MESSAGES/django.mo": "the German catalogue, compiled",
}

LOCKS = {"requirements.lock": 10, "requirements-bench.lock": 10, "requirements-models.lock": 1}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


FILES = [path for path in tracked() if path.is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in FILES:
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path.relative_to(ROOT).as_posix(), content.decode("utf-8")))
    return found


TEXTS = texts()


def lines_with(pattern: str, flags: int = 0) -> list[str]:
    """Where a pattern occurs in a tracked file, as grep would say it."""
    wanted = re.compile(pattern, flags)
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in TEXTS
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_layers_hold():
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


def test_no_binary_file_that_nobody_listed():
    """The repository holds no media: what is tested on is generated, or lies elsewhere."""
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    binary = names - {name for name, _ in TEXTS}
    assert binary <= set(LISTED_BINARIES)
    media = re.compile(r"\.(jpe?g|png|gif|webp|heic|avif|tiff?|mp4|mkv|avi|mov|webm|mp3|wav|flac)$")
    assert {name for name in names if media.search(name)} <= set(LISTED_BINARIES)


def test_words_that_say_something_wrong_are_not_used():
    """Children are not actors and abuse is not entertainment: the terminology guidelines for the
    protection of children (Luxembourg, 2016) say abuse material, and exploitation."""
    rejected = [
        "child" + gap + noun
        for gap in ("", " ", "-", "_")
        for noun in ("po" + "rn", "po" + "rnography", "prosti" + "tut")
    ] + ["ki" + "ddie", "loli" + "ta"]
    assert lines_with("|".join(rejected), re.IGNORECASE) == []


def test_no_paths_of_anybodys_machine():
    # Spelt in parts, so that this file does not hold them.
    homes = ("/ro" + "ot/", "/ho" + "me/(?!officer)", "/Us" + "ers/[A-Za-z]", "/wo" + "rk/")
    assert lines_with(rf"(?<![\w.~-])({'|'.join(homes)})") == []


def test_lock_files_name_no_host():
    locks = [(name, text) for name, text in TEXTS if name in LOCKS]
    assert len(locks) == len(LOCKS)
    for name, text in locks:
        assert "://" not in text, name
        assert "index-url" not in text, name
        requirements = re.findall(r"^[a-z0-9][\w.-]*(?:\[.*?\])?==", text, re.MULTILINE)
        assert len(requirements) >= LOCKS[name]
        assert text.count("--hash=sha256:") >= len(requirements), "every version with its hash"


def test_no_registry_but_the_public_ones():
    public = r"pypi\.org|registry\.npmjs\.org|www\.npmjs\.com"
    registry = "artifact|nexus|mirror|proxy|pypi|npm"
    assert lines_with(rf"https?://(?!(?:{public})/)[^/\s]*({registry})[^/\s]*/") == []


@pytest.mark.parametrize(
    "folder",
    sorted(f.parent for f in (SOURCE / "signals").glob("*/extract.py")),
    ids=lambda folder: folder.name,
)
def test_every_signal_is_explained_and_tested(folder):
    assert len((folder / "README.md").read_text(encoding="utf-8").split()) > 50
    assert list((folder / "tests").glob("test_*.py"))


def documentation() -> str:
    pages = (ROOT / "docs").rglob("*.md")
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize(
    "command",
    sorted(typer.main.get_command(app).commands),  # type: ignore[attr-defined]
)
def test_every_command_is_in_the_officers_guide(command):
    guide = (ROOT / "docs" / "officers-guide.md").read_text(encoding="utf-8")
    assert f"clew {command}" in guide


@pytest.mark.parametrize("setting", declarations(), ids=lambda setting: setting.name)
def test_every_setting_is_documented_as_it_is_declared(setting):
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    row = f"| `{setting.name}` | {setting.expected} | {setting.default} | {setting.help} |"
    assert row in page


def test_the_documentation_names_only_settings_that_exist():
    named = set(re.findall(r"\bCLEW_[A-Z_]+\b", documentation()))
    assert named <= {setting.name for setting in declarations()}


def test_no_module_is_too_long_to_be_read_in_one_go():
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in SOURCE.rglob("*.py")
        if path.name != "0001_tables.py"  # written by Django, read by nobody in one go
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_the_version_is_the_same_everywhere():
    declared = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert declared is not None
    assert clew.__version__ == declared[1]
