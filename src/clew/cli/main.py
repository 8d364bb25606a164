"""Where the ``clew`` command begins."""

import contextlib
import os
import sys


def run() -> None:
    """Run the command line.

    Ctrl-C ends it without a word from Python, also while it starts; so does whoever reads its
    output and has seen enough, as ``clew audit show | head`` has.
    """
    try:
        from clew.dumps import refuse_dumps

        refuse_dumps()
        from clew.cli.app import app

        app()
    except BrokenPipeError:
        # What Python still holds for the reader must go somewhere when it ends.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        from clew.cli.output import Exit

        sys.exit(Exit.UNHEARD)
    except KeyboardInterrupt:
        sys.exit(130)
