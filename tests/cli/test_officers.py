"""From an empty workspace to an officer at work, by the commands as people type them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cards import issued

PASSWORD = "seven wet umbrellas"


@pytest.fixture
def typed(place, clew):
    """Runs a command with answers on standard input, as a user of its own."""

    def run(
        *arguments: str,
        answers: tuple[str, ...] = (),
        state: str = "state",
        code: int = 0,
        **further: str,
    ):
        done = clew(
            *(*arguments, "-w", place / "workspace"),
            answers="\n".join((*answers, "")).encode(),
            CLEW_STATE=str(place / state),
            **further,
        )
        assert done.code == code, done.err + done.out
        return done.out if code == 0 else done.err

    return run


def enrolled(typed, invited: str) -> str:
    """Enrol with the invitation a command printed; the secret of the one-time codes."""
    secret = pyotp.random_base32()
    while time.time() % 30 > 20:  # the command must end before the next step begins
        time.sleep(0.5)
    before = pyotp.TOTP(secret).at(int(time.time()) - 30)
    said = typed("enrol", "--stdin", answers=(invited.splitlines()[1], PASSWORD, secret, before))
    assert said.count("-") >= 30, "ten recovery codes"
    return secret


@pytest.mark.soak
def test_from_the_first_administrator_to_an_authority_in_use(typed, place):
    first = typed(
        *("officer", "first", "Anna", "--name", "Anna Ames", "--country", "de"),
        *("--agency", "LKA 21", "--certified-until", "2099-12-31"),
    )
    said = typed("whoami", code=3)
    assert "clew login" in said
    secret = enrolled(typed, first)
    assert "is wrong" in typed("login", "anna", "--stdin", answers=("no", "000000"), code=2)
    typed("login", "anna", "--stdin", answers=(PASSWORD, pyotp.TOTP(secret).now()))
    kept = list((place / "state" / "sessions").iterdir())
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600]
    me = json.loads(typed("whoami", "--json"))
    assert me["roles"] == ["administrator", "supervisor"]
    assert (me["agency"], me["country"], me["authority"]) == ("LKA 21", "DE", None)

    typed(
        *("authority", "add", "Az 12/26", "--operation", "Lantern", "--basis", "§ 98 StPO"),
        *("--purpose", "identify the children shown", "--until", "2099-06-30"),
    )
    assert "no authority Az 1" in typed("authority", "use", "Az 1", code=2)
    typed("authority", "use", "Az 12/26")
    (listed,) = json.loads(typed("authority", "list", "--json"))
    assert listed["in use"]
    assert json.loads(typed("whoami", "--json"))["authority"] == "Az 12/26"
    typed("authority", "revoke", "Az 12/26")
    assert json.loads(typed("whoami", "--json"))["authority"] is None

    said = typed(
        *("officer", "first", "eve", "--name", "Eve", "--country", "DE", "--agency", "X"),
        *("--certified-until", "2099-12-31"),
        code=2,
    )
    assert "has an administrator already" in said
    typed("logout")
    assert "clew login" in typed("officer", "list", code=3)


def test_an_administrator_adds_locks_and_hands_over(typed, place):
    first = typed(
        *("officer", "first", "anna", "--name", "Anna", "--country", "DE", "--agency", "LKA"),
        *("--certified-until", "2099-12-31"),
    )
    secret = enrolled(typed, first)
    typed("login", "anna", "--stdin", answers=(PASSWORD, pyotp.TOTP(secret).now()))
    words = ("--role", "specialist", "--certified-until", "2099-12-31")
    ben = enrolled(typed, typed("officer", "add", "ben", "--name", "Ben", *words))
    typed("officer", "add", "cleo", "--name", "Cleo", *words)
    assert "no such role" in typed("officer", "roles", "ben", "--role", "boss", code=2)
    typed("officer", "roles", "ben", "--role", "specialist", "--role", "trainer")
    answers = (PASSWORD, pyotp.TOTP(ben).now())
    typed("login", "ben", "--stdin", answers=answers, state="ben")
    assert "Only an administrator" in typed("officer", "lock", "anna", state="ben", code=2)
    card = place / "ben.pem"
    card.write_bytes(issued("Ben").public_bytes(Encoding.PEM))
    typed("credential", "certificate", "ben", str(card))
    typed("credential", "identity", "ben", "--issuer", "https://id.example", "--subject", "7")
    assert "already" in typed("credential", "certificate", "ben", str(card), code=2)
    told = json.loads(typed("credential", "show", "ben", "--json"))
    assert told == {"password": True, "passkey": False, "identity": True, "certificate": True}
    assert "Released: 2 of ben" in typed("credential", "release", "ben")
    typed("officer", "lock", "ben")
    assert "session is over" in typed("whoami", state="ben", code=3)
    typed("officer", "unlock", "ben")
    typed("officer", "leave", "ben", "--to", "cleo")
    told = {one["sign-in name"]: one for one in json.loads(typed("officer", "list", "--json"))}
    assert told["ben"]["state"] == "left"
    assert told["ben"]["roles"] == ["specialist", "trainer"]
    assert told["cleo"]["certified until"] == "2099-12-31"


EXHIBIT = ("--what", "phone", "--where", "Kiel", "--when", "2026-05-04 06:10")


def test_set_up_in_a_minute_and_a_token_for_programs(typed, place):
    secret = pyotp.random_base32()
    who = ("de", "LKA 21", "Anna Ames", "Anna", "", PASSWORD, secret)
    first = ("Lantern", "§ 98 StPO", "Az 12/26", "to find who is shown", "")
    said = typed("setup", "--stdin", answers=(*who, "000000", *first), code=2)
    assert "The code is wrong" in said
    while time.time() % 30 > 20:  # the code must last until the command has read it
        time.sleep(0.5)
    code = pyotp.TOTP(secret).now()
    said = typed("setup", "--stdin", answers=(*who, code, *first))
    codes = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert len(codes) == 9, "one was used to sign in"
    me = json.loads(typed("whoami", "--json"))
    assert (me["sign-in name"], me["country"], me["authority"]) == ("anna", "DE", "Az 12/26")
    assert me["roles"] == ["administrator", "specialist", "supervisor"]
    assert typed("status").startswith(str(place / "workspace"))

    def create(until: str, code: int = 0) -> str:
        words = ("token", "create", "nightly", "--until", until, "--authority", "Az 12/26")
        return typed(*words, "--stdin", answers=(PASSWORD, codes.pop()), code=code)

    assert "ends within a year" in create("2099-01-01", code=2)
    token = create((datetime.now(UTC) + timedelta(days=30)).date().isoformat()).splitlines()[1]
    (listed,) = json.loads(typed("token", "list", "--json"))
    assert (listed["label"], listed["scopes"], listed["over"]) == ("nightly", ["read"], False)
    program = {"CLEW_TOKEN": token, "state": "nobody's"}
    assert typed("status", **program).startswith(str(place / "workspace"))
    assert "may not" in typed("exhibit", "add", "1", *EXHIBIT, **program, code=2)
    typed("exhibit", "add", "1", *EXHIBIT)
    typed("token", "revoke", str(listed["number"]))
    assert "session is over" in typed("status", **program, code=3)
    assert json.loads(typed("token", "list", "--json"))[0]["over"]
