"""Whether officers still need their access, and what administrators keep of their country."""

from __future__ import annotations

import pytest

from clew.access.acting import acting
from clew.access.agencies import add_agency, add_unit, change_agency
from clew.access.errors import NotAllowedError, NotKeptError
from clew.access.models import AccessReview, OfficerRole, Session
from clew.access.officers import move
from clew.access.reviews import accesses, review_access
from clew.access.secret import digest, new_secret
from clew.access.tokens import end_token_of_officer, tokens_of_country


@pytest.fixture
def at(workspace, people):
    """Officers of an agency, and a supervisor of another one: secrets by who it is."""
    ours, theirs = people.agency("DE", "LKA"), people.agency("NL", "Politie")
    secrets = {}
    for name, agency, role in (
        ("sven", ours, "supervisor"),
        ("anna", ours, "specialist"),
        ("dora", ours, "auditor"),
        ("adam", ours, "administrator"),
        ("nina", theirs, "supervisor"),
        ("noah", theirs, "administrator"),
    ):
        secrets[name] = people.session(
            people.officer(name, agency, role), people.authority(agency, f"Az {name}")
        )
    return secrets


def test_a_supervisor_looks_at_access_and_what_changes_is_looked_at_again(at):
    with acting(at["sven"]):
        found = {one.sign_in_name: one for one in accesses()}
        assert set(found) == {"sven", "anna", "dora", "adam"}
        assert all(one.due and not one.dormant for one in found.values())
        review_access(found["anna"].officer, stays=True, why="works on Lantern")
        with pytest.raises(NotKeptError, match="Say why"):
            review_access(found["anna"].officer, stays=True, why=" ")
        with pytest.raises(NotAllowedError):
            review_access(found["sven"].officer, stays=True, why="myself")
    with acting(at["dora"]):
        seen = {one.sign_in_name: one for one in accesses()}["anna"]
        assert seen.last is not None
        assert (seen.due, seen.last.reviewer.name, seen.last.roles) == (
            False,
            "sven",
            ["specialist"],
        )
        with pytest.raises(NotAllowedError):
            review_access(seen.officer, stays=False, why="an auditor says nothing")
    OfficerRole.objects.using("owner").create(officer_id=seen.officer, role="trainer")
    with acting(at["sven"]):
        assert {one.sign_in_name: one.due for one in accesses()}["anna"]
    for who in ("anna", "noah"):
        with acting(at[who]), pytest.raises(NotAllowedError):
            accesses()
    with acting(at["nina"]), pytest.raises(NotAllowedError):
        review_access(seen.officer, stays=True, why="of another agency")
    assert AccessReview.objects.using("owner").count() == 1


def test_an_administrator_keeps_agencies_and_units_of_the_own_country(at, people):
    with acting(at["adam"]):
        made = add_agency("LKA 22", "call 0900")
        unit = add_unit(made, "North")
        change_agency(made, "LKA 23", "call 0901")
        with pytest.raises(NotKeptError, match="already"):
            add_agency("LKA", "")
        with pytest.raises(NotKeptError, match="Say what"):
            add_unit(made, " ")
        anna = people.officer("andy", people.agency("DE", "LKA"), "specialist")
        with pytest.raises(NotAllowedError):
            move(anna, unit)
    for who in ("sven", "noah"):
        with acting(at[who]), pytest.raises(NotAllowedError):
            change_agency(made, "theirs", "")
    with acting(at["sven"]), pytest.raises(NotAllowedError):
        add_agency("mine", "")


def test_an_administrator_ends_tokens_of_the_own_country(at, people):
    anna = Session.objects.using("owner").get(digest=digest(at["anna"])).officer
    token = Session.objects.using("owner").create(
        officer=anna,
        digest=digest(new_secret()),
        kind="token",
        label="nightly",
        scopes=["read"],
        expires_at=Session.objects.using("owner").get(digest=digest(at["anna"])).expires_at,
    )
    with acting(at["noah"]):
        assert tokens_of_country() == []
        with pytest.raises(NotAllowedError):
            end_token_of_officer(token.pk)
    with acting(at["adam"]):
        (shown,) = tokens_of_country()
        assert (shown.officer, shown.label) == ("anna", "nightly")
        end_token_of_officer(token.pk)
        assert tokens_of_country() == []
