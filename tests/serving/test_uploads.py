"""Resumable upload: whose it is, what is acknowledged stays, and nothing of it lies in plain."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from agencies import agency_at_work
from clew.access.demonstration import sign_in_for_practice
from clew.access.models import Session
from clew.intake.contribute import finish
from clew.records.models import ContributedFile, Upload
from clew.training.pictures import make_picture
from clew.training.practice import practice
from served import Served

CLEW = Path(sys.executable).parent / "clew"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}
MARK = b"this must lie nowhere in plain "


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(make_picture(5, 3, 240, 320).pixels).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def ours(make_place):
    with practice(make_place() / "workspace") as opened:
        yield opened


@pytest.fixture(scope="module")
def served(ours) -> Iterator[Served]:
    made = Served(ours.folder)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def secret(ours) -> str:
    return sign_in_for_practice()


@pytest.fixture
def client(served, secret) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=30) as made:
        yield made


def announced(client: httpx.Client, name: str, content: bytes, digest: str = "") -> tuple[int, str]:
    """A contribution of one file: its number, and where that is uploaded to."""
    digest = digest or hashlib.sha256(content).hexdigest()
    file = {"path": f"/usb/{name}", "size": len(content), "sha256": digest}
    told = client.post("/api/v1/contributions", json={"files": [file]})
    assert told.status_code == 201, told.text
    return told.json()["number"], told.json()["uploads"][0]["url"]


def sent(client: httpx.Client, url: str, offset: int, piece: bytes) -> httpx.Response:
    return client.patch(url, content=piece, headers=PIECE | {"Upload-Offset": str(offset)})


def test_what_was_acknowledged_stays_when_the_server_is_killed(ours, served, client):
    content = jpeg() + MARK * 5000
    number, url = announced(client, "grüße.jpg", content)
    half = len(content) // 2
    assert sent(client, url, 0, content[:half]).headers["Upload-Offset"] == str(half)
    served.kill()
    assert not any(MARK in file.read_bytes() for file in lying(ours.folder)), "in plain"
    served.start()
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == str(half)
    wrong = sent(client, url, 0, content[:half])
    assert (wrong.status_code, wrong.headers["Upload-Offset"]) == (409, str(half))
    assert sent(client, url, half, content[half:] + b"more").status_code == 413
    assert client.get(f"/api/v1/contributions/{number}/progress").json()["files"] == {"arriving": 1}
    assert sent(client, url, half, content[half:]).status_code == 204
    assert finish(ours, number).files == {"stored": 1}
    row = ContributedFile.objects.get(contribution=number)
    assert bytes(row.path) == f"/uploads/{number}/usb/grüße.jpg".encode()
    with ours.vault.open_original(bytes(row.sha256).hex(), actor="t", purpose="t") as stored:
        assert stored.read() == content
    assert row.media.sightings.count() == 1
    assert not Upload.objects.filter(file=row).exists()
    assert not any("spool" in str(file) for file in lying(ours.folder)), "nothing is left of it"


def lying(folder: Path) -> list[Path]:
    return [
        file
        for part in ("vault", "log", "index")
        for file in (folder / part).rglob("*")
        if file.is_file()
    ]


def test_uploads_are_announced_not_made(client):
    made = client.post("/api/v1/uploads/", headers=TUS | {"Upload-Length": "4"})
    assert made.status_code == 405
    assert "/api/v1/contributions" in made.json()["detail"]


def test_what_is_not_what_was_announced_is_not_stored(ours, client):
    number, url = announced(client, "changed.bin", b"after", hashlib.sha256(b"other").hexdigest())
    assert sent(client, url, 0, b"after").status_code == 204
    assert finish(ours, number).files == {"failed": 1}
    row = ContributedFile.objects.get(contribution=number)
    assert "not what was announced" in row.problem
    assert row.sha256 is None


@pytest.mark.soak
def test_the_command_goes_on_when_the_server_comes_back(ours, served, secret, place):
    big = place / "film.bin"
    big.write_bytes(os.urandom(40 * 1024 * 1024))
    (place / "empty.txt").touch()
    running = subprocess.Popen(
        [
            *(CLEW, "upload", big, place / "empty.txt", "--server", served.url, "--json"),
            *("--share", "members"),
        ],
        stdout=subprocess.PIPE,
        env=os.environ | {"CLEW_TOKEN": secret},
    )
    deadline = time.monotonic() + 30
    while not Upload.objects.filter(offset__gt=0).exclude(size=4).exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    served.kill()
    served.start()
    told, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    number = int(re.search(rb"\d+", told)[0])  # type: ignore[index]
    assert finish(ours, number).files == {"stored": 2}
    row = ContributedFile.objects.get(contribution=number, size=big.stat().st_size)
    assert row.contribution.sharing == "all members"
    assert bytes(row.sha256) == hashlib.sha256(big.read_bytes()).digest()


def test_an_upload_is_its_officers_alone_and_under_an_authority(ours, served, client):
    _, url = announced(client, "mine.bin", b"mine")
    reading = sign_in_for_practice()
    strangers = agency_at_work("NL", "Politie")  # from here on, no demo officer is let in
    Session.objects.filter(digest=hashlib.sha256(reading.encode()).digest()).update(scopes=["read"])
    for said, status in (
        ("Basic bm9ib2R5", 401),
        ("Bearer nobody", 401),
        (f"Bearer {strangers}", 404),
        (f"Bearer {reading}", 403),
    ):
        client.headers["Authorization"] = said
        assert sent(client, url, 0, b"mine").status_code == status, said
        assert client.head(url, headers=TUS).status_code == status
    assert Upload.objects.get(pk=url.rpartition("/")[2]).offset == 0
