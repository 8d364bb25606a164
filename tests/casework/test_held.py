"""What a held media tells of its victims, where the officer may know it."""

from __future__ import annotations

from clew.casework.decisions import connect
from clew.casework.entities import create
from clew.casework.grades import grade
from clew.casework.held import held_as
from clew.casework.identification import confirm_identity, find
from clew.casework.things import Thing
from clew.records.models import Media


def test_held_tells_of_victims_and_grades_what_the_officer_may_know(case):
    media = [case.media(sharing="all members") for _ in range(4)]
    hashes = {
        bytes(one.sha256).hex(): media.index(one.pk) for one in Media.objects.using("owner").all()
    }

    def told(officer: str) -> list[str]:
        with case.as_(officer):
            known = held_as([*hashes, "f" * 64])
        return [str(known[sha256]) for sha256 in sorted(hashes, key=hashes.__getitem__)]

    with case.as_("anna"):
        boy, girl = (create("person", "x", category="victim").pk for _ in range(2))
        for shows, person in ((0, girl), (1, girl), (1, boy)):
            ends = (Thing("media", media[shows]), Thing("person", person))
            connect("shows", *ends, "seen", confirmed=True)
        grade(media[2], "US", 1)
        find(girl, "identity", "proposed", "recognised")
    case.secrets["sven"] = case.people.session(
        case.people.officer("sven", case.ours, "supervisor"),
        case.people.authority(case.ours, "Az 2"),
    )
    assert told("anna") == ["victim unidentified", "victim unidentified", "graded", "ungraded"]
    with case.as_("sven"):
        confirm_identity(girl, "the register says so")
    assert told("anna") == ["victim identified", "victim unidentified", "graded", "ungraded"]
    assert told("nils") == ["ungraded"] * 4, "what is shared is the media, not what is known of it"
