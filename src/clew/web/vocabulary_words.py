"""Words of the vocabulary as pages show them: the ones that Clew brings, in the officer's language.

What an operator's own vocabulary adds is shown as it is written there, and so is what people wrote.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from clew.casework.vocabulary import vocabulary

WORDS = frozenset(
    {
        # Types of observation.
        *(_("note"), _("clue"), _("tag"), _("title"), _("category"), _("depicts")),
        *(_("imminent danger"), _("series is"), _("apparent age range"), _("language heard")),
        *(_("language seen"), _("marks"), _("clothing"), _("season"), _("plug type")),
        *(_("furnishing"), _("product"), _("country"), _("coordinates"), _("vehicle")),
        # Types of connection, and how one stands.
        *(_("in series"), _("victim in"), _("offender in"), _("shows"), _("heard in")),
        *(_("taken with"), _("distributed by"), _("produced by"), _("uses"), _("was at")),
        *(_("knows"), _("same victim"), _("same person"), _("same place"), _("same camera")),
        *(_("other"), _("proposed"), _("confirmed"), _("rejected")),
        # Kinds of thing, and of person.
        *(_("media"), _("series"), _("person"), _("place"), _("camera"), _("voice"), _("object")),
        *(_("online identity"), _("victim"), _("suspect"), _("convicted"), _("witness")),
        *(_("fact"), _("assessment"), _("reason"), _("unknown")),
        # The only words that some types of observation have.
        *(_("real"), _("generated or manipulated"), _("unclear"), _("yes"), _("no"), _("open")),
        *(_("closed"), _("infant"), _("toddler"), _("pre-pubescent"), _("pubescent"), _("adult")),
        *(_("cannot be told"), _("spring"), _("summer"), _("autumn"), _("winter")),
        # What is kept of a person, for the lead agency alone, and in which sort of record.
        *(_("name"), _("alias"), _("date of birth"), _("address"), _("account")),
        *(_("particular"), _("observation"), _("finding"), _("connection")),
        # The grading scheme that Clew brings.
        _("numbers of Project VIC as used in the United States"),
        *(_("non-pertinent"), _("child abuse material"), _("child exploitive or age difficult")),
        *(_("CGI or animation"), _("comparison")),
        # Signals, and what else of a server is looked at.
        *(_("signal"), _("exact"), _("frames"), _("origin"), _("picture"), _("regions")),
        *(_("shots"), _("sound"), _("speech"), _("database"), _("decoders"), _("vault")),
        *(_("checkpoints of the log"), _("room"), _("workspace"), _("confined decoding")),
        *(_("confinement"), _("limits"), _("namespaces"), _("no core dumps")),
        _("no new privileges"),
        # What was decided.
        *(_("merged"), _("taken apart"), _("left out of scope"), _("taken into scope")),
    }
)

PARTICULARS = ("name", "alias", "date of birth", "address", "account")
"""What there is to choose from for what is kept for the lead agency alone; others can be typed."""


def in_words(word: str) -> str:
    """A word of the vocabulary in the language of the page; two, as in *shows: confirmed*, each."""
    return ": ".join(gettext(one) if one in WORDS else one for one in word.split(": "))


def said_in_words(words: str, kind: str) -> str:
    """What an observation of a type says: as it was written, or what was chosen, in words."""
    known = vocabulary().observations.get(kind)
    return in_words(words) if known is not None and words in known.choices else words


def choices_in_words(kind: str) -> list[tuple[str, str]]:
    """What can be chosen where a type of observation allows no other words: as kept, in words."""
    known = vocabulary().observations.get(kind)
    return [(one, in_words(one)) for one in known.choices] if known is not None else []


def particular_typed(kind: str) -> str:
    """The kind of a particular as it is kept, whichever language it was chosen in."""
    return {in_words(one): one for one in PARTICULARS}.get(kind.strip(), kind)
