"""Reading settings and results: regular files of bounded size, as text, JSON or TOML."""

from __future__ import annotations

import hashlib
import json
import stat
import tomllib
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files.encoding import encoding_of

#: JSON and TOML that are read whole; a report has some 100 kB, a certificate's list of jets some MB.
LARGEST_TEXT_BYTES = 1 << 28


def kind_of_file(mode: int) -> str:
    """What a file is that is not a regular one."""
    kinds = {stat.S_IFDIR: "directory", stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


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
        raise BadInput(f"cannot read {source}: it is a {kind_of_file(status.st_mode)}, not a regular file.")
    if status.st_size > largest:
        raise BadInput(
            f"cannot read {source}: it has {status.st_size:,} bytes, far more than such a file ever has."
        )
    return source.read_text(encoding=encoding_of(source), errors=errors)


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
