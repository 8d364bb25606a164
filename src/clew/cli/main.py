"""Where the ``clew`` command begins."""

import contextlib
import gc
import os
import sys


def look_for_garbage_rarely() -> None:
    """Have Python look for circles among 50,000 new objects at a time.

    At its own 700, loading what a command needs and reading rows have it look through all that was
    loaded before, again and again.
    """
    gc.set_threshold(50_000, 20, 20)


def run() -> None:
    """Run the command line.

    Ctrl-C ends it without a word from Python, also while it starts; so does whoever reads its
    output and has seen enough, as ``clew audit show | head`` has.
    """
    look_for_garbage_rarely()
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
