"""A process that has imported and rehearsed everything, and forks decoding processes on request.

Importing the decoders takes most of a second of a processor. Done once, in a process that never
sees evidence, it is not done for each decoding process, nor again whenever a file costs one.
Forked processes confine themselves before they take their first file.

All of them share the layout of their memory, unlike processes that were started anew. That would
help somebody who learns from one crash how to aim the next; files on a drive cannot learn.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys

import msgspec

from clew.media.framing import HEADER, receive_exactly, send
from clew.media.limits import Limits

_INHERITED = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "HOME", "XDG_CACHE_HOME", "TMPDIR"),
    *("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
    *("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"),
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
)
"""What a decoding process sees of the environment: how to start, and none of its secrets."""
_START_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0


class ConfinementError(RuntimeError):
    """A decoding process could not be started at all."""


class Start(msgspec.Struct, frozen=True, tag=True):
    """To the nursery, once: what its children run and within which limits."""

    task: str
    limits: Limits


class Born(msgspec.Struct, frozen=True, tag=True):
    """From the nursery, with a descriptor of the process: a child was forked."""

    number: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """From the nursery: a child ended; ``code`` as :class:`subprocess.Popen` has it."""

    number: int
    code: int


FromNursery = Born | Ended


class Forked:
    """A decoding process, as its pool sees it.

    Attributes:
        channel: where it takes jobs and answers.
        code: how it ended, negative for a signal; None while that is not known.
    """

    def __init__(
        self, nursery: _Running, number: int, descriptor: int, channel: socket.socket
    ) -> None:
        self.channel = channel
        self.code: int | None = None
        self._ended = False
        self._nursery = nursery
        self._number = number
        self._descriptor = descriptor

    def end(self) -> None:
        """End it, if it has not ended by itself, and learn how it did."""
        self.channel.close()
        # It may have just crashed by itself: a moment, so that its own last word counts.
        if not self._over(0.2):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            # One that waits for a stuck drive ends when the drive answers; nobody waits for it.
            self._over(_PATIENCE_SECONDS)
        os.close(self._descriptor)
        if self._ended:
            self.code = self._nursery.code_of(self._number)

    def _over(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        self._ended = bool(waiting.poll(seconds * 1000))
        return self._ended


class Nursery:
    """Forks confined processes that run one task.

    Args:
        task: ``module:function``, and the module has ``rehearse()`` (see the pool).
        limits: what one file may cost.
    """

    def __init__(self, task: str, limits: Limits) -> None:
        self._start = Start(task, limits)
        self._running = _Running(self._start)

    def fork(self) -> Forked:
        """A process that confines itself now; its first message says that it is ready.

        Raises:
            ConfinementError: when none can be started; it says why.
        """
        try:
            return self._running.fork()
        except (OSError, EOFError):
            if not self._running.was_killed():
                raise ConfinementError(self.why("it ended")) from None
        # It was killed from outside (memory was short?), and its children with it.
        self._running.close()
        self._running = _Running(self._start)
        try:
            return self._running.fork()
        except (OSError, EOFError) as error:
            raise ConfinementError(self.why(str(error))) from error

    def why(self, otherwise: str) -> str:
        """Why a process did not start, for people."""
        return (
            f"a decoding process did not start: {self._running.complaint() or otherwise}. "
            "Run `clew doctor` to see what is missing."
        )

    def close(self) -> None:
        """End it, and with it whatever it forked."""
        self._running.close()


class _Running:
    """One process of a nursery, from its start to its end."""

    def __init__(self, start: Start) -> None:
        self._decoder = msgspec.msgpack.Decoder(FromNursery)
        self._codes: dict[int, int] = {}
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._errors = os.fdopen(os.memfd_create("errors"), "rb")
        environment = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "clew.media.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=environment,
                # Ctrl-C is for the parent, which then ends its children in order.
                start_new_session=True,
            )
        self._channel.settimeout(_START_SECONDS)
        send(self._channel, msgspec.msgpack.encode(start))

    def fork(self) -> Forked:
        """As :meth:`Nursery.fork`, for one try; raises EOFError or OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                socket.send_fds(self._channel, [HEADER.pack(0)], [theirs.fileno()])
            while True:
                message, descriptors = self._next()
                if isinstance(message, Born):
                    self._codes.pop(message.number, None)  # of an earlier process of that number
                    return Forked(self, message.number, descriptors[0], ours)
        except BaseException:
            ours.close()
            raise

    def code_of(self, number: int) -> int:
        """How a child that is over ended."""
        with contextlib.suppress(OSError, EOFError):
            while number not in self._codes:
                self._next()
        # Where the nursery itself was killed, the kernel killed its children.
        return self._codes.pop(number, -signal.SIGKILL)

    def was_killed(self) -> bool:
        """Whether it ended by a signal that it did not give itself."""
        self._wait()
        return self._process.returncode in (-signal.SIGKILL, -signal.SIGTERM)

    def complaint(self) -> str:
        """The last line of what it, or a child not yet confined, wrote about an error."""
        self._errors.seek(0)
        said = self._errors.read(1 << 20).decode(errors="replace").strip().splitlines()
        return " ".join(said[-1:])

    def close(self) -> None:
        """End it."""
        self._channel.close()
        self._wait(0.2)
        self._process.kill()
        self._wait()
        self._errors.close()

    def _wait(self, seconds: float = _PATIENCE_SECONDS) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def _next(self) -> tuple[FromNursery, list[int]]:
        """The next message and the descriptor that came along; how children ended is noted."""
        data, descriptors, _, _ = socket.recv_fds(self._channel, HEADER.size, 1)
        message: FromNursery = self._decoder.decode(receive_exactly(self._channel, data))
        if isinstance(message, Ended):
            self._codes[message.number] = message.code
        return message, descriptors
