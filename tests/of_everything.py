"""Something of everything that officers write, find and decide, in letters of which we use none."""

from __future__ import annotations

from clew.access.acting import acting
from clew.access.models import Authority, Officer, Session
from clew.access.secret import digest, new_secret
from clew.casework.decisions import connect
from clew.casework.entities import add_particular, add_to_series, create, merge
from clew.casework.grades import grade
from clew.casework.hypotheses import argue, suppose, weigh
from clew.casework.identification import find
from clew.casework.observations import observe
from clew.casework.retention import ask_for_deletion, hold
from clew.casework.scope import set_scope
from clew.casework.screen import note_reveal
from clew.casework.tags import tag_all
from clew.casework.tasks import ask_for
from clew.casework.things import Thing
from clew.casework.vocabulary import vocabulary
from clew.casework.watching import watch
from clew.records.models import ContributedFile, Contribution, Media
from clew.web.vocabulary_words import PARTICULARS

WRITTEN = "γραπτό"


def written(secret: str, media: tuple[int, int]) -> dict[str, int]:
    """Fill a case.

    Args:
        secret: of a specialist's session.
        media: numbers of two that they see.

    Returns:
        Numbers of a series, of a place in ``entities``, and of a victim in ``person``.
    """
    first, second = (Thing("media", number) for number in media)
    with acting(secret):
        series = Thing("series", create("series", WRITTEN).pk)
        place = Thing("place", create("place", WRITTEN).pk)
        other = Thing("place", create("place", WRITTEN).pk)
        girl = Thing("person", create("person", WRITTEN, category="victim").pk)
        add_to_series(series.id, WRITTEN, media=list(media), persons=[girl.id])
        _observed([series, first, girl, place], source=first)
        find(girl.id, "safety", "at risk", WRITTEN)
        find(girl.id, "identity", "proposed", WRITTEN)
        for kind in PARTICULARS:
            add_particular(girl.id, kind, WRITTEN, certainty="fact", source=WRITTEN)
        connect("was at", series, place, WRITTEN, confirmed=True)
        connect("other", girl, other, WRITTEN)
        _supposed(series)
        ask_for(series, WRITTEN)
        tag_all([first.id], WRITTEN)
        grade(first.id, "US", 1)
        set_scope([second.id], WRITTEN, out=True)
        hold(first.id, WRITTEN)
        ask_for_deletion(second.id, WRITTEN)
        watch(first, WRITTEN)
        merge(other.id, place.id, WRITTEN)
        note_reveal(first.id, WRITTEN)
    return {"series": series.id, "entities": place.id, "person": girl.id}


def _observed(things: list[Thing], source: Thing) -> None:
    """All that can be said of these kinds of thing."""
    for name, kind in vocabulary().observations.items():
        words = "48.85, 2.35" if name == "coordinates" else WRITTEN
        for thing in things:
            if thing.kind in kind.about and name != "category":
                observe(thing, name, kind.choices[0] if kind.choices else words, source=source)


def _supposed(about: Thing) -> None:
    number = suppose(about, "country", WRITTEN).pk
    argue(number, "for", WRITTEN)
    argue(number, "against", WRITTEN)
    weigh(number, "likely", WRITTEN)


def gone_wrong(media: int) -> None:
    """What machines note where not all goes well, of a media and of all contributions."""
    owned = Media.objects.using("owner")
    owned.filter(pk=media).update(notes=["partly read: ψ", "3 damaged parts stepped over"])
    files = ContributedFile.objects.using("owner")
    files.filter(standing="held").update(
        better=["earlier", "larger"], signs=["names its camera (ψ)", "size as EXIF says"]
    )
    Contribution.objects.using("owner").update(
        halted="a decoding process did not start: it ended. Run `clew doctor` to see why."
    )


def with_a_token(sign_in_name: str) -> None:
    """An officer has a program work on their behalf."""
    officer = Officer.objects.using("owner").get(sign_in_name=sign_in_name)
    held = Authority.objects.using("owner").filter(agency=officer.agency).latest("pk")
    Session.objects.using("owner").create(
        officer=officer,
        digest=digest(new_secret()),
        kind="token",
        label=WRITTEN,
        scopes=["read", "contribute"],
        expires_at=held.valid_until,
        authority=held,
    )
