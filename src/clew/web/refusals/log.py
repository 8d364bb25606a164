"""What a check of the log finds wrong."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

LOG: tuple[str, ...] = (
    _(
        "What the witness %(witness)s has cannot be read (%(error)s). Let CLEW_WITNESS name a "
        "folder, or a file of checkpoints alone, that Clew may read and add to."
    ),
    _("The witness's checkpoint %(number)s is not what was signed."),
    _(
        "The witness holds two different checkpoints %(number)s: one of them is of another log, "
        "or the log was rewritten between them. Check with each alone."
    ),
    _("%(file)s, line %(line)s, is no checkpoint: %(error)s"),
    _("line %(line)s is no line of a log (%(error)s)"),
    _("line %(line)s begins another log"),
    _("%(said)s is no digest"),
    _("there is more behind its end"),
    _("the log was cut off: its last line is missing"),
    _("here stands the entry of position %(position)s: one was taken out, put in or moved"),
    _("it was changed, or the one before it: its hash is another"),
    _(
        "the witness's checkpoint %(number)s has another hash here: the log was rewritten "
        "somewhere behind position %(position)s, and signed anew"
    ),
    _(
        "the witness's checkpoint %(number)s has another hash here: the log was rewritten "
        "somewhere from the first on, and signed anew"
    ),
    _("checkpoint %(number)s does not follow the one before: one is missing or was replaced"),
    _("checkpoint %(number)s is not what was signed"),
    _("checkpoint %(number)s was made when the log was another"),
    _("the witness holds another checkpoint %(number)s: the log was signed anew"),
    _("entries are missing: the log says that it has %(number)s"),
    _(
        "entries are missing: the witness's checkpoint %(number)s was made when there were "
        "%(position)s"
    ),
    _("checkpoint %(number)s, which the witness holds, is missing"),
)
