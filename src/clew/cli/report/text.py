"""Names, sizes and times as people read them.

Names come from seized media and may be made to deceive: they hold HTML, turn the reading
direction round (``gpj.exe`` shown as ``exe.jpg``), hide characters or run over many lines. Here
they become text that shows what is there; escaping is left to the template.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import mark_safe

NAME_LENGTH = 48
"""Characters of a file name shown before its middle is left out; the whole is in its title."""
PATH_LENGTH = 110
"""Likewise of a path."""

# Controls, invisible characters and everything that changes the direction of reading. The two
# joiners U+200C and U+200D stay: Persian, Indian scripts and emoji need them.
_DECEIVING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def plain(text: str) -> str:
    """Text for attributes: what cannot be seen is spelled out, such as ``⟨U+202E⟩``."""
    text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return _DECEIVING.sub(lambda found: f"⟨{_code(found[0])}⟩", text)


def visible(text: str) -> str:
    """Text for the page: like :func:`plain`, with the spelled-out characters set apart."""
    text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    if not _DECEIVING.search(text):
        return text
    # Escaped first, then marked: the marks are hexadecimal digits in a fixed pattern.
    return mark_safe(_DECEIVING.sub(_mark, escape(text)))  # noqa: S308


def _mark(found: re.Match[str]) -> str:
    code = _code(found[0])
    return f'<span class="unseen" title="a character that cannot be seen">{code}</span>'


def shortened(text: str, most: int) -> str:
    """Text with its middle left out when it is longer than ``most`` characters.

    The end is favoured: it tells more than the beginning, in names and in paths.
    """
    if len(text) <= most:
        return text
    head = most * 2 // 5
    return f"{text[:head]} … {text[-(most - head) :]}"


def file_name(path: str) -> str:
    """The last part of a path, also of a path inside an archive."""
    return re.split(r"/| › ", path)[-1] or path


def count(number: int) -> str:
    """A number with thousands set apart."""
    return f"{number:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 film``, ``2,000 films``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(number: int) -> str:
    """Bytes in decimal units, as drives are sold and file managers count."""
    if number < 1000:
        return counted(number, "byte")
    value = float(number)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        # 999.95 would round up to 1000.0 of the smaller unit.
        if value < 999.5 or unit == "PB":
            break
    # A no-break space: the unit stays with its number.
    return (
        f"{value:.1f}\N{NO-BREAK SPACE}{unit}"
        if value < 9.95
        else f"{value:,.0f}\N{NO-BREAK SPACE}{unit}"
    )


def clock(seconds: float, tenths: bool = False) -> str:
    """A time in a film: ``3:05``, ``1:02:03``, with tenths ``0:01.5``."""
    units = round(seconds * 10) if tenths else round(seconds) * 10
    whole, tenth = divmod(max(units, 0), 10)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{text}.{tenth}" if tenths else text


def duration(seconds: float) -> str:
    """How long something lasts: ``8.4 seconds``, ``3:05 minutes``, ``1:02:03 hours``."""
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} seconds"
    if round(seconds) < 60:
        return f"{seconds:.0f} seconds"
    return f"{clock(seconds)} {'minutes' if round(seconds) < 3600 else 'hours'}"


def moment(time: datetime) -> str:
    """ISO date and time with its offset from universal time, ``2026-02-03 14:05:09 +01:00``.

    Raises:
        ValueError: when the time has no zone; it could be read as any hour of the day.
    """
    if time.tzinfo is None:
        raise ValueError(f"a time without zone cannot be reported: {time}")
    stamp = time.isoformat(sep=" ", timespec="seconds")
    return f"{stamp[:19]} {stamp[19:]}".replace(" +00:00", " UTC")


def sentence(text: str) -> str:
    """Text with a capital first letter and a full stop."""
    text = text.strip()
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
