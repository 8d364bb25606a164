"""`python -m clew.postgres FOLDER`: the keeper, started by the first client of a folder."""

import argparse
import os
from pathlib import Path

from clew.postgres.keeper import keep


def main() -> int:
    """Detach from whoever started us, so that neither their end nor their Ctrl-C ends us."""
    parser = argparse.ArgumentParser(prog="python -m clew.postgres", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-namespace", dest="namespace", action="store_false")
    arguments = parser.parse_args()
    if os.fork() != 0:
        return 0
    os.setsid()
    return keep(arguments.folder, namespace=arguments.namespace)


if __name__ == "__main__":
    raise SystemExit(main())
