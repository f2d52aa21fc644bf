"""Who works on which trial: locks of the operating system, which end with the process that holds them.

They hold between processes that see one file system. A trial that runs in the study and that nobody holds was killed.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from fpgajet.files import write_errors
from fpgajet.folders import locked


class Claims:
    """The locks of a search directory."""

    def __init__(self, out: Path) -> None:
        self.folder = out / "claims"

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Wait until nobody else asks for trials, and hold that for the block."""
        with self._locked("ask", wait=True):
            yield

    @contextlib.contextmanager
    def finishing(self) -> Iterator[bool]:
        """Whether this process is the only one that trains the best trials to the end."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._locked("finish", wait=False))
            except BlockingIOError:
                yield False
            else:
                yield True

    @contextlib.contextmanager
    def owning(self) -> Iterator[str]:
        """The name under which this process leads workers elsewhere, who end once the block is over."""
        name = f"owner-{secrets.token_hex(8)}"
        try:
            with self._locked(name, wait=False):
                yield name
        finally:
            (self.folder / name).unlink(missing_ok=True)

    def hold(self, trial: int) -> contextlib.ExitStack:
        """Hold a trial until the result is closed, or the process ends.

        Raises:
            BlockingIOError: somebody else has it. CannotWrite: the directory cannot be written.
        """
        stack = contextlib.ExitStack()
        stack.enter_context(self._locked(f"{trial:05d}", wait=False))
        return stack

    def held(self, trial: int) -> bool:
        """Whether a process works on a trial."""
        return self._held(f"{trial:05d}")

    def owned(self, name: str) -> bool:
        """Whether the process that leads under this name still lives."""
        return self._held(name)

    def _held(self, name: str) -> bool:
        if not (self.folder / name).exists():
            return False
        try:
            with self._locked(name, wait=False):
                return False
        except BlockingIOError:
            return True

    @contextlib.contextmanager
    def _locked(self, name: str, wait: bool) -> Iterator[None]:
        with write_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / name, wait):
            yield
