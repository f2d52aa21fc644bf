"""Parquet: lists per jet (part_energy, part_px, part_py, part_pz, as jet-universe and JetClass name them), or the
columns E_i, PX_i, PY_i, PZ_i; with a label, or one-hot columns label_*. Read with pyarrow, in pieces.

A feature of constituents is one more list per jet, NAME, or the columns NAME_i.
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
from quant.data.conversion.features import side_by_side
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, class_names
from quant.data.jets import MOST_CONSTITUENTS
from quant.data.reading.boundary import reading, require_regular_file
from quant.data.reading.values import whole_numbers

MAGIC = b"PAR1"
#: four-momenta [n, slots, 4], and features [n, slots, features] or None
Pieces = tuple[NDArray[Any], NDArray[np.float32] | None]


class ParquetTable:
    """See the module.

    Raises:
        MissingTool: pyarrow is not installed.
        BadInput: no Parquet file, damaged, or without the columns.
    """

    note = ""

    def __init__(self, path: Path, classes: Sequence[str] = (), features: Sequence[str] = ()) -> None:
        require_regular_file(path)
        self.path = path
        self._file = open_parquet(path)
        names = list(self._file.schema_arrow.names)
        self.jets = int(self._file.metadata.num_rows)
        self._lists = set(LIST_COLUMNS) <= set(names)
        self._momenta = list(LIST_COLUMNS) if self._lists else momentum_columns(path, names)
        self.slots = None if self._lists else len(self._momenta) // 4
        self._features = [[name] if self._lists else self._of_slots(name) for name in features]
        missing = [column for of in self._features for column in of if column not in names]
        if missing:
            raise BadInput(f"{path}: the table lacks the column {missing[0]!r}, which --features asks for.")
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
            of_features = [column for of in self._features for column in of]
            wanted = dict.fromkeys([*self._momenta, *of_features, *self._labels])
            for batch in self._file.iter_batches(batch_size=rows, columns=list(wanted)):
                columns = {name: batch.column(name) for name in batch.schema.names}
                for name, column in columns.items():
                    if column.null_count:
                        raise BadInput(f"{self.path}: the column {name} has missing values.")
                read = self._jagged if self._lists else self._flat
                label = self._label(columns, start)
                p4, features = read(columns)
                yield ForeignJets(p4, label, features=features)
                start += len(label)

    def _of_slots(self, feature: str) -> list[str]:
        """The columns of a feature, numbered as those of the energies are."""
        numbers = [name.strip().removeprefix("E").removeprefix("e") for name in self._momenta[::4]]
        return [f"{feature}{number}" for number in numbers]

    def _flat(self, columns: dict[str, Any]) -> Pieces:
        values = np.stack([self._numbers(columns[name], name) for name in self._momenta], axis=1)
        features = [
            np.stack([self._numbers(columns[name], name, "biuf") for name in of], 1) for of in self._features
        ]
        return values.reshape(len(values), -1, 4), side_by_side(features)

    def _jagged(self, columns: dict[str, Any]) -> Pieces:
        """Lists of constituents as rectangles, zeros at the end of each row."""
        import pyarrow as pa

        sizes: NDArray[Any] | None = None
        flat: list[NDArray[Any]] = []
        lists = [*self._momenta, *(name for (name,) in self._features)]
        for name in lists:
            column = columns[name]
            if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
                raise BadInput(
                    f"{self.path}: the column {name} must hold one list per jet, it is {column.type}."
                )
            lengths = np.asarray(column.value_lengths())
            if sizes is not None and (lengths != sizes).any():
                raise BadInput(f"{self.path}: {', '.join(lists)} differ in their number of constituents.")
            sizes = lengths
            flat.append(self._numbers(column.flatten(), name, "f" if len(flat) < 4 else "biuf"))
        assert sizes is not None
        width = int(sizes.max(initial=1))
        if width > MOST_CONSTITUENTS:
            raise BadInput(
                f"{self.path}: a jet has {width:,} constituents, the most are {MOST_CONSTITUENTS:,}."
            )
        used = np.arange(max(width, 1)) < sizes[:, None]
        rows = [np.zeros(used.shape, dtype=values.dtype) for values in flat]
        for row, values in zip(rows, flat, strict=True):
            row[used] = values
        return np.stack(rows[:4], axis=-1), side_by_side(rows[4:])

    def _numbers(self, column: Any, name: str, kinds: str = "f") -> NDArray[Any]:
        values = np.asarray(column.to_numpy(zero_copy_only=False))
        if values.dtype.kind not in kinds:
            what = "floating-point numbers" if kinds == "f" else "numbers"
            raise BadInput(f"{self.path}: the column {name} must hold {what}, it is {column.type}.")
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
