"""PELICAN's HDF5: ``Pmu`` [n, N, 4], ``Nobj`` [n], ``is_signal`` [n]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fpgajet.errors import BadInput
from quant.data.conversion.features import require_values, side_by_side
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, Hdf5Source, class_names
from quant.data.jets import MOST_CONSTITUENTS
from quant.data.reading.values import whole_numbers


class PelicanFile(Hdf5Source):
    """See the module; ``Nobj`` is optional. ``features`` names further arrays [n, N]; others are ignored."""

    def __init__(self, path: Path, classes: Sequence[str] = (), features: Sequence[str] = ()) -> None:
        super().__init__(path)
        self.classes = class_names(classes, BACKGROUND_AND_SIGNAL)
        self._p4 = self.dataset("Pmu", 3, "f", "floating-point four-momenta")
        self._label = self.dataset("is_signal", 1, "biuf", "labels 0 and 1")
        self._multiplicity = (
            self.dataset("Nobj", 1, "biuf", "whole numbers") if "Nobj" in self._file else None
        )
        if self._p4.shape[2] != 4:
            raise BadInput(f"{path}: Pmu must be [jets, constituents, 4], it is {list(self._p4.shape)}.")
        optional = [self._multiplicity] if self._multiplicity is not None else []
        self.jets = self.same_rows(self._p4, self._label, *optional)
        self.slots = int(self._p4.shape[1])
        self._features = [self.dataset(name, 2, "biuf", "numbers") for name in features]
        for name, values in zip(features, self._features, strict=True):
            require_values(path, name, values.shape, values.dtype.kind, self._p4.shape[:2])

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        for start in range(0, self.jets, rows):
            stop = start + rows
            last = len(self.classes) - 1
            label = self.read(self._label, start, stop)
            label = whole_numbers(self.path, "is_signal", label, 0, last, first_row=start)
            counted = None
            if self._multiplicity is not None:
                counted = self.read(self._multiplicity, start, stop)
                counted = whole_numbers(self.path, "Nobj", counted, 0, MOST_CONSTITUENTS, first_row=start)
            features = side_by_side([self.read(values, start, stop) for values in self._features])
            yield ForeignJets(self.read(self._p4, start, stop), label, counted, features)
