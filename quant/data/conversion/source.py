"""What a public format must offer to be converted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.reading.hdf5 import (
    load_filters,
    open_hdf5,
    plain_dataset,
    read_rows,
    require_numbers,
    same_rows,
)

BACKGROUND_AND_SIGNAL = ("QCD", "top")


@dataclass(frozen=True)
class ForeignJets:
    """A piece of a foreign file.

    ``p4``: float [n, slots, 4] (E, px, py, pz) in the file's unit, zeros where there is no constituent,
    in any order. ``label``: int [n], index into the source's classes. ``multiplicity``: int [n], or None
    where the number of used slots is all there is to know. ``features``: float [n, slots, features] of the same
    slots, where such are asked for.
    """

    p4: NDArray[np.floating]
    label: NDArray[np.integer]
    multiplicity: NDArray[np.integer] | None = None
    features: NDArray[np.float32] | None = None


class Source(Protocol):
    """An opened foreign file: how many jets, of which classes, in how many slots, and the jets in pieces."""

    @property
    def jets(self) -> int: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def slots(self) -> int | None:
        """Slots per jet, or None where each jet has as many as it needs."""
        ...

    @property
    def note(self) -> str:
        """What the user must know of how the file was understood; empty if there is nothing."""
        ...

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """The jets in order, at most ``rows`` at a time."""
        ...


class Hdf5Source:
    """What the HDF5 formats share: plain data sets by name, rows that must agree, readable errors."""

    note = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        load_filters()
        self._file = open_hdf5(path)

    def dataset(self, name: str, dimensions: int, kinds: str, what: str) -> h5py.Dataset:
        """The dataset ``name``, of ``dimensions`` and with a type of one of numpy's ``kinds``.

        Raises:
            BadInput: see :func:`~quant.data.reading.hdf5.plain_dataset`; or other dimensions or types.
            MissingTool: it is compressed with a filter that is not installed.
        """
        item = plain_dataset(self._file, name, self.path)
        if item.ndim != dimensions:
            raise BadInput(
                f"{self.path}: {name} has shape {list(item.shape)}, but {dimensions} dimensions are expected."
            )
        return require_numbers(self.path, item, kinds, what)

    def same_rows(self, *datasets: h5py.Dataset) -> int:
        """The common number of rows; raises BadInput if they differ."""
        return same_rows(self.path, datasets)

    def read(self, dataset: h5py.Dataset, start: int, stop: int) -> NDArray[Any]:
        """Rows ``start:stop``; raises BadInput where the file is damaged."""
        return read_rows(self.path, dataset, start, stop)


def class_names(given: Sequence[str], default: tuple[str, ...]) -> tuple[str, ...]:
    """The classes of a format whose labels are numbers: those of ``--classes``, else the format's own."""
    return tuple(given) if given else default
