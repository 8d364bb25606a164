"""The engine alone, as a notebook uses it."""

import json
import subprocess
import sys

NOTEBOOK = """
import json, sys
from clew import matches, read

one, other, missing = read(*sys.argv[1:4])
found = matches(one, other)
heavy = [name for name in ("django", "psycopg", "clew.settings") if name in sys.modules]
print(json.dumps([len(found), found[0].kind, missing.notes, heavy]))
"""


def python(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_files_are_read_and_compared_without_database_and_web_framework(collection):
    copy = next(c for c in collection.truth.connections if c.edit == "quarter size")
    one, other = collection.folder / copy.first, collection.folder / copy.second
    count, kind, notes, heavy = python(NOTEBOOK, one, other, collection.folder / "missing.jpg")
    assert (count, kind) == (1, "picture")
    assert "cannot be opened" in notes[0]
    assert heavy == []


def test_the_package_itself_loads_nothing_that_is_slow():
    loaded = python("import clew, json, sys; print(json.dumps(sorted(sys.modules)))")
    assert not {"numpy", "cv2", "av", "django", "msgspec"} & set(loaded)


def test_what_is_not_there_is_missed_as_usual():
    said = python("import clew, json; print(json.dumps(hasattr(clew, 'nothing')))")
    assert said is False
