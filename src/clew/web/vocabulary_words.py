"""Words of the vocabulary as pages show them: the ones that Clew brings, in the officer's language.

What an operator's own vocabulary adds is shown as it is written there, and so is what people wrote.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

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
        # What was decided.
        *(_("merged"), _("taken apart"), _("left out of scope"), _("taken into scope")),
    }
)


def in_words(word: str) -> str:
    """A word of the vocabulary in the language of the page; two, as in *shows: confirmed*, each."""
    return ": ".join(gettext(one) if one in WORDS else one for one in word.split(": "))
