"""The Top Quark Tagging Reference Dataset (Zenodo 2603256): a pandas HDF5 ``table``.

Columns E_0, PX_0, PY_0, PZ_0, ..., E_199, ..., truthE, ..., ttv, is_signal_new. pandas keeps the columns'
names as a pickled list. Unpickling a foreign file can run anything, so the names are read off the
pickle's string opcodes and nothing is executed.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.errors import BadInput
from quant.data.conversion.columns import COMPONENTS
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, Hdf5Source, class_names
from quant.data.reading.boundary import reading
from quant.data.reading.values import whole_numbers

LABEL = "is_signal_new"
STRING_OPCODES = {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "STRING", "BINSTRING", "SHORT_BINSTRING"}


class ZenodoTable(Hdf5Source):
    """See the module. Raises BadInput for a missing or incomplete table."""

    def __init__(self, path: Path, classes: Sequence[str] = ()) -> None:
        super().__init__(path)
        self.classes = class_names(classes, BACKGROUND_AND_SIGNAL)
        with reading(path):
            tabular = self._file.get("table/table", getlink=True) is not None
        if not tabular:
            raise BadInput(
                f"{path} was written by pandas in its 'fixed' format; write it again with "
                "df.to_hdf(..., key='table', format='table')."
            )
        self._table = self.dataset("table/table", 1, "V", "a table")
        self.jets = int(self._table.shape[0])
        self._columns = self._locate_columns()
        if LABEL not in self._columns:
            raise BadInput(f"{path}: the table has no column {LABEL!r}; it must say which jets are signal.")
        self.slots = self._count_slots()

    def _locate_columns(self) -> dict[str, tuple[str, int]]:
        """Column name -> (field of the table, position in it)."""
        position: dict[str, tuple[str, int]] = {}
        for field in self._table.dtype.names or ():
            if not field.startswith("values_block_"):
                position[field] = (field, 0)
                continue
            names = strings_in_pickle(self.path, self._table.attrs.get(f"{field}_kind"))
            position.update({name: (field, index) for index, name in enumerate(names)})
        return position

    def _count_slots(self) -> int:
        numbers = [int(m[1]) for name in self._columns if (m := re.fullmatch(r"E_(\d+)", name))]
        slots = len(numbers)
        needed = [f"{component}_{slot}" for slot in range(slots) for component in COMPONENTS]
        missing = [name for name in needed if name not in self._columns]
        if slots == 0 or missing:
            first = missing[0] if missing else "E_0"
            raise BadInput(
                f"{self.path}: the table lacks the column {first!r}; expected E_i, "
                "PX_i, PY_i, PZ_i for every constituent i."
            )
        return slots

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        wanted = [self._columns[f"{c}_{slot}"] for slot in range(self.slots) for c in COMPONENTS]
        for start in range(0, self.jets, rows):
            table = self.read(self._table, start, start + rows)
            flat = {name: np.reshape(table[name], (len(table), -1)) for name in table.dtype.names or ()}
            p4 = take_columns(flat, wanted).reshape(len(table), self.slots, 4)
            if p4.dtype.kind != "f":
                raise BadInput(
                    f"{self.path}: four-momenta must be floating-point numbers, they are {p4.dtype}."
                )
            field, index = self._columns[LABEL]
            last = len(self.classes) - 1
            label = whole_numbers(self.path, LABEL, flat[field][:, index], 0, last, first_row=start)
            yield ForeignJets(p4, label)


def take_columns(fields: dict[str, Any], wanted: list[tuple[str, int]]) -> Any:
    """Gather columns that may lie in different fields; one fancy index where they share one."""
    names = {field for field, _ in wanted}
    if len(names) == 1:
        return fields[names.pop()][:, [index for _, index in wanted]]
    return np.stack([fields[field][:, index] for field, index in wanted], axis=1)


def strings_in_pickle(path: Path, pickled: Any) -> list[str]:
    """The strings of a pickled list of strings, in order, without unpickling.

    Raises:
        BadInput: it is not a pickle, or holds anything but strings in a list.
    """
    harmless = {"MARK", "LIST", "APPEND", "APPENDS", "EMPTY_LIST", "PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"}
    strings = []
    try:
        if not isinstance(
            pickled, bytes
        ):  # h5py gives text of fixed length as numpy's bytes, which are bytes
            raise TypeError(f"{type(pickled).__name__} instead of text")
        for opcode, argument, _ in pickletools.genops(bytes(pickled)):
            if opcode.name in STRING_OPCODES:
                strings.append(str(argument))
            elif opcode.name not in harmless | {"PROTO", "FRAME", "STOP"}:
                raise ValueError(f"unexpected {opcode.name}")
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path}: the names of the table's columns cannot be read ({error}).") from error
    return strings
