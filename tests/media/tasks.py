# ruff: noqa: PTH116, PTH208
"""What the tests have a confined process do. Chosen by the name of the file it is given."""

import ctypes
import errno
import fcntl
import os
import signal
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable

import msgspec
import pyseccomp

from clew.media.pool import Part

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH = -100, 0x1000
F_SETSIG = 10

# Calls by which processes have got out of confinement, or would gain something to do so with.
CALLS = [
    name
    for line in (
        "open openat openat2 open_by_handle_at creat stat lstat statx access faccessat readlink",
        "chdir fchdir rename unlink mkdir symlink link chmod fchmod chown fchown truncate",
        "utimensat mknod socket socketpair connect bind listen accept fork vfork clone3 execve",
        "execveat wait4 ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd",
        "pidfd_send_signal rt_sigqueueinfo tkill unshare setns mount umount2 pivot_root chroot",
        "open_tree fsopen setuid setgid setresuid capset prctl seccomp personality bpf",
        "perf_event_open io_uring_setup userfaultfd keyctl add_key kexec_load init_module",
        "setrlimit setpriority sched_setaffinity sched_setscheduler ioprio_set shmget semget",
        "msgget mq_open inotify_init1 fanotify_init memfd_secret",
    )
    for name in line.split()
]


def syscall_number(name: str) -> int:
    return int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name))


NUMBERS = {name: syscall_number(name) for name in [*CALLS, "newfstatat"]}


def outcome(call: Callable[[], object]) -> str:
    """How the kernel answered: ``done``, or the name of the error."""
    try:
        call()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    except MemoryError:
        return "MemoryError"
    return "done"


def raw(number: int, *arguments: object) -> None:
    if LIBC.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")


def escape(name: str, file: int, channel: int) -> str:
    kind, _, argument = name.partition(":")
    parent = os.getppid()
    attempts: dict[str, Callable[[], object]] = {
        "call": lambda: raw(NUMBERS[argument], 0, 0, 0, 0, 0, 0),
        "open": lambda: os.open(argument, os.O_RDONLY),
        "create": lambda: os.open(argument, os.O_WRONLY | os.O_CREAT, 0o666),
        "list": lambda: os.listdir(argument),
        "stat": lambda: os.stat(argument),
        "stat by the back door": lambda: raw(
            NUMBERS["newfstatat"],
            AT_FDCWD, argument.encode(), ctypes.create_string_buffer(256), AT_EMPTY_PATH,
        ),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
        "fork": os.fork,
        "run": lambda: os.execv("/bin/true", ["true"]),
        "kill the parent": lambda: os.kill(parent, signal.SIGTERM),
        "probe the parent": lambda: os.kill(parent, 0),
        "kill all": lambda: os.kill(-1, signal.SIGTERM),
        "own the channel": lambda: fcntl.fcntl(channel, fcntl.F_SETOWN, parent),
        "choose a signal": lambda: fcntl.fcntl(channel, F_SETSIG, signal.SIGKILL),
        "own by ioctl": lambda: fcntl.ioctl(channel, 0x8901, struct.pack("i", parent)),
        "type into the terminal": lambda: fcntl.ioctl(channel, termios.TIOCSTI, b"x"),
        "write to the file": lambda: os.write(file, b"x"),
        "write to memory file": lambda: os.write(os.memfd_create("x"), b"x" * 4096),
        "grow memory file": lambda: os.ftruncate(os.memfd_create("x"), 1 << 40),
        "more memory": lambda: len(bytearray(8 << 30)),
        "many descriptors": lambda: [os.dup(file) for _ in range(200)],
        "trace the parent": lambda: raw(NUMBERS["ptrace"], 16, parent, 0, 0),
    }  # fmt: skip
    return outcome(attempts[kind])


def frame(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def misbehave(name: str, sender: object) -> None:
    channel: socket.socket = sender._channel
    match name:
        case "abort":
            os.abort()
        case "crash":
            ctypes.string_at(0)
        case "divide":
            os.kill(os.getpid(), signal.SIGFPE)
        case "odd signal":
            os.kill(os.getpid(), 40)
        case "exit":
            os._exit(3)
        case "raise":
            raise RuntimeError("not caught")
        case "hang":
            time.sleep(600)
        case "hang in C":
            while True:
                time.sleep(0)
        case "never done":
            while True:
                sender.reached("film", 1.0)
                time.sleep(0.05)
        case "threads":
            threads = [threading.Thread(target=time.sleep, args=(600,)) for _ in range(100_000)]
            for thread in threads:
                thread.start()
        case "garbage":
            channel.sendall(os.urandom(1000))
        case "not msgpack":
            channel.sendall(frame(b"\xc1" * 100))
        case "wrong message":
            channel.sendall(frame(msgspec.msgpack.encode({"type": "Failed", "reason": "x"})))
        case "giant frame":
            channel.sendall(struct.pack("<I", 0xFFFFFFFF))
            while True:
                channel.sendall(bytes(1 << 20))
        case "endless parts":
            part = frame(msgspec.msgpack.encode(Part(sender.job, msgspec.Raw(b"\0"))))
            while True:
                channel.sendall(part * 10_000)
        case "deep nesting":
            head = msgspec.msgpack.encode({"type": "Part"})
            head += b"\xa3job" + msgspec.msgpack.encode(sender.job)
            deep = b"\x83" + head[1:] + b"\xa7content" + b"\x91" * 1_000_000 + b"\xc0"
            channel.sendall(frame(deep))
        case "bad text":
            reached = msgspec.msgpack.encode({"type": "Reached", "phase": "XX", "position": 1.0})
            channel.sendall(frame(reached.replace(b"XX", b"\xed\xa0")))
        case "ready again":
            sender.ready(["none"])
        case "finish twice":
            sender.finished()
            sender.finished()
        case "talk after the end":
            sender.finished()
            sender.part("one more")
        case "begin the next":
            _, (following,), _, _ = socket.recv_fds(channel, 1 << 16, 1)
            os.read(following, 100)
            os._exit(3)
        case "half a message":
            channel.sendall(struct.pack("<I", 100) + b"half")
            os._exit(0)
    time.sleep(0.5)


def rehearse() -> None:
    outcome(lambda: os.stat("/nowhere"))
    b"".decode("utf-8", "replace")


def serve(source, job, sender, limits) -> None:
    if job.name == "read":
        sender.part(source.read().decode())
    elif job.name == "descriptors":
        sender.part(source.fileno())
    elif job.name == "lose the parent":
        sender.part(os.getpid())
        time.sleep(600)
    elif job.name.startswith("misbehave:"):
        misbehave(job.name.removeprefix("misbehave:"), sender)
    else:
        sender.part(escape(job.name, source.fileno(), sender._channel.fileno()))
