"""What a decoding process can tell of the environment of the one that started it."""

import os

import msgspec

from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Result, Task

TELLING = """
import os

def rehearse():
    pass

def serve(file, job, sender, limits):
    sender.part(dict(os.environ))
"""
SECRETS = {
    "CLEW_DATABASE_URL": "postgresql://officer:geheim@host/clew",
    "CLEW_VAULT_URL": "s3://geheim/vault",
    "AWS_SECRET_ACCESS_KEY": "geheim",
    "PGPASSWORD": "geheim",
    "ANYTHING_ELSE": "geheim",
}


def test_a_decoding_process_knows_no_secret_of_its_parent(tmp_path, monkeypatch):
    (tmp_path / "telling.py").write_text(TELLING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    accept = lambda task, part: msgspec.msgpack.decode(part)  # noqa: E731
    file = os.memfd_create("file")
    with ConfinedPool("telling:serve", 1, Limits(), accept=accept) as pool:
        events = [event for _, event in pool.run([Task(0, file, "a", 0)])]
    (told,) = (event.content for event in events if isinstance(event, Result))
    assert "geheim" not in str(told)
    assert not set(SECRETS) & set(told)
    assert told["PATH"] == os.environ["PATH"]
    assert told["OMP_NUM_THREADS"] == "1"
