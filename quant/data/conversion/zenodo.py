"""The Top Quark Tagging Reference Dataset (Zenodo 2603256): a pandas HDF5 ``table``.

Columns E_0, PX_0, PY_0, PZ_0, ..., E_199, ..., truthE, ..., ttv, is_signal_new. pandas keeps the columns'
names as a pickled list. Unpickling a foreign file can run anything, so the names are read off the
pickle's string opcodes and nothing is executed.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.errors import BadInput
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, Hdf5Source, RawJets, binary_labels

LABEL = "is_signal_new"
COMPONENTS = ("E", "PX", "PY", "PZ")
STRING_OPCODES = {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "STRING", "BINSTRING", "SHORT_BINSTRING"}


class ZenodoTable(Hdf5Source):
    """See the module. Raises BadInput for a missing or incomplete table."""

    classes = BACKGROUND_AND_SIGNAL

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        group = self._file["table"]
        if "table" not in group:
            raise BadInput(
                f"{path} was written by pandas in its 'fixed' format; write it again with "
                "df.to_hdf(..., key='table', format='table')."
            )
        self._table = self.dataset("table/table", 1)
        self.jets = int(self._table.shape[0])
        self._columns = self._locate_columns()
        if LABEL not in self._columns:
            raise BadInput(f"{path}: the table has no column {LABEL!r}; it must say which jets are signal.")
        self._slots = self._count_slots()

    def _locate_columns(self) -> dict[str, tuple[str, int]]:
        """Column name -> (field of the table, position in it)."""
        place: dict[str, tuple[str, int]] = {}
        for field in self._table.dtype.names or ():
            if not field.startswith("values_block_"):
                place[field] = (field, 0)
                continue
            names = strings_in_pickle(self.path, self._table.attrs.get(f"{field}_kind"))
            place.update({name: (field, index) for index, name in enumerate(names)})
        return place

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

    def pieces(self, rows: int) -> Iterator[RawJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        wanted = [self._columns[f"{c}_{slot}"] for slot in range(self._slots) for c in COMPONENTS]
        for start in range(0, self.jets, rows):
            table = self.read(self._table, start, start + rows)
            flat = {name: np.reshape(table[name], (len(table), -1)) for name in table.dtype.names or ()}
            p4 = take_columns(flat, wanted).reshape(len(table), self._slots, 4)
            field, index = self._columns[LABEL]
            yield RawJets(p4, binary_labels(self.path, flat[field][:, index], LABEL, start))


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
        for opcode, argument, _ in pickletools.genops(bytes(pickled)):
            if opcode.name in STRING_OPCODES:
                strings.append(str(argument))
            elif opcode.name not in harmless | {"PROTO", "FRAME", "STOP"}:
                raise ValueError(f"unexpected {opcode.name}")
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path}: the names of the table's columns cannot be read ({error}).") from error
    return strings
