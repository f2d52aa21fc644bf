"""A time limit of proofs: each step that may be many asks whether it is over.

What is proved before it stays proved, and what is left is not decided: a reason like every other why something is not.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass


class NotDecided(ValueError):
    """A proof took too long."""


@dataclass(frozen=True)
class _Limit:
    seconds: float
    end: float


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextlib.contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Proofs within the block end after so many seconds of real time; None: they take what they take."""
    token = _limit.set(None if seconds is None else _Limit(seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


@contextlib.contextmanager
def half_of_the_rest() -> Iterator[None]:
    """Within the block, no more than half of the time that is left: for one of two ways to a proof."""
    limit = _limit.get()
    with limited(None if limit is None else max(limit.end - time.monotonic(), 0) / 2):
        yield


def check() -> None:
    """Go on, unless the time is over.

    Raises:
        NotDecided: it is.
    """
    limit = _limit.get()
    if limit is not None and time.monotonic() > limit.end:
        raise NotDecided(f"not decided in {limit.seconds:.3g} s")
