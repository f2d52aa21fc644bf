"""PELICAN's HDF5: ``Pmu`` [n, N, 4], ``Nobj`` [n], ``is_signal`` [n]."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fpgajet.errors import BadInput
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, Hdf5Source, RawJets, binary_labels


class PelicanFile(Hdf5Source):
    """See the module; ``Nobj`` is optional, further arrays (jet_pt, truth_Pmu, ...) are ignored."""

    classes = BACKGROUND_AND_SIGNAL

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._p4 = self.dataset("Pmu", 3)
        self._label = self.dataset("is_signal", 1)
        self._multiplicity = self.dataset("Nobj", 1) if "Nobj" in self._file else None
        if self._p4.shape[2] != 4:
            raise BadInput(f"{path}: Pmu must be [jets, constituents, 4], it is {list(self._p4.shape)}.")
        optional = [self._multiplicity] if self._multiplicity is not None else []
        self.jets = self.same_rows(self._p4, self._label, *optional)

    def pieces(self, rows: int) -> Iterator[RawJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        for start in range(0, self.jets, rows):
            stop = start + rows
            label = binary_labels(self.path, self.read(self._label, start, stop), "is_signal", start)
            counted = None if self._multiplicity is None else self.read(self._multiplicity, start, stop)
            yield RawJets(self.read(self._p4, start, stop), label, counted)
