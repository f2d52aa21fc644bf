"""What a public format must offer to be converted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, MissingTool
from quant.data.jetreader import open_hdf5

BACKGROUND_AND_SIGNAL = ("QCD", "top")


@dataclass(frozen=True)
class RawJets:
    """A piece of a foreign file.

    ``p4``: float [n, slots, 4] (E, px, py, pz) in the file's unit, zeros where there is no constituent,
    in any order. ``label``: int [n], index into the source's classes. ``multiplicity``: int [n], or None
    where the number of used slots is all there is to know.
    """

    p4: NDArray[np.floating]
    label: NDArray[np.integer]
    multiplicity: NDArray[np.integer] | None = None


class Source(Protocol):
    """An opened foreign file: how many jets, of which classes, and the jets in pieces."""

    @property
    def jets(self) -> int: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    def pieces(self, rows: int) -> Iterator[RawJets]:
        """The jets in order, at most ``rows`` at a time."""
        ...


class Hdf5Source:
    """Common ground of the HDF5 formats: datasets by name, rows that must agree, readable errors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        load_filters()
        self._file = open_hdf5(path)

    def dataset(self, name: str, dimensions: int) -> h5py.Dataset:
        """The dataset ``name``.

        Raises:
            BadInput: it is missing or has another number of dimensions.
            MissingTool: it is compressed with a filter that is not installed.
        """
        item = self._file.get(name)
        if not isinstance(item, h5py.Dataset):
            found = ", ".join(self._file) or "nothing"
            raise BadInput(f"{self.path} lacks the dataset {name!r}; it holds {found}. Check its format.")
        if item.ndim != dimensions:
            raise BadInput(
                f"{self.path}: {name} has shape {list(item.shape)}, but {dimensions} dimensions are expected."
            )
        require_filters(self.path, item)
        return item

    def same_rows(self, *datasets: h5py.Dataset) -> int:
        """The common number of rows; raises BadInput if they differ."""
        rows = {dataset.name: int(dataset.shape[0]) for dataset in datasets}
        if len(set(rows.values())) != 1:
            listed = ", ".join(f"{name} {count}" for name, count in rows.items())
            raise BadInput(f"{self.path}: its datasets have different numbers of rows ({listed}).")
        return next(iter(rows.values()))

    def read(self, dataset: h5py.Dataset, start: int, stop: int) -> NDArray[Any]:
        """Rows ``start:stop``; raises BadInput where the file is damaged."""
        try:
            return np.asarray(dataset[start:stop])
        except OSError as error:
            raise BadInput(
                f"{self.path}: rows {start} to {stop} of {dataset.name} cannot be read ({error}): the file "
                "is truncated or damaged."
            ) from error


def load_filters() -> None:
    """Make more compression filters known to h5py, where ``hdf5plugin`` is installed."""
    try:
        import hdf5plugin
    except ImportError:
        return
    del hdf5plugin


def require_filters(path: Path, dataset: h5py.Dataset) -> None:
    """Raise MissingTool if a dataset's compression cannot be undone here."""
    plist = dataset.id.get_create_plist()
    for index in range(plist.get_nfilters()):
        code, _, _, name = plist.get_filter(index)
        if not h5py.h5z.filter_avail(code):
            raise MissingTool(
                f"{path} is compressed with {name.decode(errors='replace') or code}, which needs the package "
                "hdf5plugin: `pip install hdf5plugin`, then repeat the command."
            )


def binary_labels(path: Path, values: NDArray[Any], name: str, first_row: int) -> NDArray[np.int64]:
    """0 / 1 labels as integers; raises BadInput naming the first row with anything else."""
    wrong = np.flatnonzero((values != 0) & (values != 1))
    if len(wrong):
        raise BadInput(
            f"{path}: {name} must be 0 or 1; row {first_row + int(wrong[0])} has {values[wrong[0]]}."
        )
    return values.astype(np.int64)
