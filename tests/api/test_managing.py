"""Officers, tokens and contributions are managed through the interface; lists come in pages."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone

from clew.access.enrolment import begin_enrolment, enrol
from clew.access.models import Authority, Officer, OfficerRole, Session

UNTIL = (timezone.now() + timedelta(days=90)).isoformat()


@pytest.fixture(scope="module")
def administrators(served) -> None:
    """The officers of LKA (Germany) and of Politie (the Netherlands) administer as well."""
    for name in ("de-lka", "nl-politie"):
        found = Officer.objects.using("owner").get(sign_in_name=name)
        OfficerRole.objects.using("owner").create(officer=found, role="administrator")


def new(name: str, **others: object) -> dict[str, object]:
    return {
        "name": name.title(),
        "sign_in_name": name,
        "roles": ["contributor"],
        "certified_until": UNTIL,
        **others,
    }


@pytest.mark.usefixtures("administrators")
class TestOfficers:
    def test_an_administrator_adds_changes_and_sees_off_an_officer(self, ask, served, conftest):
        added = ask("POST", "/api/v1/officers", served.ours, new("ben", agency="BKA"))
        assert added.status == 201, added.body
        at = f"/api/v1/officers/{added.told['officer']}"
        assert len(added.told["secret"]) > 30
        shown = ask("GET", at, served.ours).told
        assert (shown["agency"], shown["roles"], shown["state"]) == (
            "BKA",
            ["contributor"],
            "active",
        )
        changes = (
            ("PUT", "roles", {"roles": ["specialist", "trainer"]}),
            ("PUT", "certification", {"until": UNTIL}),
            ("POST", "lock", None),
        )
        for method, what, body in changes:
            answer = ask(method, f"{at}/{what}", served.ours, body)
            assert answer.status == 204, (what, answer.body)
        shown = ask("GET", at, served.ours).told
        assert (shown["roles"], shown["state"]) == (["specialist", "trainer"], "locked")
        assert ask("POST", f"{at}/unlock", served.ours).status == 204
        again = ask("POST", f"{at}/invitation", served.ours)
        assert again.status == 201
        assert again.told["secret"] != added.told["secret"]
        other = ask("POST", "/api/v1/officers", served.ours, new("cleo", agency="BKA")).told
        left = ask("POST", f"{at}/leave", served.ours, {"successor": other["officer"]})
        assert left.status == 204
        shown = ask("GET", at, served.ours).told
        assert (shown["state"], shown["successor"]) == ("left", other["officer"])
        about = f"officer {shown['number']}"
        for event in ("officer added", "role given", "role taken", "certified", "invited"):
            assert about in [one for one, _ in conftest.logged(event)], event

    def test_of_another_country_none_is_seen_or_changed(self, ask, served, conftest):
        ours = Officer.objects.using("owner").get(sign_in_name="de-lka").pk
        at = f"/api/v1/officers/{ours}"
        assert ask("GET", at, served.theirs).status == 404
        assert ask("POST", f"{at}/lock", served.theirs).status == 404
        seen = ask("GET", "/api/v1/officers", served.theirs).told["items"]
        assert {one["agency"] for one in seen} == {"Politie"}
        refused = len(conftest.logged("refused"))
        assert ask("POST", f"{at}/lock", served.ours).status == 403  # nobody for themselves
        assert len(conftest.logged("refused")) == refused + 1

    def test_whoever_administers_nothing_changes_nothing(self, ask, served):
        plain = Officer.objects.using("owner").get(sign_in_name="fr-ocrvp")
        answer = ask("POST", "/api/v1/officers", served.nobodys, new("dan"))
        assert answer.status == 403
        assert not Officer.objects.using("owner").filter(sign_in_name="dan").exists()
        at = f"/api/v1/officers/{plain.pk}"
        for method, what, body in (
            ("PUT", "roles", {"roles": ["specialist"]}),
            ("POST", "unlock", None),
            ("PUT", "certification", {"until": UNTIL}),
            ("POST", "invitation", None),
            ("POST", "leave", {"successor": plain.pk}),
        ):
            assert ask(method, f"{at}/{what}", served.nobodys, body).status == 403, what

    def test_what_cannot_be_is_refused(self, ask, served):
        for wrong in (
            new("eve", roles=["queen"]),
            new("eve", roles=[]),
            new("eve", certified_until="2020-01-01T00:00:00Z"),
            new("de-lka"),
        ):
            assert ask("POST", "/api/v1/officers", served.ours, wrong).status == 422, wrong

    def test_a_secret_is_not_kept_for_a_repeated_request(self, ask, served):
        for path in ("officers", "tokens", "session", "officers/1/invitation"):
            answer = ask("POST", f"/api/v1/{path}", served.ours, new("fay"), idempotency_key="one")
            assert answer.status == 422
            assert "secret" in answer.told["detail"]


@pytest.mark.usefixtures("administrators")
def another_authority(agency: str) -> int:
    """A further one, that all officers of an agency may use."""
    made = Authority.objects.using("owner").get(agency__name=agency, reference="Az 1")
    made.pk, made.reference = None, "Az 2"
    made.save(using="owner")
    return int(made.pk)


def test_a_token_is_issued_used_and_ended(ask, served, conftest):
    added = ask(
        "POST", "/api/v1/officers", served.ours, new("gil", roles=["specialist"], agency="LKA")
    ).told
    totp = begin_enrolment(added["secret"]).totp_secret
    made = pyotp.TOTP(totp)
    password = "a horse that reads maps"
    recovery = enrol(added["secret"], password, totp, made.now())
    begun = ask(
        "POST", "/api/v1/session", None, {"name": "gil", "password": password, "code": recovery[0]}
    ).told["secret"]
    (authority,) = ask("GET", "/api/v1/authorities", begun).told["items"]
    wanted = {
        "label": "nightly",
        "until": UNTIL,
        "authority": authority["number"],
        "password": password,
        "code": recovery[1],
    }
    wrong = ask("POST", "/api/v1/tokens", begun, wanted | {"password": "guessed", "code": "1"})
    assert (wrong.status, wrong.told["type"]) == (401, "urn:clew:problem:not-let-in")
    assert ask("POST", "/api/v1/tokens", begun, wanted | {"authority": 2**40}).status == 403
    issued = ask("POST", "/api/v1/tokens", begun, wanted)
    assert issued.status == 201, issued.body
    token = issued.told["secret"]
    assert ask("GET", "/api/v1/whoami", token).told["authority"] == "Az 1"
    assert ask("GET", "/api/v1/officers/1/lock", token).status == 405
    other = another_authority("LKA")
    assert ask("PUT", "/api/v1/session/authority", begun, {"authority": other}).status == 204
    refused = ask("PUT", "/api/v1/session/authority", token, {"authority": other})
    assert (refused.status, "keeps the authority" in refused.told["detail"]) == (403, True)
    assert ask("GET", "/api/v1/whoami", token).told["authority"] == "Az 1"
    (listed,) = ask("GET", "/api/v1/tokens", begun).told["items"]
    assert (listed["label"], listed["scopes"], listed["over"]) == ("nightly", ["read"], False)
    # Its scopes do not say that it may administer, whatever its officer may.
    assert ask("POST", "/api/v1/officers", token, new("hal")).status == 403
    assert ask("DELETE", f"/api/v1/tokens/{listed['number']}", served.ours).status == 403
    assert ask("DELETE", f"/api/v1/tokens/{listed['number']}", begun).status == 204
    assert ask("GET", "/api/v1/whoami", token).status == 401
    (over,) = [one for one in conftest.logged("refused sign-in") if "was ended" in one[1]]
    assert over[0] == f"officer {added['officer']}"
    assert f'"session": {listed["number"]}' in over[1]
    assert token not in str(conftest.logged("refused sign-in"))


def test_the_use_of_a_session_that_has_run_out_is_noted_once_a_minute(ask, served, conftest):
    found = Session.objects.using("owner").get(officer__sign_in_name="fr-ocrvp")
    was = found.expires_at
    Session.objects.using("owner").filter(pk=found.pk).update(expires_at=timezone.now())
    for _ in range(3):
        assert ask("GET", "/api/v1/whoami", served.nobodys).status == 401
    assert ask("GET", "/api/v1/whoami", "made up").status == 401
    Session.objects.using("owner").filter(pk=found.pk).update(expires_at=was)
    noted = [why for _, why in conftest.logged("refused sign-in") if "has run out" in why]
    assert noted == [f'{{"why": "the session has run out", "session": {found.pk}}}']


class TestContributions:
    def announced(self, ask, served, *names: str) -> int:
        files = [
            {"path": name, "size": 9, "sha256": hashlib.sha256(name.encode()).hexdigest()}
            for name in names
        ]
        answer = ask("POST", "/api/v1/contributions", served.ours, {"files": files})
        assert answer.status == 201, answer.body
        return answer.told["number"]

    def test_cancelled_files_are_taken_back_and_can_be_tried_again(self, ask, served):
        number = self.announced(ask, served, "one.jpg", "two.jpg")
        at = f"/api/v1/contributions/{number}"
        assert ask("GET", f"{at}/progress", served.ours).told["files"] == {"arriving": 2}
        cancelled = ask("POST", f"{at}/cancel", served.ours)
        assert cancelled.status == 200
        assert (cancelled.told["files"], cancelled.told["cancelled"]) == ({"cancelled": 2}, True)
        once_more = ask("POST", f"{at}/cancel", served.ours)
        assert (once_more.status, once_more.told["files"]) == (200, {"cancelled": 2})
        again = ask("POST", f"{at}/retry", served.ours)
        assert again.status == 200, again.body
        assert (again.told["cancelled"], "cancelled" in again.told["files"]) == (False, False)

    def test_only_of_ones_own_agency(self, ask, served):
        number = self.announced(ask, served, "three.jpg")
        for what in ("cancel", "retry"):
            answer = ask("POST", f"/api/v1/contributions/{number}/{what}", served.theirs)
            assert answer.status in (404, 422)
            answer = ask("POST", f"/api/v1/contributions/{number}/{what}", served.nobodys)
            assert answer.status == 403
            answer = ask("POST", f"/api/v1/contributions/{2**40}/{what}", served.ours)
            assert answer.status in (404, 422)
        told = ask("GET", f"/api/v1/contributions/{number}/progress", served.ours).told
        assert told["files"] == {"arriving": 1}


def test_lists_are_read_to_the_end_page_by_page(ask, served):
    for title in ("harbour one", "harbour two", "harbour three"):
        made = ask("POST", "/api/v1/entities", served.ours, {"kind": "series", "title": title})
        assert made.status == 201, made.body
    for path in (
        *("connections/types?", "observations/types?", "grades/schemes?"),
        *("search?words=harbour&", "authorities?"),
    ):
        whole = ask("GET", f"/api/v1/{path}limit=200", served.ours).told
        assert whole["next"] is None
        read, cursor = [], ""
        for _ in range(len(whole["items"])):
            page = ask("GET", f"/api/v1/{path}limit=1{cursor}", served.ours).told
            read += page["items"]
            cursor = f"&cursor={page['next']}"
        assert read == whole["items"], path
        assert page["next"] is None
        wrong = ask("GET", f"/api/v1/{path}cursor=eyJhIjogMX0%3D", served.ours)
        assert wrong.status == 422, path
    assert len(ask("GET", "/api/v1/search?words=harbour", served.ours).told["items"]) == 3


class TestBoard:
    def written(self, ask, served, sharing: str) -> str:
        series = {"kind": "series", "title": f"board, {sharing}", "sharing": sharing}
        made = ask("POST", "/api/v1/entities", served.ours, series)
        assert made.status == 201, made.body
        return made.told["thing"]

    def test_hypotheses_are_written_argued_weighed_and_shared_each_by_itself(self, ask, served):
        about = self.written(ask, served, "all members")

        def of(who: str) -> list[dict[str, object]]:
            answer = ask("GET", f"/api/v1/hypotheses?about={about}", who)
            assert answer.status == 200, answer.body
            return answer.told["items"]

        wanted = {"about": about, "subject": "country", "words": "Estonia"}
        own = ask("POST", "/api/v1/hypotheses", served.ours, wanted).told["number"]
        shared = ask(
            "POST", "/api/v1/hypotheses", served.ours, {**wanted, "sharing": "all members"}
        ).told["number"]
        at = f"/api/v1/hypotheses/{own}"
        said = {"side": "for", "words": "the plug", "media": served.media, "certainty": "fact"}
        argued = ask("POST", f"{at}/arguments", served.ours, said)
        assert argued.status == 201, argued.body
        weighed = {"stands": "likely", "why": "plug and language"}
        assert ask("POST", f"{at}/weigh", served.ours, weighed).status == 201
        (first, second) = of(served.ours)
        assert (first["number"], first["stands"], second["number"]) == (own, "likely", shared)
        assert [(one["words"], one["media"]) for one in first["speaks_for"]] == [
            ("the plug", served.media)
        ]
        # Another agency sees what is shared with it, and writes only where it sees something.
        assert [one["number"] for one in of(served.theirs)] == [shared]
        for path, body in (
            (f"{at}/arguments", {"side": "for", "words": "x"}),
            (f"{at}/weigh", weighed),
            (f"/api/v1/arguments/{argued.told['number']}/retract", None),
        ):
            assert ask("POST", path, served.theirs, body).status == 404, path
        theirs = f"/api/v1/hypotheses/{shared}"
        assert ask("POST", f"{theirs}/weigh", served.theirs, weighed).status == 403
        against = ask(
            "POST", f"{theirs}/arguments", served.theirs, {"side": "against", "words": "the shop"}
        )
        assert against.status == 201, against.body
        unseen = {**said, "media": served.media}
        assert ask("POST", f"{theirs}/arguments", served.theirs, unseen).status == 404
        retract = f"/api/v1/arguments/{argued.told['number']}/retract"
        assert ask("POST", retract, served.ours).status == 201
        assert ask("POST", retract, served.ours).status == 409
        assert of(served.ours)[0]["speaks_for"] == []
        assert ask("POST", "/api/v1/hypotheses", served.ours, wanted | {"x": 1}).status == 422

    def test_tasks_are_an_agencys_own(self, ask, served):
        about = self.written(ask, served, "all members")
        wanted = {"about": about, "words": "call the club", "until": "2026-12-01"}
        mine = Officer.objects.using("owner").get(sign_in_name="de-lka").pk
        given = ask("POST", "/api/v1/tasks", served.ours, {**wanted, "assigned": mine})
        assert given.status == 201, given.body
        number = given.told["number"]
        for path in (f"tasks?about={about}", "tasks/own"):
            (shown,) = ask("GET", f"/api/v1/{path}", served.ours).told["items"]
            assert (shown["number"], shown["state"], shown["assigned"]) == (number, "open", mine)
            assert shown["until"] == "2026-12-01"
            assert ask("GET", f"/api/v1/{path}", served.theirs).told["items"] == []
        step = {"state": "done", "why": "they know it"}
        assert ask("POST", f"/api/v1/tasks/{number}/state", served.theirs, step).status == 404
        assert ask("POST", f"/api/v1/tasks/{number}/state", served.ours, step).status == 201
        assert ask("POST", f"/api/v1/tasks/{number}/state", served.ours, step).status == 409
        assert ask("GET", "/api/v1/tasks/own", served.ours).told["items"] == []
        stranger = Officer.objects.using("owner").get(sign_in_name="nl-politie").pk
        refused = ask("POST", "/api/v1/tasks", served.ours, {**wanted, "assigned": stranger})
        assert refused.status == 404
        hidden = self.written(ask, served, "own agency")
        for path in ("tasks", "hypotheses"):
            assert ask("GET", f"/api/v1/{path}?about={hidden}", served.theirs).status == 404
            assert ask("GET", f"/api/v1/{path}?about={about}", None).status == 401
