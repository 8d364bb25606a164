"""The confinement of a decoding process: what it may do once it has imported everything.

Decoders are the attack surface: a crafted file may take one over. So files are decoded in child
processes that have nothing to take. Each layer is applied where the machine allows it, and the
process tells which ones it got:

* resource limits: memory, open files, no core dumps, not one byte written to any file;
* an unprivileged user, when started by root;
* namespaces of its own for network and System V IPC (and users, when not root): no network at all;
* an empty root folder, so that no path leads anywhere, not even to ask whether it exists;
* Landlock: no path of the file system can be opened;
* seccomp: only the system calls that decoding needs; opening files, sockets and starting programs
  are refused by the kernel. The file to read arrives as an open descriptor.

Everything a decoder wants to import or read from disk must have been loaded before
:func:`confine` is called.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import signal
import tempfile
import termios
from collections.abc import Callable
from pathlib import Path

import landlock
import pyseccomp

_NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_CLONE_THREAD = 0x00010000
_AT_EMPTY_PATH = 0x1000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

# What decoding needs, and nothing that reaches outside: reading and writing open descriptors,
# memory, time, threads of the same process, its own end.
_ALLOWED = """
read pread64 readv preadv write writev lseek close fstat dup dup2 dup3
poll ppoll select pselect6 epoll_wait epoll_pwait epoll_ctl epoll_create1 pipe2 eventfd2
recvmsg recvfrom sendmsg sendto shutdown getsockopt getsockname
mmap munmap mremap mprotect madvise brk msync mlock munlock membarrier memfd_create ftruncate
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address sched_yield
sched_getaffinity sched_getparam sched_getscheduler
sched_get_priority_max sched_get_priority_min getcpu
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrandom
getpid gettid getppid getuid geteuid getgid getegid uname sysinfo getrlimit arch_prctl
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack restart_syscall
timer_create timer_settime timer_delete setitimer getitimer exit exit_group
"""
# Descriptors are asked about and marked, but never told to send signals: with F_SETOWN and
# F_SETSIG (or their ioctl twins) a process kills others of its user without calling kill.
_FCNTL = (fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL)
_IOCTL = (termios.TCGETS, termios.FIOCLEX, termios.FIONCLEX, termios.FIONBIO)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent does, however the parent ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(memory: int) -> list[str]:
    """Give up everything but decoding. There is no way back for this process.

    Args:
        memory: most bytes of address space.

    Returns:
        Names of the layers in force, for the log and for ``clew doctor``.
    """
    layers: list[str] = []
    with contextlib.suppress(OSError):
        _enter_empty_folder()
    _try(layers, "limits", lambda: _limit_resources(memory))
    _try(layers, "namespaces", _leave_namespaces)
    _try(layers, "empty root", _leave_files)
    if os.geteuid() == 0:
        _try(layers, "unprivileged user", _drop_root)
    _try(layers, "landlock", lambda: landlock.Ruleset().apply())
    # Dropping privileges clears it, so it is asked for again.
    die_with_parent()
    _try(layers, "no core dumps", lambda: _prctl(_PR_SET_DUMPABLE, 0))
    _try(layers, "no new privileges", lambda: _prctl(_PR_SET_NO_NEW_PRIVS, 1))
    _try(layers, "seccomp", _filter_system_calls)
    return layers


def _try(layers: list[str], name: str, apply: Callable[[], None]) -> None:
    """Apply a layer where this kernel and container allow it."""
    with contextlib.suppress(Exception):
        apply()
        layers.append(name)


def _limit_resources(memory: int) -> None:
    for limited in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        resource.setrlimit(limited, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl refused")


def _leave_namespaces() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    if os.geteuid() == 0 and libc.unshare(flags) == 0:
        return
    # A new user namespace gives the right to make the other two: to users, and to a root that
    # lacks it, as in most containers.
    if libc.unshare(flags | _CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare refused")


def _enter_empty_folder() -> None:
    """Go where nothing is and nothing can be put: into a folder that is already deleted."""
    folder = tempfile.mkdtemp()
    try:
        os.chdir(folder)
    finally:
        Path(folder).rmdir()


def _leave_files() -> None:
    if os.listdir("."):  # noqa: PTH208
        raise OSError(errno.ENOTEMPTY, "no empty folder to go to")
    os.chroot(".")


def _drop_root() -> None:
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _filter_system_calls() -> None:
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in _ALLOWED.split():
        # A call that this processor's kernel does not have needs no rule.
        with contextlib.suppress(Exception):
            rules.add_rule(pyseccomp.ALLOW, name)
    for call, commands in (("fcntl", _FCNTL), ("ioctl", _IOCTL)):
        for command in commands:
            rules.add_rule(pyseccomp.ALLOW, call, pyseccomp.Arg(1, pyseccomp.EQ, command))
    # Reading its own resource limits, neither setting them nor those of others.
    rules.add_rule(
        pyseccomp.ALLOW,
        "prlimit64",
        pyseccomp.Arg(0, pyseccomp.EQ, 0),
        pyseccomp.Arg(2, pyseccomp.EQ, 0),
    )
    # Asking about an open descriptor. A path can be given all the same, and cannot be looked at
    # here: that is what the empty root is for.
    rules.add_rule(
        pyseccomp.ALLOW,
        "newfstatat",
        pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _AT_EMPTY_PATH, _AT_EMPTY_PATH),
    )
    own = os.getpid()
    # Aborting signals itself; nobody else may be signalled.
    rules.add_rule(pyseccomp.ALLOW, "tgkill", pyseccomp.Arg(0, pyseccomp.EQ, own))
    rules.add_rule(pyseccomp.ALLOW, "kill", pyseccomp.Arg(0, pyseccomp.EQ, own))
    # Threads are made, processes are not. The C library falls back from clone3 to clone.
    rules.add_rule(
        pyseccomp.ALLOW,
        "clone",
        pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD),
    )
    with contextlib.suppress(Exception):
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()
