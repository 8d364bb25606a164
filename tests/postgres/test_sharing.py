"""Who starts the server, who shares it, and who stops it."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from clew.postgres import Server


def test_opens_makes_the_database_and_stops_by_itself(empty_folder, processes, query):
    with Server.open(empty_folder) as server:
        assert query(server.url, "select current_user || '/' || current_database()") == "clew/clew"
        assert len(processes(empty_folder).keepers()) == 1
        socket = Path(empty_folder, "socket").read_text()
    assert server.wait_until_gone(10)
    assert not Path(socket).exists(), "the socket's empty_folder is left behind"
    shutil.rmtree(empty_folder)  # nobody writes there any more
    assert processes(empty_folder).gone(1)


def test_server_is_set_up_for_cases(folder, query):
    with Server.open(folder) as server:
        settings = {
            name: query(server.url, f"show {name}")
            for name in ("fsync", "data_checksums", "listen_addresses", "server_encoding")
        }
        collation = query(
            server.url, "select datlocprovider::text || ' ' || datlocale from pg_database limit 1"
        )
        superuser = query(server.url, "select rolsuper from pg_roles where rolname = current_user")
    assert settings == {
        "fsync": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }
    assert collation == "b C.UTF-8"
    assert superuser is False


def test_every_new_database_has_vectors(folder, query):
    with Server.open(folder) as server:
        assert query(server.url, "select '[3,4]'::vector <-> '[0,0]'") == 5
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("create database another")
        with psycopg.connect(server.url, dbname="another") as connection:
            connection.execute("select '[1]'::vector")


def test_only_the_password_opens_it(folder):
    with Server.open(folder) as server:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url, password="wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url, user="postgres")
        socket = Path(folder, "socket").read_text()
        private = [folder, Path(socket)], [Path(folder, n) for n in ("password", "server.log")]
        assert [path.stat().st_mode & 0o777 for path in private[0]] == [0o700] * 2
        assert [path.stat().st_mode & 0o777 for path in private[1]] == [0o600] * 2


def test_second_client_joins_and_the_first_may_leave(folder, processes, start_client, query):
    first = start_client(folder)
    with Server.open(folder) as server:
        assert len(processes(folder).keepers()) == 1
        first.communicate()
        # Longer than the grace: were the second client not counted, the server would stop.
        assert not processes(folder).gone(3.2)
        assert query(server.url, "select 1") == 1


def test_killed_client_does_not_keep_the_server(folder, processes, start_client):
    client = start_client(folder)
    client.send_signal(signal.SIGKILL)
    client.communicate()
    assert processes(folder).gone(6)


def test_commands_in_a_row_find_the_same_server(folder, processes):
    with Server.open(folder) as server:
        keeper, url = processes(folder).keeper(), server.url
    with Server.open(folder) as server:
        assert (processes(folder).keeper(), server.url) == (keeper, url)


def test_forked_child_does_not_keep_the_server(folder, processes):
    server = Server.open(folder)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_end)
        os.read(read_end, 1)
        os._exit(0)
    os.close(read_end)
    try:
        server.close()
        assert processes(folder).gone(6)
    finally:
        os.close(write_end)
        os.waitpid(child, 0)


def test_many_open_at_once_and_one_starts(empty_folder, processes, start_client):
    clients = []
    threads = [
        threading.Thread(target=lambda: clients.append(start_client(empty_folder)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clients) == 4
    assert len(processes(empty_folder).keepers()) == 1
    assert len(processes(empty_folder).postmasters()) == 1


def test_folders_have_servers_of_their_own(place, processes, query):
    folders = [place / "first", place / "second"]
    for each in folders:
        processes(each)
    with Server.open(folders[0]) as first, Server.open(folders[1]) as second:
        query(first.url, "create table only_here ()")
        assert query(second.url, "select to_regclass('only_here')") is None


def test_client_in_a_strange_place_imports_nothing_from_it(folder, tmp_path):
    evidence = tmp_path / "evidence"
    (evidence / "clew").mkdir(parents=True)
    for trap in ("json.py", "clew/__init__.py"):
        (evidence / trap).write_text("open('/proc/self/fd/2', 'w').write('trapped')")
    program = "import sys; from pathlib import Path; from clew.postgres import Server; "
    program += f"Server.open(Path({str(folder)!r})).close()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=evidence, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "trapped" not in Path(folder, "server.log").read_text()
