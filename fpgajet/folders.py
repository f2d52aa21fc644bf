"""Folders: temporary ones that never stay, ones replaced as a whole, ones held by one run, ones of other users."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from fpgajet.errors import BadInput, CannotWrite
from fpgajet.files import clean, remove_unheld, temporary_prefix, write_errors
from fpgajet.signals import held

#: Every folder of :class:`ScratchFolder`; what stays on purpose is named otherwise.
SUFFIX = ".tmp"


class ScratchFolder:
    """A folder among the temporary files, removed at the end, also after Ctrl-C, and after a kill by the next run.

    Args:
        prefix: names whose work it is. Folders with this prefix that no process holds any more are removed.

    Raises:
        CannotWrite: temporary files cannot be written.
    """

    def __init__(self, prefix: str) -> None:
        place = Path(tempfile.gettempdir())
        with write_errors(place):
            for left in place.glob(f"{prefix}*{SUFFIX}"):
                remove_unheld(left)
            with held():
                handle, self.path = _held_folder(prefix, place)
                # Called when the process ends, if nobody closes it before.
                self._finalizer = weakref.finalize(self, _remove, handle, self.path)

    def close(self) -> None:
        """Remove the folder now."""
        self._finalizer()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder beside ``target``; put it in the place of ``target`` if the block succeeds.

    Raises:
        CannotWrite: it cannot be created or written, or the disk is full.
    """
    with write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        clean(target)
    handle, fresh = -1, None
    try:
        with write_errors(target):
            with held():
                handle, fresh = _held_folder(temporary_prefix(target), target.parent)
            yield fresh
            fresh.chmod(0o755)
            old = target.with_name(f"{temporary_prefix(target)}replaced{SUFFIX}")
            shutil.rmtree(old, ignore_errors=True)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        if fresh is not None:
            _remove(handle, fresh)


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder: two runs in one folder would destroy each other's files.

    Raises:
        BadInput: another run holds it, or its lock is no file of its own.
        CannotWrite: the folder cannot be created or written.
    """
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    refuse_links(folder)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / ".lock"))
        except BlockingIOError as error:
            raise BadInput(
                f"another fpgajet is at work in {folder}; wait for it, or work in another directory."
            ) from error
        yield


@contextlib.contextmanager
def locked(lock: Path, wait: bool = False) -> Iterator[None]:
    """Hold a lock of the operating system, which ends with this process at the latest.

    Args:
        lock: file in a folder that exists; made if it is missing, never emptied, never removed.
        wait: until nobody else holds it.

    Raises:
        BlockingIOError: somebody else holds it, and this does not wait. BadInput: it is no file of its own.
        CannotWrite: it cannot be made or locked.
    """
    with write_errors(lock):
        # Never emptied, never through a link: the folder may be somebody else's.
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadInput(f"{lock} is not a regular file. Remove it, or work in another directory.")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError as error:  # a file system without locks
            raise CannotWrite(
                f"{lock} cannot be locked: {error.strerror}. Work in a directory on another file system."
            ) from error
        yield


def refuse_links(folder: Path) -> None:
    """A symbolic link in a folder that leads out of it would let its owner have other files overwritten or read.

    Raises:
        BadInput: names the first such link, or the first pipe, device or socket.
    """
    inside = os.path.realpath(folder)
    for root, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if not name.startswith(".")
        ]  # none of ours; perhaps a checkout's
        for name in (*folders, *files):
            path = Path(root, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                goal = os.path.realpath(path)
                if os.path.commonpath([inside, goal]) != inside:
                    raise BadInput(
                        f"{path} is a link to {goal}, outside {folder}: fpgajet would read or overwrite that file. "
                        "Remove the link."
                    )
            elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise BadInput(f"{path} is neither a regular file nor a directory. Remove it.")


def foreign(folder: Path) -> Path | None:
    """The folder itself, or the first file in it, that belongs to another user; None if there is none."""
    user = os.geteuid()
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(root), *(Path(root, name) for name in files)):
            with contextlib.suppress(FileNotFoundError):
                if os.lstat(path).st_uid != user:
                    return path
    return None


def require_own(folder: Path, *, trust: bool, what: str) -> None:
    """What is about to be compiled and run must be this user's, unless the user says that it is trusted.

    Args:
        folder: holds the code. trust: ``--trust`` was given. what: what would run, for the message.

    Raises:
        BadInput: a file belongs to another user.
    """
    other = None if trust else foreign(folder)
    if other is not None:
        raise BadInput(
            f"{other} belongs to another user, and {what} would run with your rights. If you trust who made it, let "
            "`fpgajet csim`, `synth` or `rtl --check` run it with --trust; or build into another directory (--out)."
        )


def _held_folder(prefix: str, place: Path) -> tuple[int, Path]:
    """A new folder, locked for as long as the handle is open."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, suffix=SUFFIX, dir=place))
        # Before the lock, another process may take it for a leftover.
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.is_dir():
                return handle, path
            os.close(handle)


def _remove(handle: int, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)
