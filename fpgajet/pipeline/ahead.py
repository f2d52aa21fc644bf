"""Stages that begin before it is their turn: they read nothing that the stages between write.

A compiler, or the synthesis that counts cells, works while the build goes on in Python. Each stage is still performed
in its place: it then waits for the work that was begun.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import NamedTuple, Self

from fpgajet.processes import end_all

#: Work at the same time: it waits for other programs, which the system shares the cores among.
MOST = 3
#: Seconds between two looks whether the programs of interrupted work have ended.
LOOK_S = 0.05


class Done(NamedTuple):
    """What work came to, and the seconds that it took."""

    outcome: str
    seconds: float


def timed(work: Callable[[], str]) -> Done:
    """Do the work."""
    started = time.perf_counter()
    outcome = work()
    return Done(outcome, time.perf_counter() - started)


class Ahead:
    """Work under way, by name. At the end of the context none is left: an interrupt kills its programs, and after an
    error what has not started is dropped."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="ahead")
        self._begun: dict[str, Future[Done]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = list(self._begun.values())
        # An interrupt ends all programs of this process. An error must not: they may belong to another build.
        while kind is not None and not issubclass(kind, Exception) and wait(left, timeout=LOOK_S).not_done:
            for work in left:
                work.cancel()
            end_all()  # again and again: work that is not one program may start the next
        self._pool.shutdown(cancel_futures=True)

    def begin(self, name: str, work: Callable[[], str]) -> None:
        """Start work on a thread of its own, unless it has begun."""
        if name not in self._begun:
            self._begun[name] = self._pool.submit(timed, work)

    def finish(self, name: str, work: Callable[[], str]) -> Done:
        """What the work begun under a name comes to; without any, do ``work`` now. Raises what the work raises."""
        begun = self._begun.get(name)
        if begun is None:
            return timed(work)
        done = begun.result()
        del self._begun[name]
        return done
