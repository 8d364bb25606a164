"""From the database to the witness: checkpoints, exports, and an owner who rewrites the past."""

from __future__ import annotations

import pytest
from django.db import connections
from django.db.models import Model

from clew.access.acting import acting
from clew.access.errors import NotAllowedError
from clew.audit.checkpoint import (
    WitnessError,
    confirmed,
    hand_over,
    keep_witnessed,
    make_checkpoint,
)
from clew.audit.encoding import chained
from clew.audit.events import Event
from clew.audit.export import exported
from clew.audit.lines import HiddenLine
from clew.audit.log import record
from clew.audit.models import Checkpoint, Entry, Link
from clew.audit.signing import KeyFileError, ServerKey, public_key
from clew.audit.verify import checkpoints_in, verify
from clew.settings import Settings


@pytest.fixture
def key(place) -> ServerKey:
    return ServerKey.at(place / "keys" / "key.pem")


@pytest.fixture
def auditor(people) -> str:
    """The session of one, who has just asked; another agency was at work as well."""
    lka, bka = people.agency("DE", "LKA"), people.agency("DE", "BKA")
    ben, anna = people.officer("ben", bka, "specialist"), people.officer("anna", lka, "auditor")
    for officer in (ben, anna):
        secret = people.session(officer)
        with acting(secret):
            record(Event.QUERY, about=f"media of {officer.name}")
    return secret


