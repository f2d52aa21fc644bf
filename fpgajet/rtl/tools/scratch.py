"""Temporary folders for the programs that the RTL flow starts, gone whatever happens; logs of failures stay."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fpgajet.errors import CannotWrite
from fpgajet.files import write_errors, write_text

#: With less room than this, a program that failed is taken to have failed for want of it.
ROOM_BYTES = 1 << 20


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder of its own, removed at the end, also after Ctrl-C.

    Raises:
        CannotWrite: there is no place for temporary files, or no room for those of the caller.
    """
    with write_errors(Path(tempfile.gettempdir())):
        folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    with folder as name:
        try:
            yield Path(name)
        except CannotWrite:
            refuse_full_disk(Path(name))
            raise


def keep_log(prefix: str, work: Path, text: str) -> Path:
    """Write what a failed program said to a file that stays, beside its folder ``work``.

    Raises:
        CannotWrite: the disk of ``work`` is full, which then is why the program failed.
    """
    refuse_full_disk(work)
    with write_errors(work.parent):
        log = Path(tempfile.mkdtemp(prefix=prefix, dir=work.parent)) / "failed.log"
    write_text(log, text)
    return log


def refuse_full_disk(work: Path) -> None:
    """Name a full disk as the cause of a failure: few programs do.

    Raises:
        CannotWrite: the disk of ``work`` is full.
    """
    if shutil.disk_usage(work).free < ROOM_BYTES:
        raise CannotWrite(
            f"the disk of {work.parent} is full: make room there, or set TMPDIR to a place with more room."
        )
