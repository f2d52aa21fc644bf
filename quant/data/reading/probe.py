"""A file is looked through in another process first: the HDF5 library can crash, or never end, on a damaged one.

No exception can be made of a segmentation fault in this process. In a forked one it is an exit status.
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import signal
import time
import warnings
from pathlib import Path

from fpgajet.errors import BadInput

#: Signals that end the child, whoever handles them here: Python, or faulthandler.
DEFAULT = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE,
    signal.SIGILL,
)  # fmt: skip
#: Seconds of CPU time; to look through a file of any size takes milliseconds, since no data are read but the ends.
CPU_SECONDS = 20
#: Seconds after which a file system that does not answer is given up: then nothing is known, and the file is read.
WAIT_SECONDS = 60.0


def require_harmless(path: Path) -> None:
    """Raise if the HDF5 library does not survive the file.

    Raises:
        BadInput: it crashes, or does not end.
    """
    status = path.stat()
    number = _ending(str(path.resolve()), status.st_ino, status.st_size, status.st_mtime_ns)
    if number == signal.SIGXCPU:
        raise BadInput(
            f"{path} cannot be read: the HDF5 library does not come to an end with it. It is damaged."
        )
    if number:
        raise BadInput(
            f"{path} cannot be read: the HDF5 library crashes on it ({signal.strsignal(number)}). It is damaged: copy "
            "or download it again."
        )


@functools.lru_cache(maxsize=4096)
def _ending(path: str, *_: int) -> int:
    """The signal that ended a process which looked through the file, 0 if none did; once per state of a file."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # other threads: the child calls HDF5 and nothing else
        child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            for number in DEFAULT:
                signal.signal(number, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            look_through(path)
        except BaseException:
            pass  # refused in words by whoever reads it
        finally:
            os._exit(0)
    return _wait(child)


def _wait(child: int) -> int:
    end = time.monotonic() + WAIT_SECONDS
    pause = 0.0005
    try:
        while time.monotonic() < end:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
        return 0
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            if os.waitpid(child, os.WNOHANG) == (0, 0):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def look_through(path: str) -> None:
    """Open everything that a reader may open: all attributes, and of every data set its first and last row."""
    import h5py

    with h5py.File(path, "r") as file:
        _attributes(file)
        names: list[str] = []
        with contextlib.suppress(Exception):
            file.visit(names.append)
        for name in names:
            with contextlib.suppress(Exception):
                item = file[name]
                _attributes(item)
                if isinstance(item, h5py.Dataset) and item.shape and item.shape[0]:
                    item.id.get_create_plist().get_nfilters()
                    item.id.get_storage_size()
                    _ = item.is_virtual, item.external, item.chunks, item.dtype
                    if item[0:1].size:
                        _ = item[-1:]


def _attributes(item: object) -> None:
    with contextlib.suppress(Exception):
        for name in list(item.attrs):  # type: ignore[attr-defined]
            with contextlib.suppress(Exception):
                _ = item.attrs[name]  # type: ignore[attr-defined]
