"""Signals that end a run: Ctrl-C, and what batch systems send before they kill.

All of them raise KeyboardInterrupt in the main thread, so that files and programs are cleaned up by the same code.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import NoReturn

#: Ctrl-C; ``scancel``, ``condor_rm``, ``kill``; the end of a terminal or of an SSH connection.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_received: list[int] = []
#: blocks of :func:`held` that run now, and the signals that wait for their end
_holds: list[None] = []
_waiting: list[int] = []


def install(numbers: Iterable[int] = ENDING) -> None:
    """From now on, each of these signals interrupts. One that is ignored stays ignored, as ``nohup`` wants it."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    if _holds:
        _waiting.append(number)
        return
    raise KeyboardInterrupt


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Signals that end the run wait until the block is over: for steps that leave something behind if cut in two.

    These are the signals of :func:`install`; in a program that did not call it, Ctrl-C. Only for short blocks, such
    as making a folder and noting that it must be removed.
    """
    plain = _is_main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if plain:
        signal.signal(signal.SIGINT, _keep)
    _holds.append(None)
    try:
        yield
    finally:
        _holds.pop()
        if plain:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if _waiting and not _holds:
            _waiting.clear()
            raise KeyboardInterrupt


def _keep(number: int, frame: FrameType | None) -> None:
    _waiting.append(number)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def received() -> bool:
    """Whether one of the signals has come."""
    return bool(_received)


def exit_code() -> int:
    """128 and the number of the signal that came first, as a shell gives it; without any, that of Ctrl-C."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def end(code: int) -> NoReturn:
    """Exit with ``code`` at once, after the usual cleaning up.

    If Ctrl-C came while any exec() of a string ran (dataclasses use it), `python -m` remembers that and kills itself
    with SIGINT in place of sys.exit's code, however well the interrupt was handled (run_eval_code_obj in pythonrun.c).
    """
    for number in ENDING:  # a second one must not stop the cleaning up
        signal.signal(number, signal.SIG_IGN)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
