"""Temporary folders for the programs of the RTL flow: always removed, except for the log of a failure."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fpgajet import signals
from fpgajet.errors import CannotWrite, ToolFailed
from fpgajet.files import write_errors, write_text
from fpgajet.folders import ScratchFolder
from fpgajet.processes import run

#: With less free space than this, a full disk is taken to be why a program failed.
SPACE_BYTES = 1 << 20


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder of its own, removed at the end, also after Ctrl-C.

    Raises:
        CannotWrite: temporary files cannot be written, or the disk is full.
    """
    with ScratchFolder(prefix) as folder:
        try:
            yield folder
        except CannotWrite:
            refuse_full_disk(folder)
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


def run_tool(
    command: Sequence[str],
    work: Path,
    prefix: str,
    complaint: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a program that works in the folder ``work``.

    Args:
        prefix: of the folder that keeps the output of a failure.
        complaint: what a failure means.

    Raises:
        ToolFailed: it ended with an error; the message has its first complaint and names the whole output.
        CannotWrite: the disk of ``work`` is full, which then is why it failed.
        MissingTool: it cannot be started.
    """
    done = run(command, cwd=cwd, env=env)
    if signals.received() or done.status == -signal.SIGINT:
        raise KeyboardInterrupt  # Ctrl-C reaches the program too: no failure of its own, whose log would stay
    if done.status != 0:
        log = keep_log(prefix, work, done.output)
        raise ToolFailed(f"{complaint}: {done.first_line('[Ee]rror')}. The whole output is in {log}.")


def refuse_full_disk(work: Path) -> None:
    """Name a full disk as the cause of a failure: few programs do.

    Raises:
        CannotWrite: the disk of ``work`` is full.
    """
    if shutil.disk_usage(work).free < SPACE_BYTES:
        raise CannotWrite(
            f"the disk of {work.parent} is full: delete files there, or set TMPDIR to a folder on another disk."
        )
