"""Refusals of working on a case: what officers, their supervisors and oversight are told."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

CASEWORK: tuple[str, ...] = (
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
    _("Connection %(number)s was decided again since, by decision %(later)s: undo that first."),
    _("Entity %(number)s was decided again since, by decision %(later)s: undo that first."),
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
    _("media:%(number)s is too large to be read here."),
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
    # What is unusual, sums, leading, watching: pages of oversight.
    _("Hours are 0 to 24, and at least one day is looked at."),
    _("What is unusual is told to supervisors, of their own agency."),
    _("There is no time zone %(zone)s; write Europe/Berlin."),
    _("Sums are told to supervisors, of their own agency."),
    _(
        "Leading is offered by supervisors of the agency that leads, and accepted by supervisors "
        "of the one it is offered to."
    ),
    _("%(agency)s does not see %(thing)s: share it with them first."),
    _("%(thing)s is offered already. Withdraw that first."),
    _("There is no other agency that could lead: %(why)s."),
    _("%(agency)s is yours: there is no other agency named."),
    _("There is no offer %(number)s to lead something, to you or by you."),
    _("Offer %(number)s was answered already."),
    _("A file is watched by its SHA-256, 64 hexadecimal digits."),
    _("Contributors, specialists and supervisors watch what they see, and end their watches."),
    _("There is no watch %(number)s that goes on and that you may see."),
    # Playing parts of films and sounds.
    _("This part cannot be played: %(why)s."),
    _("One part at a time: wait until the one before has come."),
    _("The decoders are busy with what others watch. Ask again in a moment."),
    _("A picture does not move, and nothing is to be heard in it."),
    _(
        "No original of media:%(number)s was handed in by your agency, or shared with it. Hand it "
        "in, then it can be played."
    ),
    _("media:%(number)s has %(bytes)s bytes; parts are played of at most %(most)s."),
    # Looking up, revealing, narrowing the grid.
    _("A %(kind)s hash has %(bytes)s bytes, not %(count)s."),
    _("No original of media:%(number)s was handed in by your agency, or shared with it."),
    _("media:%(number)s has %(bytes)s bytes; at most %(most)s are shown in one piece."),
    _("There is no kind %(kind)s: %(known)s."),
    _("Nothing stands %(standing)s to what was held."),
    _("Nothing held is %(known)s, or no contribution is named."),
    _("There is no scope %(scope)s: %(known)s."),
    _("%(grade)s is no grade."),
    _("There is no type of connection called %(name)s. There are: %(known)s."),
    _("There is no type of observation called %(name)s. There are: %(known)s."),
    _("There is no grading scheme called %(name)s. There are: %(known)s."),
    _(
        "%(file)s cannot be read (%(error)s). Mend it, or take it out of CLEW_VOCABULARY; the "
        "operator's guide shows what such a file holds."
    ),
    # Notices, quotas, sharing.
    _("You have no notice %(number)s."),
    _("You have asked as many questions as may be asked for now. Ask again after %(until)s UTC."),
    _("A quota is at least one question."),
    _("It is not known whose quota is meant: %(why)s."),
    _("How much is asked at %(agency)s is said by an administrator of its country."),
    _("What is shared is one of %(kinds)s, not %(kind)s."),
    _("Sharing is one of %(ways)s, not %(way)s."),
    _("Name agencies for `named agencies` and `all except`, and only then."),
    _("Contributors, specialists and supervisors of its agency say with whom it is shared."),
    _("There is no %(kind)s %(number)s that you may see."),
    _("%(kind)s %(number)s is led by %(agency)s, who share it or not."),
    # Data protection, and how long something is kept.
    _("There is no person:%(number)s that you may see."),
    _("Records are restricted, and freed again, by a data-protection officer of the lead agency."),
    _("person:%(number)s is restricted already."),
    _("person:%(number)s is not restricted."),
    _("%(day)s is not in the future; name a later day."),
    _(
        "Contributors, specialists and supervisors set reviews and ask for deletion, of what "
        "their agency holds; lifting a hold and agreeing to deletion is for supervisors."
    ),
    _("Your agency has no hold %(number)s that is in force."),
    _("Your agency has no request for deletion %(number)s."),
    _("You asked for it yourself: another officer has to agree."),
    _("You asked for it yourself: take it back instead."),
    _("Another officer asked for it: a supervisor can refuse it."),
    _(
        "An export is asked for by who sees the case, and made by who asked; a supervisor of the "
        "same agency who is somebody else agrees to it or refuses it."
    ),
    _("Your agency has no request for an export %(number)s."),
    _("An export takes two people: another officer, a supervisor, has to agree to it first."),
    _("Export %(number)s waits for a supervisor who is somebody else."),
    _(
        "What was agreed to as export %(number)s could be made until %(until)s UTC. Ask for it "
        "anew."
    ),
    _("Export %(number)s was refused: %(why)s. Ask for it anew."),
    _("Export %(number)s was taken back: %(why)s. Ask for it anew."),
    _("Another officer asked for it, and makes it."),
    _("Findings have no pictures in them: ask for a report."),
    _("%(thing)s is not taken out by itself: a series is, as its case sheet."),
    _("What it tells has changed since it was asked for. Look at it, then ask anew."),
    _(
        "media:%(number)s is under legal hold %(hold)s (%(why)s); it can be deleted when a "
        "supervisor has lifted that."
    ),
)
