"""The graph of a series and its neighbours: drawn here, walked by a script, told as a list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework.neighbours import MOST, Edge, Graph, Node, neighbours
from clew.casework.things import MEDIA, Thing
from clew.records.models import EntityKind
from clew.web.board_acts import address_of
from clew.web.frame import at_work, framed
from clew.web.series import kind_words

_SCALE = 110
"""Pixels of an ideal edge at full size."""
_MARGIN = 100
_LONGEST = 26


@dataclass
class Drawn:
    """One node, ready for the template.

    Attributes:
        node: what it is.
        x: where, in pixels; ``y`` likewise.
        words: its title, or what kind it is with its number.
        short: the same, not longer than fits.
        address: of its page.
        shape: which of the shapes: a kind, or for persons what they are.
        ties: type and the other one, of each edge.
    """

    node: Node
    x: float
    y: float
    words: str
    short: str
    address: str
    shape: str
    ties: list[tuple[str, bool, Drawn]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One edge, ready for the template."""

    edge: Edge
    first: Drawn
    second: Drawn


@at_work("GET")
def graph(request: HttpRequest, number: int) -> HttpResponse:
    """What a series hangs together with."""
    with acting():
        found = neighbours(number)
    nodes = _drawn(found)
    lines = [Line(edge, nodes[edge.first], nodes[edge.second]) for edge in found.edges]
    groups: dict[str, list[Drawn]] = defaultdict(list)
    for one in nodes.values():
        groups[one.node.kind].append(one)
    words = {**{kind.value: said for kind, said in kind_words().items()}, MEDIA: _("Media")}
    middle = next(iter(nodes.values()))
    told = {
        "nodes": list(nodes.values()),
        "lines": lines,
        "middle": middle,
        "groups": [(kind, said, groups[kind]) for kind, said in words.items() if groups[kind]],
        "left_out": found.left_out,
        "most": MOST,
        "frame": _frame(list(nodes.values())),
        "leaves": sum(one.node.leaf for one in nodes.values()),
        "copies": sum(one.node.stack != one.node.id for one in nodes.values()),
    }
    return framed(request, "graph", told)


def _drawn(found: Graph) -> dict[str, Drawn]:
    nodes = {}
    for node in found.nodes:
        thing = Thing.named(node.id)
        words = node.title or _("Media %(number)s") % {"number": thing.id}
        nodes[node.id] = Drawn(
            node=node,
            x=round(node.x * _SCALE, 1),
            y=round(node.y * _SCALE, 1),
            words=words,
            short=words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…",
            address=address_of(thing),
            shape=_shape(node),
        )
    for edge in found.edges:
        first, second = nodes[edge.first], nodes[edge.second]
        first.ties.append((edge.type, edge.confirmed, second))
        second.ties.append((edge.type, edge.confirmed, first))
    return nodes


def _shape(node: Node) -> str:
    if node.kind == EntityKind.PERSON:
        return "victim" if node.category == "victim" else "person"
    return node.kind.replace(" ", "-")


def _frame(nodes: list[Drawn]) -> str:
    """The viewBox that has them all."""
    left, right = min(one.x for one in nodes), max(one.x for one in nodes)
    top, bottom = min(one.y for one in nodes), max(one.y for one in nodes)
    wide, high = max(right - left, 400) + 2 * _MARGIN, max(bottom - top, 300) + 2 * _MARGIN
    x, y = (left + right - wide) / 2, (top + bottom - high) / 2
    return f"{x:.0f} {y:.0f} {wide:.0f} {high:.0f}"
