"""Temporary files beside a target, each locked by the process that writes it, and the removal of those left behind."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import shutil
import tempfile
from pathlib import Path

#: Longest part of a name that a temporary name repeats, so that it fits where the name itself does.
_REPEATED = 60


def locked_file(target: Path) -> tuple[int, Path]:
    """A new temporary file for ``target``, locked for as long as it is open: who can lock it finds it left behind."""
    while True:
        handle, name = tempfile.mkstemp(prefix=temporary_prefix(target), suffix=".tmp", dir=target.parent)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between the two lines, another process may have taken it for a leftover.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), os.lstat(name)):
                return handle, Path(name)
        os.close(handle)


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
