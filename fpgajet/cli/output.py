"""What every command shares: consoles, ``--json`` output, error and exit-code handling."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fpgajet import signals
from fpgajet.errors import (
    BROKEN_PIPE_EXIT_CODE,
    EXTRAS,
    INTERRUPTED_EXIT_CODE,
    UNEXPECTED_EXIT_CODE,
    BadInput,
    CannotWrite,
    FpgajetError,
    MissingTool,
    missing_extra,
)
from fpgajet.files import keep_text

# Typer >= 0.29 carries its own copy of click; this is the base of all usage errors in either.
UsageFailure: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

#: Narrower than this, tables show nothing: rich takes COLUMNS=0 at its word.
_NARROWEST = 20
if not os.environ.get("COLUMNS", "80").isdecimal() or int(os.environ.get("COLUMNS", "80")) < _NARROWEST:
    del os.environ["COLUMNS"]


class _Console(Console):
    """Rich's own ends with exit code 1 where the reader of the output has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


# Results go to stdout, progress and errors to stderr, so that --json can be piped.
console = _Console()
messages = _Console(stderr=True)

#: Commands that start anew unless they are told to go on.
RESUMED = ("train", "compress")

JSON_HELP = "Print one JSON document on standard output instead of text."
CLUSTER_HELP = "Address of a Dask scheduler; or slurm, htcondor, lsf, pbs (dask-jobqueue)."


def narrow_table(*columns: Any, title: str | None = None) -> Table:
    """A table without vertical lines, whose many columns fit 80 characters; columns as for ``rich.table.Table``."""
    return Table(*columns, title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


_printed: list[bool] = []  # whether this process has printed its one document


def print_json(content: Any) -> None:
    """Print ``content`` as JSON on standard output, nothing else."""
    _printed.append(True)
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=ascii_only) + "\n")


def run(app: typer.Typer) -> int:
    """Run ``app`` on ``sys.argv``; return the exit code.

    Expected failures (:class:`FpgajetError`) print one paragraph and give their own code; Ctrl-C, SIGTERM and SIGHUP
    give 128 and their number. A bug prints one paragraph too, and keeps its traceback in a file; with
    ``FPGAJET_TRACEBACK=1`` tracebacks are shown.
    """
    for stream in (sys.stdout, sys.stderr):  # what their encoding cannot say is said in escapes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = _run(app)
    if code == INTERRUPTED_EXIT_CODE:
        code = signals.exit_code()
        with contextlib.suppress(OSError):
            messages.print(f"interrupted; {_way_on()}", highlight=False)
    return code


def _way_on() -> str:
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    if command in RESUMED and "--resume" not in sys.argv:
        return "give the same command with --resume to go on"
    return "give the same command again to go on"


def _fail(kind: str, message: str, exit_code: int) -> int:
    """Print a failure; with ``--json`` as a document too, unless the result itself was printed."""
    if "--json" in sys.argv and not _printed:
        with contextlib.suppress(OSError):
            print_json({"error": {"kind": kind, "message": message, "exit_code": exit_code}})
            sys.stdout.flush()
    with contextlib.suppress(OSError):
        text = Text.assemble(("error:", "bold red"), f" {message}")
        messages.print(text, highlight=False, soft_wrap=True)
    return exit_code


def _misused(error: Any) -> int:
    """Print what is wrong with an option or argument; a command without the arguments it needs prints its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    command = error.ctx.command_path.removeprefix("python -m ") if error.ctx else "fpgajet"
    message = f"{error.format_message().rstrip('.')}. `{command} --help` says what can be given."
    return _fail(BadInput.kind, message, int(error.exit_code))


def _command(app: typer.Typer) -> Any:
    """Run the command; a package of an extra that is not installed is an expected failure."""
    try:
        return typer.main.get_command(app)(standalone_mode=False)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in EXTRAS:
            raise missing_extra(package) from error
        raise


def _run(app: typer.Typer) -> int:
    try:
        _refuse_empty(sys.argv)
        # Typer itself turns Ctrl-C into exit code 130, and hands it back.
        result = _command(app)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except typer.Exit as error:
        return int(error.exit_code)
    except UsageFailure as error:
        return _misused(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_EXIT_CODE
    except Exception as error:
        # Ctrl-C while a class was made, in an import: Python before 3.12 wraps what __set_name__ raises.
        if signals.received() or isinstance(error.__cause__, KeyboardInterrupt):
            return INTERRUPTED_EXIT_CODE
        if os.environ.get("FPGAJET_TRACEBACK"):
            raise
        return _failed(error)


def _refuse_empty(words: Sequence[str]) -> None:
    """An empty word is an unset variable of a shell; as a path it would be the current directory.

    Raises:
        BadInput: names the option.
    """
    for before, word in pairwise(words):
        if word == "" or (word.startswith("--") and word.endswith("=")):
            what = word.rstrip("=") or (
                before if before.startswith("-") else f"the argument after {before!r}"
            )
            raise BadInput(f"{what} is empty: give a value, or leave it out.")


def _failed(error: Exception) -> int:
    """One paragraph for whatever stopped the command, and its exit code."""
    if isinstance(error, FpgajetError):
        return _fail(error.kind, str(error), error.exit_code)
    if isinstance(error, BrokenPipeError):  # `| head` has read enough
        _close_output()
        return BROKEN_PIPE_EXIT_CODE
    if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
        _close_output()
        message = f"cannot write to standard output: {error.strerror}."
        return _fail(CannotWrite.kind, message, CannotWrite.exit_code)
    if isinstance(error, OSError) and error.filename is not None:
        kind = BadInput if error.errno in _UNUSABLE else CannotWrite
        message = f"cannot use {os.fsdecode(error.filename)}: {error.strerror}."
        return _fail(kind.kind, message, kind.exit_code)
    if isinstance(error, ImportError):
        return _fail(MissingTool.kind, _broken_package(error), MissingTool.exit_code)
    return _fail("unexpected", _unexpected(error), UNEXPECTED_EXIT_CODE)


#: Of a write to standard output, which has no file name: full, quota, failed, too large.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)

#: Of a name that a user gave and that nothing has looked at before.
_UNUSABLE = (
    errno.ENAMETOOLONG, errno.ENOENT, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOTDIR, errno.EISDIR,
)  # fmt: skip


def _close_output() -> None:
    """Let what is still in the buffer of standard output go nowhere: it failed once, and would again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _printed.append(True)


def _broken_package(error: ImportError) -> str:
    name = error.name or "a package"
    return f"{name} cannot be imported ({_one_line(error)}): its installation is broken. Install it again with pip."


def _unexpected(error: Exception) -> str:
    """What to say of an exception that nobody expected; its traceback is kept in a file."""
    reason = f"{type(error).__name__}: {_one_line(error)}".rstrip(": ")
    said = f"{reason}. This is a fault in fpgajet. "
    command = shlex.join(["fpgajet", *sys.argv[1:]])
    try:
        kept = keep_text("fpgajet-traceback-", f"{command}\n\n{traceback.format_exc()}")
    except FpgajetError:
        return f"{said}Please report it with what FPGAJET_TRACEBACK=1 shows; temporary files cannot be written here."
    return f"{said}Please report it with the traceback in {kept}."


def _one_line(error: Exception) -> str:
    """The message of an exception, short and on one line."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= 300 else f"{text[:300]} ..."
