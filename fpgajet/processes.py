"""Other programs: every process that fpgajet starts is started here.

Each runs in a process group of its own. It is killed with everything that it started if it takes too long, if the
caller is interrupted, or if the caller itself is killed: a watcher sees the end of a pipe that only the caller holds.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import MissingTool, ToolFailed
from fpgajet.files import open_log, write_errors
from fpgajet.signals import held

#: Ends a process group, its first argument, when standard input ends. A constant: no value is read by a shell.
WATCHER = 'while read -r line; do :; done; kill -s KILL -- "-$1"'

#: Added to the niceness of a program that yields to others.
YIELD = 10

_running: set[subprocess.Popen[str]] = set()
_lock = threading.Lock()


@dataclass(frozen=True)
class Finished:
    """A program that has ended.

    Attributes:
        status: its exit status; negative: the signal that ended it.
        output: standard output and standard error, in the order of time.
    """

    status: int
    output: str

    def first_line(self, pattern: str) -> str:
        """The first line of the output in which a regular expression is found, else the exit status."""
        lines = (line.strip() for line in self.output.splitlines() if re.search(pattern, line))
        return next(lines, f"exit status {self.status}")


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    log: Path | None = None,
    say: Callable[[str], None] | None = None,
    yields: bool = False,
) -> Finished:
    """Run a program to its end, whatever its exit status.

    Args:
        command: program and arguments; no shell reads them.
        cwd: where it runs.
        env: variables in addition to those of this process.
        timeout: seconds after which it is killed.
        log: file that gets the output as it comes.
        say: called with every line of output as it comes, without its end.
        yields: whether other programs, and this process, go before it on a busy machine.

    Raises:
        MissingTool: the program cannot be started.
        ToolFailed: it was killed after ``timeout``.
        CannotWrite: ``log`` cannot be written.
    """
    expired = threading.Event()
    lines = []
    with _log(log) as write, _started(command, cwd, env) as process:
        if yields:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, min(os.nice(0) + YIELD, 19))

        def expire() -> None:
            expired.set()
            _kill(process)

        timer = threading.Timer(timeout or 0.0, expire)
        if timeout is not None:
            timer.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                write(line)
                if say is not None:
                    say(line.rstrip("\n"))
            status = process.wait()
        finally:
            timer.cancel()
    if expired.is_set():
        raise ToolFailed(f"{command[0]} did not end within {timeout:g} seconds and was stopped.")
    return Finished(status, "".join(lines))


@contextlib.contextmanager
def program_threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for functions that call :func:`run`.

    An interrupt, which only the main thread sees, ends what they run, and all of them are waited for: none works on in
    a folder that is about to be removed.
    """
    with _Threads(max_workers=count) as pool:
        try:
            yield pool
        except (KeyboardInterrupt, SystemExit):
            end_all()
            raise


class _Threads(ThreadPoolExecutor):
    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        with held():  # an interrupt within would leave a thread that nobody waits for
            return super().submit(*given, **named)


def end_all() -> None:
    """Kill every program that runs, with everything that it started."""
    with _lock:
        running = list(_running)
    for process in running:
        _kill(process)


@contextlib.contextmanager
def _started(
    command: Sequence[str | Path], cwd: Path | None, env: Mapping[str, str] | None
) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own; whatever is left of the group at the end is killed."""
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise MissingTool(f"{command[0]} cannot be started: {error.strerror}.") from error
    with _lock:
        _running.add(process)
    try:
        with process, _watched(process):
            try:
                yield process
            finally:
                _kill(process)
    finally:
        with _lock:
            _running.discard(process)


@contextlib.contextmanager
def _watched(process: subprocess.Popen[str]) -> Iterator[None]:
    """As long as this lasts, the group of ``process`` ends with this process, even after SIGKILL."""
    command = ["/bin/sh", "-c", WATCHER, "watcher", str(process.pid)]
    nothing = subprocess.DEVNULL
    try:
        watcher = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except OSError:  # no shell: all but SIGKILL still ends it
        yield
        return
    with watcher:
        try:
            yield
        finally:
            watcher.kill()  # before its pipe ends


def _kill(process: subprocess.Popen[str]) -> None:
    """End the group of a process; its number is that of the process, also when that has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _log(log: Path | None) -> Iterator[Callable[[str], object]]:
    """Where the lines of a program go."""
    if log is None:
        yield lambda line: None
        return
    with open_log(log) as stream:

        def write(line: str) -> None:
            with write_errors(log):
                stream.write(line)

        yield write
