"""Being nobody special: PostgreSQL refuses to run as root.

Called once at the keeper's start, so that all it does later is done as an ordinary user.
After that a module or codec not yet loaded may be out of reach (a Python under /root), so
the keeper imports nothing late and keeps to UTF-8.
"""

import ctypes
import os
import pwd
import signal
from pathlib import Path

from clew.postgres.errors import FolderPermissionError, user_name

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*(ctypes.c_ulong(argument) for argument in arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def die_with_parent(last_signal: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent ends.

    To be called after any change of user, which would undo it.
    """
    _call("prctl", PR_SET_PDEATHSIG, last_signal)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent died."""
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1)


def become_ordinary(folder: Path, *, namespace: bool) -> None:
    """Make this process an ordinary user who owns the folder; nothing to do for most users.

    Root in its own folder, and a user without an account (`docker run --user 12345`): a user
    namespace, where our user has the number of an account. It needs no change of owner and
    reaches all that our user owns. Where namespaces are refused (as in Docker's default
    profile), root gives the folder to an unprivileged user and becomes that user.
    Root in another user's folder: becomes that user.

    Raises:
        FolderPermissionError: neither way is open.
    """
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        _become(owner.st_uid, owner.st_gid, folder)
    elif os.geteuid() == 0 or not _has_account(os.geteuid()):
        account = _stand_in()
        if namespace and _namespace_allowed(account):
            _enter_namespace(account)
        elif os.geteuid() == 0:
            _give_away(folder, account.pw_uid, account.pw_gid)
            _become(account.pw_uid, account.pw_gid, folder)
        else:
            raise FolderPermissionError(
                f"User {os.geteuid()} has no account on this system, and PostgreSQL needs one. "
                f"Add a line for it to /etc/passwd, or run Clew as a user who has an account "
                f"(for the database in {folder})."
            )


def check_reach(path: Path) -> None:
    """Make sure that the user this process has become can reach a file or folder.

    Raises:
        FolderPermissionError: a folder on the way is closed; the message names it.
    """
    closed = next((part for part in (*reversed(path.parents), path) if not _passable(part)), None)
    if closed is None:
        return
    raise FolderPermissionError(
        f"PostgreSQL cannot run as root, and without root's rights it cannot reach {path}: "
        f"{closed} is closed to it. Open that folder to others (chmod o+x {closed}), "
        "choose a workspace elsewhere, or run Clew as an ordinary user."
    )


def _passable(path: Path) -> bool:
    return os.access(path, os.X_OK)


def _has_account(user: int) -> bool:
    return any(account.pw_uid == user for account in pwd.getpwall())


def _stand_in() -> pwd.struct_passwd:
    """An account that is not root's: `nobody`, or any other where there is none."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not accounts:
        raise FolderPermissionError(
            "PostgreSQL cannot run as root, and this system has no other account. "
            "Add a line for `nobody` to /etc/passwd."
        )
    return next((account for account in accounts if account.pw_name == "nobody"), accounts[0])


def _namespace_allowed(account: pwd.struct_passwd) -> bool:
    """Try it in a child: a namespace entered without its mapping cannot be left again."""
    child = os.fork()
    if child == 0:
        try:
            _enter_namespace(account)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _enter_namespace(account: pwd.struct_passwd) -> None:
    user, group = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    # The kernel wants setgroups denied before it lets a process map its own group.
    Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {user} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {group} 1", encoding="utf-8")


def _become(user: int, group: int, folder: Path) -> None:
    try:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    except OSError as problem:
        raise FolderPermissionError(
            f"PostgreSQL cannot run as root, and this container lets Clew neither make a user "
            f"namespace nor become {user_name(user)} for {folder} ({problem.strerror}). "
            "Run Clew as an ordinary user."
        ) from problem


def _give_away(folder: Path, user: int, group: int) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), user, group, follow_symlinks=False)
    # Last, because the folder's owner is what says that all of it was given away.
    os.chown(folder, user, group)
