"""What the layers below say is told in the officer's language: refusals, and the vocabulary."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import expect

import clew.access
import clew.casework
import clew.intake
from clew.access.errors import SignInError
from clew.casework.errors import StatementError
from clew.casework.vocabulary import vocabulary
from clew.records.models import EntityKind
from clew.web.browser import for_scripts, page
from clew.web.frame import why_of
from clew.web.refusals import in_their_language
from clew.web.vocabulary_words import WORDS, in_words

LAYERS = tuple(
    Path(layer.__file__ or "").parent for layer in (clew.access, clew.casework, clew.intake)
)
NOT_AT_THE_DESK = {
    # Said when the program starts, to whoever runs it.
    *("access/roles", "access/providers"),
    # Said at the command line alone; the page that adds an exhibit has words of its own for it.
    *("intake/triage", "intake/exhibits", "intake/sharing", "intake/workers"),
}
NOT_IN_WORDS = {
    # Led to signing in instead.
    "Sign in first.",
    "You are not signed in, or the session is over. Sign in with: clew login",
    "Demo accounts are refused here: this is no workspace for demonstration. Sign in with: "
    "clew login",
    # Within another one.
    "The spectrogram cannot be marked.",
    "nothing is heard in it",
    # Kept as what is wrong with a file, not told as a refusal.
    "what arrived is not what was announced: it changed while it was uploaded. Upload it again",
    # Told to machines.
    "This certificate is bound to no machine here.",
    # Said of several things: each has a shape of its own, and is tried below.
    "There is no X7 called X7. There are: X7.",
    "X7 is no contribution of yours that X7; see: clew contribution list",
    # Of `clew contribute`, which waits until all is read.
    "The database went away. What contribution X7 was told is stored stays so; once it is back, "
    "go on with: clew contribution retry X7",
    "Contribution X7 is not at its end: X7 Once that is put right, go on with: clew contribution "
    "retry X7",
    # Of `clew setup`, which adds the first administrator.
    "DEMO is for practice alone: clew setup --demo",
    "X7 has an administrator already. Further officers are added by one: clew officer add",
}
SAID_FIRST = {"act", "refused_in_words"}
"""Functions that are told what to refuse with, beside all errors, as their first argument."""


def refusals() -> Iterator[tuple[str, str]]:
    """Each as it is raised, with something in the place of its values, and where."""
    for layer in LAYERS:
        for program in sorted(layer.glob("*.py")):
            where = f"{layer.name}/{program.stem}"
            if where not in NOT_AT_THE_DESK:
                for said in Module(program).refusals():
                    yield said, where


class Module:
    """What is written in a module, and what it refuses with."""

    def __init__(self, program: Path) -> None:
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
            if name.endswith("Error") or name in SAID_FIRST:
                said = [*node.args[:1], *(key.value for key in node.keywords)]
            else:
                # What somebody is told who is not let in, and what is wrong about a proof.
                said = node.args[{"refused": 1, "attempt": 3}.get(name, 9) :]
            for one in said:
                yield from filter(None, self._texts(one))

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
            case ast.Call(func=ast.Attribute(value=pattern, attr="format"), args=[]):
                values = {str(key.arg): self._texts(key.value)[0] for key in said.keywords}
                return [text.format(**values) for text in self._texts(pattern)]
        return []

    def _parts(self, part: ast.expr) -> list[str]:
        """Of a text with values in it: a value that is there or not is left out."""
        if not isinstance(part, ast.FormattedValue):
            return self._texts(part)
        value = part.value
        if isinstance(value, ast.IfExp) and not getattr(value.orelse, "value", True):
            return [""]
        return self._texts(value) or ["X7"]


def test_every_refusal_of_the_desk_is_known_by_its_shape():
    found = dict(refusals())
    assert len(found) > 190
    assert found.keys() >= NOT_IN_WORDS, "what is exempted is still said"
    with translation.override("de"):
        unknown = {
            (why_of(StatementError(one)), where)
            for one, where in found.items()
            if one not in NOT_IN_WORDS and why_of(StatementError(one)) == _in_english(one)
        }
    assert unknown == set()


def _in_english(refusal: str) -> str:
    with translation.override("en"):
        return why_of(StatementError(refusal))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("There is no hypothesis 7 that you may see.", "Es gibt keine Hypothese 7"),
        ("person 7 is led by LKA. Ask them (call 0800), or connect it with one", ""),
        (
            "person 7 is led by LKA. Ask them (call 0800), or connect it with one of your own.",
            "Person 7 wird von LKA geführt. Fragen Sie dort (call 0800)",
        ),
        ("Nobody has ever said this.", ""),
        ("There is no type of connection called 'x'. There are: y.", "Es gibt keine Verbindung"),
        ("There is no type of observation called 'x'. There are: y.", "Es gibt keine Beobachtung"),
        ("There is no grading scheme called 'x'. There are: y.", "Es gibt kein Schema"),
        (
            "7 is no contribution of yours that runs; see: clew contribution list",
            "7 ist keine laufende Abgabe",
        ),
        (
            "7 is no contribution of yours that is under the authority of this session; see: clew "
            "contribution list",
            "7 ist keine Abgabe von Ihnen unter der Ermächtigung",
        ),
        # What stands within another one is told as well.
        (
            "It is not known whose quota is meant: there is no agency X.",
            "Es ist nicht klar, wessen Kontingent gemeint ist: es gibt keine Behörde X.",
        ),
        ("This password is too short. It must contain at least 12 characters.", "Dieses Kennwort"),
    ],
)
def test_values_stand_in_the_translation(said, told):
    with translation.override("de"):
        assert in_their_language(said).startswith(told or said)
    with translation.override("en"):
        assert in_their_language(said) == said


def test_who_is_not_signed_in_yet_is_refused_in_the_language_of_the_browser():
    request = RequestFactory().get("/sign-in", headers={"Accept-Language": "de-DE"})
    shown = page(request, "refused", {"why": "Name, password or code is wrong."}, status=403)
    assert "Name, Kennwort oder Code ist falsch." in shown.content.decode()

    @for_scripts
    def asked(request: HttpRequest) -> HttpResponse:
        raise SignInError("This passkey is known here already.")

    assert json.loads(asked(request).content) == {"why": "Dieser Passkey ist hier schon bekannt."}


def test_the_vocabulary_that_clew_brings_is_in_words():
    assert set(vocabulary().observations) <= WORDS
    assert set(vocabulary().connections) <= WORDS
    assert set(EntityKind.values) <= WORDS
    with translation.override("de"):
        assert all(in_words(one) != one for one in WORDS)
        assert in_words("shows: confirmed") == "zeigt: bestätigt"
        assert in_words("an operator's own") == "an operator's own"


def test_a_german_page_says_it_in_german(desk, sit):
    at = sit(locale="de-DE")
    page = at.page
    at.go("/entities?kind=place")
    made = page.evaluate(
        """async () => {
            const asked = (path, told) => fetch(path, {
                method: "POST",
                headers: {
                    "Content-Type": "application/json",
                    "Clew-Asks": "script",
                    "X-CSRFToken": document.body.dataset.form,
                },
                body: JSON.stringify(told),
            }).then((answer) => answer.json());
            const { go } = await asked("/entities/new", { title: "Zimmer", kind: "place" });
            const number = go.split("/")[2];
            await asked(`/entities/${number}/say`, { type: "country", words: "Estland" });
            const { why } = await asked(`/entities/${number}/task`, { words: " " });
            return { go, why };
        }"""
    )
    assert made["why"] == "Sagen Sie, was zu tun ist."
    at.go(made["go"])
    expect(page.get_by_role("cell", name="Land", exact=True)).to_be_visible()
    choices = page.locator("#say-type option").all_text_contents()
    assert "Land" in choices
    assert "country" not in choices
    assert page.locator("#say-type option[value='country']").count() == 1
    assert "Fachkraft" in (page.locator(".menu-sheet").text_content() or "")
