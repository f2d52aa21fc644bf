"""Reading one jet file of the layout described in :mod:`quant.data.layout`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from fpgajet.errors import BadInput
from quant.data.jets import DATASETS, LAYOUT, LAYOUT_VERSION, Jets


class JetFile:
    """One jet file opened for reading; use as a context manager.

    Raises:
        BadInput: missing, truncated or not of this layout.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file = open_hdf5(self.path)
        try:
            self._check_layout()
        except BaseException:
            self._file.close()
            raise

    def _check_layout(self) -> None:
        attributes = self._file.attrs
        if attributes.get("layout") != LAYOUT:
            raise BadInput(
                f"{self.path} is HDF5 but not a jet file of fpgajet (no attribute layout = {LAYOUT!r}): "
                "run `fpgajet data convert` on it first."
            )
        if attributes.get("layout_version") != LAYOUT_VERSION:
            raise BadInput(
                f"{self.path} has layout version {attributes.get('layout_version')}; this fpgajet reads "
                f"version {LAYOUT_VERSION}. Convert or generate it again."
            )
        missing = [name for name in DATASETS if name not in self._file]
        if missing:
            raise BadInput(f"{self.path} lacks the dataset(s) {', '.join(missing)}: it is damaged.")
        shapes = {name: self._file[name].shape for name in DATASETS}
        jets = shapes["label"][0] if shapes["label"] else -1
        expected_slots = shapes["constituents"][1] if len(shapes["constituents"]) == 3 else "N"
        expected = {"constituents": (jets, expected_slots, 4), "multiplicity": (jets,), "label": (jets,)}
        expected["jet"] = (jets, 4)
        for name, shape in expected.items():
            if shapes[name] != shape:
                raise BadInput(
                    f"{self.path}: dataset {name} has shape {list(shapes[name])}, expected {list(shape)}; "
                    "generate or convert the file again."
                )
        self.classes = tuple(self._json_attribute("classes", list))
        self.provenance: dict[str, Any] = self._json_attribute("provenance", dict)
        self.slots = int(shapes["constituents"][1])

    def _json_attribute(self, name: str, kind: type) -> Any:
        try:
            value = json.loads(self._file.attrs[name])
        except (KeyError, ValueError, TypeError) as error:
            raise BadInput(f"{self.path}: the attribute {name} is missing or is not JSON.") from error
        if not isinstance(value, kind):
            raise BadInput(f"{self.path}: the attribute {name} must be a JSON {kind.__name__}.")
        return value

    def __len__(self) -> int:
        return int(self._file["label"].shape[0])

    def read(self, start: int = 0, stop: int | None = None, constituents: int | None = None) -> Jets:
        """Rows ``start:stop``, the leading ``constituents`` slots (zero-padded if the file has fewer)."""
        stop = len(self) if stop is None else min(stop, len(self))
        slots = self.slots if constituents is None else constituents
        try:
            p4 = self._file["constituents"][start:stop, : min(slots, self.slots)]
            rest = {name: self._file[name][start:stop] for name in DATASETS if name != "constituents"}
        except OSError as error:
            raise BadInput(f"{self.path} cannot be read to its end ({error}): it is truncated.") from error
        if slots > self.slots:
            p4 = np.pad(p4, ((0, 0), (0, slots - self.slots), (0, 0)))
        if len(rest["label"]) and int(rest["label"].max()) >= len(self.classes):
            raise BadInput(
                f"{self.path}: label {int(rest['label'].max())} is beyond the {len(self.classes)} classes."
            )
        arrays = {"constituents": p4, **rest}
        typed = {name: np.ascontiguousarray(arrays[name], dtype=code) for name, code in DATASETS.items()}
        return Jets(**typed, classes=self.classes, provenance=self.provenance)

    def __enter__(self) -> JetFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def open_hdf5(path: Path) -> h5py.File:
    """Open an HDF5 file for reading.

    Raises:
        BadInput: missing, a directory, unreadable, not HDF5 or truncated.
    """
    if not path.exists():
        raise BadInput(f"{path} does not exist.")
    if path.is_dir():
        raise BadInput(f"{path} is a directory; name a file in it.")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        reason = "it is truncated" if "truncated" in str(error) else str(error)
        raise BadInput(
            f"{path} cannot be opened as HDF5: {reason}. Copy or download it again, and check its type."
        ) from error
