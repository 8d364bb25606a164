"""A workspace for practice that is served, with officers of two agencies at work, and a browser.

Its media are the tiny collection of made-up pictures and films. Who is signed in is said by the
cookie of a session; signing in itself is tested in ``tests/journeys``.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page

from browsing import browsing
from clew.access.demonstration import Practising, sign_in_for_practice
from clew.access.models import (
    Agency,
    Authority,
    Certification,
    Country,
    Officer,
    OfficerRole,
    Session,
)
from clew.access.secret import digest, new_secret
from clew.intake.triage import Scan
from clew.records.models import StoredMatch
from clew.settings import Settings
from clew.training.practice import practice
from clew.workspace import Workspace
from places import FINISHED, stop_database

_WHAT_AXE_FINDS = f"""{Axe().axe_script};
    axe.run({{resultTypes: ["violations"]}}).then(({{violations}}) => ({{violations}}))"""
"""In one go, and without the thousands of things that are well, which take long to bring here."""

SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"
"""Where pictures of pages are left when it is there, for the README and the guides."""


@dataclass
class Desk:
    """What is served, and who may work with it.

    Attributes:
        address: of the pages.
        secrets: of sessions, by who it is: two specialists, a data-protection officer, an auditor,
            a supervisor and an administrator of that agency, a ``stranger`` of another one, two
            ``new`` ones who have not chosen an authority.
        pair: numbers of two media that match.
        workspace: what is served, for working in it beside.
    """

    address: str
    secrets: dict[str, str]
    pair: tuple[int, int]
    workspace: Workspace


@dataclass(frozen=True)
class Filled:
    """A workspace with media in it and officers who are signed in; each module has a copy."""

    folder: Path
    secrets: dict[str, str]
    pair: tuple[int, int]


_SETTINGS = {"CLEW_WORKERS": "2"}


@pytest.fixture(scope="session")
def filled(once: Callable[[str, Callable[[Path], None]], Path], collection) -> Filled:
    place = once("desk", partial(_fill, collection=collection.folder))
    known = json.loads((place / "known.json").read_text("utf-8"))
    return Filled(place / "workspace", known["secrets"], tuple(known["pair"]))


def _fill(place: Path, collection: Path) -> None:
    folder = place / "workspace"
    with practice(folder, Settings.from_environment(_SETTINGS)) as workspace:
        Scan(workspace, collection).run()
        ours = Agency.objects.using("owner").get()
        theirs = Agency.objects.using("owner").create(
            country=Country.objects.using("owner").get(), name="Elsewhere", contact="call 0800"
        )
        match = StoredMatch.objects.using("owner").filter(kind="picture").earliest("pk")
        sign_in_for_practice(Practising("DEMO-E", "Estmark", "Estmark", "Esra Mol", "estmark"))
        secrets = {
            "specialist": at_work(ours, "ana", "specialist"),
            "second": at_work(ours, "ben", "specialist"),
            "protector": at_work(ours, "cy", "data-protection officer"),
            "auditor": at_work(ours, "flo", "auditor"),
            "supervisor": at_work(ours, "hal", "supervisor"),
            "administrator": at_work(ours, "ina", "administrator", authority=False),
            "stranger": at_work(theirs, "dee", "specialist"),
            "new": at_work(ours, "eli", "specialist", authority=False),
            "newer": at_work(ours, "gus", "specialist", authority=False),
        }
    stop_database(folder)  # what is copied must lie still
    known = {"secrets": secrets, "pair": (match.first_id, match.second_id)}
    (place / "known.json").write_text(json.dumps(known), "utf-8")


@pytest.fixture(scope="module")
def desk(filled: Filled, make_place: Callable[[], Path], up) -> Iterator[Desk]:
    settings = Settings.from_environment(_SETTINGS)
    folder = make_place() / "workspace"
    # Owners and modes as they are: PostgreSQL insists on them.
    subprocess.run(["cp", "-a", filled.folder, folder], check=True)
    with practice(folder, settings) as workspace, up(folder) as address:
        yield Desk(address, filled.secrets, filled.pair, workspace)
    (folder.parent / FINISHED).touch()


def at_work(agency: Agency, name: str, role: str, *, authority: bool = True) -> str:
    """An officer of a role who is signed in to the pages; the secret of the session."""
    now = timezone.now()
    owned = {"until": now + timedelta(days=1)}
    officer = Officer.objects.using("owner").create(
        name=name.title(), sign_in_name=name, agency=agency
    )
    OfficerRole.objects.using("owner").create(officer=officer, role=role)
    Certification.objects.using("owner").create(
        officer=officer, valid_from=now - timedelta(1), valid_until=owned["until"]
    )
    held, _ = Authority.objects.using("owner").get_or_create(
        agency=agency,
        reference="Az 17",
        defaults={
            "operation": "Lantern",
            "legal_basis": "§ 98 StPO",
            "purpose": "to find who is shown",
            "valid_from": now - timedelta(1),
            "valid_until": owned["until"],
            "whole_agency": True,
        },
    )
    secret = new_secret()
    Session.objects.using("owner").create(
        officer=officer,
        digest=digest(secret),
        kind="web",
        scopes=["read", "contribute", "administer"],
        expires_at=owned["until"],
        authority=held if authority else None,
    )
    return secret


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@dataclass
class At:
    """A browser at the desk of one officer, with what went wrong on its pages.

    Attributes:
        page: its page.
        address: of the pages.
        wrong: errors of scripts, what the policy stopped, and what was asked of other origins.
        refused: requests that were answered with an error.
    """

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page, wait until its parts have come, and see that everybody can use it."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        self.accessible()

    def accessible(self) -> None:
        """See that axe finds nothing on the page as it is."""
        found = AxeResults(self.page.evaluate(_WHAT_AXE_FINDS))
        assert found.violations_count == 0, found.generate_report()

    def picture(self, name: str) -> None:
        """Keep a picture of the page, where somebody wants them."""
        if SCREENS.is_dir():
            self.page.screenshot(path=SCREENS / f"{name}.png")


@pytest.fixture
def sit(browser: Browser, desk: Desk) -> Iterator[Callable[..., At]]:
    """Opens a browser at somebody's desk; at the end, nothing may have gone wrong there."""
    opened: list[At] = []

    def sit_down(who: str | None = "specialist", **options: object) -> At:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(8000)
        if who is not None:
            cookie = {"name": "clew-session", "value": desk.secrets[who], "url": desk.address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        at = At(context.new_page(), desk.address)
        at.page.on("pageerror", lambda error: at.wrong.append(str(error)))
        at.page.on("console", lambda said: _hear(at, said.type, said.text))
        at.page.on("request", lambda asked: _watch(at, asked.url))
        at.page.on(
            "response",
            lambda answer: (
                at.refused.append(f"{answer.status} {answer.url}") if answer.status > 399 else None
            ),
        )
        opened.append(at)
        return at

    yield sit_down
    for at in opened:
        at.page.context.close()
        assert at.wrong == []


def _hear(at: At, kind: str, text: str) -> None:
    if kind == "error" and "the server responded with a status of" not in text:
        at.wrong.append(text)


def _watch(at: At, address: str) -> None:
    if not address.startswith((at.address + "/", "data:", "blob:")):
        at.wrong.append(f"asked of elsewhere: {address}")
