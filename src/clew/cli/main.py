"""Where the ``clew`` command begins."""

import sys


def run() -> None:
    """Run the command line; Ctrl-C ends it without a word from Python, also while it starts."""
    try:
        from clew.dumps import refuse_dumps

        refuse_dumps()
        from clew.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
