"""Settings from the environment: typed, checked, explained, documented."""

import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.settings import Settings, SettingsError, declarations, without_password

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_defaults():
    settings = Settings.from_environment({"XDG_DATA_HOME": "/data", "XDG_STATE_HOME": "/state"})
    assert dataclasses.asdict(settings) == {
        "workspace": Path("/data/clew/workspace"),
        "state": Path("/state/clew"),
        "token": None,
        "token_file": None,
        "database_url": None,
        "application_database_url": None,
        "worker_database_url": None,
        "sign_in_database_url": None,
        "audit_key": None,
        "checkpoint_minutes": 15,
        "witness": None,
        "vault_url": None,
        "vault_key": None,
        "vault_kms": None,
        "vocabulary": None,
        "review_after": 1825,
        "time_zone": "UTC",
        "hosts": ("localhost", "127.0.0.1", "[::1]"),
        "url": None,
        "passkey_domain": None,
        "identity_providers": None,
        "client_certificates": "off",
        "client_certificate_header": "Client-Cert",
        "proxy_proof": None,
        "rate": 1200,
        "workers": len(os.sched_getaffinity(0)),
        "log_level": "INFO",
        "memory_limit": 4 * 1024**3,
        "upload_limit": 4 * 1024**3,
        "time_limit": 60.0,
    }


def test_all_values():
    environment = {
        "CLEW_WORKSPACE": "/cases/one",
        "CLEW_STATE": "/state/one",
        "CLEW_TOKEN": "t" * 43,
        "CLEW_TOKEN_FILE": "/run/token",
        "CLEW_DATABASE_URL": "postgresql://clew:secret@host/clew",
        "CLEW_APPLICATION_DATABASE_URL": "postgresql://clew_application:secret@host/clew",
        "CLEW_WORKER_DATABASE_URL": "postgresql://clew_worker:secret@host/clew",
        "CLEW_SIGN_IN_DATABASE_URL": "postgresql://clew_sign_in:secret@host/clew",
        "CLEW_AUDIT_KEY": "/keys/audit.pem",
        "CLEW_CHECKPOINT_MINUTES": "5",
        "CLEW_WITNESS": "/mnt/witness",
        "CLEW_VAULT_URL": "s3://bucket/vault",
        "CLEW_VAULT_KEY": "/keys/vault.key",
        "CLEW_VAULT_KMS": "gcp-kms://projects/p",
        "CLEW_VOCABULARY": "/etc/clew/words",
        "CLEW_REVIEW_AFTER": "365",
        "CLEW_TIME_ZONE": "Europe/Berlin",
        "CLEW_HOSTS": "clew.example, .intern.example",
        "CLEW_URL": "https://clew.example/",
        "CLEW_PASSKEY_DOMAIN": "example",
        "CLEW_IDENTITY_PROVIDERS": "/etc/clew/providers.json",
        "CLEW_CLIENT_CERTIFICATES": "second factor",
        "CLEW_CLIENT_CERTIFICATE_HEADER": "X-Client-Cert",
        "CLEW_PROXY_SECRET_FILE": "/run/proxy",
        "CLEW_RATE": "60",
        "CLEW_WORKERS": "3",
        "CLEW_LOG_LEVEL": "debug",
        "CLEW_MEMORY_LIMIT": "800M",
        "CLEW_UPLOAD_LIMIT": "16G",
        "CLEW_TIME_LIMIT": "2.5",
    }
    settings = Settings.from_environment(environment)
    assert dataclasses.asdict(settings) == {
        "workspace": Path("/cases/one"),
        "state": Path("/state/one"),
        "token": "t" * 43,
        "token_file": Path("/run/token"),
        "database_url": "postgresql://clew:secret@host/clew",
        "application_database_url": "postgresql://clew_application:secret@host/clew",
        "worker_database_url": "postgresql://clew_worker:secret@host/clew",
        "sign_in_database_url": "postgresql://clew_sign_in:secret@host/clew",
        "audit_key": Path("/keys/audit.pem"),
        "checkpoint_minutes": 5,
        "witness": Path("/mnt/witness"),
        "vault_url": "s3://bucket/vault",
        "vault_key": Path("/keys/vault.key"),
        "vault_kms": "gcp-kms://projects/p",
        "vocabulary": Path("/etc/clew/words"),
        "review_after": 365,
        "time_zone": "Europe/Berlin",
        "hosts": ("clew.example", ".intern.example"),
        "url": "https://clew.example",
        "passkey_domain": "example",
        "identity_providers": Path("/etc/clew/providers.json"),
        "client_certificates": "second factor",
        "client_certificate_header": "X-Client-Cert",
        "proxy_proof": Path("/run/proxy"),
        "rate": 60,
        "workers": 3,
        "log_level": "DEBUG",
        "memory_limit": 800 * 1024**2,
        "upload_limit": 16 * 1024**3,
        "time_limit": 2.5,
    }
    assert "secret" not in repr(settings)
    assert set(environment) == {each.name for each in declarations()}


