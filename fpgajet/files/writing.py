"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from fpgajet.errors import CannotWrite
from fpgajet.files.leftovers import clean, made_and_locked, temporary_name
from fpgajet.files.reading import kind_of_file


@contextlib.contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; rename it onto ``target`` if the block succeeds.

    A symbolic link is followed: what it points to gets the new content, the link stays.

    Raises:
        CannotWrite: the directory cannot be created or written, the disk is full, or ``target`` is a directory,
            device, pipe or socket.
    """
    target = destination(target)
    with write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        clean(target)
    # The name comes first: an interrupt right after the file is made must find what to remove.
    handle: int | None = None
    temporary = temporary_name(target)
    try:
        with write_errors(target):
            while (handle := made_and_locked(temporary)) is None:
                temporary = temporary_name(target)
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)  # made as 0600, whatever the umask says
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def destination(target: Path) -> Path:
    """Where a write to ``target`` goes: ``target``, or the file that it links to.

    Raises:
        CannotWrite: there is something else than a regular file.
    """
    with write_errors(target):
        place = Path(os.path.realpath(target))
        try:
            mode = place.stat().st_mode
        except FileNotFoundError:
            return place
    if not stat.S_ISREG(mode):
        raise CannotWrite(
            f"cannot write {target}: it is a {kind_of_file(mode)}, not a regular file. Choose another place."
        )
    return place


@contextlib.contextmanager
def open_log(target: Path, *, append: bool = False) -> Iterator[IO[str]]:
    """A log that is written line by line, so that it can be read while the work goes on.

    Raises:
        CannotWrite: as :func:`atomic_path`.
    """
    place = destination(target)
    with write_errors(target):
        stream = place.open("a" if append else "w", encoding="utf-8", errors="replace")
    with stream:
        yield stream


def keep_text(prefix: str, text: str) -> Path:
    """Write what a failed program said to a new file among the temporary files, which stays; returns its path.

    Raises:
        CannotWrite: temporary files cannot be written.
    """
    with write_errors(Path(tempfile.gettempdir())):
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    return Path(name)


@contextlib.contextmanager
def write_errors(target: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write ``target`` into :class:`CannotWrite`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or _reason(error)
        raise CannotWrite(
            f"cannot write {target}: {reason}. Choose another place (--out where the command has it), or make "
            "room there."
        ) from error


def _reason(error: OSError) -> str:
    """``shutil`` reports a failed copy of a tree as a list of (source, target, text): the first says it."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        text = str(error.args[0][0][-1])
        match = re.search(r"\[Errno (\d+)\]", text)
        return os.strerror(int(match[1])) if match else text
    return str(error)


def write_text(target: Path, text: str) -> None:
    """Write ``text`` (UTF-8) to ``target`` atomically."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(target: Path, content: bytes) -> None:
    """Write ``content`` to ``target`` atomically."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)


def write_json(target: Path, content: Any) -> None:
    """Write ``content`` as indented JSON to ``target`` atomically."""
    write_text(target, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
