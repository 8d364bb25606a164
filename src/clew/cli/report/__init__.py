"""The findings as one HTML file that an officer opens without a network."""

from clew.cli.report.render import write_report

__all__ = ["write_report"]
