"""HDF5 files from elsewhere: opened safely, and only plain data sets of numbers are taken from them.

HDF5 can make a data set of another file's content (external links, external storage, virtual data sets); what is
missing there reads as zeros. A jet file must hold its jets itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, MissingTool
from quant.data.reading.boundary import (
    UNWRITTEN_BYTES,
    reading,
    require_plausible_size,
    require_regular_file,
)
from quant.data.reading.probe import require_harmless

#: A chunk is read whole; ours have 256 kB.
LARGEST_CHUNK_BYTES = 1 << 28

_TYPES = {
    "f": "floating-point",
    "c": "complex",
    "S": "text",
    "U": "text",
    "O": "text or objects",
    "V": "records",
}


def open_hdf5(path: Path) -> h5py.File:
    """Open an HDF5 file for reading.

    Raises:
        BadInput: missing, no regular file, unreadable, not HDF5, truncated, or the library crashes on it.
    """
    require_regular_file(path)
    require_harmless(path)
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        reason = "it is truncated" if "truncated" in str(error) else str(error)
        raise BadInput(
            f"{path} cannot be opened as HDF5: {reason}. Copy or download it again, and check its type."
        ) from error


def names_in(file: h5py.Group) -> list[str]:
    """The names of a group's members; names that are no UTF-8 are shown with replacements."""
    return [str(name) for name in file]


def plain_dataset(file: h5py.File, name: str, path: Path) -> h5py.Dataset:
    """The data set ``name`` of ``file``, if it holds its content itself and has rows.

    Raises:
        BadInput: missing; a group, a link, virtual, stored in another file, or without shape or rows.
        MissingTool: it is compressed with a filter that is not installed.
    """
    with reading(path):
        if file.get(name, getlink=True) is None:
            found = ", ".join(names_in(file)) or "nothing"
            raise BadInput(f"{path} lacks the dataset {name!r}; it holds {found}. Check its format.")
        *groups, _ = name.split("/")
        for depth in range(len(groups) + 1):
            part = "/".join(name.split("/")[: depth + 1])
            link = file.get(part, getlink=True)
            if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
                target = f"{getattr(link, 'filename', '')} {link.path}".strip()
                raise BadInput(
                    f"{path}: {part} is a link to {target}. Links are not followed: copy the data into the file "
                    "(h5repack or h5copy do it)."
                )
        item = file[name]
        if not isinstance(item, h5py.Dataset):
            raise BadInput(f"{path}: {name} is a group, a dataset is needed.")
        if item.shape is None:
            raise BadInput(f"{path}: {name} is empty (a null dataspace): it holds no values at all.")
        if item.ndim == 0:
            raise BadInput(f"{path}: {name} is a single value, it must have one row per jet.")
        if item.is_virtual or item.external:
            where = "a virtual dataset" if item.is_virtual else "stored outside the file"
            raise BadInput(
                f"{path}: {name} is {where}: it would read as zeros where its sources are missing. Copy the data "
                "into the file."
            )
        require_filters(path, item)
        _require_bounded(path, item)
    return item


def _require_bounded(path: Path, item: h5py.Dataset) -> None:
    name = str(item.name).strip("/")
    chunk = math.prod(item.chunks) * item.dtype.itemsize if item.chunks else 0
    if chunk > LARGEST_CHUNK_BYTES:
        raise BadInput(
            f"{path}: {name} has chunks of {chunk / 1e6:,.0f} MB, which are read as a whole: write it again with "
            "smaller chunks."
        )
    declared = math.prod(item.shape) * item.dtype.itemsize
    require_plausible_size(path, declared, item.id.get_storage_size(), name, slack=UNWRITTEN_BYTES)


def require_numbers(path: Path, item: h5py.Dataset, kinds: str, what: str) -> h5py.Dataset:
    """``item`` if its type is one of numpy's ``kinds``, for example ``"f"`` or ``"biuf"``.

    Raises:
        BadInput: naming the type that it has. Complex numbers and text are never numbers.
    """
    if item.dtype.kind not in kinds:
        found = _TYPES.get(item.dtype.kind, str(item.dtype))
        name = str(item.name).strip("/")
        raise BadInput(f"{path}: {name} must hold {what}, it holds {found} ({item.dtype}).")
    return item


def same_rows(path: Path, datasets: Sequence[h5py.Dataset]) -> int:
    """The common number of rows; raises BadInput if they differ."""
    rows = {str(dataset.name).strip("/"): int(dataset.shape[0]) for dataset in datasets}
    if len(set(rows.values())) != 1:
        listed = ", ".join(f"{name} {count}" for name, count in rows.items())
        raise BadInput(f"{path}: its datasets have different numbers of rows ({listed}).")
    return next(iter(rows.values()))


def read_rows(path: Path, dataset: h5py.Dataset, start: int, stop: int) -> NDArray[Any]:
    """Rows ``start:stop``; raises BadInput where the file is damaged."""
    try:
        return np.asarray(dataset[start:stop])
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(
            f"{path}: rows {start} to {stop} of {dataset.name} cannot be read ({error}): the file "
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
