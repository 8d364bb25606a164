"""After a violent end of any part: no data lost, and the next client is served."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from clew.postgres import Server, StartError
from clew.postgres.cluster import clear_pid_file
from clew.postgres.files import LOG_LIMIT_BYTES, FileLock, Layout


@pytest.fixture
def server(folder, query):
    with Server.open(folder) as server:
        query(server.url, "create table kept as select 1 as number")
        yield server


def kept(url, query):
    return query(url, "select number from kept")


def test_killed_keeper_takes_postgres_with_it_and_the_next_client_starts(
    server, folder, processes, query
):
    address = server.url
    os.kill(processes(folder).keeper(), signal.SIGKILL)
    assert processes(folder).gone(5), "PostgreSQL outlives its keeper"
    assert "received fast shutdown request" in Path(folder, "server.log").read_text()
    with Server.open(folder) as again:
        assert kept(again.url, query) == 1
        assert again.url == address, "the first client's address is no longer valid"


def test_long_living_client_repairs_what_was_killed(server, folder, processes, query):
    os.kill(processes(folder).keeper(), signal.SIGKILL)
    assert processes(folder).gone(5)
    server.ensure_running()
    assert kept(server.url, query) == 1


def test_killed_postgres_is_started_again(server, folder, processes, query, until):
    keeper, postmaster = processes(folder).keeper(), processes(folder).postmaster()
    os.kill(postmaster, signal.SIGKILL)
    assert until(lambda: processes(folder).postmasters() not in ([], [postmaster]), 10)
    server.ensure_running()
    assert kept(server.url, query) == 1
    assert processes(folder).keeper() == keeper


def test_postgres_starts_again_although_a_query_of_the_old_one_still_works(
    server, folder, processes, query
):
    with contextlib.closing(psycopg.connect(server.url)) as connection:
        # A busy process of the killed server notices nothing and would block a new one.
        connection.pgconn.send_query(b"select sum(n) from generate_series(1, 1000000000000) n")
        os.kill(processes(folder).postmaster(), signal.SIGKILL)
        server.ensure_running()
        assert kept(server.url, query) == 1


def test_keeper_gives_up_on_a_server_that_keeps_ending(server, folder, processes, query, until):
    for _ in range(6):
        assert until(lambda: bool(processes(folder).postmasters()), 10)
        server.ensure_running()
        os.kill(processes(folder).postmaster(), signal.SIGKILL)
    assert processes(folder).gone(10)
    assert "giving up" in Path(folder, "server.log").read_text()
    with Server.open(folder) as again:
        assert kept(again.url, query) == 1


def test_all_killed_at_once_as_by_a_power_cut(server, folder, processes, query):
    processes(folder).kill_all()
    with Server.open(folder) as again:
        assert kept(again.url, query) == 1


def test_process_number_of_a_stranger_does_not_stop_the_start(folder, processes, query):
    with Server.open(folder) as server:
        query(server.url, "create table kept as select 1 as number")
        processes(folder).kill_all()
    # After a restart of the machine the number in the file may be anyone's: say, ours.
    pid_file = Path(folder, "data", "postmaster.pid")
    _, rest = pid_file.read_text().split("\n", 1)
    pid_file.write_text(f"{os.getpid()}\n{rest}")
    with Server.open(folder) as again:
        assert kept(again.url, query) == 1


def test_server_that_somebody_else_started_is_left_alone(folder, processes):
    with Server.open(folder):
        postmaster = processes(folder).postmaster()
        with pytest.raises(StartError, match=rf"\(process {postmaster}\) works in {folder}"):
            clear_pid_file(folder / "data")
        assert (folder / "data" / "postmaster.pid").exists()


def test_creation_that_was_cut_short_is_done_again(empty_folder, query):
    (empty_folder / "data.new").mkdir(parents=True)
    (empty_folder / "data.new" / "PG_VERSION").write_text("18\n")
    (empty_folder / "password").write_text("of a database that never came to be")
    empty_folder.chmod(0o700)
    with Server.open(empty_folder) as server:
        assert query(server.url, "select 1") == 1
    assert not (empty_folder / "data.new").exists()


def test_lost_password_is_replaced(folder, processes, query):
    with Server.open(folder) as server:
        query(server.url, "create table kept as select 1 as number")
    processes(folder).stop()
    (folder / "password").unlink()
    with Server.open(folder) as server:
        assert kept(server.url, query) == 1


def test_log_stays_small(server, folder, until):
    log = Path(folder, "server.log")
    with log.open("ab") as file:
        file.write(b"x" * (LOG_LIMIT_BYTES + 1))
    assert until(lambda: log.stat().st_size < LOG_LIMIT_BYTES, 5)
    assert Path(folder, "server.log.1").stat().st_size > LOG_LIMIT_BYTES


def test_lock_ends_with_the_program_that_held_it(tmp_path):
    program = f"from clew.postgres.files import FileLock; from pathlib import Path; import os; \
lock = FileLock(Path({str(tmp_path / 'lock')!r})); print(lock.try_exclusive(), flush=True); \
os.read(0, 1)"
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"True\n"
    lock = FileLock(tmp_path / "lock")
    assert not lock.try_shared()
    holder.kill()
    holder.communicate()
    assert lock.try_shared()
    lock.close()


def test_log_keeps_case_data_out(server, folder, query):
    with pytest.raises(psycopg.errors.UniqueViolation):
        query(server.url, "create table t (a text unique); insert into t values ('x17'), ('x17')")
    assert "duplicate key" in Layout(folder).log.read_text()
    assert "x17" not in Layout(folder).log.read_text()
