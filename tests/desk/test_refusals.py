"""What the layers below say is told in the officer's language: refusals, and the vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import expect

import clew.casework
from clew.casework.errors import StatementError
from clew.casework.vocabulary import vocabulary
from clew.records.models import EntityKind
from clew.web.frame import why_of
from clew.web.refusals import in_their_language
from clew.web.vocabulary_words import WORDS, in_words

CASEWORK = Path(clew.casework.__file__).parent
NOT_AT_THE_DESK = {
    # Said to programs, at the command line, or on pages of administration and oversight alone.
    *("conduct", "leading", "look_up", "media", "narrowing", "notices", "protection", "quotas"),
    *("retention", "sharing", "statistics", "vocabulary", "watching"),
}
NOT_IN_WORDS = {
    "Sign in first.",  # led to signing in instead
    "The spectrogram cannot be marked.",
    "nothing is heard in it",  # within another one
}


def refusals() -> Iterator[tuple[str, str]]:
    """Each as it is raised, with something in the place of its values, and where."""
    for program in sorted(CASEWORK.glob("*.py")):
        if program.stem in NOT_AT_THE_DESK:
            continue
        tree = ast.parse(program.read_text("utf-8"))
        named = {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            said = None
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                said = node.exc.args[0] if node.exc.args else None
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = node.args[0] if node.func.id == "act" else None
            for one in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                if isinstance(one, ast.Name):
                    one = named.get(one.id)
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value, program.stem
                elif isinstance(one, ast.JoinedStr):
                    parts = (_part(part) for part in one.values)
                    yield "".join(parts), program.stem


def _part(part: ast.expr) -> str:
    """Of a text with values in it: a value that is there or not is left out."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    value = part.value
    may_be_left_out = isinstance(value, ast.IfExp) and not getattr(value.orelse, "value", True)
    return "" if may_be_left_out else "X7"


def test_every_refusal_of_the_desk_is_known_by_its_shape():
    found = dict(refusals())
    assert len(found) > 60
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
    ],
)
def test_values_stand_in_the_translation(said, told):
    with translation.override("de"):
        assert in_their_language(said).startswith(told or said)
    with translation.override("en"):
        assert in_their_language(said) == said


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
