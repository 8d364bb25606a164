"""Findings in words, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from clew.cli.output import clean, counted, people

if TYPE_CHECKING:
    from clew.casework.findings import Figures, Findings, Group

_NAMES_SHOWN = 6


def print_findings(findings: Findings, most: int = 12) -> None:
    """The summary and the largest groups, for people."""
    print_figures(findings)
    for group in findings.groups[:most]:
        _print_group(group)
    if len(findings.groups) > most:
        people.print(f"\n… and {counted(len(findings.groups) - most, 'more group')}")
    if findings.groups:
        people.print("\nEvery connection is a lead, not a finding: a person decides.")


def print_figures(findings: Findings) -> None:
    """The summary alone."""
    figures = findings.figures
    table = Table(show_header=False, box=None, padding=(0, 2))
    for label, value in _rows(
        figures, sum(1 for group in findings.groups if group.links), len(findings.hits)
    ):
        table.add_row(label, value)
    people.print(table)


def _rows(figures: Figures, connected_groups: int, hits: int) -> list[tuple[str, str]]:
    groups = counted(connected_groups, "group")
    rows = [
        ("pictures, films, sounds", f"{figures.pictures}, {figures.films}, {figures.sounds}"),
        ("byte for byte repeated", str(figures.repeated)),
        ("connected media", f"{figures.connected} in {groups}" if figures.connected else "none"),
        ("read only in part", _with_reasons(figures.partly)),
        ("unreadable", _with_reasons(figures.unreadable)),
        ("other files", str(figures.other)),
    ]
    if hits:
        rows.append(("hits elsewhere", f"{hits} (for whom to call: clew export)"))
    if figures.in_vault:
        rows.append(("originals in the vault", str(figures.in_vault)))
    return rows


def _with_reasons(number: int) -> str:
    return f"{number} (for the reasons: clew report)" if number else "0"


def _print_group(group: Group) -> None:
    names = [place.path for item in group.items for place in item.places]
    kinds = sorted({link.match.kind.value for link in group.links}) or ["same file"]
    people.print(
        f"\n[bold]Group {group.number}[/bold]: {counted(len(names), 'file')}, "
        f"{len(group.items)} distinct ({', '.join(kinds)})"
    )
    for name in names[:_NAMES_SHOWN]:
        people.print(f"  {clean(name)}", soft_wrap=True, markup=False)
    if len(names) > _NAMES_SHOWN:
        people.print(f"  … and {len(names) - _NAMES_SHOWN} more")