@pytest.mark.parametrize("home", ["", "relative/folder"])
def test_workspace_without_a_usable_data_folder(home, monkeypatch):
    monkeypatch.setenv("HOME", "/home/officer")
    settings = Settings.from_environment({"XDG_DATA_HOME": home})
    assert settings.workspace == Path("/home/officer/.local/share/clew/workspace")


def test_workspace_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/officer")
    assert Settings.from_environment({"CLEW_WORKSPACE": "a"}).workspace == tmp_path / "a"
    assert Settings.from_environment({"CLEW_WORKSPACE": "~/a"}).workspace == Path("/home/officer/a")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLEW_DATABASE_URL", "mysql://host/clew"),
        ("CLEW_DATABASE_URL", "host"),
        ("CLEW_VAULT_URL", "/a/folder"),
        ("CLEW_VAULT_URL", "s3:"),
        ("CLEW_URL", "http://clew.example"),
        ("CLEW_URL", "https://clew.example/path"),
        ("CLEW_PASSKEY_DOMAIN", "https://clew.example"),
        ("CLEW_CLIENT_CERTIFICATES", "maybe"),
        ("CLEW_CLIENT_CERTIFICATE_HEADER", "a b"),
        ("CLEW_WORKERS", "0"),
        ("CLEW_WORKERS", "many"),
        ("CLEW_LOG_LEVEL", "LOUD"),
        ("CLEW_MEMORY_LIMIT", "4X"),
        ("CLEW_MEMORY_LIMIT", "-4G"),
        ("CLEW_MEMORY_LIMIT", "1M"),
        ("CLEW_TIME_LIMIT", "0"),
        ("CLEW_TIME_LIMIT", "nan"),
        ("CLEW_TIME_LIMIT", "soon"),
    ],
)
def test_wrong_value_names_variable_value_and_what_is_expected(name, value):
    (declaration,) = (each for each in declarations() if each.name == name)
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    assert str(caught.value).startswith(f"{name} is {value!r}; expected is ")
    assert declaration.expected.replace("`", "") in str(caught.value)


def test_message_keeps_the_password_to_itself():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"CLEW_DATABASE_URL": "mysql://clew:secret@host/clew"})
    assert "secret" not in str(caught.value)
    assert "host/clew" in str(caught.value)


ADDRESSES = {
    "user:geheim@host/clew": "user:***@host/clew",
    "postgresql://user:geheim@host/clew": "postgresql://user:***@host/clew",
    "postgresql://:geheim@host:5432/clew": "postgresql://:***@host:5432/clew",
    "postgresql://user:ge/h?e#i@m geheim@host/clew": "postgresql://user:***@host/clew",
    "postgresql:///clew?user=u&password=geheim": "postgresql:///clew?user=u&password=***",
    "postgresql://host/x?PASSWORD=ge@heim&a=b": "postgresql://host/x?PASSWORD=***&a=b",
    "postgresql://host/x?sslpassword=geheim": "postgresql://host/x?sslpassword=***",
    "host=x password = 'ge\\'heim geheim' user=u": "host=x password = *** user=u",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_password_is_shown_however_the_address_is_written(address):
    assert without_password(address) == ADDRESSES[address]


@pytest.mark.parametrize(
    "address", ["postgresql://user@host:5432/clew", "file:///evidence/a@b", "s3://bucket/folder"]
)
def test_an_address_without_a_password_is_shown_as_it_is(address):
    assert without_password(address) == address


def test_empty_means_not_set():
    empty = {each.name: " " for each in declarations()}
    assert Settings.from_environment(empty) == Settings.from_environment({})


@given(st.integers(512, 10_000), st.sampled_from(["M", "m", "MB", "MiB", " M"]))
def test_sizes(number, unit):
    settings = Settings.from_environment({"CLEW_MEMORY_LIMIT": f"{number}{unit}"})
    assert settings.memory_limit == number * 1024**2


def test_document_lists_every_setting():
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `CLEW_")]
    expected = [f"| `{d.name}` | {d.expected} | {d.default} | {d.help} |" for d in declarations()]
    assert rows == expected
