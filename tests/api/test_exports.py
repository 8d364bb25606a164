"""Exports are asked for and decided through the interface, by two people of one agency."""

from __future__ import annotations

from agencies import colleague

WHY = {"why": "ordered by the court"}


def test_an_export_is_asked_for_and_agreed_to_by_another_officer(ask, served):
    second = colleague("LKA")
    made = ask("POST", "/api/v1/entities", served.ours, {"kind": "series", "title": "room"})
    series = made.told["number"]
    wanted = {"what": f"series:{series}", "pictures": False, "why": "for the police of Estmark"}
    asked = ask("POST", "/api/v1/exports", served.ours, wanted)
    assert asked.status == 201, asked.body
    number = asked.told["number"]
    at = f"/api/v1/exports/{number}"
    assert ask("POST", f"{at}/agree", served.ours, WHY).status == 403, "nobody alone"
    assert ask("POST", f"{at}/agree", served.theirs, WHY).status == 404
    assert ask("GET", "/api/v1/exports", served.theirs).told["items"] == []
    (waiting,) = ask("GET", "/api/v1/exports", second).told["items"]
    assert (waiting["number"], waiting["kind"], waiting["series"]) == (number, "case sheet", series)
    assert waiting["holds"]["media"] == 0
    assert ask("POST", f"{at}/withdraw", second, WHY).status == 403
    assert ask("POST", f"{at}/agree", second, WHY).status == 201
    assert ask("POST", f"{at}/refuse", second, WHY).status == 409
    (own,) = ask("GET", "/api/v1/exports/own", served.ours).told["items"]
    assert (own["state"], own["answer"]) == ("agreed", WHY["why"])
    assert own["until"] is not None
    assert ask("GET", "/api/v1/exports", second).told["items"] == []
    assert ask("GET", "/api/v1/exports/own", served.theirs).told["items"] == []


def test_what_cannot_be_taken_out_is_refused(ask, served):
    for what, pictures, status in (
        ("media:1", False, 422),
        ("findings", True, 422),
        ("series:999999999", False, 404),
    ):
        wanted = {"what": what, "pictures": pictures, "why": "x"}
        assert ask("POST", "/api/v1/exports", served.ours, wanted).status == status, what
    assert ask("GET", "/api/v1/exports", served.nobodys).status == 403
