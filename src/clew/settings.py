"""What an operator can set, all in one place: read from the environment, checked once.

    settings = Settings.from_environment()

Each setting is declared once, in the class below; `clew doctor` and docs/settings.md list
the same declarations. Nothing else in Clew reads the environment for its own settings.
"""

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from clew import addresses, amounts

MEBIBYTE = 1024 * 1024
_NAMED_PASSWORD = re.compile(
    r"(\w*(?:password|secret|token)\w*\s*=\s*)('(?:\\.|[^'\\])*'|[^&\s]*)",
    re.IGNORECASE | re.DOTALL,
)


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names it and what is expected."""


@dataclass(frozen=True)
class Declaration:
    """One setting, for people: its variable, the values it takes, its default, its meaning."""

    name: str
    expected: str
    default: str
    help: str
    read: Callable[[str], object]
    """From the text of the variable; ValueError when it is not what is expected."""
    when_unset: Callable[[Mapping[str, str]], object]
    """The value when the variable is missing or empty."""
    secret: bool = False
    """Whether its value is never shown."""


def _setting(
    name: str,
    *,
    expected: str,
    default: str,
    help: str,  # noqa: A002 - the word for it everywhere else
    read: Callable[[str], object],
    when_unset: Callable[[Mapping[str, str]], object],
    secret: bool = False,
) -> dict[str, Declaration]:
    return {"declaration": Declaration(name, expected, default, help, read, when_unset, secret)}


def _place(text: str) -> Path:
    # Absolute, because processes that work elsewhere are given it.
    return Path(text).expanduser().absolute()


def _default_workspace(environment: Mapping[str, str]) -> Path:
    data = environment.get("XDG_DATA_HOME", "")
    # A relative XDG folder is invalid and to be ignored, says its specification.
    base = Path(data) if data.startswith("/") else Path("~/.local/share").expanduser()
    return base / "clew" / "workspace"


def _default_state(environment: Mapping[str, str]) -> Path:
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path("~/.local/state").expanduser()
    return base / "clew"


def _usable_cores(_environment: Mapping[str, str]) -> int:
    # Those this process may run on; a container or taskset often allows fewer than there are.
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Settings:
    """All settings of one process, typed."""

    workspace: Path = field(
        metadata=_setting(
            "CLEW_WORKSPACE",
            expected="a folder",
            default="`$XDG_DATA_HOME/clew/workspace`",
            help="Where the database, the vault and the index are kept.",
            read=_place,
            when_unset=_default_workspace,
        )
    )
    state: Path = field(
        metadata=_setting(
            "CLEW_STATE",
            expected="a folder",
            default="`$XDG_STATE_HOME/clew`",
            help="Where your sign-in at the command line is kept.",
            read=_place,
            when_unset=_default_state,
        )
    )
    token: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_TOKEN",
            expected="a token from `clew token create`",
            default="whoever signed in with `clew login`",
            help="On whose behalf a program works.",
            read=addresses.token,
            when_unset=lambda _: None,
            secret=True,
        ),
    )
    token_file: Path | None = field(
        metadata=_setting(
            "CLEW_TOKEN_FILE",
            expected="a file that you alone may read",
            default="none",
            help="Where such a token is kept; `CLEW_TOKEN` comes first.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    # Not shown, because it may have a password in it.
    database_url: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_DATABASE_URL",
            expected="an address such as `postgresql://user@host/name`",
            default="the embedded PostgreSQL in the workspace",
            help="Another PostgreSQL (16 or newer, with pgvector) to use instead.",
            read=addresses.database_url,
            when_unset=lambda _: None,
        ),
    )
    application_database_url: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_APPLICATION_DATABASE_URL",
            expected="an address such as `postgresql://user@host/name`",
            default="a role of the embedded PostgreSQL",
            help="With another PostgreSQL: how officers' work reaches it, as `clew_application`.",
            read=addresses.database_url,
            when_unset=lambda _: None,
        ),
    )
    worker_database_url: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_WORKER_DATABASE_URL",
            expected="an address such as `postgresql://user@host/name`",
            default="a role of the embedded PostgreSQL",
            help="With another PostgreSQL: how intake and comparing reach it, as `clew_worker`.",
            read=addresses.database_url,
            when_unset=lambda _: None,
        ),
    )
    sign_in_database_url: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_SIGN_IN_DATABASE_URL",
            expected="an address such as `postgresql://user@host/name`",
            default="a role of the embedded PostgreSQL",
            help="With another PostgreSQL: how signing in reaches it, as `clew_sign_in`.",
            read=addresses.database_url,
            when_unset=lambda _: None,
        ),
    )
    audit_key: Path | None = field(
        metadata=_setting(
            "CLEW_AUDIT_KEY",
            expected="a file",
            default="`audit/key.pem` in the workspace",
            help="The key that checkpoints of the log are signed with; made when it is missing.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    checkpoint_minutes: int = field(
        metadata=_setting(
            "CLEW_CHECKPOINT_MINUTES",
            expected="a whole number; 0 for never",
            default="`15`",
            help="After how many minutes `clew worker` and `clew up` sign a checkpoint of the log.",
            read=amounts.number,
            when_unset=lambda _: 15,
        )
    )
    witness: Path | None = field(
        metadata=_setting(
            "CLEW_WITNESS",
            expected="a file, or a folder that is there",
            default="none",
            help="Who gets those checkpoints: each is added to the file, or a file of its own.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    vault_url: str | None = field(
        repr=False,
        metadata=_setting(
            "CLEW_VAULT_URL",
            expected="an address such as `s3://bucket/folder` or `file:///folder`",
            default="the folder `vault` in the workspace",
            help="Where originals and derivatives are kept instead.",
            read=addresses.vault_url,
            when_unset=lambda _: None,
        ),
    )
    vault_key: Path | None = field(
        metadata=_setting(
            "CLEW_VAULT_KEY",
            expected="a file",
            default="the file `vault.key` in the workspace",
            help="Where the key-encryption key of the vault is kept instead.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    vault_kms: str | None = field(
        metadata=_setting(
            "CLEW_VAULT_KMS",
            expected="an address such as `gcp-kms://…`, `aws-kms://…` or `hcvault://…`",
            default="none",
            help="A key at a key management service that the key file is encrypted by.",
            read=addresses.vault_url,
            when_unset=lambda _: None,
        )
    )
    vocabulary: Path | None = field(
        metadata=_setting(
            "CLEW_VOCABULARY",
            expected="a folder",
            default="none",
            help="Further types of connection and observation, and grading schemes.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    review_after: int = field(
        metadata=_setting(
            "CLEW_REVIEW_AFTER",
            expected="a whole number of days, at least 1",
            default="`1825`",
            help="After how many days a review is open where nobody has set a day.",
            read=amounts.positive_number,
            when_unset=lambda _: 1825,
        )
    )
    time_zone: str = field(
        metadata=_setting(
            "CLEW_TIME_ZONE",
            expected="the name of a time zone such as `Europe/Berlin`",
            default="`UTC`",
            help="Whose clock says when it is night, where what is unusual is told by itself.",
            read=amounts.time_zone,
            when_unset=lambda _: "UTC",
        )
    )
    hosts: tuple[str, ...] = field(
        metadata=_setting(
            "CLEW_HOSTS",
            expected="names of hosts, with commas between them",
            default="`localhost,127.0.0.1,[::1]`",
            help="The names under which `clew up` is reached; requests for others are refused.",
            read=addresses.hosts,
            when_unset=lambda _: ("localhost", "127.0.0.1", "[::1]"),
        )
    )
    url: str | None = field(
        metadata=_setting(
            "CLEW_URL",
            expected="an address such as `https://clew.example.org`, without a path",
            default="the address of each request, whose hosts `CLEW_HOSTS` names",
            help="What officers' browsers show; passkeys and identity providers are bound to it.",
            read=addresses.web_address,
            when_unset=lambda _: None,
        )
    )
    passkey_domain: str | None = field(
        metadata=_setting(
            "CLEW_PASSKEY_DOMAIN",
            expected="a domain such as `example.org`",
            default="the host of `CLEW_URL`",
            help="Whom passkeys belong to (RP id). Changed, none of them is good any more.",
            read=addresses.domain,
            when_unset=lambda _: None,
        )
    )
    identity_providers: Path | None = field(
        metadata=_setting(
            "CLEW_IDENTITY_PROVIDERS",
            expected="a file",
            default="none",
            help="Through which identity providers (OpenID Connect) officers may sign in.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    client_certificates: str = field(
        metadata=_setting(
            "CLEW_CLIENT_CERTIFICATES",
            expected=f"one of {', '.join(addresses.CERTIFICATE_USES)}",
            default="`off`",
            help="What an officer's certificate is good for; machines' are unless `off`.",
            read=addresses.certificate_use,
            when_unset=lambda _: "off",
        )
    )
    client_certificate_header: str = field(
        metadata=_setting(
            "CLEW_CLIENT_CERTIFICATE_HEADER",
            expected="the name of a header",
            default="`Client-Cert`",
            help="Where the reverse proxy puts a certificate that it has verified.",
            read=addresses.header,
            when_unset=lambda _: "Client-Cert",
        )
    )
    proxy_proof: Path | None = field(
        metadata=_setting(
            "CLEW_PROXY_SECRET_FILE",
            expected="a file that you alone may read",
            default="none; no certificate is believed",
            help="A secret that the reverse proxy sends as `Clew-Proxy-Secret`.",
            read=_place,
            when_unset=lambda _: None,
        )
    )
    rate: int = field(
        metadata=_setting(
            "CLEW_RATE",
            expected="a whole number, at least 1",
            default="`1200`",
            help="How many requests a minute `clew up` takes for each session.",
            read=amounts.positive_number,
            when_unset=lambda _: 1200,
        )
    )
    workers: int = field(
        metadata=_setting(
            "CLEW_WORKERS",
            expected="a whole number, at least 1",
            default="all cores that Clew may use",
            help="How many files are decoded at the same time.",
            read=amounts.positive_number,
            when_unset=_usable_cores,
        )
    )
    log_level: str = field(
        metadata=_setting(
            "CLEW_LOG_LEVEL",
            expected=f"one of {', '.join(amounts.LEVELS)}",
            default="`INFO`",
            help="How much is logged; file contents never are.",
            read=amounts.level,
            when_unset=lambda _: "INFO",
        )
    )
    memory_limit: int = field(
        metadata=_setting(
            "CLEW_MEMORY_LIMIT",
            expected="a size such as `4G` or `800M`, at least `512M`",
            default="`4G`",
            help="How much memory one decoding process may use before its file is given up.",
            read=amounts.size,
            when_unset=lambda _: 4096 * MEBIBYTE,
        )
    )
    upload_limit: int = field(
        metadata=_setting(
            "CLEW_UPLOAD_LIMIT",
            expected="a size such as `16G` or `800M`, at least `512M`",
            default="`4G`",
            help="The largest file that may be uploaded; a worker needs that much memory for it.",
            read=amounts.size,
            when_unset=lambda _: 4096 * MEBIBYTE,
        )
    )
    time_limit: float = field(
        metadata=_setting(
            "CLEW_TIME_LIMIT",
            expected="seconds, from 1 to 86400",
            default="`60`",
            help="How long decoding may make no progress before its file is given up.",
            read=amounts.duration,
            when_unset=lambda _: 60.0,
        )
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read all settings; an empty variable counts as missing.

        Raises:
            SettingsError: a value is not what is expected.
        """
        values: dict[str, Any] = {}
        for each in dataclasses.fields(cls):
            values[each.name] = _value(each.metadata["declaration"], environment)
        return cls(**values)


def declarations() -> list[Declaration]:
    """All settings, for those who list or explain them."""
    return [each.metadata["declaration"] for each in dataclasses.fields(Settings)]


def _value(declaration: Declaration, environment: Mapping[str, str]) -> object:
    text = environment.get(declaration.name, "").strip()
    if not text:
        return declaration.when_unset(environment)
    try:
        return declaration.read(text)
    except (ValueError, RuntimeError) as problem:
        shown = "not usable" if declaration.secret else repr(without_password(text))
        raise SettingsError(
            f"{declaration.name} is {shown}; expected is {declaration.expected.replace('`', '')}."
        ) from problem


def without_password(text: str) -> str:
    """An address without the passwords that may be in it, however badly it is written.

    They stand before the last ``@``, with any ``/``, ``?`` or ``#`` that should have been escaped,
    and behind ``password=`` and the like.
    """
    text = _NAMED_PASSWORD.sub(r"\1***", text)
    start = text.find("://") + 3 if "://" in text else 0
    before, at, after = text[start:].rpartition("@")
    user, colon, _ = before.partition(":")
    return f"{text[:start]}{user}{':***' if colon else ''}{at}{after}"
