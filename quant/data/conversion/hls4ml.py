"""The hls4ml LHC jet data (Zenodo 3602260): ``jetConstituentList`` and ``jets``, five classes.

Which column is which is told by ``particleFeatureNames`` and ``jetFeatureNames`` in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fpgajet.errors import BadInput
from quant.data.conversion.features import side_by_side
from quant.data.conversion.source import ForeignJets, Hdf5Source
from quant.data.reading.boundary import reading

MOMENTUM = ("j1_e", "j1_px", "j1_py", "j1_pz")
CLASSES = {"j_g": "g", "j_q": "q", "j_w": "W", "j_z": "Z", "j_t": "top"}
#: Names of columns are read whole; no such file has more.
MOST_NAMES = 10_000


class Hls4mlFile(Hdf5Source):
    """See the module. ``features`` are names of further columns of the particles."""

    classes = tuple(CLASSES.values())

    def __init__(self, path: Path, features: Sequence[str] = ()) -> None:
        super().__init__(path)
        self._particles = self.dataset("jetConstituentList", 3, "f", "floating-point features")
        self._summary = self.dataset("jets", 2, "f", "floating-point features")
        self.jets = self.same_rows(self._particles, self._summary)
        self.slots = int(self._particles.shape[1])
        self._momentum = self._positions("particleFeatureNames", MOMENTUM, self._particles.shape[2])
        self._features = self._positions("particleFeatureNames", features, self._particles.shape[2])
        self._one_hot = self._positions("jetFeatureNames", tuple(CLASSES), self._summary.shape[1])

    def _positions(self, names_of: str, wanted: Sequence[str], width: int) -> list[int]:
        dataset = self.dataset(names_of, 1, "SUO", "names")
        if dataset.shape[0] > MOST_NAMES:
            raise BadInput(f"{self.path}: {names_of} has {dataset.shape[0]:,} names.")
        with reading(self.path):
            raw = dataset[()]
        names = [name.decode(errors="replace") if isinstance(name, bytes) else str(name) for name in raw]
        missing = [name for name in wanted if name not in names]
        if missing:
            raise BadInput(f"{self.path}: {names_of} does not name {missing[0]!r}.")
        positions = [names.index(name) for name in wanted]
        if max(positions, default=0) >= width:
            raise BadInput(f"{self.path}: {names_of} names {len(names)} columns, but there are {width}.")
        return positions

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        for start in range(0, self.jets, rows):
            one_hot = self.read(self._summary, start, start + rows)[:, self._one_hot]
            wrong = np.flatnonzero((one_hot.sum(axis=1) != 1) | ((one_hot != 0) & (one_hot != 1)).any(axis=1))
            if len(wrong):
                raise BadInput(
                    f"{self.path}: row {start + int(wrong[0])} is not of exactly one class among "
                    f"{', '.join(CLASSES)}."
                )
            particles = self.read(self._particles, start, start + rows)
            beside = side_by_side([particles[:, :, column] for column in self._features])
            yield ForeignJets(particles[:, :, self._momentum], one_hot.argmax(axis=1), features=beside)
