"""NumPy files: ``.npz`` with four-momenta and labels, or ``.npy`` with a ``NAME_labels.npy`` beside it.

Rows are streamed, from inside the archive too; object arrays (pickles) are refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, RawJets, binary_labels

MOMENTUM_KEYS = ("constituents", "p4", "Pmu", "x", "X")
LABEL_KEYS = ("label", "labels", "is_signal", "y", "Y")


class NumpyFile:
    """Four-momenta [n, N, 4] (E, px, py, pz) and labels [n] of 0 and 1."""

    classes = BACKGROUND_AND_SIGNAL

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise BadInput(f"{path} does not exist.")
        self.path = path
        with ExitStack() as stack:
            momentum, label = self._open(stack)
            self._check(momentum, label)
            self.jets = label.shape[0]

    def _open(self, stack: ExitStack) -> tuple[ArrayStream, ArrayStream]:
        if self.path.suffix == ".npy":
            labels = self.path.with_name(f"{self.path.stem}_labels.npy")
            if not labels.exists():
                raise BadInput(f"{self.path} needs its labels in {labels}, which does not exist.")
            files = [stack.enter_context(path.open("rb")) for path in (self.path, labels)]
            return ArrayStream(self.path, "array", files[0]), ArrayStream(labels, "array", files[1])
        try:
            archive = stack.enter_context(zipfile.ZipFile(self.path))
        except (zipfile.BadZipFile, OSError) as error:
            raise BadInput(f"{self.path} is not a complete .npz file ({error}).") from error
        names = {Path(name).stem for name in archive.namelist()}

        def member(keys: tuple[str, ...], what: str) -> ArrayStream:
            key = next((key for key in keys if key in names), None)
            if key is None:
                held = ", ".join(sorted(names))
                raise BadInput(f"{self.path} has no {what} (any of {', '.join(keys)}); it holds {held}.")
            return ArrayStream(self.path, key, stack.enter_context(archive.open(f"{key}.npy")))

        return member(MOMENTUM_KEYS, "four-momenta"), member(LABEL_KEYS, "labels")

    def _check(self, momentum: ArrayStream, label: ArrayStream) -> None:
        if len(momentum.shape) != 3 or momentum.shape[2] != 4 or momentum.dtype.kind != "f":
            raise BadInput(
                f"{self.path}: four-momenta must be floating-point [jets, constituents, 4], they are "
                f"{momentum.dtype} {list(momentum.shape)}."
            )
        if label.shape != momentum.shape[:1] or label.dtype.kind not in "biuf":
            raise BadInput(
                f"{self.path}: labels must be numbers of shape [{momentum.shape[0]}], they are {label.dtype} "
                f"{list(label.shape)}."
            )

    def pieces(self, rows: int) -> Iterator[RawJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        with ExitStack() as stack:
            momentum, label = self._open(stack)
            for start in range(0, self.jets, rows):
                count = min(rows, self.jets - start)
                labels = binary_labels(self.path, label.read(count), "label", start)
                yield RawJets(momentum.read(count), labels)


class ArrayStream:
    """An array in ``.npy`` format, read row by row from an open file.

    Raises:
        BadInput: not such an array, an array of objects, or column-major order.
    """

    def __init__(self, path: Path, name: str, stream: IO[bytes]) -> None:
        self._where = f"{path} ({name})"
        self._stream = stream
        try:
            version = npy.read_magic(stream)
            header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            self.shape, column_major, self.dtype = header(stream)
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput(f"{self._where} is not a NumPy array: {error}.") from error
        if self.dtype.hasobject or (column_major and len(self.shape) > 1):
            raise BadInput(
                f"{self._where} holds Python objects or is in column-major order: save it again with "
                "np.save(file, np.ascontiguousarray(array))."
            )

    def read(self, rows: int) -> NDArray[Any]:
        """The next ``rows`` rows; raises BadInput if the file ends early."""
        shape = (rows, *self.shape[1:])
        size = int(np.prod(shape)) * self.dtype.itemsize
        try:
            content = self._stream.read(size)
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput(f"{self._where} is damaged: {error}.") from error
        if len(content) != size:
            raise BadInput(f"{self._where} is truncated: it ends before its {self.shape[0]} rows.")
        return np.frombuffer(content, dtype=self.dtype).reshape(shape)
