"""Parquet: lists per jet (part_energy, part_px, part_py, part_pz, as jet-universe and JetClass name them), or the
columns E_i, PX_i, PY_i, PZ_i; with a label, or one-hot columns label_*. Read with pyarrow, in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, MissingTool
from quant.data.conversion.columns import (
    LIST_COLUMNS,
    ONE_HOT,
    label_column,
    momentum_columns,
    one_hot_columns,
)
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, class_names
from quant.data.jets import MOST_CONSTITUENTS
from quant.data.reading.boundary import reading, require_regular_file
from quant.data.reading.values import whole_numbers

MAGIC = b"PAR1"


class ParquetTable:
    """See the module.

    Raises:
        MissingTool: pyarrow is not installed.
        BadInput: no Parquet file, damaged, or without the columns.
    """

    note = ""

    def __init__(self, path: Path, classes: Sequence[str] = ()) -> None:
        require_regular_file(path)
        self.path = path
        self._file = open_parquet(path)
        names = list(self._file.schema_arrow.names)
        self.jets = int(self._file.metadata.num_rows)
        self._lists = set(LIST_COLUMNS) <= set(names)
        self._momenta = list(LIST_COLUMNS) if self._lists else momentum_columns(path, names)
        self.slots = None if self._lists else len(self._momenta) // 4
        self._one_hot = one_hot_columns(names)
        if self._one_hot and not classes:
            self.classes = tuple(name.removeprefix(ONE_HOT) for name in self._one_hot)
            self._labels = self._one_hot
        else:
            self.classes = class_names(classes, BACKGROUND_AND_SIGNAL)
            self._labels = [label_column(path, names)]
            self._one_hot = []

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        start = 0
        with reading(self.path):
            for batch in self._file.iter_batches(batch_size=rows, columns=[*self._momenta, *self._labels]):
                columns = {name: batch.column(name) for name in batch.schema.names}
                for name, column in columns.items():
                    if column.null_count:
                        raise BadInput(f"{self.path}: the column {name} has missing values.")
                read = self._jagged if self._lists else self._flat
                label = self._label(columns, start)
                yield ForeignJets(read(columns), label)
                start += len(label)

    def _flat(self, columns: dict[str, Any]) -> NDArray[Any]:
        values = np.stack([self._numbers(columns[name], name) for name in self._momenta], axis=1)
        return values.reshape(len(values), -1, 4)

    def _jagged(self, columns: dict[str, Any]) -> NDArray[Any]:
        """Lists of constituents as a rectangle, zeros at the end of each row."""
        import pyarrow as pa

        sizes: NDArray[Any] | None = None
        flat = []
        for name in self._momenta:
            column = columns[name]
            if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
                raise BadInput(
                    f"{self.path}: the column {name} must hold one list per jet, it is {column.type}."
                )
            lengths = np.asarray(column.value_lengths())
            if sizes is not None and (lengths != sizes).any():
                raise BadInput(
                    f"{self.path}: {', '.join(self._momenta)} differ in their number of constituents."
                )
            sizes = lengths
            flat.append(self._numbers(column.flatten(), name))
        assert sizes is not None
        width = int(sizes.max(initial=1))
        if width > MOST_CONSTITUENTS:
            raise BadInput(
                f"{self.path}: a jet has {width:,} constituents, the most are {MOST_CONSTITUENTS:,}."
            )
        p4 = np.zeros((len(sizes), max(width, 1), 4), dtype=np.result_type(*flat))
        p4[np.arange(p4.shape[1]) < sizes[:, None]] = np.stack(flat, axis=1)
        return p4

    def _numbers(self, column: Any, name: str) -> NDArray[Any]:
        values = np.asarray(column.to_numpy(zero_copy_only=False))
        if values.dtype.kind != "f":
            raise BadInput(
                f"{self.path}: the column {name} must hold floating-point numbers, it is {column.type}."
            )
        return values

    def _label(self, columns: dict[str, Any], start: int) -> NDArray[np.int64]:
        stacked = np.stack([columns[name].to_numpy(zero_copy_only=False) for name in self._labels], axis=1)
        if not self._one_hot:
            last = len(self.classes) - 1
            return whole_numbers(self.path, self._labels[0], stacked[:, 0], 0, last, first_row=start)
        flags = whole_numbers(self.path, f"{ONE_HOT}*", stacked.ravel(), 0, 1).reshape(stacked.shape)
        wrong = np.flatnonzero(flags.sum(axis=1) != 1)
        if len(wrong):
            raise BadInput(
                f"{self.path}: row {start + int(wrong[0])} is not of exactly one class {ONE_HOT}*."
            )
        return np.asarray(flags.argmax(axis=1))


def open_parquet(path: Path) -> Any:
    """The opened file; see :class:`ParquetTable` for what is raised."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingTool(
            f"{path} is a Parquet file; reading it needs the package pyarrow: `pip install 'fpgajet[parquet]'`."
        ) from error
    try:
        return ParquetFile(path)
    except (ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise BadInput(
            f"{path} is not a complete Parquet file ({reason}): it is truncated or damaged."
        ) from error
