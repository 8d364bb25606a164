"""Addresses of oversight and administration: how each is asked, and which roles may open it."""

from __future__ import annotations

KEEPERS = frozenset({"specialist", "supervisor"})
EVERYBODY = frozenset({"specialist", "supervisor", "auditor", "administrator", "protector"})
GET, POST = "GET", "POST"

ASKED: dict[str, tuple[str, frozenset[str], dict[str, str] | None]] = {
    "oversight": (GET, EVERYBODY, None),
    "oversight/log": (GET, EVERYBODY, None),
    "oversight/log/<int:number>": (GET, EVERYBODY, None),
    "oversight/seen": (GET, frozenset({"auditor"}), None),
    "oversight/verification": (GET, frozenset({"auditor"}), None),
    "oversight/verification/progress": (GET, frozenset({"auditor"}), None),
    "oversight/conduct": (GET, frozenset({"supervisor"}), None),
    "oversight/access": (GET, frozenset({"supervisor", "auditor"}), None),
    "oversight/access/<int:number>": (POST, frozenset({"supervisor"}), {"stays": "yes"}),
    "oversight/statistics": (GET, frozenset({"supervisor"}), None),
    "oversight/reviews": (GET, KEEPERS, None),
    "oversight/reviews/<str:thing>/<str:act>": (POST, KEEPERS, {"why": ""}),
    "oversight/deletions": (GET, KEEPERS, None),
    "oversight/deletions/<int:number>/<str:act>": (POST, KEEPERS, {"why": ""}),
    "oversight/exports": (GET, KEEPERS | {"protector"}, None),
    "oversight/exports/<int:number>/<str:act>": (POST, KEEPERS | {"protector"}, {"why": "x"}),
    "oversight/holds": (GET, KEEPERS, None),
    "oversight/holds/<int:number>/lift": (POST, frozenset({"supervisor"}), {"why": "over"}),
    "oversight/again": (GET, KEEPERS, None),
    "oversight/again/<int:number>": (POST, KEEPERS, {"grade": "1"}),
    "protection": (GET, frozenset({"protector"}), None),
    "protection/<int:number>": (GET, frozenset({"protector"}), None),
    "protection/<int:number>/<str:act>": (POST, frozenset({"protector"}), {"why": "objection"}),
    "protection/<int:number>/<str:what>/<int:line>": (
        POST,
        frozenset({"protector"}),
        {"words": "right"},
    ),
    "admin": (GET, EVERYBODY, None),
    "admin/officers": (GET, frozenset({"administrator"}), None),
    "admin/officers/new": (GET, frozenset({"administrator"}), None),
    "admin/officers/<int:number>": (GET, frozenset({"administrator"}), None),
    "admin/officers/<int:number>/<str:act>": (POST, frozenset({"administrator"}), {}),
    "admin/agencies": (GET, frozenset({"administrator"}), None),
    "admin/agencies/<int:number>/<str:act>": (POST, frozenset({"administrator"}), {"name": ""}),
    "admin/authorities": (GET, frozenset({"supervisor"}), None),
    "admin/authorities/new": (GET, frozenset({"supervisor"}), None),
    "admin/authorities/<int:number>/revoke": (POST, frozenset({"supervisor"}), {}),
    "admin/schemes": (GET, frozenset({"supervisor", "administrator"}), None),
    "admin/tokens": (GET, frozenset({"administrator"}), None),
    "admin/tokens/<int:number>/end": (POST, frozenset({"administrator"}), {}),
    "admin/jobs": (GET, frozenset({"administrator"}), None),
    "admin/jobs/<int:number>/retry": (POST, frozenset({"administrator"}), {}),
    "admin/health": (GET, frozenset({"administrator"}), None),
    "admin/health/checks": (GET, frozenset({"administrator"}), None),
}
"""Method, who may, and what a form sends; of things that there are none of, far away."""

NOTHING = 10**9
"""A number that nothing has."""


def address(pattern: str, number: int = NOTHING) -> str:
    """An address of a pattern, about something of that number."""
    acts = {
        "reviews": "keep",
        "deletions": "agree",
        "exports": "agree",
        "officers": "lock",
        "agencies": "contact",
    }
    act = next((said for name, said in acts.items() if f"/{name}/" in pattern), "restrict")
    filled = pattern.replace("<int:number>", str(number)).replace("<int:line>", str(number))
    filled = filled.replace("<str:thing>", f"media:{number}").replace("<str:what>", "observation")
    return filled.replace("<str:act>", act)
