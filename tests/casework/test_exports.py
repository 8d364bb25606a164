"""What leaves Clew as a file: asked for by one, agreed to by another, made by the first."""

from __future__ import annotations

import json

import psycopg
import pytest

from clew.audit.models import Entry
from clew.casework.board import board
from clew.casework.entities import add_to_series, create
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.exports import (
    agree,
    agreed,
    ask,
    asked_for,
    in_force,
    make,
    of_findings,
    own,
    refuse,
    requests,
    withdraw,
)
from clew.casework.gather import gather
from clew.casework.hypotheses import hypotheses
from clew.casework.notices import notices
from clew.casework.observations import observe
from clew.casework.sheet import sheet_of
from clew.casework.tasks import tasks
from clew.casework.things import Thing
from clew.records.models import ExportKind, ExportMaking

FINDINGS, SHEET = ExportKind.FINDINGS, ExportKind.SHEET


@pytest.fixture
def series(case) -> int:
    """A series of one media with a clue in it; sven and sara are supervisors of the agency."""
    for name, agency in (("sven", case.ours), ("sara", case.ours), ("saskia", case.theirs)):
        held = case.people.authority(agency, f"Az of {name}")
        case.officers[name] = case.people.officer(name, agency, "supervisor")
        case.secrets[name] = case.people.session(case.officers[name], held)
    media = case.media()
    with case.as_("anna"):
        made = create("series", "blue room", sharing="all members").pk
        add_to_series(made, "the same sofa", media=[media])
        observe(Thing("series", made), "clue", "a poster", source=Thing("media", media))
    return made


def sheet(number: int, *, pictures: bool = False):
    known = board(number)
    here = known.record.thing
    return sheet_of(known, hypotheses(here), tasks(here), pictures=pictures).contents


def test_an_export_takes_two_people_and_is_made_by_who_asked(case, series):
    with case.as_("anna"):
        with pytest.raises(RefusedError, match=r"takes two people.*`clew export ask`"):
            agreed(SHEET, series=series)
        told = sheet(series, pictures=True)
        number = ask(told, "for the police of Estmark").pk
        with pytest.raises(RefusedError, match="asked for it yourself"):
            agree(number, "x")
        with pytest.raises(RefusedError, match="waits for a supervisor who is somebody else"):
            make(number, told)
    with case.as_("berta"), pytest.raises(RefusedError, match="supervisor of the same agency"):
        agree(number, "x")
    with case.as_("sven"):
        (waiting,) = requests()
        assert (waiting.pk, waiting.why) == (number, "for the police of Estmark")
        assert (waiting.holds["media"], waiting.holds["clues"]) == (1, 1)
        assert waiting.holds["pictures"] == list(told.pictures), "which, for who agrees"
        with pytest.raises(StatementError, match="Say why"):
            agree(number, " ")
        agree(number, "ordered by the court")
        assert requests() == []
        with pytest.raises(DecidedMeanwhileError):
            refuse(number, "too late")
        with pytest.raises(RefusedError, match="Another officer asked for it, and makes it"):
            make(number, told)
        (one,) = in_force()
        assert (one.pk, one.made, one.end.why) == (number, 0, "ordered by the court")
    with case.as_("anna"):
        assert agreed(SHEET, series=series).number == number
        make(number, told)
        make(number, told)  # a printer jammed
        ask(sheet(series), "without pictures, for the school")
        assert agreed(SHEET, series=series).number == number, "which asking anew takes nothing from"
        withdraw(number + 1, "x")
        stands = own()[-1]
        assert (stands.state, stands.by, stands.answer) == (
            "agreed",
            "sven",
            "ordered by the court",
        )
        assert stands.until is not None
        (notice,) = notices()
        assert (notice.about, notice.says) == (f"export:{number}", "the answer: agreed")
    assert ExportMaking.objects.using("owner").filter(export=number).count() == 2
    made = Entry.objects.using("owner").filter(event="export", about=f"series:{series}")
    media = told.pictures[0]
    assert [json.loads(one.details)["things"] for one in made] == [[f"media:{media}"]] * 2


def test_a_supervisor_who_asks_needs_another_one(case, series):
    with case.as_("sven"):
        number = ask(sheet(series), "x").pk
        with pytest.raises(RefusedError, match="asked for it yourself: another officer"):
            agree(number, "x")
        with pytest.raises(RefusedError, match="take it back instead"):
            refuse(number, "x")
    with case.as_("sara"):
        (told,) = notices()
        assert (told.kind, told.about) == ("decision asked for", f"export:{number}")
        assert told.says == f"whether a case sheet of series:{series} is taken out of Clew"
        assert told.see == "clew export requests"
        agree(number, "x")


