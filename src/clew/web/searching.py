"""Search: with a picture, film or hash that was pasted or dropped anywhere, or with words."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.casework.errors import StatementError
from clew.casework.find import Answer, find_file
from clew.casework.look_up import Hash, look_up_hash
from clew.casework.search import search as search_words
from clew.casework.things import MEDIA, Thing
from clew.compare.evidence import MatchKind
from clew.intake.reading import read_held
from clew.records.models import EntityKind
from clew.serving.served import served
from clew.web.answers import keep_answer, kept_answer
from clew.web.board_acts import address_of
from clew.web.browser import kept, word
from clew.web.evidence import closeness, kind_words
from clew.web.frame import at_desk, at_work, framed
from clew.web.measures import measure
from clew.web.trust import trust
from clew.web.vocabulary_words import in_words

_HASH = re.compile(r"[0-9a-fA-F]+")
_KINDS = {32: (Hash.MD5,), 40: (Hash.SHA1,), 64: (Hash.SHA256, Hash.PDQ)}
"""By how many digits it has: 64 are those of a file, or of a picture's look."""


@at_work("GET", "POST")
def search(request: HttpRequest) -> HttpResponse:
    """Who shares a trace with this, or where these words were written."""
    session, authority = kept(request, "session"), at_desk(request).authority
    if request.method == "GET":
        return _shown(request, word(request.GET, "answer"), session, authority)
    name = keep_answer(session, authority, _found(request))
    # Going back to an answer would otherwise send the question once more, or be refused.
    return HttpResponseRedirect(f"/search?answer={name}")


def _shown(request: HttpRequest, name: str, session: str, authority: str) -> HttpResponse:
    """An answer that was kept, for as long as an authority holds; or an empty form."""
    if not name:
        return framed(request, "search", {"asked": ""})
    with acting():
        require_authority()
    told = kept_answer(name, session, authority)
    if told is None:
        gone = _("This answer is not kept any longer: search again.")
        return framed(request, "search", {"asked": "", "notes": [gone]})
    return framed(request, "search", told)


def _found(request: HttpRequest) -> dict[str, Any]:
    """What the page of an answer shows."""
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile):
        with acting():
            require_authority()  # nothing is decoded for somebody who may not ask
        reading = read_held(served(), sent.chunks(), sent.name or "")
        answer = find_file(served(), reading)
        return {"asked": _("the file that you gave"), "notes": reading.notes, **_told(answer)}
    typed = word(request.POST, "asked").strip()
    if not typed:
        raise StatementError(_("Type a hash or words, or give a file."))
    if _HASH.fullmatch(typed) and len(typed) in _KINDS:
        return {"asked": typed, **_told(_by_hash(typed))}
    with acting():
        found = [(*_page_of(one.about), one) for one in search_words(typed)]
    return {"asked": typed, "found_words": found, "by_words": True}


def _page_of(about: str) -> tuple[str, str]:
    """What people call a thing such as ``series:3``, and its page; empty for none."""
    kind, _colon, number = about.partition(":")
    there = kind == MEDIA or kind in EntityKind.values
    return f"{in_words(kind)} {number}", address_of(Thing(kind, int(number))) if there else ""


def _by_hash(typed: str) -> Answer:
    value = bytes.fromhex(typed)
    answer = Answer((), ())
    for kind in _KINDS[len(typed)]:
        answer = look_up_hash(served(), kind, value)
        if answer:
            break
    return answer


def _told(answer: Answer) -> dict[str, Any]:
    words = kind_words()
    return {
        "found": [
            {
                "item": one.item,
                "kind": words[one.match.kind],
                "closeness": ""
                if one.match.kind is MatchKind.SAME_FILE
                else closeness(one.match.distance / max(one.match.threshold, 1)),
                "measure": measure(one.match.kind, one.match.distance, one.match.threshold),
                "trust": trust(one.match),
            }
            for one in answer.found
        ],
        "hits": [(hit, words.get(MatchKind(hit.kind), hit.kind)) for hit in answer.hits],
        "by_words": False,
    }