@pytest.fixture(autouse=True)
def _fresh(workspace):
    """Checkpoints of one test are signed with the key of that test."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "ALTER TABLE audit_checkpoint DISABLE TRIGGER only_grows; TRUNCATE audit_checkpoint; "
            "ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER only_grows"
        )


def test_what_is_exported_fits_what_a_witness_was_given(auditor, key, place):
    (place / "witness").mkdir()
    for _ in range(2):
        hand_over(make_checkpoint(key), place / "witness")
        hand_over(make_checkpoint(key), place / "witness.jsonl")
        with acting(auditor):
            record(Event.VIEW)
    (place / "key.pub").write_text(key.public_pem)
    for witness in (place / "witness", place / "witness.jsonl"):
        held = list(checkpoints_in(witness))
        verdict = verify(exported("owner"), held, {public_key(place / "key.pub")})
        assert verdict.fits, verdict.problem
        assert verdict.checkpoints == 4
        assert verdict.witnessed == held[-1].position < verdict.entries
        assert (len(held), verdict.hidden) == (2, 0)


def test_an_auditor_exports_the_own_agencys_entries_and_the_digests_of_all_others(auditor, key):
    witnessed = [make_checkpoint(key)]
    with acting(auditor):
        lines = list(exported())
    verdict = verify(lines, witnessed)
    assert verdict.fits, verdict.problem
    assert verdict.entries == Entry.objects.using("owner").count()
    assert 0 < verdict.hidden < verdict.entries
    text = b"".join(lines)
    assert b"media of anna" in text
    assert b"media of ben" not in text
    assert HiddenLine.__struct_config__.tag.encode() in text


def test_nobody_but_an_auditor_exports(people):
    plain = people.officer("carl", people.agency("DE", "LKA"), "specialist", "administrator")
    with acting(people.session(plain)):
        record(Event.QUERY)
        with pytest.raises(NotAllowedError, match="auditor"):
            list(exported())


def rewrite_the_past(key: ServerKey) -> None:
    """What somebody can do who owns database and key: all of it fits afterwards."""
    with connections["owner"].cursor() as cursor:
        tables = ("audit_entry", "audit_link", "audit_checkpoint")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET about = 'nothing' WHERE about = 'media of anna'")
        cursor.execute(
            "UPDATE audit_link l SET digest = audit.digest(e) FROM audit_entry e "
            "WHERE e.number = l.entry"
        )
        chain = bytes(32)
        for link in Link.objects.using("owner").filter(position__gt=0).order_by("position"):
            chain = chained(chain, link.position, bytes(link.digest))
            cursor.execute(
                "UPDATE audit_link SET hash = %s WHERE position = %s", [chain, link.position]
            )
        count = Checkpoint.objects.using("owner").count()
        cursor.execute("TRUNCATE audit_checkpoint")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")
        cursor.execute("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER chain")
    for _ in range(count):
        make_checkpoint(key)


def test_an_owner_with_the_servers_key_can_rewrite_all_but_what_the_witness_holds(auditor, key):
    witnessed = [make_checkpoint(key)]
    rewrite_the_past(key)
    lines = list(exported("owner"))
    assert b"media of anna" not in b"".join(lines)
    assert verify(lines, keys={key.public}).fits, "which is why there are witnesses"
    verdict = verify(lines, witnessed, {key.public})
    assert not verdict.fits
    assert verdict.position == witnessed[0].position
    assert "rewritten" in verdict.problem


def test_the_key_is_private_and_stays_the_same(place, key):
    file = place / "keys" / "key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert ServerKey.at(file).public == key.public
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        ServerKey.at(file)
    for name, text in (("text", "no key"), ("public", key.public_pem)):
        (place / name).write_text(text)
        (place / name).chmod(0o600)
        with pytest.raises(KeyFileError, match="is no key"):
            ServerKey.at(place / name)
    with pytest.raises(KeyFileError, match="no public key"):
        public_key(place / "text")


def test_every_function_of_the_log_is_granted_by_name_and_looks_in_fixed_places(workspace):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'audit'::regnamespace "
            "AND (has_function_privilege('public', p.oid, 'EXECUTE') "
            "     OR (p.prosecdef AND p.proconfig IS NULL))"
        )
        assert cursor.fetchall() == []


def test_a_checkpoint_is_made_when_it_is_due_and_a_witness_gets_what_it_lacks(auditor, place):
    place = place / "kept"
    (place / "witness").mkdir(parents=True)

    def settings(witness: str = "witness", minutes: int = 15) -> Settings:
        return Settings.from_environment(
            {
                "CLEW_AUDIT_KEY": str(place / "key.pem"),
                "CLEW_CHECKPOINT_MINUTES": str(minutes),
                "CLEW_WITNESS": str(place / witness),
            }
        )

    assert confirmed().made_at is None
    assert not confirmed().too_old(settings())
    assert keep_witnessed(settings(minutes=0), place) is None
    first = keep_witnessed(settings(), place)
    assert keep_witnessed(settings(), place) is None, "not yet, and nothing is new"
    assert confirmed().waiting_since is None
    with acting(auditor):
        record(Event.VIEW)
    assert keep_witnessed(settings(), place) is None, "not yet"
    long_ago(Checkpoint, "made_at")
    (place / "away").write_text("no checkpoint")
    with pytest.raises(WitnessError, match="cannot be read"):
        keep_witnessed(settings("away"), place)
    assert [one.checkpoint for one in checkpoints_in(place / "witness")] == [first.checkpoint]
    assert keep_witnessed(settings(), place) is None, "made before the witness was looked at"
    for _ in range(2):
        keep_witnessed(settings("late.jsonl"), place)
    for witness in ("witness", "late.jsonl"):
        held = list(checkpoints_in(place / witness))
        assert [one.checkpoint for one in held] == [1, 2], "what it missed as well, and once"


def test_entries_that_no_checkpoint_confirms_are_too_old_after_a_while(auditor):
    settings = Settings.from_environment({"CLEW_CHECKPOINT_MINUTES": "15"})
    long_ago(Entry, "written_at")
    assert confirmed().too_old(settings)
    assert not confirmed().too_old(Settings.from_environment({"CLEW_CHECKPOINT_MINUTES": "30"}))


def long_ago(model: type[Model], column: str) -> None:
    """Make all of it an hour older, as only the owner could."""
    table = model._meta.db_table
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {table} DISABLE TRIGGER only_grows; "
            f"UPDATE {table} SET {column} = {column} - interval '1 hour'; "
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows"
        )
