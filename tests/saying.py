"""What modules of the layers below say to people, found in their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

SAID_FIRST = {"act", "refused_in_words"}
"""Functions that are told what to refuse with, beside all errors, as their first argument."""


class Module:
    """What is written in a module, and what it refuses with or notes of a file.

    Args:
        program: where it is.
        errors: how names of errors end whose texts are told to people.
    """

    def __init__(self, program: Path, errors: tuple[str, ...] = ("Error",)) -> None:
        self._errors = errors
        self._tree = ast.parse(program.read_text("utf-8"))
        nodes = list(ast.walk(self._tree))
        self._named: dict[str, ast.expr] = {
            node.targets[0].id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant | ast.JoinedStr)
        }
        self._named |= {
            node.target.id: node.value for node in nodes if isinstance(node, ast.NamedExpr)
        }
        self._answers: dict[str, list[ast.expr]] = {
            node.name: [
                one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value
            ]
            for node in nodes
            if isinstance(node, ast.FunctionDef)
            and isinstance(node.returns, ast.Name)
            and node.returns.id == "str"
        }

    def refusals(self) -> Iterator[str]:
        """Texts of errors, and what functions that raise them are told to say."""
        for node in ast.walk(self._tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name = node.func.id
            if name.endswith(self._errors) or name in SAID_FIRST:
                said = [*node.args[:1], *(key.value for key in node.keywords)]
            else:
                # What somebody is told who is not let in, and what is wrong about a proof.
                said = node.args[{"refused": 1, "attempt": 3}.get(name, 9) :]
            for one in said:
                yield from filter(None, self._texts(one))

    def notes(self) -> Iterator[str]:
        """Texts that are appended to the notes of a file, or to its problems."""
        for node in ast.walk(self._tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="append", value=to), args=[said]) if getattr(
                    to, "attr", getattr(to, "id", "")
                ).endswith("notes"):
                    yield from filter(None, self._texts(said))
                case ast.Call(func=ast.Name(id="Member"), args=[_, _, _, said, *_]):
                    yield from filter(None, self._texts(said))

    def _texts(self, said: ast.expr) -> list[str]:
        """What an expression may say; nothing for what is known only when it runs."""
        match said:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.IfExp():
                return self._texts(said.body) + self._texts(said.orelse)
            case ast.Name() if said.id in self._named:
                return self._texts(self._named[said.id])
            case ast.JoinedStr():
                return ["".join(parts) for parts in product(*map(self._parts, said.values))]
            case ast.Call(func=ast.Name(id=name)) if name in self._answers:
                return [text for one in self._answers[name] for text in self._texts(one)]
            case ast.Call(func=ast.Attribute(value=pattern, attr="format"), args=placed):
                values = {str(key.arg): self._texts(key.value)[0] for key in said.keywords}
                some = [(self._texts(one) or ["X7"])[0] for one in placed]
                return [text.format(*some, **values) for text in self._texts(pattern)]
        return []

    def _parts(self, part: ast.expr) -> list[str]:
        """Of a text with values in it: a value that is there or not is left out."""
        if not isinstance(part, ast.FormattedValue):
            return self._texts(part)
        value = part.value
        if isinstance(value, ast.IfExp) and not getattr(value.orelse, "value", True):
            return [""]
        return self._texts(value) or ["X7"]
