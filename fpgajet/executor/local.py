"""Processes of this machine. One that dies loses its task and nothing else; all of them end with their parent.

A pool of :mod:`concurrent.futures` ends all its processes when one of them dies, so each has a pipe of its own here.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from fpgajet import signals
from fpgajet.errors import FpgajetError, ToolFailed
from fpgajet.executor.place import Tell, raise_first

#: seconds that workers get to put away what they have in hand
PATIENCE = 20.0
#: from the parent; others that end a run come to all processes of a terminal or job, and are the parent's to handle
STOP = signal.SIGUSR1


class _Worker:
    """A process, the pipe to it, and the number of its task."""

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other,), name=name)
        with signals.held():
            self.process.start()
        other.close()  # so that the pipe ends with the process
        self.task: int | None = None


def run_in_processes(
    function: Callable[[Any, Tell], Any],
    tasks: Sequence[Any],
    count: int,
    told: Tell,
    done: Callable[[int, Any], None],
    keep_going: bool,
) -> None:
    """See :func:`fpgajet.executor.run_tasks`."""
    todo = deque(range(len(tasks)))
    workers: list[_Worker] = []
    errors: list[BaseException] = []

    def give(worker: _Worker) -> None:
        worker.task = None
        if todo and (keep_going or not errors):
            worker.task = todo.popleft()
            with contextlib.suppress(OSError):  # of one that has died: the end of its pipe says so
                worker.pipe.send((function, tasks[worker.task]))

    try:
        for number in range(min(count, len(tasks))):
            workers.append(_Worker(f"worker {number + 1}"))
            give(workers[-1])
        while busy := {worker.pipe: worker for worker in workers if worker.task is not None}:
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                assert worker.task is not None
                try:
                    kind, value = worker.pipe.recv()
                except (EOFError, OSError):
                    worker.task = None
                    worker.process.join()
                    errors.append(_died(worker, len(workers)))
                    continue
                if kind == "told":
                    told(value)
                    continue
                if kind == "done":
                    done(worker.task, value)
                else:
                    errors.append(value)
                give(worker)
            if errors and not keep_going:
                break
    finally:
        _end(workers)
    raise_first(errors, len(tasks))
    if todo:
        raise ToolFailed(f"{len(todo)} of {len(tasks)} tasks were not begun, as no worker is left.")


def _died(worker: _Worker, count: int) -> ToolFailed:
    status = worker.process.exitcode or 0
    how = f" ({signal.strsignal(-status)})" if status < 0 else ""
    return ToolFailed(
        f"{worker.process.name} of {count} ended early{how}, perhaps for lack of memory; what it said stands above. "
        "Give the same command again to go on, perhaps with fewer processes."
    )


def _end(workers: list[_Worker]) -> None:
    """Stop those that still run: politely, then not."""
    for worker in workers:
        if worker.process.is_alive() and worker.process.pid is not None:
            os.kill(worker.process.pid, STOP)
        worker.pipe.close()
    for worker in workers:
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _serve(pipe: Connection) -> None:
    """A worker: does what comes through the pipe, until that ends, the parent does, or the parent says so."""
    try:
        for number in signals.ENDING:
            signal.signal(number, signal.SIG_IGN)
        sys.unraisablehook = _interrupted_again
        signals.install((STOP,))
        end_with_parent()
        # standard output is the parent's: libraries print banners
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        while True:
            function, task = pipe.recv()
            try:
                answer: tuple[str, Any] = "done", function(task, lambda message: pipe.send(("told", message)))
            except Exception as error:
                answer = "failed", _sendable(error)
            pipe.send(answer)
    except (EOFError, OSError, KeyboardInterrupt):
        pass


def _interrupted_again(lost: sys.UnraisableHookArgs) -> None:
    """An interrupt in a callback, as of an import, would only be printed: it comes once more."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        threading.Timer(0.1, os.kill, (os.getpid(), STOP)).start()
    else:
        sys.__unraisablehook__(lost)


def _sendable(error: Exception) -> Exception:
    """The error, or its words where it cannot be sent; with the traceback, unless it is one for users."""
    if not isinstance(error, FpgajetError):
        error.add_note("in a worker:\n" + "".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return ToolFailed(f"{type(error).__name__}: {error}")
    return error


def end_with_parent() -> None:
    """End this process, one of :mod:`multiprocessing`, as soon as its parent has ended, also where that is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
