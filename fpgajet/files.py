"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
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
from typing import Any

from fpgajet.errors import BadInput, CannotWrite


@contextlib.contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; rename it onto ``target`` if the block succeeds.

    Raises:
        CannotWrite: the directory cannot be created or written, or the disk is full.
    """
    target = Path(target)
    with write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with write_errors(target):
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)  # mkstemp makes 0600, whatever the umask says
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


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


def write_json(target: Path, content: Any) -> None:
    """Write ``content`` as indented JSON to ``target`` atomically."""
    write_text(target, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


#: JSON and TOML that are read whole; a report has some 100 kB, a certificate's list of jets some MB.
LARGEST_TEXT_BYTES = 1 << 28


def read_settings_text(source: Path) -> str:
    """The text (UTF-8, with or without a byte order mark) of a regular file of bounded size.

    Raises:
        BadInput: a pipe, a device or another special file, which is not opened; or too large.
        OSError, UnicodeDecodeError: it cannot be read.
    """
    status = source.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "directory" if stat.S_ISDIR(status.st_mode) else "pipe, device or socket"
        raise BadInput(f"cannot read {source}: it is a {kind}, not a regular file.")
    if status.st_size > LARGEST_TEXT_BYTES:
        raise BadInput(
            f"cannot read {source}: it has {status.st_size:,} bytes, far more than settings or results."
        )
    return source.read_text(encoding="utf-8-sig")


def read_json(source: Path) -> Any:
    """Read a JSON file.

    Raises:
        BadInput: the file is missing or is not JSON.
    """
    try:
        return json.loads(read_settings_text(Path(source)))
    except FileNotFoundError as error:
        raise BadInput(f"{source} does not exist.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{source} is not valid JSON ({error}); it may be truncated.") from error
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}.") from error


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
