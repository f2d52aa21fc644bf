"""Temporary files beside a target, each locked by the process that writes it, and the removal of those left behind."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import secrets
import shutil
from pathlib import Path

#: Longest part of a name that a temporary name repeats, so that it fits where the name itself does.
_REPEATED = 60


def temporary_name(target: Path) -> Path:
    """A name beside ``target`` that nothing has, as far as chance goes; :func:`clean` knows it."""
    return target.parent / f"{temporary_prefix(target)}{secrets.token_hex(4)}.tmp"


def made_and_locked(temporary: Path) -> int | None:
    """Make a temporary file, and lock it for as long as it is open: who can lock it finds it left behind.

    Who calls removes ``temporary`` whatever happens, an interrupt included.

    Returns:
        Its handle, or None if another process took it for a leftover before it was locked.
    """
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(handle), os.lstat(temporary)):
            return handle
    os.close(handle)
    return None


def temporary_prefix(target: Path) -> str:
    """How the names of temporary files and folders for ``target`` begin."""
    return f".{target.name[:_REPEATED]}."


def clean(target: Path) -> None:
    """Remove what killed processes left behind on the way to ``target``: temporary names that nobody holds."""
    for left in target.parent.glob(f"{glob.escape(temporary_prefix(target))}????????.tmp"):
        remove_unheld(left)


def remove_unheld(left: Path) -> None:
    """Remove a temporary file or folder of this user that no process has locked."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            return
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    except OSError:
        return  # held, or on a file system without locks
    finally:
        os.close(handle)
