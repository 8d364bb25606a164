"""The REST interface as a program sees it: over HTTP messages, with the database's own roles."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import connections
from django.utils import timezone
from PIL import Image

from clew.access.acting import acting, agency, authority, officer, on_disk
from clew.access.models import Agency, Officer, OfficerRole, Session
from clew.api.limits import Rate
from clew.api.models import Answered
from clew.api.problems import ProblemError
from clew.casework import look_up
from clew.casework.upkeep import tasks
from clew.intake.workers import keep_time
from clew.records.models import (
    Asked,
    ContributedFile,
    Contribution,
    Entity,
    Folder,
    Notice,
    Original,
    Quota,
    Sighting,
)
from clew.signals.files import read_files


def look(look: bytes, bits: int = 0) -> dict[str, str]:
    turned = bytes([look[0] ^ (2**bits - 1)]) + look[1:]
    return {"algorithm": "pdq", "value": turned.hex()}


def picture() -> bytes:
    """Patches of grey: enough to be told from others."""
    patches = np.random.default_rng(5).integers(0, 256, (12, 16), np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.kron(patches, np.ones((20, 20), np.uint8))).save(out, "JPEG", quality=92)
    return out.getvalue()


def look_of(content: bytes) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(content)
        file.flush()
        (reading,) = read_files([Path(file.name)])
    trace = next(trace for trace in reading.traces if trace.signal == "picture")
    return trace.feature.value[:32]


class TestQuery:
    def test_by_look_finds_and_explains(self, ask, served, conftest):
        answer = ask("POST", "/api/v1/query/hash", served.ours, look(conftest.LOOK, bits=3))
        (found,) = answer.told["found"]
        assert found["media"]["number"] == served.media
        assert found["media"]["places"][0]["folder"] == "/evidence"
        match = found["match"]
        assert (match["kind"], match["distance"], match["threshold"]) == ("picture", 3, 52)
        assert match["versions"] == {"picture": 1, "exact": 1}
        assert match["measured"]["upper"] < 0.001
        assert match["trust"].endswith("among a million media")

    @pytest.mark.parametrize(
        ("algorithm", "part"),
        [("sha256", slice(0, 32)), ("sha1", slice(32, 52)), ("md5", slice(52, 68))],
    )
    def test_by_digest(self, ask, served, conftest, algorithm, part):
        asked = {"algorithm": algorithm, "value": conftest.EXACT[part].hex().upper()}
        (found,) = ask("POST", "/api/v1/query/hash", served.ours, asked).told["found"]
        assert found["media"]["number"] == served.media
        assert found["match"]["kind"] == "same file"

    def test_a_media_committed_just_now(self, ask, served, conftest):
        other = hashlib.sha256(b"another").digest()
        ask("POST", "/api/v1/query/hash", served.ours, look(other))  # the index is at its newest
        number = conftest.held("LKA", other, hashlib.sha256(b"x").digest() + bytes(36))
        answer = ask("POST", "/api/v1/query/hash", served.ours, look(other))
        assert [one["media"]["number"] for one in answer.told["found"]] == [number]

    def test_by_media(self, ask, served, conftest):
        nearly = bytes([conftest.LOOK[0] ^ 1]) + conftest.LOOK[1:]
        number = conftest.held("LKA", nearly, hashlib.sha256(b"y").digest() + bytes(36))
        answer = ask("POST", "/api/v1/query/media", served.ours, {"media": number})
        assert [one["media"]["number"] for one in answer.told["found"]] == [served.media]

    def test_by_file(self, ask, served, conftest):
        content = picture()
        body = b"".join(
            (
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="f.jpg"\r\n\r\n',
                content,
                b"\r\n--b--\r\n",
            )
        )
        number = conftest.held("LKA", look_of(content), hashlib.sha256(b"z").digest() + bytes(36))
        form = {"content_type": "multipart/form-data; boundary=b"}
        answer = ask("POST", "/api/v1/query/file", served.ours, raw=body, **form)
        (found,) = answer.told["found"]
        assert (found["media"]["number"], found["match"]["distance"]) == (number, 0)
        known = {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}
        asked = ask("POST", "/api/v1/query/hash", served.ours, known)
        assert asked.told["found"] == []  # it was read, not kept

    def test_another_agency_learns_nothing(self, ask, served, conftest):
        answer = ask("POST", "/api/v1/query/hash", served.theirs, look(conftest.LOOK))
        assert answer.told == {"found": [], "hits": [], "notes": []}
        assert ask("GET", f"/api/v1/media/{served.media}", served.theirs).status == 404

    def test_what_another_keeps_to_itself_takes_as_long_as_nothing(
        self, ask, served, conftest, monkeypatch
    ):
        gathered = []
        real = look_up.items
        monkeypatch.setattr(look_up, "items", lambda media: gathered.append(media) or real(media))
        known = {"algorithm": "sha256", "value": conftest.EXACT[:32].hex()}
        other = known | {"value": "0" * 64}
        for who, asked, steps in (
            (served.theirs, other, 0),
            (served.theirs, known, 0),  # else its time would tell that it is held
            (served.ours, known, 1),
        ):
            gathered.clear()
            assert ask("POST", "/api/v1/query/hash", who, asked).status == 200
            assert len(gathered) == steps

    @pytest.mark.parametrize(
        ("scopes", "role"), [("contribute", "specialist"), ("read", "trainer")]
    )
    def test_who_may_not_look_into_cases_learns_of_no_hit(
        self, ask, served, conftest, scopes, role
    ):
        value = hashlib.sha256(f"{scopes} {role}".encode()).digest()
        number = conftest.held("LKA", value, value + bytes(36))
        Sighting.objects.using("owner").filter(media=number).update(sharing="hit only")
        asked = {"algorithm": "sha256", "value": value.hex()}
        (hit,) = ask("POST", "/api/v1/query/hash", served.theirs, asked).told["hits"]
        assert hit["agency"] == "LKA"
        whose = OfficerRole.objects.using("owner").filter(officer__sign_in_name="nl-politie")
        of_them = Session.objects.using("owner").filter(officer__sign_in_name="nl-politie")
        scoped = of_them.get().scopes
        try:
            whose.update(role=role)
            of_them.update(scopes=[scopes])
            answer = ask("POST", "/api/v1/query/hash", served.theirs, asked)
        finally:
            whose.update(role="specialist")
            of_them.update(scopes=scoped)
        assert answer.status == 403
        assert "LKA" not in answer.body.decode()
        assert "who sees and writes what" in conftest.logged("refused")[-1][1]

    def test_is_in_the_log(self, ask, served, conftest):
        asked = look(conftest.LOOK, bits=2)
        ask("POST", "/api/v1/query/hash", served.ours, asked)
        about, details = conftest.logged("query")[-1]
        assert about == f"pdq {asked['value']}"
        assert json.loads(details)["found"] >= 1

    def test_without_an_authority_is_refused_and_in_the_log(self, ask, served, conftest):
        answer = ask("POST", "/api/v1/query/hash", served.nobodys, look(conftest.LOOK))
        assert (answer.status, answer.told["type"]) == (403, "urn:clew:problem:no-authority")
        assert "No authority was chosen" in conftest.logged("refused")[-1][1]


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/api/v1/whoami", 401),
            ("GET", "/api/v1/nothing", 404),
            ("GET", "/api/nothing", 404),
            ("DELETE", "/api/v1/whoami", 405),
        ],
    )
    def test_each_is_one(self, ask, method, path, status):
        answer = ask(method, path)
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.told["status"] == status
        assert answer.told["detail"]

    def test_what_is_not_as_described_is_told_where(self, ask, served):
        answer = ask("POST", "/api/v1/query/hash", served.ours, {"algorithm": "pdq", "value": "x"})
        assert answer.status == 422
        assert answer.told["errors"][0]["where"] == "body.asked.value"

    def test_a_fault_tells_nothing(self, ask, served, monkeypatch):
        secret = "what nobody may read"
        monkeypatch.setattr(
            "clew.api.session.usable_authorities", lambda: (_ for _ in ()).throw(KeyError(secret))
        )
        answer = ask("GET", "/api/v1/authorities", served.ours)
        assert answer.status == 500
        assert answer.told["type"] == "urn:clew:problem:fault"
        assert secret.encode() not in answer.body

    def test_a_body_that_is_too_large_is_not_read(self, ask, served):
        answer = ask("POST", "/api/v1/query/file", served.ours, content_length=str(2**40))
        assert answer.status == 413

    def test_a_host_of_another_name(self, ask):
        assert ask("GET", "/api/v1/whoami", host="elsewhere.example").status == 400

    def test_too_many_requests(self):
        now = [100.0]
        rate = Rate(60, at_once=2, clock=lambda: now[0])
        rate.take("one")
        rate.take("one")
        rate.take("another")
        with pytest.raises(ProblemError) as refused:
            rate.take("one")
        assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
        now[0] += 1
        rate.take("one")


class TestOnce:
    def series(self, title: str) -> dict[str, str]:
        return {"kind": "series", "title": title}

    def count(self, served, title: str) -> int:
        with acting(served.ours):
            return Entity.objects.filter(title=title).count()

    def test_the_same_request_is_done_once(self, ask, served):
        key = str(uuid.uuid4())
        answers = [
            ask("POST", "/api/v1/entities", served.ours, self.series("once"), idempotency_key=key)
            for _ in range(2)
        ]
        assert [answer.status for answer in answers] == [201, 201]
        assert answers[0].body == answers[1].body
        assert self.count(served, "once") == 1

    def test_another_request_with_the_key_is_refused(self, ask, served):
        key = str(uuid.uuid4())
        ask("POST", "/api/v1/entities", served.ours, self.series("a"), idempotency_key=key)
        other = ask("POST", "/api/v1/entities", served.ours, self.series("b"), idempotency_key=key)
        assert (other.status, other.told["type"]) == (409, "urn:clew:problem:key-used")
        assert self.count(served, "b") == 0

    def test_a_key_is_an_officers_own(self, ask, served):
        key = str(uuid.uuid4())
        ours = ask("POST", "/api/v1/entities", served.ours, self.series("o"), idempotency_key=key)
        theirs = ask(
            "POST", "/api/v1/entities", served.theirs, self.series("o"), idempotency_key=key
        )
        assert theirs.status == 201
        assert theirs.told["number"] != ours.told["number"]

    def test_nobodys_answer_is_kept_for_longer_than_a_day(self, ask, served):
        old, new = str(uuid.uuid4()), str(uuid.uuid4())
        ask("POST", "/api/v1/entities", served.theirs, self.series("old"), idempotency_key=old)
        kept = Answered.objects.using("owner").filter(
            key_digest=hashlib.sha256(old.encode()).digest()
        )
        ask("POST", "/api/v1/entities", served.ours, self.series("x"), idempotency_key=new)
        assert kept.update(at=timezone.now() - timedelta(hours=25)) == 1
        new = str(uuid.uuid4())
        ask("POST", "/api/v1/entities", served.ours, self.series("y"), idempotency_key=new)
        assert not kept.exists()

    def test_what_failed_may_be_tried_again(self, ask, served):
        key = str(uuid.uuid4())
        wrong = {"kind": "person", "title": "again"}
        right = wrong | {"category": "victim"}
        refused = ask("POST", "/api/v1/entities", served.ours, wrong, idempotency_key=key)
        done = ask("POST", "/api/v1/entities", served.ours, right, idempotency_key=key)
        assert (refused.status, done.status) == (422, 201)


class TestLists:
    def test_pages_tell_everything_once(self, ask, served):
        for number in range(5):
            ask("POST", "/api/v1/entities", served.ours, {"kind": "place", "title": f"p{number}"})
        titles, cursor = [], ""
        while True:
            page = ask("GET", f"/api/v1/entities/place?limit=2{cursor}", served.ours).told
            titles += [one["title"] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert titles == [f"p{number}" for number in range(5)]

    def test_what_did_not_change_is_not_sent_again(self, ask, served):
        first = ask("GET", f"/api/v1/media/{served.media}", served.ours)
        again = ask(
            "GET",
            f"/api/v1/media/{served.media}",
            served.ours,
            if_none_match=first.headers["etag"],
        )
        assert (again.status, again.body) == (304, b"")


def test_exhibits_and_contributions_are_not_looked_at_without_an_entry(ask, served, conftest):
    exhibit = {
        "number": "17-4",
        "description": "a telephone",
        "seized_where": "a flat",
        "seized_at": "2026-11-01T08:00:00Z",
        "source": "device",
    }
    made = ask("POST", "/api/v1/exhibits", served.ours, exhibit).told["id"]
    files = [{"path": "a.jpg", "size": 3, "sha256": "a" * 64}]
    begun = ask("POST", "/api/v1/contributions", served.ours, {"files": files}).told["number"]
    before = len(conftest.logged("view"))
    for path in (
        *("exhibits", f"exhibits/{made}", f"exhibits/{made}/custody"),
        *("contributions", f"contributions/{begun}", f"contributions/{begun}/files"),
    ):
        assert ask("GET", f"/api/v1/{path}", served.ours).status == 200
    told = [about for about, _ in conftest.logged("view")[before:]]
    exhibits, contributions = [f"exhibit:{made}"] * 2, [f"contribution:{begun}"] * 2
    assert told == ["", *exhibits, "", *contributions]


class TestReveal:
    def test_says_why_and_is_in_the_log(self, ask, served, conftest):
        shown = b"a small picture"
        served.workspace.vault.put_derivative("preview", conftest.EXACT[:32].hex(), shown)
        path = f"/api/v1/media/{served.media}/reveal/preview"
        assert ask("POST", path, served.ours, {"purpose": " "}).status == 422
        answer = ask("POST", path, served.ours, {"purpose": "to compare the wall"})
        assert (answer.body, answer.headers["cache-control"]) == (shown, "no-store")
        about, details = conftest.logged("reveal")[-1]
        assert about == f"media:{served.media}"
        assert json.loads(details) == {"what": "preview", "purpose": "to compare the wall"}

    def test_with_a_key_it_is_kept_nowhere_and_each_look_is_in_the_log(self, ask, served, conftest):
        shown = b"a picture that is kept in the vault alone"
        other = hashlib.sha256(shown).digest()
        number = conftest.held("LKA", conftest.LOOK[::-1], other + bytes(36))
        served.workspace.vault.put_derivative("preview", other.hex(), shown)
        before = len(conftest.logged("reveal"))
        path, key = f"/api/v1/media/{number}/reveal/preview", str(uuid.uuid4())
        for _ in range(2):
            answer = ask("POST", path, served.ours, {"purpose": "again"}, idempotency_key=key)
            assert answer.body == shown
        assert len(conftest.logged("reveal")) == before + 2
        assert not Answered.objects.using("owner").filter(body=shown).exists()

    def test_whether_another_agency_handed_it_in_is_not_told(self, ask, served, conftest):
        content = b"found by two, handed in by one"
        digest = hashlib.sha256(content).digest()
        number = conftest.held("LKA", hashlib.sha256(b"of two").digest(), digest + bytes(36))
        place = Folder(path=b"/nl", agency=Agency.objects.using("owner").get(name="Politie"))
        place.save(using="owner")
        Sighting.objects.using("worker").create(
            folder=place, path=b"x", size=30, outcome="read", media_id=number
        )
        served.workspace.vault.put_original(io.BytesIO(content))
        Original.objects.using("worker").create(media_id=number, size=len(content))
        with acting(served.ours):
            begun = Contribution.objects.create(
                agency_id=agency(), officer_id=officer(), authority_id=authority()
            )
            ContributedFile.objects.create(contribution=begun, path=b"/evidence/x", media_id=number)
        path = f"/api/v1/media/{number}"
        for who, handed_in, status in ((served.ours, True, 200), (served.theirs, False, 404)):
            assert ask("GET", path, who).told["in_vault"] is handed_in
            looked = ask("POST", f"{path}/reveal/original", who, {"purpose": "to see"})
            assert looked.status == status

    def test_of_what_is_not_seen(self, ask, served):
        path = f"/api/v1/media/{served.media}/reveal/preview"
        assert ask("POST", path, served.theirs, {"purpose": "curiosity"}).status == 404


def test_a_browser_loads_nothing_from_elsewhere(ask):
    page = ask("GET", "/api/docs")
    assert b"http:" not in page.body
    assert b"https:" not in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert ask("GET", "/static/api/swagger-ui-bundle.js").status == 200


def test_notices_and_health_are_told_without_an_authority(ask, served):
    whom = ask("GET", "/api/v1/whoami", served.nobodys).told["sign_in_name"]
    made = Notice.objects.using("owner").create(
        officer=Officer.objects.using("owner").get(sign_in_name=whom),
        kind="reviews due",
        about="retention",
        key="reviews",
        details={"open": 3},
    )
    (one,) = ask("GET", "/api/v1/notices", served.nobodys).told["items"]
    assert one["says"] == "things to look at again: 3"
    assert ask("GET", "/api/v1/notices", served.ours).told["items"] == []
    assert ask("POST", f"/api/v1/notices/{made.pk}/read", served.ours).status == 404
    assert ask("POST", f"/api/v1/notices/{made.pk}/read", served.nobodys).status == 204
    assert ask("GET", "/api/v1/notices", served.nobodys).told["items"] == []
    (one,) = ask("GET", "/api/v1/notices?unread=false", served.nobodys).told["items"]
    assert one["read"]
    assert ask("GET", "/api/v1/health").status == 401
    well = {"well": True, "checkpoint_made_at": None, "checkpoint_too_old": False}
    assert ask("GET", "/api/v1/health", served.nobodys).told == well
    with keep_time(served.workspace, tasks):
        deadline = time.monotonic() + 30
        while ask("GET", "/api/v1/health", served.nobodys).told["checkpoint_made_at"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)


class TestAtOnce:
    def test_no_more_questions_are_answered_than_may_be_asked(self, ask, served, conftest):
        agency = Agency.objects.using("owner").get(name="Politie")
        asked = Asked.objects.using("owner").filter(officer__agency=agency).first()
        so_far, noted = asked.questions if asked else 0, len(conftest.logged("query"))
        Quota.objects.using("owner").create(agency=agency, per_hour=so_far + 5, per_day=10**6)
        question = look(conftest.LOOK)

        def status(_: int) -> int:
            return ask("POST", "/api/v1/query/hash", served.theirs, question).status

        with ThreadPoolExecutor(12) as pool:
            statuses = sorted(pool.map(status, range(12)))
        Quota.objects.using("owner").filter(agency=agency).delete()
        assert statuses == [200] * 5 + [429] * 7
        assert len(conftest.logged("query")) == noted + 5

    @pytest.mark.parametrize("bits", [0, 60], ids=["found", "nothing found"])
    def test_a_question_is_on_the_disk_before_it_is_answered(
        self, ask, served, conftest, monkeypatch, bits
    ):
        behind, noted = [], len(conftest.logged("query"))

        def note_and_wait() -> None:
            assert len(conftest.logged("query")) == noted + 1  # committed by then
            behind.append(_log_position("insert"))
            on_disk()

        monkeypatch.setattr(look_up, "on_disk", note_and_wait)
        value = (int.from_bytes(conftest.LOOK) ^ (2**bits - 1)).to_bytes(32)
        question = {"algorithm": "pdq", "value": value.hex()}
        answer = ask("POST", "/api/v1/query/hash", served.ours, question)
        assert bool(answer.told["found"]) == (bits == 0)
        assert _log_position("flush") >= behind[0]


def _log_position(which: str) -> int:
    """How far PostgreSQL's own log was written into memory (``insert``), or to disk (``flush``)."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT pg_current_wal_{which}_lsn() - '0/0'")
        (position,) = cursor.fetchone()
    return int(position)
