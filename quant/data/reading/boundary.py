"""The boundary to files that a user hands in: looked at before they are opened, errors turned into words."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fpgajet.errors import BadInput, FpgajetError

#: Compression cannot do better than this: deflate reaches 1032 to 1.
BEST_COMPRESSION = 1_100
#: What a file may declare beyond what it holds. HDF5 reads chunks that were never written as zeros.
UNWRITTEN_BYTES = 4 << 30

_OTHER_TYPES = (
    (stat.S_ISDIR, "is a directory; name a file in it"),
    (stat.S_ISFIFO, "is a pipe (FIFO); write its content to a file first"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
)


def require_regular_file(path: Path) -> int:
    """The size of a regular file in bytes. It is looked at, not opened: opening a FIFO would wait for ever.

    Raises:
        BadInput: missing, a directory, a FIFO, a device, a socket, or its name is not possible.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path} cannot be read: {reason}.") from error
    for is_type, words in _OTHER_TYPES:
        if is_type(status.st_mode):
            raise BadInput(f"{path} {words}.")
    return status.st_size


@contextmanager
def reading(path: Path | str) -> Iterator[None]:
    """Turn what a reader raises on a damaged file into :class:`BadInput` with the file and the reason."""
    try:
        yield
    except FpgajetError:
        raise
    except Exception as error:  # libraries raise whatever a damaged file leads them to
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(
            f"{path} cannot be read: {reason.rstrip('.')}. It is truncated, damaged or of another format."
        ) from error


def require_plausible_size(
    path: Path | str, declared: int, stored: int, what: str, *, slack: int = 0
) -> None:
    """Refuse content that declares far more bytes than the file can hold, before memory is asked for.

    Args:
        declared: bytes in memory that ``what`` claims; stored: bytes that the file holds of it.
        slack: bytes that may be declared without being stored.

    Raises:
        BadInput: with both sizes.
    """
    if declared > BEST_COMPRESSION * max(stored, 0) + slack:
        raise BadInput(
            f"{path}: {what} claims {_bytes(declared)}, but the file holds {_bytes(stored)} of it: the file is "
            "damaged or forged."
        )


def _bytes(count: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} bytes"
