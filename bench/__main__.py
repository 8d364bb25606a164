"""Run the benchmarks, freeze their results and write docs/benchmarks.md.

python -m bench                 all of them
python -m bench picture_speed   one or some
python -m bench --page          only the page, from the frozen results
"""

from __future__ import annotations

import argparse
import importlib
import os

from rich.console import Console

from bench.page import ORDER, tables, write_page
from bench.results import freeze


def main() -> None:
    """Read the arguments and do as they say."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="which (default: all)")
    parser.add_argument("--page", action="store_true", help="only write the page")
    arguments = parser.parse_args()
    os.environ.setdefault("CLEW_LOG_LEVEL", "ERROR")
    console = Console()
    names = [] if arguments.page else arguments.names or list(ORDER)
    for name in names:
        console.rule(name)
        freeze(name, importlib.import_module(f"bench.{name}").run())
    for table in tables(names or list(ORDER)):
        console.print(table)
    write_page()


if __name__ == "__main__":
    main()
