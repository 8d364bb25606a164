"""What the layers below refuse with, in the officer's language.

They say it in one language, for every face. It is known again by its shape: what stands in the
place of a name is put into the translation, in the words of the vocabulary where it is one.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from clew.web.vocabulary_words import in_words

REFUSALS: tuple[str, ...] = (
    _("Say why, in a few words: whoever reads it later was not there."),
    _("Somebody else decided this at the same time. Look at it again, then decide."),
    _("This cannot be kept: %(said)s."),
    _("Only who gave a grade is asked again, once."),
    _("You gave no such grade."),
    _("The scheme %(scheme)s has no %(grade)s."),
    _("The scheme %(scheme)s has no %(grade)s. It has: %(known)s."),
    _("%(first)s cannot be connected with itself."),
    _("%(type)s joins %(ones)s with %(others)s, in that order, not %(first)s with %(second)s."),
    _("Connection %(number)s is %(state)s meanwhile."),
    _("There is no connection %(number)s that you may see."),
    _("Your agency has this connection already."),
    _(
        "Connections are made and decided by contributors, specialists and supervisors, for their "
        "own agency and between things that they see."
    ),
    _("Your agency has no connection %(numbers)s."),
    _("Your agency has no decision %(number)s."),
    _("Decision %(number)s has been undone already."),
    _(
        "Decision %(number)s is also about something that is no longer shared with your agency. "
        "Ask who holds it to share it again, or decide the rest anew."
    ),
    _("A limit of one's own is at least 1; leave it empty for none."),
    _("Minutes at a time are 0, for never, to 1440."),
    _("Give the filter a name of 1 to 100 letters."),
    _("There are %(count)s saved filters: remove one first."),
    _("There is no such filter of yours; it may have been removed."),
    _(
        "A person has a category (victim, suspect, convicted, witness or other), and nothing else "
        "has one."
    ),
    _("Say what it is; only what replaces something may be empty."),
    _("%(kind)s %(number)s is led by %(agency)s. Ask them, or connect it with one of your own."),
    _(
        "%(kind)s %(number)s is led by %(agency)s. Ask them (%(contact)s), or connect it with one "
        "of your own."
    ),
    _("%(thing)s is not in series %(series)s as your agency sees it."),
    _("All of that is in series %(series)s already."),
    _(
        "Contributors, specialists and supervisors do this, and with what is there already only "
        "those of its lead agency."
    ),
    _("%(one)s and %(other)s are one already."),
    _("A %(kind)s cannot be part of a %(other)s."),
    _("Your agency leads nothing with the number %(number)s."),
    _("%(kind)s %(number)s is on its own."),
    _("Grades are given by contributors, specialists and supervisors, for media they see."),
    _("Your agency has no contribution %(number)s."),
    _("A hypothesis is about a series, a person, a place; not a media."),
    _("A hypothesis is about %(subjects)s."),
    _("A hypothesis is %(weights)s."),
    _("Say what could be so: the country, the place."),
    _("Something speaks for it or against it."),
    _("Say what speaks %(side)s it."),
    _("What speaks for or against is known from a media, not %(source)s."),
    _("There is no hypothesis %(number)s that you may see."),
    _(
        "Hypotheses are written by contributors, specialists and supervisors, and weighed by the "
        "agency that holds them."
    ),
    _("Your agency has given no argument %(number)s."),
    _("It was taken back already."),
    _(
        "%(agency)s holds this hypothesis. Say what speaks for or against it, or write one of "
        "your own."
    ),
    _("No identity is proposed for person %(number)s; it stands at %(stage)s."),
    _("Identified takes two people."),
    _("You proposed it yourself: another specialist or supervisor confirms."),
    _("There is no step %(number)s on a victim's way that you may see."),
    _("A further step was recorded since. Look at it, then decide."),
    _(
        "Before, the victim was identified, which takes two people: propose the identity again, "
        "then have another specialist or supervisor confirm it."
    ),
    _(
        "Person %(number)s is kept as %(category)s, not as a victim. If they are one, the lead "
        "agency says so."
    ),
    _(
        "A victim's identification is recorded by contributors, specialists and supervisors of "
        "the lead agency; identified is confirmed by a specialist or supervisor who did not "
        "propose it."
    ),
    _(
        "A region is left, top, right and bottom as shares of the picture, from 0 to 1: "
        "0.1,0.2,0.5,0.6."
    ),
    _("A region or a time is of a media: name the media that it is known from."),
    _("%(type)s is said of %(kinds)s, not of %(about)s."),
    _("Say what: %(type)s needs words."),
    _("%(type)s is one of %(choices)s, not %(words)s."),
    _("A source is a media or a person, not %(source)s."),
    _("There is no sighting %(number)s that you may see."),
    _(
        "Observations are written by contributors, specialists and supervisors, about what they "
        "see."
    ),
    _("Your agency has no observation %(number)s."),
    _("There is no proposal %(name)s; it may have been decided."),
    _(
        "The proposal %(name)s has changed since: something arrived or was decided. It is "
        "%(other)s now."
    ),
    _("Proposals are decided by contributors, specialists and supervisors."),
    _("There is no proposal of that name."),
    _("You have set no such proposal aside; it may be asked again already."),
    _("These are %(count)s media; say it for at most %(most)s at a time."),
    _("What is in scope is said by contributors, specialists and supervisors."),
    _("All of these are out of scope already."),
    _("None of these is out of scope."),
    _("There is no such decision of your agency under this authority."),
    _("Somebody has decided on all of these since; look at them again."),
    _("You work blind: nothing is revealed until you switch that off."),
    _(
        "You have revealed %(count)s media today, as many as you wanted to. Go on tomorrow, ask a "
        "colleague, or raise your own limit."
    ),
    _("The %(what)s of media:%(number)s cannot be opened."),
    _("It cannot be drawn: %(why)s."),
    _("There is no match %(number)s of sounds that you may see."),
    _("media:%(number)s is too large to be drawn."),
    _("A tag is a word or a few, of at most %(most)s letters."),
    _("Tags are given by contributors, specialists and supervisors, to what they see."),
    _("Your agency has not given all of these tags; look at them again."),
    _("A task is about a series, a person, a place; not a media."),
    _("Say what is to be done."),
    _("A task is %(states)s."),
    _("It is %(state)s already. Load the page again to see by whom."),
    _("Your agency has no task %(number)s."),
    _("There is no such officer in your agency: choose another one."),
    _("Tasks are given and done by contributors, specialists and supervisors of an agency."),
    _("There is no %(thing)s that you may see. If another agency holds it, ask them to share it."),
    _(
        "%(name)s names nothing. Write the kind and the number: media:12, series:3; kinds are "
        "%(kinds)s."
    ),
    _("Type at most %(words)s words, of %(letters)s letters together."),
)


def in_their_language(refusal: str) -> str:
    """A refusal of the layers below in the language of the page; as it is when it is not known."""
    for template, shape in _shapes():
        found = shape.fullmatch(refusal)
        if found is not None:
            return gettext(template) % {
                name: in_words(value) for name, value in found.groupdict().items()
            }
    return refusal


@cache
def _shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The refusals as expressions, those without names in them first."""
    return [
        (template, re.compile(_shape(template), re.DOTALL))
        for template in sorted(REFUSALS, key=lambda one: one.count("%("))
    ]


def _shape(template: str) -> str:
    parts = re.split(r"%\((\w+)\)s", template)
    return "".join(
        f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
