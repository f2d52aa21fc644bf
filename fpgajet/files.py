"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from fpgajet.errors import BadInput, CannotWrite

#: Longest part of a name that a temporary name repeats, so that it fits where the name itself does.
_REPEATED = 60


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
        handle, temporary = _locked_file(target)
    try:
        with write_errors(target):
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)  # mkstemp makes 0600, whatever the umask says
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
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
            f"cannot write {target}: it is a {_kind(mode)}, not a regular file. Choose another place."
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


def _locked_file(target: Path) -> tuple[int, Path]:
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


def _kind(mode: int) -> str:
    """What a file is that is not a regular one."""
    kinds = {stat.S_IFDIR: "directory", stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


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


#: JSON and TOML that are read whole; a report has some 100 kB, a certificate's list of jets some MB.
LARGEST_TEXT_BYTES = 1 << 28


def read_settings_text(source: Path, *, largest: int = LARGEST_TEXT_BYTES, errors: str = "strict") -> str:
    """The text (UTF-8, with or without a byte order mark) of a regular file of bounded size.

    Args:
        source: the file. largest: bytes. errors: as for ``open``, for what is no UTF-8.

    Raises:
        BadInput: a pipe, a device or another special file, which is not opened; or too large.
        OSError, UnicodeDecodeError: it cannot be read.
    """
    status = source.stat()
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"cannot read {source}: it is a {_kind(status.st_mode)}, not a regular file.")
    if status.st_size > largest:
        raise BadInput(
            f"cannot read {source}: it has {status.st_size:,} bytes, far more than such a file ever has."
        )
    return source.read_text(encoding="utf-8-sig", errors=errors)


def read_json(source: Path) -> Any:
    """Read a JSON file.

    Raises:
        BadInput: the file is missing or is not JSON.
    """
    try:
        return json.loads(read_settings_text(Path(source)), parse_constant=_no_constant)
    except FileNotFoundError as error:
        raise BadInput(f"{source} does not exist.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{source} is not valid JSON ({error}); it may be truncated.") from error
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}.") from error


def _no_constant(name: str) -> Any:
    """JSON has no NaN and no infinity; Python would read them."""
    raise ValueError(f"{name} is not a number in JSON")


def read_toml(source: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        BadInput: the file is missing, unreadable, or is not TOML.
    """
    try:
        return tomllib.loads(read_settings_text(Path(source)))
    except FileNotFoundError as error:
        raise BadInput(f"{source} does not exist.") from error
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{source} is not valid TOML ({error}); it may be truncated.") from error


def read_table(source: Path) -> dict[str, Any]:
    """Settings from a file: one JSON object if its name ends in .json, else TOML.

    Raises:
        BadInput: the file is missing, unreadable, or holds something else.
    """
    content = read_json(source) if Path(source).suffix == ".json" else read_toml(source)
    if not isinstance(content, dict):
        raise BadInput(f"{source} must hold one JSON object of settings.")
    return content


def sha256(source: Path) -> str:
    """SHA-256 of a file's content, as hex."""
    with Path(source).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
