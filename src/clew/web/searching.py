"""Search: with a picture, film or hash that was pasted or dropped anywhere, or with words."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.casework.errors import StatementError
from clew.casework.find import Answer, find_file
from clew.casework.look_up import Hash, look_up_hash
from clew.casework.search import search as search_words
from clew.compare.evidence import MatchKind
from clew.intake.reading import read_held
from clew.serving.served import served
from clew.web.browser import word
from clew.web.evidence import closeness, kind_words
from clew.web.frame import at_work, framed
from clew.web.measures import measure
from clew.web.trust import trust
from clew.web.vocabulary_words import in_words

_HASH = re.compile(r"[0-9a-fA-F]+")
_KINDS = {32: (Hash.MD5,), 40: (Hash.SHA1,), 64: (Hash.SHA256, Hash.PDQ)}
"""By how many digits it has: 64 are those of a file, or of a picture's look."""


@at_work("GET", "POST")
def search(request: HttpRequest) -> HttpResponse:
    """Who shares a trace with this, or where these words were written."""
    if request.method == "GET":
        return framed(request, "search", {"asked": ""})
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile):
        with acting():
            require_authority()  # nothing is decoded for somebody who may not ask
        reading = read_held(served(), sent.chunks(), sent.name or "")
        answer = find_file(served(), reading)
        told = {"asked": _("the file that you gave"), "notes": reading.notes}
        return framed(request, "search", {**told, **_told(answer)})
    typed = word(request.POST, "asked").strip()
    if not typed:
        raise StatementError(_("Type a hash or words, or give a file."))
    if _HASH.fullmatch(typed) and len(typed) in _KINDS:
        return framed(request, "search", {"asked": typed, **_told(_by_hash(typed))})
    with acting():
        found = [(*_page_of(one.about), one) for one in search_words(typed)]
    return framed(request, "search", {"asked": typed, "found_words": found, "by_words": True})


def _page_of(about: str) -> tuple[str, str]:
    """What people call a thing such as ``series:3``, and its page; empty for none."""
    kind, _colon, number = about.partition(":")
    pages = {"media": f"/media/{number}", "series": f"/media?series={number}"}
    return f"{in_words(kind)} {number}", pages.get(kind, "")


def _by_hash(typed: str) -> Answer:
    value = bytes.fromhex(typed)
    answer = Answer((), ())
    for kind in _KINDS[len(typed)]:
        answer = look_up_hash(served(), kind, value)
        if answer:
            break
    return answer


def _told(answer: Answer) -> dict[str, object]:
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
