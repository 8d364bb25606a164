"""Every address of the pages, asked by everybody: who gets what, and what browsers are told."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import URLPattern

from addresses import A_FILE, GET, OPEN, OWN, POST, Client, asked_of_media, at
from clew.access.models import Officer
from clew.audit.models import Entry
from clew.records.models import Entity as Person
from clew.records.models import Export, ExportEnd, SavedFilter
from clew.web.urls import urlpatterns
from overseeing import ASKED, EVERYBODY, address


@pytest.fixture
def client(desk):
    return lambda who: Client(desk.address, desk.secrets.get(who))


def patterns() -> list[str]:
    """All addresses as they are written in the list."""
    assert all(isinstance(one, URLPattern) for one in urlpatterns)
    return [str(one.pattern) for one in urlpatterns]


def test_every_address_is_asked_below(desk):
    assert set(patterns()) == OPEN | OWN | set(asked_of_media(1)) | set(ASKED)


def test_who_is_not_signed_in_gets_nowhere(desk, client):
    nobody, made_up = client("nobody"), Client(desk.address, "made-up")
    for asking in (nobody, made_up):
        for pattern, (method, rest, told) in asked_of_media(desk.pair[0]).items():
            answer = asking.ask(method, at(pattern, desk.pair[0]) + rest, told)
            # A form of somebody without a session has no token that fits either.
            assert answer.status_code == (403 if method == POST else 401), pattern
        for path in ("", "media", f"media/{desk.pair[0]}", "desk"):
            answer = asking.ask(GET, path, script=False)
            back = f"?next=%2F{path.replace('/', '%2F')}" if path else ""
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in{back}")


def test_without_an_authority_one_is_led_to_choosing_and_back(desk, client):
    new = client("new")
    for pattern, (method, rest, told) in asked_of_media(desk.pair[0]).items():
        if pattern in ("search", "part/notices") or pattern.startswith("media/filters"):
            continue  # an empty form; the officer's own notices and filters
        path = at(pattern, desk.pair[0]) + rest
        if pattern.endswith("<str:sign>"):
            continue  # nothing was signed for this session
        answer = new.ask(method, path, told)
        assert answer.status_code == 403, pattern
        assert answer.json()["go"].startswith("/authority?next=%2F"), pattern
    there = new.ask(GET, "media?kind=video", script=False)
    assert there.headers["Location"] == "/authority?next=%2Fmedia%3Fkind%3Dvideo"
    part = new.ask(GET, "part/hits", script=False, **{"HX-Request": "true", "Clew-Page": "/"})
    assert part.headers["HX-Redirect"] == "/authority?next=%2F"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"):
        page = new.session.get(f"{desk.address}/authority", params={"next": elsewhere}, timeout=20)
        assert 'name="next" value="/"' in page.text


def test_nobody_elsewhere_sees_or_changes_what_is_held_here(desk, client):
    stranger, media = client("stranger"), desk.pair[0]
    nowhere = stranger.ask(GET, f"media/{10**9}").json()["why"].replace(str(10**9), "N")
    for pattern, (method, rest, told) in asked_of_media(media).items():
        if pattern.startswith("media/filters"):
            continue  # an officer's own: see below
        if pattern == "entities/new":
            continue  # whoever may work may make something new of their own
        answer = stranger.ask(method, at(pattern, media) + rest, told)
        if "<int:number>" in pattern or (method == POST and pattern != "media/filters"):
            if pattern == "media/<int:number>/stack":
                assert answer.json()["tiles"] == []
                continue
            assert answer.status_code == 404, pattern
            # Whether there is such a thing is not told either.
            if "media" in answer.json()["why"]:
                assert answer.json()["why"].replace(str(media), "N") == nowhere, pattern
        elif pattern in ("media/rows", "media"):
            assert f'"id": {media}' not in answer.text
        elif pattern == "media/veils":
            assert answer.json()["veils"] == {}
        elif pattern == "media/count":
            assert answer.json()["count"] == 0
        else:
            assert answer.status_code in (200, 302), pattern
            assert f"/media/{media}" not in answer.text, pattern


def test_a_data_protection_officer_looks_and_an_auditor_not_even_that(desk, client):
    looks, audits, media = client("protector"), client("auditor"), desk.pair[0]
    waiting = re.search(
        r'data-proposal="([\w-]+)"', client("specialist").ask(GET, "proposals").text
    )
    assert waiting is not None
    for path, told in (
        ("media/grade", {"media": [media], "grade": 1}),
        ("media/tag", {"media": [media], "tag": "sofa"}),
        ("media/series", {"media": [media], "why": "alike", "title": "room"}),
        ("media/scope", {"media": [media], "why": "private", "out": True}),
        ("contribute/begin", {"files": [A_FILE]}),
        ("contribute/finds/begin", {"media": [media]}),
        (f"proposals/{waiting[1]}/accept", {"why": "alike"}),
        (f"proposals/{waiting[1]}/reject", {"why": "not alike"}),
    ):
        answer = looks.ask(POST, path, told)
        assert answer.status_code == 403, path
        assert "`clew" not in answer.json()["why"]
        assert audits.ask(POST, path, told).status_code in (403, 404), path
    assert looks.ask(GET, f"media/{media}").status_code == 200
    assert audits.ask(GET, f"media/{media}").status_code == 404


def test_boards_and_records_are_for_those_who_see_them(desk, client):
    ana, media = client("specialist"), desk.pair[0]

    def did(path: str, told: object) -> dict[str, int]:
        answer = ana.ask(POST, path, told)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    series = int(did("entities/new", {"title": "a room", "kind": "series"})["go"].split("/")[2])
    asked = asked_of_media(media)
    numbers = {"entities": series, "series": series, "media": media}
    numbers["observations"] = did(f"media/{media}/pin", {"words": "x", "series": series})["undo"][
        "observation"
    ]
    for written, kind, path in (
        ({"subject": "country", "words": "x"}, "hypothesis", "suppose"),
        ({"words": "call"}, "task", "task"),
    ):
        made = did(f"entities/{series}/{path}", written)["undo"][kind]
        numbers["hypotheses" if kind == "hypothesis" else "tasks"] = made
    tie = {"type": "was at", "kind": "place", "title": "flat", "why": "x"}
    made = did(f"entities/{series}/join", tie)
    numbers["connections"] = made["connection"]
    there = [one for one in asked if one.split("/")[0] in numbers and "<int:number>" in one]
    there = [one for one in there if not one.startswith("media") or one.endswith("pin")]
    assert len(there) > 15
    refused = {"stranger": 404, "auditor": 404, "protector": 403}
    for who, status in refused.items():
        other = client(who)
        for pattern in there:
            method, rest, told = asked[pattern]
            path = at(pattern, numbers[pattern.split("/")[0]]) + rest
            if pattern.endswith("/pin"):
                told = {"words": "x", "series": series}
            answer = other.ask(method, path, told)
            # Who protects data reads, asks to print what they read, and corrects what is wrong.
            may = method == GET or pattern.endswith(("/present", "/sheet/ask", "/retract"))
            if who == "protector" and may:
                assert answer.status_code == 200, (who, pattern)
            elif who == "protector":
                # Told who may, or that it is no such thing: nothing is written either way.
                assert answer.status_code in (403, 404, 409, 422), (who, pattern)
                assert "`clew" not in answer.json()["why"]
            else:
                # An auditor writes nothing, whatever there is.
                wanted = {404, 403} if who == "auditor" else {404}
                assert answer.status_code in wanted, (who, pattern, answer.text)
        undo = other.ask(POST, "decisions/undo", {"decision": made["undo"]["decision"], "why": "x"})
        assert undo.status_code == status, who
        for kind, number in (("hypothesis", "hypotheses"), ("task", "tasks")):
            taken = other.ask(POST, "media/undo", {kind: numbers[number]})
            assert taken.status_code == status, (who, kind)
    page = ana.ask(GET, f"series/{series}", script=False).text
    assert "a room" in page
    assert page.count("argument for") == 0


def test_of_an_export_nobody_elsewhere_learns_and_nobody_alone_decides(desk, client):
    ana = client("specialist")
    made = ana.ask(POST, "entities/new", {"title": "a hall", "kind": "series"})
    series = int(made.json()["go"].split("/")[2])
    asked = ana.ask(POST, f"series/{series}/sheet/ask", {"why": "for the court"})
    assert asked.status_code == 200, asked.text
    one = Export.objects.using("owner").get(entity=series)
    acts = {act: f"oversight/exports/{one.pk}/{act}" for act in ("agree", "refuse", "withdraw")}
    answered = {
        # Another agency's is not there; who asked decides nothing; whoever has no role for it less.
        "stranger": {"agree": 404, "refuse": 404, "withdraw": 404},
        "specialist": {"agree": 403, "refuse": 403},
        "second": {"agree": 403, "refuse": 403, "withdraw": 403},
        "auditor": {"agree": 403, "refuse": 403, "withdraw": 403},
        "administrator": {"agree": 403, "refuse": 403, "withdraw": 403},
        "protector": {"agree": 403, "refuse": 403, "withdraw": 403},
        "supervisor": {"withdraw": 403},
    }
    for who, statuses in answered.items():
        other = client(who)
        for act, status in statuses.items():
            answer = other.ask(POST, acts[act], {"why": "x"}, script=False)
            assert answer.status_code == status, (who, act)
        assert not ExportEnd.objects.using("owner").filter(export=one).exists(), who
    assert "for the court" not in client("stranger").ask(GET, "oversight/exports").text
    for who, status in {"stranger": 404, "second": 403, "specialist": 403}.items():
        answer = client(who).ask(POST, f"series/{series}/sheet", {})
        assert answer.status_code == status, who
    # Agreed to, it is made by who asked and nobody else.
    agreed = client("supervisor").ask(POST, acts["agree"], {"why": "ordered"}, script=False)
    assert (agreed.status_code, agreed.headers["Location"]) == (
        302,
        "/oversight/exports?done=let-out",
    )
    for who in ("supervisor", "second", "protector"):
        assert client(who).ask(POST, f"series/{series}/sheet", {}).status_code == 403, who
    made = ana.ask(POST, f"series/{series}/sheet", {})
    assert made.content.startswith(b"%PDF-")


def test_each_role_opens_its_own_pages_of_oversight_and_no_other(desk, client):
    people = {who: client(who) for who in EVERYBODY}
    nobody = Client(desk.address, None)
    for pattern, (method, roles, told) in ASKED.items():
        path = address(pattern)
        assert nobody.ask(method, path, told).status_code == (403 if method == POST else 401), path
        for who, asking in people.items():
            answer = asking.ask(method, path, told, script=False)
            if who in roles:
                # Nothing has that number: a refusal is of that, in words, on the page.
                allowed = {403, 404, 422} if "<" in pattern else {200}
                assert answer.status_code in allowed, (path, who)
                assert "This page is for" not in answer.text, (path, who)
            else:
                assert answer.status_code == 403, (path, who)
                assert "This page is for" in answer.text, (path, who)
            if method == GET:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy, path
                assert "unsafe" not in policy, path
                assert answer.headers["Cache-Control"] == "no-store", path
                assert " style=" not in answer.text, path
            assert method == GET or asking.ask(GET, path).status_code == 405, path


def test_what_is_another_agencys_is_neither_shown_nor_changed_by_oversight(desk, client):
    stranger = Officer.objects.using("owner").get(sign_in_name="dee")
    overseers = {who: client(who) for who in ("supervisor", "auditor", "protector")}
    client("stranger").ask(GET, "oversight/log")
    theirs = Person.objects.using("owner").create(
        officer=stranger, agency=stranger.agency, kind="person", title="theirs", category="victim"
    )
    entry = Entry.objects.using("owner").filter(officer=stranger.pk).latest("number").number
    for who, method, path, told in (
        ("auditor", GET, f"oversight/log/{entry}", None),
        ("protector", GET, f"protection/{theirs.pk}", None),
        ("protector", POST, f"protection/{theirs.pk}/restrict", {"why": "objection"}),
        ("supervisor", POST, f"oversight/access/{stranger.pk}", {"stays": "yes", "why": "x"}),
    ):
        answer = overseers[who].ask(method, path, told, script=False)
        assert answer.status_code in (403, 404), path
        assert "theirs" not in answer.text, path
    seen = overseers["auditor"].ask(GET, "oversight/seen?officer=dee", script=False)
    assert "Nobody, and nothing" in seen.text
    assert ">Dee<" not in overseers["supervisor"].ask(GET, "oversight/access", script=False).text


def test_words_of_a_pages_own_script_come_beside_those_of_all_pages(desk, client):
    def words(path: str) -> dict[str, str]:
        page = client("specialist").ask(GET, path, script=False).text
        told = re.search(r'<script id="words" type="application/json">(.*?)</script>', page)
        assert told is not None
        return json.loads(told[1])

    common = words("search")
    assert common["no_answer"].startswith("The server did not answer")
    own = words("contribute")
    assert own.items() > common.items()
    assert own["paused"].startswith("Paused")


def test_a_filter_is_its_officers_own(desk, client):
    ana, ben = client("specialist"), client("second")
    saved = ana.ask(POST, "media/filters", {"name": "worth a look", "words": "kind=video&evil=1"})
    assert saved.headers["Location"] == "/media?kind=video"
    assert "worth a look" in ana.ask(GET, "media", script=False).text
    assert "worth a look" not in ben.ask(GET, "media", script=False).text
    owned = SavedFilter.objects.using("owner")
    number = owned.get(officer=Officer.objects.using("owner").get(sign_in_name="ana")).pk
    assert ben.ask(POST, f"media/filters/{number}/remove", {}).status_code == 404
    assert ana.ask(POST, f"media/filters/{number}/remove", {}).status_code == 302
    assert not owned.filter(pk=number).exists()


def test_forms_that_do_not_come_from_here_are_refused(desk, client):
    ana = client("specialist")
    ana.token = "made" * 8
    posted = [
        (at(pattern, 1), told)
        for pattern, (method, _, told) in asked_of_media(1).items()
        if method == POST
    ]
    for path, told in [
        *posted,
        ("desk", {}),
        ("desk/blind", {}),
        ("authority", {}),
        ("search", {}),
    ]:
        answer = ana.ask(POST, path, told)
        assert answer.status_code == 403, path
        assert "did not come from here" in answer.text, path


def test_what_browsers_are_told(desk, client):
    ana, media = client("specialist"), desk.pair[0]
    for pattern, (method, rest, _) in asked_of_media(media).items():
        if method == POST:
            assert ana.ask(GET, at(pattern, media)).status_code == 405, pattern
            continue
        answer = ana.ask(GET, at(pattern, media) + rest, script=False)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, pattern
        assert "unsafe" not in policy, pattern
        assert "frame-ancestors 'none'" in policy, pattern
        assert answer.headers["Cache-Control"] == "no-store", pattern
        assert answer.headers["X-Content-Type-Options"] == "nosniff", pattern
        assert " style=" not in answer.text, pattern
        assert "://" not in answer.text.replace("http://www.w3.org/2000/svg", ""), pattern


def test_a_picture_is_for_the_session_that_asked_and_inert(desk, client):
    ana, ben, media = client("specialist"), client("second"), desk.pair[0]
    told = ben.ask(POST, f"media/{media}/reveal", {}).json()
    path = told["picture"].lstrip("/")
    shown = ben.ask(GET, path)
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    other = path.replace(f"media/{media}/", f"media/{desk.pair[1]}/")
    for asking, wrong in ((ana, path), (ben, other), (ben, path[:-1] + "x")):
        assert asking.ask(GET, wrong).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("media?kind=x", "media?since=yesterday", "media?agency=x", "media?grade=9x"),
        *("media?scope=x", "media?known=graded", "media?known=x&contribution=1"),
        *("contribute/finds", "contribute/finds?media=x", "media?words=a+b+c+d+e+f+g+h+i"),
        *("media?scheme=none", "media?like=x", "media/rows?after=x", "media?agency=" + "9" * 30),
    ],
)
def test_what_is_not_understood_says_what_to_do(desk, client, path):
    ana = client("specialist")
    answer = ana.ask(GET, path)
    assert answer.status_code == 422
    assert answer.json()["why"]
    assert "That did not work" in ana.ask(GET, path, script=False).text


@pytest.mark.parametrize(
    "told",
    [
        *(b"{", b"[]", b"{}", b'{"media": []}', b'{"media": [1], "grade": "x"}'),
        *(b'{"media": [0], "grade": 1}', b'{"media": [1], "grade": 1, "more": 2}'),
    ],
)
def test_what_scripts_send_is_looked_at(desk, client, told):
    ana = client("specialist")
    answer = ana.session.post(
        f"{desk.address}/media/grade",
        data=told,
        headers={
            "X-CSRFToken": ana.token,
            "Clew-Asks": "script",
            "Content-Type": "application/json",
        },
        timeout=20,
    )
    assert answer.status_code == 422
