"""Addresses of the desk: how each is asked, and a browser without a screen that asks them."""

from __future__ import annotations

import json
import re

import requests

OPEN = {
    # For whoever is not signed in; tests/journeys/test_signing_in.py has them.
    *("sign-in", "sign-in/passkey/options", "sign-in/passkey", "sign-in/certificate"),
    *("sign-in/machine", "sign-in/practice", "sign-in/code", "sign-in/provider/<slug:name>"),
    *("sign-in/provider/<slug:name>/back", "sign-in/provider/<slug:name>/logged-out"),
    *("sign-out", "enrol", "enrol/password", "enrol/passkey/options", "enrol/passkey"),
}
OWN = {
    # An officer's own, whoever they are: nothing of a case is in them.
    *("desk", "desk/blind", "desk/still", "authority", "credentials", "credentials/prove"),
    *("credentials/prove/passkey", "credentials/passkey/options", "credentials/passkey"),
    "credentials/passkey/<int:number>/remove",
    *("tokens", "tokens/issue", "tokens/<int:number>/end"),
}
GET, POST = "GET", "POST"
_JSON = {"Content-Type": "application/json"}
A_FILE = {"path": "a.jpg", "size": 1, "sha256": "0" * 64}


def asked_of_media(media: int) -> dict[str, tuple[str, str, object]]:
    """How each address of the desk is asked: method, the rest of it, what is sent."""
    chosen = {"media": [media]}
    return {
        "": (GET, "", None),
        "part/notices": (GET, "", None),
        "part/waiting": (GET, "", None),
        "part/tasks": (GET, "", None),
        "part/series": (GET, "", None),
        "part/contributions": (GET, "", None),
        "part/hits": (GET, "", None),
        "contribute": (GET, "", None),
        "contribute/begin": (POST, "", {"files": [A_FILE], "exhibit": 10**9}),
        "contribute/finds": (GET, f"?media={media}", None),
        "contribute/finds/begin": (POST, "", {**chosen, "exhibit": 10**9}),
        "contributions": (GET, "", None),
        "contributions/<int:number>": (GET, "", None),
        "contributions/<int:number>/now": (GET, "", None),
        "contributions/<int:number>/files": (GET, "?which=open", None),
        "contributions/<int:number>/uploads": (GET, "", None),
        "contributions/<int:number>/cancel": (POST, "", {}),
        "contributions/<int:number>/retry": (POST, "", {}),
        "part/cameras": (GET, "", None),
        "media": (GET, "", None),
        "media/rows": (GET, "", None),
        "media/count": (GET, "", None),
        "media/veils": (GET, f"?media={media}", None),
        "media/sketches": (GET, f"?media={media}", None),
        "media/grade": (POST, "", {**chosen, "grade": 1}),
        "media/tag": (POST, "", {**chosen, "tag": "sofa"}),
        "media/series": (POST, "", {**chosen, "why": "alike", "title": "room"}),
        "media/scope": (POST, "", {**chosen, "why": "private", "out": True}),
        "media/undo": (POST, "", {"votes": {str(media): None}}),
        "media/filters": (POST, "", {"name": "films", "words": "kind=video"}),
        "media/filters/<int:number>/remove": (POST, "", {}),
        "media/<int:number>": (GET, "", None),
        "media/<int:number>/matches": (GET, "?after=0-0", None),
        "media/<int:number>/matches/<int:match>/reveal": (POST, "", {}),
        "media/<int:number>/matches/<int:match>/sound/<str:sign>": (GET, "", None),
        "media/<int:number>/stack": (GET, "", None),
        "media/<int:number>/reveal": (POST, "", {}),
        "media/<int:number>/picture/<str:sign>": (GET, "", None),
        "media/<int:number>/play": (POST, "", {"what": "motion"}),
        "media/<int:number>/part/<str:sign>": (GET, "", None),
        "media/<int:number>/present": (POST, "", {}),
        "media/<int:number>/pin": (POST, "", {"words": "a poster", "series": 10**9}),
        "series": (GET, "", None),
        "series/<int:number>": (GET, "", None),
        "series/<int:number>/victim": (POST, "", {"type": "", "why": "x", "other": "person:1"}),
        "series/<int:number>/part": (POST, "", {**chosen, "why": "x"}),
        "series/<int:number>/sheet": (POST, "", {}),
        "series/<int:number>/sheet/ask": (POST, "", {"why": "x", "pictures": True}),
        "series/<int:number>/timeline": (GET, "", None),
        "series/<int:number>/map": (GET, "", None),
        "entities": (GET, "?kind=place", None),
        "entities/new": (POST, "", {"kind": "place", "title": "a flat"}),
        "entities/<int:number>": (GET, "", None),
        "entities/<int:number>/graph": (GET, "", None),
        "entities/<int:number>/say": (POST, "", {"words": "x"}),
        "entities/<int:number>/suppose": (POST, "", {"subject": "country", "words": "x"}),
        "entities/<int:number>/task": (POST, "", {"words": "call"}),
        "entities/<int:number>/find": (
            *(POST, ""),
            {"aspect": "safety", "stage": "at risk", "why": "x"},
        ),
        "entities/<int:number>/join": (
            *(POST, ""),
            {"type": "other", "why": "x", "other": f"media:{media}"},
        ),
        "entities/<int:number>/name": (
            *(POST, ""),
            {"kind": "name", "words": "x", "source": "x"},
        ),
        "entities/<int:number>/merge": (POST, "", {"into": "place:1", "why": "x"}),
        "entities/<int:number>/apart": (POST, "", {"why": "x"}),
        "entities/<int:number>/present": (POST, "", {}),
        "observations/<int:number>/retract": (POST, "", {}),
        "hypotheses/<int:number>/argue": (POST, "", {"side": "for", "words": "x"}),
        "hypotheses/<int:number>/weigh": (POST, "", {"stands": "likely", "why": "x"}),
        "tasks/<int:number>/step": (POST, "", {"state": "done"}),
        "connections/<int:number>/decide": (POST, "", {"state": "rejected", "why": "x"}),
        "decisions/undo": (POST, "", {"decision": media, "why": "x"}),
        "proposals": (GET, "", None),
        "proposals/further": (GET, "", None),
        "proposals/<str:name>/accept": (POST, "", {"why": "alike"}),
        "proposals/<str:name>/reject": (POST, "", {"why": "not alike"}),
        "proposals/<str:name>/later": (POST, "", {}),
        "proposals/<str:name>/again": (POST, "", {}),
        "search": (GET, "", None),
    }


class Client:
    """Somebody's browser, without a screen."""

    def __init__(self, address: str, secret: str | None) -> None:
        self.address = address
        self.session = requests.Session()
        if secret is not None:
            self.session.cookies.set("clew-session", secret)
        page = self.session.get(f"{address}/search", timeout=20).text
        token = re.search(r'data-form="(\w+)"', page)
        self.token = token[1] if token else ""

    def ask(
        self, method: str, path: str, told: object = None, *, script: bool = True, **more: str
    ) -> requests.Response:
        headers = {"X-CSRFToken": self.token, **more}
        if script:
            headers["Clew-Asks"] = "script"
        form = "/filters" in path or path.startswith(("oversight", "admin", "protection"))
        return self.session.request(
            method,
            f"{self.address}/{path}",
            data=told if form else (json.dumps(told) if told is not None else None),
            headers=headers if form or not script else {**headers, **_JSON},
            allow_redirects=False,
            timeout=20,
        )


def at(pattern: str, number: int) -> str:
    """An address of a pattern, about something of that number."""
    filled = pattern.replace("<int:number>", str(number)).replace("<int:match>", "1")
    filled = filled.replace("<str:sign>", "made:up")
    return filled.replace("<str:name>", "1-abcdef01")
