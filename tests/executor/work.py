"""What tasks of the tests do; a module that imports little, as every worker imports it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any


class Odd(Exception):
    """Cannot be sent to another process."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def double(task: int, tell: Any) -> int:
    tell(f"task {task}")
    return 2 * task


def fails(task: Any, tell: Any) -> Any:
    """Does what the task says."""
    if isinstance(task, BaseException):
        raise task
    if task == "odd":
        raise Odd(1, 2)
    if task == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "speaks":
        os.write(1, b"banner\n")
    return task


def waits(task: Path, tell: Any) -> None:
    """Begins, and ends only when it is interrupted."""
    try:
        task.with_suffix(".begun").touch()
        while True:
            time.sleep(0.01)
    finally:
        task.with_suffix(".ended").touch()


def one_fails(task: Path | None, tell: Any) -> None:
    """The first waits; the second fails once that has begun."""
    if task is not None:
        tell(str(task))
        waits(task, tell)
    time.sleep(0.5)
    raise ValueError("no")
