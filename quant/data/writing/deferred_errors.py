"""A file for HDF5 that reports a failed write only when asked.

When a write fails, the HDF5 library fails again and again while it closes the file, and can end the whole
process with a segmentation fault. This file keeps the first failure to itself until HDF5 has closed.
"""

from __future__ import annotations

import os
from pathlib import Path


class DeferredErrorFile:
    """An unbuffered binary file, new and readable, with the methods that h5py's file driver calls."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._failure: OSError | None = None

    def raise_failure(self) -> None:
        """Raise the first OSError that a write met, if any."""
        if self._failure is not None:
            raise self._failure

    def write(self, data: memoryview) -> int:
        rest = memoryview(data).cast("B")
        try:
            while len(rest) and self._failure is None:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._failure = error
        return len(data)

    def readinto(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer) or 0

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size) or b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def truncate(self, size: int | None = None) -> int:
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._failure = self._failure or error
            return self._file.tell() if size is None else size

    def flush(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        self._file.close()
