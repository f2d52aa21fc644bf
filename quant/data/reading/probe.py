"""A file is looked through in another process first: the HDF5 library can crash, or never end, on a damaged one.

No exception can be made of a segmentation fault in this process. In a forked one it is an exit status.
"""

from __future__ import annotations

import contextlib
import functools
import signal
from pathlib import Path

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.executor import run_apart

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
    try:
        done = run_apart(lambda: look_through(path), cpu_seconds=CPU_SECONDS, wait_seconds=WAIT_SECONDS)
    except ToolFailed:
        return 0
    return max(-done.status, 0)  # an exception is refused in words by whoever reads the file


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
