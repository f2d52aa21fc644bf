"""Arrays in NumPy's ``.npy`` format, from a file or from inside an ``.npz`` archive, row by row, never unpickled."""

from __future__ import annotations

import math
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.reading.boundary import reading, require_plausible_size, require_regular_file

ZIP_MAGIC = b"PK"
#: An archive of more arrays than this is no data set of jets.
MOST_MEMBERS = 10_000


class ArrayStream:
    """An array in ``.npy`` format, read row by row (or whole) from an open stream.

    Attributes: ``shape``, ``dtype``.

    Raises:
        BadInput: not such an array, an array of Python objects, or a header that claims more than ``size`` bytes.
    """

    def __init__(self, where: str, stream: IO[bytes], size: int) -> None:
        self._where = where
        self._stream = stream
        try:
            version = npy.read_magic(stream)
            header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            self.shape, column_major, self.dtype = header(stream)
            self._column_major = column_major and len(self.shape) > 1
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput(f"{where} is not a NumPy array: {error}.") from error
        if self.dtype.hasobject:
            raise BadInput(
                f"{where} holds Python objects, which are never unpickled: save plain numbers, "
                "np.save(file, np.asarray(values, dtype=np.float32))."
            )
        if not self.shape or any(length < 0 for length in self.shape):
            raise BadInput(f"{where} has the shape {list(self.shape)}; it must have one row per jet.")
        declared = math.prod(self.shape) * self.dtype.itemsize
        held = size - stream.tell()
        if declared > held:
            raise BadInput(
                f"{where} is truncated or forged: its header claims {declared:,} bytes of numbers, it holds {held:,}."
            )

    def read(self, rows: int) -> NDArray[Any]:
        """The next ``rows`` rows; raises BadInput if the stream ends early, or is not stored row by row."""
        if self._column_major:
            raise BadInput(
                f"{self._where} is in column-major order: save it again with "
                "np.save(file, np.ascontiguousarray(array))."
            )
        return self._next(rows)

    def read_all(self) -> NDArray[Any]:
        """The whole array, in either order."""
        values = self._next(self.shape[0])
        if not self._column_major:
            return values
        return np.ascontiguousarray(values.reshape(self.shape[::-1]).T)

    def _next(self, rows: int) -> NDArray[Any]:
        shape = (rows, *self.shape[1:])
        size = math.prod(shape) * self.dtype.itemsize
        with reading(self._where):
            content = self._stream.read(size)
        if len(content) != size:
            raise BadInput(f"{self._where} is truncated: it ends before its {self.shape[0]} rows.")
        return np.frombuffer(content, dtype=self.dtype).reshape(shape)


class ArrayFile:
    """An ``.npy`` file (one array, called ``array``) or an ``.npz`` archive, told apart by content, not by name.

    Use as a context manager.

    Attributes:
        names: the arrays there are, with the folders of an archive ("a/p4").

    Raises:
        BadInput: missing, no regular file, damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = require_regular_file(path)
        self._stack = ExitStack()
        self._archive: zipfile.ZipFile | None = None
        with path.open("rb") as stream:
            zipped = stream.read(2) == ZIP_MAGIC or path.suffix == ".npz"
        if zipped:
            try:
                self._archive = self._stack.enter_context(zipfile.ZipFile(path))
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
                raise BadInput(f"{path} is not a complete .npz file ({error}).") from error
            members = [name for name in self._archive.namelist() if name.endswith(".npy")]
            if len(members) > MOST_MEMBERS or len(set(members)) != len(members):
                self._stack.close()
                raise BadInput(
                    f"{path} holds {len(members):,} arrays, or two of one name: no data set of jets."
                )
            self.names = [name.removesuffix(".npy") for name in members]
        else:
            self.names = ["array"]

    @property
    def is_archive(self) -> bool:
        """Whether this is an ``.npz``."""
        return self._archive is not None

    def open(self, name: str) -> ArrayStream:
        """The array ``name``, one of :attr:`names`, open until this file closes."""
        if self._archive is None:
            stream: IO[bytes] = self._stack.enter_context(self.path.open("rb"))
            return ArrayStream(f"{self.path} (array)", stream, self._size)
        where = f"{self.path} ({name})"
        with reading(where):
            member = self._archive.getinfo(f"{name}.npy")
            require_plausible_size(self.path, member.file_size, member.compress_size, name, slack=1 << 20)
            stream = self._stack.enter_context(self._archive.open(member))
            return ArrayStream(where, stream, member.file_size)

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def read_array(path: Path) -> NDArray[Any]:
    """The one array of an ``.npy`` file.

    Raises:
        BadInput: damaged, an archive of arrays, an array of Python objects.
    """
    with ArrayFile(path) as file:
        if file.is_archive:
            raise BadInput(
                f"{path} is an .npz archive (it holds {', '.join(file.names) or 'nothing'}), whatever its name says; "
                "save one array with np.save, or convert it with `fpgajet data convert`."
            )
        stream = file.open("array")
        return stream.read_all()
