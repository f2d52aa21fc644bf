"""The place where tasks run, and what becomes of their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fpgajet.errors import FpgajetError, ToolFailed

#: says something to the process that gave the task; what is said must be a string or a number
Tell = Callable[[Any], None]


@dataclass(frozen=True)
class Place:
    """Where tasks run.

    Attributes:
        workers: processes of this machine, or jobs of a batch system. cluster: address of a Dask scheduler
            (tcp://HOST:8786), or a name of :data:`fpgajet.executor.cluster.BATCH`; None: this machine.
        apart: a single worker is a process of its own too, as it prints or needs memory.
    """

    workers: int = 1
    cluster: str | None = None
    apart: bool = False

    @property
    def words(self) -> str:
        """For a line that says where work goes."""
        return f"{self.workers} workers on {self.cluster or 'this machine'}"


def raise_first(errors: Sequence[BaseException], count: int) -> None:
    """Raise the first error of tasks, if there is one: as it is, if it is one for users."""
    if not errors:
        return
    first = errors[0]
    if isinstance(first, FpgajetError):
        raise first
    raise ToolFailed(
        f"{len(errors)} of {count} tasks failed ({type(first).__name__}: {first}). Give the same command again to go "
        "on."
    ) from first
