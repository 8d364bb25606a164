"""Every act of casework and intake is in the log, with officer, agency and authority."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.utils import timezone

import clew.casework
from asked import sampled_grade
from clew.access.acting import acting, signed_in
from clew.audit.events import Event
from clew.audit.log import refusals_recorded
from clew.audit.models import Entry
from clew.casework import (
    asked_again,
    board,
    conduct,
    decisions,
    deconfliction,
    dossier,
    entities,
    exports,
    gather,
    grades,
    grid,
    handed_in,
    held,
    hypotheses,
    identification,
    leading,
    look_up,
    neighbours,
    notices,
    observations,
    own_series,
    places,
    proposals,
    protection,
    queue,
    quotas,
    record,
    retention,
    scope,
    screen,
    search,
    sharing,
    sounding,
    statistics,
    tags,
    tasks,
    timeline,
    watching,
)
from clew.casework import media as media_shown
from clew.casework.errors import RefusedError
from clew.casework.narrowing import Filter
from clew.casework.things import Thing
from clew.casework.waiting import Wanted
from clew.intake import exhibits, uploads
from clew.intake.sharing import Shared
from clew.intake.sharing import share as share_sightings
from clew.records.models import ConnectionState, ExportKind, Media, Sharing, Sighting, Source

LATER = timezone.now().date() + timedelta(days=400)
SAID = "Mia Muster"
"""What is written as title, name, words or reason: it may be a name, and none stands in the log."""
DECISION, VIEW, QUERY = Event.DECISION, Event.VIEW, Event.QUERY

NO_ACTS = {
    # What acts and faces are made of: by themselves they neither show nor change a case.
    *(
        "acts",
        "consequence",
        "errors",
        "findings",
        "hits",
        "layout",
        "narrowing",
        "past",
        "signatures",
        "things",
        "together",
        "vocabulary",
        "walking",
        "worded",
    ),
    *("decisions.add_steps", "decisions.ends_of", "decisions.take_steps", "decisions.undecided"),
    *("entities.led", "entities.media_of", "entities.victims_of", "gather.items"),
    *("gather.place_of", "grades.latest", "identification.victim"),
    *("board.titles", "record.statements", "record.ways", "tasks.colleagues", "tasks.task"),
    "places.degrees",
    *("hypotheses.unweigh", "tasks.finish", "tasks.unstep"),  # by weighing and going on
    "presence",  # told to colleagues, and over in a minute
    "protection.persons_named",  # its search is in the log
    "desk",  # an officer's own limits and filters, told to nobody
    *("grid.default_scheme", "grid.count", "grid.numbers", "screen.count_reveal", "held.known_as"),
    # What a page that is in the log asks again and again.
    *("handed_in.contribution", "handed_in.is_ones_own", "handed_in.progress"),
    "handed_in.stored_and_no_media",
    "retention.count_of_open_reviews",  # beside the page of them
    "grid.cameras",
    *("proposals.named", "proposals.some"),  # queue.page notes what is shown of them
    *("queue.set_aside", "queue.bring_back"),  # an officer's own
    # Pictures of what screen.note_reveal has put into the log.
    *("sounding.spectrogram", "sounding.both", "sounding.pair_of", "sounding.with_mark"),
    "originals",
    "playing.note_part",  # of what lies in a vault: tests/desk/test_playing.py
    *("quotas.begin_question", "quotas.count_question", "quotas.quotas", "watching.watched"),
    *("retention.destroy", "retention.to_destroy"),  # for nobody: test_destroying.py
    *("notices.tell_unusual", "notices.tell_what_is_due"),  # for nobody: test_notices.py
    *("leading.accept_lead", "leading.decline_lead"),  # as leading.withdraw_lead, by others
    "upkeep",  # what workers do by the clock
    "marked",  # of what gathering has put into the log
    *("sheet", "told_now"),  # of what board, hypotheses and tasks have put into the log
    *("exports.of_findings", "exports.digest_of"),
    *(
        "exports.asked_for",
        "exports.ready",
        "exports.agreed",
    ),  # one's own, before it is made or on the series' page
    "asked_again.next_question",  # a number and a veil; what is looked at is a reveal
    "find",  # with files: tests/intake/test_contributions.py
    "media.listed",  # of what is shown by media.shown
    *("look_up.look_up_media", "media.reveal"),  # with index and vault: tests/api/test_api.py
}


class Log:
    """Performs acts one by one and looks for the entry of each."""

    def __init__(self, case) -> None:
        self.case = case
        self.performed: set[str] = set()

    def of(
        self,
        who: str,
        event: Event,
        about: str | None,
        act: Callable[..., Any],
        *arguments: object,
        **named: object,
    ) -> Any:
        """What an act answers, which wrote one entry: this event about this thing."""
        before = Entry.objects.using("owner").latest("number").number
        with self.case.as_(who):
            answer = act(*arguments, **named)
        name = f"{act.__module__.rpartition('.')[2]}.{act.__name__}"
        found = list(Entry.objects.using("owner").filter(number__gt=before))
        assert [entry.event for entry in found] == [event], name
        (entry,) = found
        assert about is None or entry.about == about, name
        assert entry.officer == self.case.officers[who].pk, name
        assert (entry.agency, entry.authority is not None) == (self.case.ours.pk, True), name
        assert "Muster" not in entry.about + entry.details, name
        self.performed.add(name)
        return answer


@pytest.fixture
def log(case) -> Log:
    for name, role in (("sven", "supervisor"), ("adam", "administrator")):
        case.officers[name] = case.people.officer(name, case.ours, role)
        held = case.people.authority(case.ours, f"Az of {name}")
        case.secrets[name] = case.people.session(case.officers[name], held)
    return Log(case)


def test_each_act_writes_one_entry_and_no_word_that_may_be_a_name(case, log, opened):
    one, two, three, four = (case.media() for _ in range(4))
    log.of("anna", VIEW, "workspace", gather.gather)
    with case.as_("anna"):
        told = exports.of_findings(gather.gather(), ExportKind.FINDINGS)
    number = log.of("anna", DECISION, "workspace", exports.ask, told, SAID).pk
    log.of("sven", VIEW, None, exports.requests)
    log.of("sven", DECISION, "workspace", exports.agree, number, SAID)
    log.of("anna", Event.EXPORT, "workspace", exports.make, number, told)
    for end, who in ((exports.refuse, "sven"), (exports.withdraw, "anna")):
        number = log.of("anna", DECISION, "workspace", exports.ask, told, SAID).pk
        log.of(who, DECISION, "workspace", end, number, SAID)
    log.of("anna", VIEW, None, exports.own)
    log.of("sven", VIEW, None, exports.in_force)
    case.match(one, two)
    case.match(three, four)
    thing, media = Thing("media", one), f"media:{one}"

    girl = log.of("anna", DECISION, None, entities.create, "person", SAID, category="victim").pk
    blue = log.of("anna", DECISION, None, entities.create, "series", SAID).pk
    red = log.of("anna", DECISION, None, entities.create, "series", SAID).pk
    person, series = f"person:{girl}", f"series:{blue}"
    said = {"certainty": "fact", "source": SAID}
    log.of("anna", DECISION, person, entities.add_particular, girl, "name", SAID, **said)
    inside = [one, two, three]
    log.of("anna", DECISION, series, entities.add_to_series, blue, SAID, media=inside)
    out = log.of("anna", DECISION, series, entities.remove_from_series, blue, SAID, media=[three])
    log.of("anna", DECISION, f"decision:{out.pk}", decisions.undo, out.pk, SAID)
    log.of("anna", DECISION, series, entities.split, blue, SAID, SAID, media=[two])
    log.of("anna", DECISION, f"series:{red}", entities.merge, red, blue, SAID)
    log.of("anna", DECISION, f"series:{red}", entities.take_apart, red, SAID)
    log.of("anna", VIEW, None, entities.listed, "person")
    log.of("anna", VIEW, series, entities.opened, blue)
    log.of("anna", Event.SHARING_CHANGED, series, sharing.share, "series", blue, "all members")

    ends = (thing, Thing("person", girl), SAID)
    shows = log.of("anna", DECISION, None, decisions.connect, "shows", *ends).pk
    log.of("anna", DECISION, None, decisions.decide, [shows], ConnectionState.CONFIRMED, SAID)
    log.of("anna", VIEW, f"connection:{shows}", decisions.history, shows)
    log.of("anna", VIEW, f"entity:{red}", decisions.merging_history, red)
    log.of("anna", VIEW, media, decisions.connections_of, thing)
    log.of("anna", DECISION, media, grades.grade, one, "US", 1, SAID)
    log.of("anna", DECISION, "media", grades.grade_all, {one: 2, two: None}, "US")
    again = sampled_grade(case, "anna", case.media())
    log.of("anna", DECISION, f"media:{again.media_id}", asked_again.answer, again.pk, 2)
    log.of("anna", VIEW, None, asked_again.answers)
    log.of("sven", VIEW, None, statistics.sums)
    log.of("anna", VIEW, media, grades.agreements, one)
    log.of("anna", VIEW, None, grades.disagreements, "US")
    log.of("anna", VIEW, None, held.held_as, [])
    left_out = log.of("anna", DECISION, None, scope.set_scope, [one], SAID, out=True).pk
    log.of("anna", DECISION, None, scope.undo_scope, left_out, SAID)
    log.of("anna", VIEW, None, grid.page, Filter(kind="image"))
    log.of("anna", VIEW, None, grid.stack, one)
    log.of("anna", VIEW, None, grid.tiles, [one])
    log.of("anna", VIEW, "", sounding.sketches, [one])
    log.of("anna", VIEW, "", queue.Queue().page, Wanted())
    log.of("anna", VIEW, media, dossier.dossier, one)
    alone = case.media()
    log.of("anna", VIEW, f"media:{alone}", dossier.matches, alone)
    log.of("anna", Event.REVEAL, media, screen.note_reveal, one, "to see what it is")
    tagged = log.of("anna", DECISION, "media", tags.tag_all, [one, two], SAID)
    log.of("anna", DECISION, "media", tags.untag_all, tagged)
    note = log.of("anna", DECISION, media, observations.observe, thing, "note", SAID).pk
    log.of("anna", DECISION, f"observation:{note}", observations.replace, note, SAID)
    log.of("anna", VIEW, media, observations.observations, thing)
    log.of("anna", DECISION, person, identification.find, girl, "identity", "proposed", SAID)
    confirmed = log.of("sven", DECISION, person, identification.confirm_identity, girl, SAID).pk
    log.of("sven", DECISION, person, identification.unfind, confirmed)
    log.of("anna", VIEW, person, identification.way, girl)
    log.of("anna", VIEW, None, identification.count)

    board_of = Thing("series", blue)
    supposed = log.of("anna", DECISION, series, hypotheses.suppose, board_of, "country", SAID).pk
    hypothesis = f"hypothesis:{supposed}"
    said_for = log.of("anna", DECISION, hypothesis, hypotheses.argue, supposed, "for", SAID).pk
    log.of("anna", DECISION, hypothesis, hypotheses.retract, said_for)
    log.of("anna", DECISION, hypothesis, hypotheses.weigh, supposed, "likely", SAID)
    log.of("anna", VIEW, series, hypotheses.hypotheses, board_of)
    asked_for = log.of("anna", DECISION, series, tasks.ask_for, board_of, SAID).pk
    log.of("anna", DECISION, f"task:{asked_for}", tasks.go_on, asked_for, "done", why=SAID)
    log.of("anna", VIEW, series, tasks.tasks, board_of)
    log.of("anna", VIEW, None, tasks.my_tasks)
    log.of("anna", VIEW, None, tasks.unit_tasks)
    log.of("anna", VIEW, None, own_series.own_series)
    log.of("anna", VIEW, None, board.listed)
    log.of("anna", VIEW, series, board.board, blue)
    log.of("anna", VIEW, person, record.record, girl)
    log.of("anna", VIEW, series, neighbours.neighbours, blue)
    log.of("anna", VIEW, series, timeline.timeline, blue)
    log.of("anna", VIEW, series, places.places, blue)

    first, second = (one.id for one in log.of("anna", VIEW, None, proposals.proposals))
    log.of("anna", VIEW, f"proposal:{first}", proposals.proposal, first)
    log.of("anna", DECISION, f"proposal:{first}", proposals.accept, first, SAID)
    log.of("anna", DECISION, f"proposal:{second}", proposals.reject, second, SAID)
    log.of("anna", QUERY, None, search.search, SAID)
    log.of("anna", QUERY, media, deconfliction.concerned, one)

    log.of("anna", DECISION, media, retention.review, thing, LATER, SAID)
    log.of("anna", VIEW, None, retention.open_reviews, date(2020, 1, 1))
    hold = log.of("anna", DECISION, media, retention.hold, one, SAID).pk
    log.of("anna", VIEW, None, retention.holds)
    log.of("sven", DECISION, media, retention.lift, hold, SAID)
    asked = log.of("anna", Event.DELETION, media, retention.ask_for_deletion, one, SAID).pk
    log.of("sven", Event.DELETION, media, retention.agree_to_deletion, asked)
    for end, who in ((retention.refuse_deletion, "sven"), (retention.withdraw_deletion, "anna")):
        asked = log.of("anna", Event.DELETION, media, retention.ask_for_deletion, one, SAID).pk
        log.of(who, Event.DELETION, media, end, asked, SAID)
    log.of("anna", VIEW, None, retention.requests_for_deletion)
    shared = ("series", blue, "all members")
    log.of("anna", Event.SHARING_CHANGED, series, sharing.share, *shared)
    log.of("anna", VIEW, None, leading.lead_changes)
    offered = log.of("sven", DECISION, series, leading.offer_lead, blue, "Politie", SAID).pk
    log.of("sven", DECISION, series, leading.withdraw_lead, offered, SAID)
    log.of("carl", VIEW, person, protection.kept_of, girl)
    log.of("carl", DECISION, person, protection.restrict, girl, SAID)
    log.of("carl", DECISION, person, protection.free, girl, SAID)

    log.of("anna", VIEW, media, media_shown.shown, [one])
    log.of("anna", VIEW, media, media_shown.shown_one, one)
    log.of("anna", VIEW, media, media_shown.matches_of, one)
    digest = bytes(Media.objects.using("owner").get(pk=one).sha256)
    asked = f"file {digest.hex()}"
    log.of("anna", QUERY, asked, look_up.look_up_hash, opened, look_up.Hash.SHA256, digest)

    number = log.of("anna", DECISION, None, watching.watch, thing, SAID).pk
    log.of("anna", VIEW, None, watching.watches)
    log.of("sven", VIEW, None, watching.alarms)
    log.of("sven", DECISION, f"watch:{number}", watching.end_watch, number, SAID)
    log.of("sven", VIEW, None, conduct.unusual)
    log.of("sven", VIEW, None, notices.notices)
    log.of("sven", VIEW, None, notices.read, [])
    log.of("adam", DECISION, None, quotas.set_quota, "LKA", 500, 5000)
    seized = {"seized_where": SAID, "seized_at": timezone.now(), "source": Source.DEVICE}
    exhibit = log.of(
        *("anna", Event.CUSTODY, None, exhibits.add_exhibit),
        **({"number": "17-4", "description": SAID} | seized),
    )
    handed = {"handed_by": SAID, "received_by": SAID, "at": timezone.now(), "where": SAID}
    about = f"exhibit:{exhibit.pk}"
    log.of("anna", Event.CUSTODY, about, exhibits.hand_over, exhibit, why=SAID, **handed)
    with case.as_("anna"):
        handed = uploads.announce([], 1)
    log.of("anna", VIEW, "", handed_in.listed)
    log.of("anna", VIEW, f"contribution:{handed}", handed_in.opened, handed)
    log.of("anna", VIEW, f"contribution:{handed}", handed_in.files, handed, handed_in.Of.OPEN)

    ours = Sighting.objects.all()
    shared = Shared(Sharing.OWN_AGENCY)
    log.of("anna", Event.SHARING_CHANGED, "sightings", share_sightings, ours, shared)

    assert acts() - log.performed == set(), "each act is performed above"


def acts() -> set[str]:
    """Names of all public functions of casework but for those that are no acts."""
    return {
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(clew.casework.__path__)
        if module.name not in NO_ACTS
        for name, value in inspect.getmembers(
            import_module(f"clew.casework.{module.name}"), inspect.isfunction
        )
        if value.__module__ == f"clew.casework.{module.name}"
        and not name.startswith("_")
        and f"{module.name}.{name}" not in NO_ACTS
    }


def test_what_is_refused_is_undone_and_told(case):
    with case.as_("nils"):
        theirs = entities.create("series", "theirs", sharing="all members").pk
    with (
        signed_in(case.secrets["anna"]),
        pytest.raises(RefusedError, match="led by Politie"),
        refusals_recorded(),
        acting(),
    ):
        entities.split(theirs, "mine", "why", media=[case.media()])
    told = Entry.objects.using("owner").latest("number")
    assert (told.event, told.officer) == (Event.REFUSED, case.officers["anna"].pk)
