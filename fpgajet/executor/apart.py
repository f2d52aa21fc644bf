"""A function in a copy of this process, which may crash or never end: no exception can be made of a segmentation fault.

In a copy it is an exit status.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import signal
import tempfile
import time
import warnings
from collections.abc import Callable

from fpgajet.errors import ToolFailed
from fpgajet.processes import Finished

#: Signals that end the copy, whoever handles them here: Python, or faulthandler.
DEFAULT = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE,
    signal.SIGILL,
)  # fmt: skip


def run_apart(
    work: Callable[[], None], *, cpu_seconds: int | None = None, wait_seconds: float | None = None
) -> Finished:
    """Call a function in a copy of this process.

    What the function leaves in memory is lost, but for memory that both share, as that of ``mmap.mmap(-1, size)``.

    Args:
        cpu_seconds: of processor time, after which SIGXCPU ends the copy. wait_seconds: after which it is given up.

    Returns:
        Exit status, 1 for an exception, negative for the signal that ended the copy, and what it wrote to standard
        error.

    Raises:
        ToolFailed: it was given up, and killed.
    """
    with tempfile.TemporaryFile() as said:
        with warnings.catch_warnings():  # of Python 3.12, where there are other threads: the copy has none
            warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
            copy = os.fork()
        if not copy:
            status = 1
            try:
                os.dup2(said.fileno(), 2)
                faulthandler.disable()
                for number in DEFAULT:
                    signal.signal(number, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                if cpu_seconds is not None:
                    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
                work()
                status = 0
            finally:
                os._exit(status)
        try:
            ended = _wait(copy, wait_seconds)
        except BaseException:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(copy, signal.SIGKILL)
                os.waitpid(copy, 0)
            raise
        said.seek(0)
        return Finished(ended, said.read().decode(errors="replace"))


def _wait(copy: int, seconds: float | None) -> int:
    """Exit status of a process.

    Raises:
        ToolFailed: it has not ended after so many seconds.
    """
    if seconds is None:
        return os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    end, pause = time.monotonic() + seconds, 0.0005
    while time.monotonic() < end:
        ended, status = os.waitpid(copy, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    raise ToolFailed(f"a process did not end within {seconds:g} seconds and was stopped.")
