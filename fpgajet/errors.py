"""Everything that can go wrong for a user, each kind with its own exit code.

Raise one of these with one paragraph that names the cause and the way out; the command line prints
it without a traceback and exits with ``exit_code``. Any other exception is a bug and exits with 1; its traceback is
kept in a file that the message names. All exit codes: docs/robustness.md.
"""

from __future__ import annotations


class FpgajetError(Exception):
    """Base of all expected failures; ``exit_code`` is the process's exit status."""

    exit_code = 1
    kind = "error"


class BadInput(FpgajetError):
    """A file, option, configuration or jet that cannot be used as it is."""

    exit_code = 2
    kind = "bad-input"


class Mismatch(FpgajetError):
    """Two implementations of the same network gave different bits."""

    exit_code = 3
    kind = "mismatch"


class BudgetMissed(FpgajetError):
    """The design is exact but does not fit the trigger budget."""

    exit_code = 4
    kind = "budget-missed"


class MissingTool(FpgajetError):
    """A program or optional Python package that the command needs is not installed."""

    exit_code = 5
    kind = "missing-tool"


class ToolFailed(FpgajetError):
    """A program that fpgajet ran (compiler, vendor tool) ended with an error."""

    exit_code = 6
    kind = "tool-failed"


class CannotWrite(FpgajetError):
    """The output cannot be written: read-only directory, full disk, a file in the way."""

    exit_code = 7
    kind = "cannot-write"


class Regression(FpgajetError):
    """A build got worse than its baseline by more than is allowed."""

    exit_code = 8
    kind = "regression"


UNEXPECTED_EXIT_CODE = 1
"""A bug."""

INTERRUPTED_EXIT_CODE = 130
"""Ctrl-C. SIGTERM gives 143 and SIGHUP 129: 128 and the number of the signal."""

BROKEN_PIPE_EXIT_CODE = 141
"""Whoever read standard output has gone, as after ``| head``."""
