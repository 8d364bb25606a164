"""Commands in processes of their own, forked from one that has loaded what they load.

A command spends half a second on loading, and the tests run hundreds. What is run here is what the
``clew`` script runs, with arguments, environment, output and exit code of its own; only what
Python does before that is shared. Environments that Python itself or the loading looks at need a
process from nothing.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import random
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

COLUMNS = "100"
_LOOKED_AT_BEFORE = ("PYTHON", "LANG", "LC_", "CLEW_DATABASE", "COLUMNS", "HOME", "TMP")


@dataclass(frozen=True)
class Ended:
    """What a command said, and how it ended: negative for a signal."""

    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True)
class Begun:
    """A command that was begun.

    Attributes:
        number: of its process.
        ended: where it is told how it ended.
    """

    number: int
    ended: int

    def send(self, which: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.number, which)

    def wait(self, timeout: float) -> int:
        """Wait for its end, once; how it ended.

        Raises:
            TimeoutError: it took too long.
        """
        code = _line(self.ended, timeout)
        os.close(self.ended)
        if code is None:
            raise TimeoutError(f"process {self.number} took more than {timeout:.0f} s")
        return int(code)


def can_share(environment: Mapping[str, str]) -> bool:
    """Whether nothing in it matters before a command begins."""
    return not any(name.startswith(_LOOKED_AT_BEFORE) for name in environment)


class Forking:
    """The process that commands are forked from. Use as a context manager."""

    def __enter__(self) -> Forking:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # How wide tables are is looked up early; and only one thread may be forked from.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "COLUMNS": COLUMNS},
            )
        return self

    def __exit__(self, *exception: object) -> None:
        self._channel.close()
        self._process.wait(30)

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        timeout: float,
        template: Path,
        answers: bytes = b"",
    ) -> Ended:
        """Run a command to its end; a workspace that it makes begins with a copy of a template.

        Args:
            arguments: of the command.
            environment: the whole of it.
            timeout: in seconds.
            template: what is copied.
            answers: what it reads from its standard input.

        Raises:
            TimeoutError: it took too long, and was killed.
        """
        given, out, err = files = [os.memfd_create(name) for name in ("in", "out", "err")]
        os.pwrite(given, answers, 0)
        try:
            begun = self._begin(arguments, environment, template, files)
            try:
                code = begun.wait(timeout)
            except TimeoutError:
                begun.send(signal.SIGKILL)
                raise
            return Ended(code, *(os.pread(file, 1 << 30, 0) for file in (out, err)))
        finally:
            for file in files:
                os.close(file)

    def begin(
        self, arguments: Sequence[str], environment: Mapping[str, str], template: Path
    ) -> tuple[Begun, TextIO]:
        """Begin a command that goes on by itself; that, and what it says.

        Args:
            arguments: of the command.
            environment: the whole of it.
            template: what is copied if it makes a workspace.
        """
        said, out = os.pipe()
        with Path(os.devnull).open() as nothing:
            begun = self._begin(arguments, environment, template, [nothing.fileno(), out, 2])
        os.close(out)
        return begun, os.fdopen(said)

    def _begin(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        template: Path,
        files: list[int],
    ) -> Begun:
        ended, told = os.pipe()
        asked = [list(arguments), dict(environment), str(Path.cwd()), str(template)]
        socket.send_fds(self._channel, [json.dumps(asked).encode()], [*files, told])
        os.close(told)
        return Begun(int(_line(ended, 60) or self._gone()), ended)

    def _gone(self) -> str:
        raise AssertionError(f"the process to fork from ended ({self._process.poll()})")


def _line(file: int, timeout: float) -> str | None:
    """A line of ten bytes; None when none comes in time."""
    ready, _, _ = select.select([file], [], [], timeout)
    return os.read(file, 10).decode() or None if ready else None


def _load() -> None:
    """Load whatever of Clew a command may load."""
    import clew

    for module in pkgutil.walk_packages(clew.__path__, "clew."):
        if ".tests" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads: what they hold would stay held in what is forked"


def _serve(channel: socket.socket) -> list[str]:
    """Fork for whoever asks; returns the arguments, in a process that is to run them."""
    while True:
        message, files, _, _ = socket.recv_fds(channel, 1 << 20, 4)
        if not message:
            raise SystemExit
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            *streams, told = files
            number = os.fork()
            if number == 0:
                arguments, environment, folder, template = json.loads(message)
                for standard, stream in enumerate(streams):
                    os.dup2(stream, standard)
                for file in (*files, channel.detach()):
                    os.close(file)
                os.environ.clear()
                os.environ.update(environment)
                os.chdir(folder)
                random.seed()
                use(partial(Path, template))
                return [str(one) for one in arguments]
            os.write(told, f"{number:<10}".encode())
            _, status = os.waitpid(number, 0)
            os.write(told, f"{os.waitstatus_to_exitcode(status):<10}".encode())
            os._exit(0)
        for file in files:
            os.close(file)


def _end(code: str | int | None) -> None:
    """End as Python does, but for clearing all modules: that copies what is shared, for nothing."""
    if isinstance(code, str):
        raise SystemExit(code)
    threading._shutdown()  # what waits for the threads at an end, and has no other name
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    _load()
    sys.path.append(str(Path(__file__).parent))
    from prepared import use

    gc.collect()
    gc.freeze()  # what is forked need not look through it all, and so copy it, when it ends
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.argv = ["clew", *_serve(socket.socket(fileno=int(sys.argv[1])))]
    from clew.cli.main import run as run_command

    try:
        run_command()
    except SystemExit as ended:
        _end(ended.code)
    _end(None)