def test_what_has_changed_since_is_asked_for_anew(case, series):
    with case.as_("anna"):
        number = ask(sheet(series), "x").pk
        everything = ask(of_findings(gather(), FINDINGS), "x").pk
    with case.as_("sven"):
        agree(number, "x")
        agree(everything, "x")
    with case.as_("anna"):
        make(number, sheet(series))
        make(everything, of_findings(gather(), FINDINGS))
        with pytest.raises(DecidedMeanwhileError, match="has changed since"):
            make(number, sheet(series, pictures=True))
        observe(Thing("series", series), "note", "call the club")
        with pytest.raises(DecidedMeanwhileError, match="has changed since"):
            make(number, sheet(series))
    case.media()
    with case.as_("anna"), pytest.raises(DecidedMeanwhileError, match="has changed since"):
        make(everything, of_findings(gather(), FINDINGS))


def test_an_agreement_is_over_after_a_week(case, series):
    with case.as_("anna"):
        told = sheet(series)
        number = ask(told, "x").pk
    with case.as_("sven"):
        agree(number, "x")
    with case.owner() as owner:
        owner.execute("UPDATE records_exportend SET at = at - interval '6 days 23 hours'")
    with case.as_("anna"):
        make(number, told)
    with case.owner() as owner:
        owner.execute("UPDATE records_exportend SET at = at - interval '1 hour'")
    with case.as_("anna"):
        with pytest.raises(RefusedError, match=r"could be made until .* Ask for it anew"):
            make(number, told)
        assert own()[0].state == "over"


def test_it_is_refused_or_taken_back_and_decided_once(case, series):
    with case.as_("anna"):
        first, second = ask(sheet(series), "x").pk, ask(sheet(series), "x").pk
    with case.as_("berta"):
        with pytest.raises(RefusedError, match="supervisor"):
            refuse(first, "x")
        with pytest.raises(RefusedError, match="a supervisor can refuse it"):
            withdraw(first, "x")
    with case.as_("sven"):
        refuse(first, "the court asks for less")
        with pytest.raises(DecidedMeanwhileError):
            agree(first, "x")
    with case.as_("anna"):
        with pytest.raises(RefusedError, match="was refused: the court asks for less"):
            make(first, sheet(series))
        withdraw(second, "no longer needed")
        assert [one.state for one in asked_for(SHEET, series=series)] == ["withdrawn", "refused"]
        with pytest.raises(RefusedError, match="was taken back: no longer needed"):
            agreed(SHEET, series=series)


def test_of_another_agency_nobody_sees_or_decides_it(case, series):
    with case.as_("anna"):
        number = ask(sheet(series), "x").pk
    with case.as_("saskia"):
        assert requests() == []
        for act in (agree, refuse, withdraw):
            with pytest.raises(NotSeenError, match="no request for an export"):
                act(number, "x")
        assert asked_for(SHEET, series=series) == [], "it is shared; that it is taken out is not"
        assert notices() == []


def test_who_protects_data_prints_what_they_read_with_a_second_person_too(case, series):
    with case.as_("carl"):
        told = sheet(series)
        number = ask(told, "for whom it is about").pk
    with case.as_("sven"):
        agree(number, "x")
    with case.as_("carl"):
        make(number, told)
    with case.as_("dora"), pytest.raises(NotSeenError):
        sheet(series)


def test_the_database_itself_holds_the_two_people_rule(case, series, raw):
    with case.as_("anna"):
        told = sheet(series)
        by_anna = ask(told, "x").pk
    with case.as_("sven"):
        by_sven = ask(sheet(series), "x").pk

    def refused(name: str, statement: str, *values: object) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(secret=case.secrets[name]).execute(statement, values)

    end = "INSERT INTO records_exportend (export_id, answer, why) VALUES (%s, %s, 'x')"
    for name, asked in (
        *(("anna", by_anna), ("sven", by_sven)),  # one's own
        *(("anna", by_sven), ("berta", by_anna), ("carl", by_anna)),  # no supervisor
        *(("saskia", by_anna), ("nils", by_anna)),  # of another agency
    ):
        refused(name, end, asked, "agreed")
        refused(name, end, asked, "refused")
        if (name, asked) not in (("anna", by_anna), ("sven", by_sven)):
            refused(name, end, asked, "withdrawn")
    made = "INSERT INTO records_exportmaking (export_id, digest) VALUES (%s, %s)"
    refused("anna", made, by_anna, told.digest)
    with case.as_("sven"):
        agree(by_anna, "x")
    for name, digest in (("sven", told.digest), ("sara", told.digest), ("anna", b"other")):
        refused(name, made, by_anna, digest)
    raw(secret=case.secrets["anna"]).execute(made, [by_anna, told.digest])
    for table in ("records_export", "records_exportend", "records_exportmaking"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET agency_id = 1"):
            refused("sven", statement)
