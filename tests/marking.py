"""The German desk with every word of ours in marks: what stands outside was never translated.

A sentence that is missing from the catalogue is easily overlooked, for it is still read; without
marks around it, it is found by a program. Run as one, this is ``clew`` with such a catalogue, and
with sheets that stay pages instead of becoming PDFs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

BEGIN, END = "⟦", "⟧"
SHOWN = ("title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-valuetext")
"""Attributes whose words are read, seen or heard."""
_EMPTY = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr", "path", "circle", "line", "rect"),
}
_NOT_READ = {"script", "style", "code", "kbd"}


def mark() -> None:
    """Put what the German catalogue says in marks, in the original's words; the rest stays bare."""
    from django.utils.translation.trans_real import DjangoTranslation

    one, several = DjangoTranslation.gettext, DjangoTranslation.ngettext

    def gettext(self: Any, said: str) -> str:
        if self.language() != "de":
            return one(self, said)
        words = said.rpartition("\x04")[2]  # behind what it is said of
        return f"{BEGIN}{words}{END}" if said in self._catalog else words

    def ngettext(self: Any, said: str, plural: str, number: int) -> str:
        if self.language() != "de":
            return several(self, said, plural, number)
        words = said if number == 1 else plural
        return f"{BEGIN}{words}{END}" if (said, 0) in self._catalog else words

    DjangoTranslation.gettext = gettext  # type: ignore[method-assign]
    DjangoTranslation.ngettext = ngettext  # type: ignore[method-assign]


def outside(text: str) -> str:
    """What of a text stands in no marks."""
    depth, kept = 0, []
    for one in text:
        depth += (one == BEGIN) - (one == END)
        kept.append(" " if depth or one == END else one)
    return "".join(kept)


def words_outside(text: str, known: re.Pattern[str]) -> str:
    """The English of a text that is in no marks; empty for none.

    Args:
        text: what is shown.
        known: what may stand there in every language: names, numbers of things, units.
    """
    left = " ".join(known.sub(" ", outside(text)).split())
    return left if re.search(r"[A-Za-z]{2}", left) else ""


class Seen(HTMLParser):
    """What a page shows or says aloud.

    What a page itself says is in English, as the log is, is left out.

    Attributes:
        said: each text with the element that it is in, with a star where it is in its start.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self._in: list[tuple[str, bool]] = []
        self.said: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told: Mapping[str, str | None] = dict(attrs)
        shown = [told.get(name) for name in SHOWN]
        if tag == "input" and told.get("type") in ("submit", "button", "reset"):
            shown.append(told.get("value"))
        self.said += [(f"{tag}*", words) for words in shown if words]
        if tag not in _EMPTY:
            self._in.append((tag, told.get("lang") == "en"))

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag = self._in[-1][0] if self._in else ""
        english = any(english for _tag, english in self._in)
        if tag not in _NOT_READ and data.strip() and not english:
            self.said.append((tag, data))


def bare(page: str, known: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """What of a page is in no marks: element and words."""
    for tag, text in Seen(page).said:
        words = words_outside(text, known)
        if words:
            yield tag, words


class _Sheet:
    """What sets pages, and does not: what stands on a sheet is to be read."""

    def __init__(self, *, string: str, url_fetcher: object) -> None:
        self._page = string

    def write_pdf(self) -> bytes:
        return self._page.encode()


if __name__ == "__main__":
    import weasyprint

    from clew.cli.main import run

    mark()
    weasyprint.HTML = _Sheet  # type: ignore[misc,assignment]
    run()
