"""CSV: one jet per line, columns E_0, PX_0, PY_0, PZ_0, E_1, ... and a label; comma, semicolon or tab between them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.files.encoding import encoding_of
from quant.data.conversion.columns import label_column, momentum_columns
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, class_names
from quant.data.reading.boundary import reading, require_regular_file
from quant.data.reading.values import whole_numbers

#: 200 constituents in full precision take 20 kB.
LONGEST_LINE = 1 << 22
SEPARATORS = ",;\t"


class CsvTable:
    """See the module. UTF-8, or UTF-16 with a byte order mark, as spreadsheets and PowerShell write it."""

    note = ""

    def __init__(self, path: Path, classes: Sequence[str] = ()) -> None:
        require_regular_file(path)
        self.path = path
        self.classes = class_names(classes, BACKGROUND_AND_SIGNAL)
        with reading(path), self._stream() as stream:
            header = next(lines(stream, path), "")
            self._separator = max(SEPARATORS, key=header.count)
            self._names = [name.strip() for name in next(csv.reader([header], delimiter=self._separator), [])]
            if not self._names or all(is_number(name) for name in self._names):
                raise BadInput(
                    f"{path}: the first line must name the columns (E_0, PX_0, PY_0, PZ_0, ..., label)."
                )
            if len(set(self._names)) != len(self._names):
                raise BadInput(f"{path}: two columns have the same name.")
            self.jets = sum(1 for line in lines(stream, path) if line.strip())
        momenta = momentum_columns(path, self._names)
        self._momenta = [self._names.index(name) for name in momenta]
        self._label = self._names.index(label_column(path, self._names))
        self.slots = len(momenta) // 4

    def _stream(self) -> TextIO:
        return self.path.open(encoding=encoding_of(self.path), newline="")

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        with reading(self.path), self._stream() as stream:
            source = lines(stream, self.path)
            next(source)
            table = csv.reader(
                (line for line in source if line.strip()), delimiter=self._separator, strict=True
            )
            start = 0
            while start < self.jets:
                values = np.array(
                    [self._numbers(next(table), start + k) for k in range(min(rows, self.jets - start))]
                )
                label = values[:, self._label]
                label = whole_numbers(self.path, "label", label, 0, len(self.classes) - 1, first_row=start)
                yield ForeignJets(values[:, self._momenta].reshape(len(values), self.slots, 4), label)
                start += len(values)

    def _numbers(self, cells: list[str], row: int) -> list[float]:
        """The cells of one jet as numbers; only momenta and the label must be some."""
        if len(cells) != len(self._names):
            raise BadInput(
                f"{self.path}: row {row} has {len(cells)} cells, the first line {len(self._names)} names."
            )
        numbers = [0.0] * len(cells)
        for column in (*self._momenta, self._label):
            try:
                numbers[column] = float(cells[column])
            except ValueError as error:
                raise BadInput(
                    f"{self.path}: row {row}, column {self._names[column]}: {cells[column]!r} is no number"
                    f"{self._reason(cells[column], column)}."
                ) from error
        return numbers

    def _reason(self, cell: str, column: int) -> str:
        """Why a cell is none, where that is known."""
        if is_number(cell.replace(",", ".")):
            return "; write the table with decimal points instead of commas"
        if column == self._label:
            return f"; labels are numbers from 0 on, of the classes {', '.join(self.classes)} (see --classes)"
        return ""


def lines(stream: TextIO, path: Path) -> Iterator[str]:
    """The lines of a stream; raises BadInput for one that is too long to be a jet."""
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise BadInput(
                f"{path} has a line of more than {LONGEST_LINE:,} characters: it is no table of jets."
            )
        yield line


def is_number(text: str) -> bool:
    """Whether ``text`` reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
