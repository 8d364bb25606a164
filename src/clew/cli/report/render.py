"""Write the report: one file, no network, nobody else may read it."""

from __future__ import annotations

import os
import tempfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

from django.template import Context, Engine
from django.utils.safestring import mark_safe

from clew.casework.findings import Findings, Group
from clew.cli.report import summary, text
from clew.cli.report.groups import Pictures, group_view, kinds_of
from clew.cli.report.pairs import Pairs, Spectrograms, Stills

# A comment cannot come from the findings: every "<" in them is escaped.
_GROUPS_GO_HERE = "<!-- groups -->"
_TEMPLATES = (
    "report.html",
    "guide.html",
    "group.html",
    "item.html",
    "places.html",
    "link.html",
    "pair.html",
)


def write_report(
    findings: Findings,
    target: Path,
    pictures: Pictures | None = None,
    again: tuple[Stills, Spectrograms] | None = None,
) -> None:
    """Write the findings as one self-contained HTML file that opens without a network.

    The file appears whole or not at all and is readable by its owner only: it is case data.
    Groups are rendered one after the other, so that a report with thousands of pictures needs
    little memory.

    Args:
        findings: what a scan found.
        target: the file to write; one that is there is replaced.
        pictures: from the number of a media and ``preview`` or ``storyboard`` to a JPEG of it;
            None leaves pictures out.
            Pictures are blurred and grey until somebody asks for one.
        again: where stills of films and spectrograms come from, for what is best seen and heard
            in both media of a link; None leaves these out.

    Raises:
        OSError: when the file cannot be written; an older one is then untouched.
        ValueError: when a time in the findings has no time zone.
    """
    # mkstemp creates with mode 0600, in the same folder so that the renaming is atomic.
    handle, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            for piece in render(findings, pictures, again):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def render(
    findings: Findings,
    pictures: Pictures | None = None,
    again: tuple[Stills, Spectrograms] | None = None,
) -> Iterator[str]:
    """The report in pieces: its head, each group, its end."""
    engine = _engine()
    page = engine.get_template("report.html").render(_page(findings, pictures is not None))
    head, end = page.split(_GROUPS_GO_HERE)
    several_folders = len(findings.folders) > 1
    template = engine.get_template("group.html")
    pairs = None
    if pictures is not None and again is not None:
        pairs = Pairs(*again, lambda media: pictures(media, "preview"))
    yield head
    for group in findings.groups:
        view = group_view(group, several_folders, pictures, pairs)
        yield template.render(Context({"group": view, "with_pictures": pictures is not None}))
    yield end


def _page(findings: Findings, with_pictures: bool) -> Context:
    style, script = _resource("report.css"), _resource("report.js")
    several_folders = len(findings.folders) > 1
    reasons = summary.reasons(findings.problems, several_folders)
    return Context(
        {
            # Both are part of this package and hold neither "</style" nor "</script".
            "style": mark_safe(style),  # noqa: S308
            "script": mark_safe(script),  # noqa: S308
            "policy": _policy(style, script),
            "folders": [text.visible(folder) for folder in findings.folders],
            "made": text.moment(findings.made),
            "version": text.plain(findings.version),
            "with_pictures": with_pictures,
            "files": text.count(findings.figures.files),
            "bytes": text.size(findings.figures.bytes),
            "shares": summary.shares(findings.figures),
            "tiles": summary.tiles(findings.figures),
            "elsewhere": summary.elsewhere(findings.hits),
            "filters": _filters(findings.groups),
            "films": text.count(sum(_has_film(group) for group in findings.groups)),
            "jumps": list(_jumps(findings.groups)),
            "group_count": text.counted(len(findings.groups), "group"),
            "reasons": reasons,
            "problem_count": text.counted(len(findings.problems), "file"),
            "several_folders": several_folders,
            "thresholds": summary.thresholds(findings),
        }
    )


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, sent or run but what was written here."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode('ascii')}"


def _filters(groups: Iterable[Group]) -> list[tuple[str, str, str]]:
    """Kinds that occur, with their words and how many groups have them."""
    counts = Counter(kind for group in groups for kind in kinds_of(group))
    words = (
        ("copies", "Exact copies"),
        ("same", "Same file"),
        ("picture", "Pictures alike"),
        ("still", "Picture in film"),
        ("film", "Films overlap"),
        ("sound", "Heard in both"),
    )
    return [(kind, label, text.count(counts[kind])) for kind, label in words if counts[kind]]


def _has_film(group: Group) -> bool:
    return any(item.type == "video" for item in group.items)


def _jumps(groups: Iterable[Group]) -> Iterator[tuple[str, str, str, str]]:
    """Number, how many files, name and full name of the first, for each group."""
    for group in groups:
        path = group.items[0].places[0].path if group.items and group.items[0].places else ""
        name = text.file_name(path)
        yield (
            str(group.number),
            text.counted(len(group.items), "file"),
            text.visible(text.shortened(name, 40)),
            text.plain(name),
        )


@cache
def _engine() -> Engine:
    # Indentation is for those who read the templates; over thousands of files it is megabytes.
    templates = {name: _unindented(_resource(name)) for name in _TEMPLATES}
    loader = ("django.template.loaders.locmem.Loader", templates)
    return Engine(autoescape=True, loaders=[("django.template.loaders.cached.Loader", [loader])])


def _unindented(source: str) -> str:
    return "\n".join(stripped for line in source.splitlines() if (stripped := line.strip()))


@cache
def _resource(name: str) -> str:
    return resources.files("clew.cli.report").joinpath(name).read_text(encoding="utf-8")
