"""Reading one jet file of the format described in :mod:`quant.data.jets`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from fpgajet.errors import BadInput
from fpgajet.ops.forms.objects import TYPES
from quant.data.jets import (
    CROSS_SECTION,
    DATASETS,
    EVENTS_LAYOUT,
    FEATURES,
    LAYOUT,
    LAYOUT_VERSION,
    MOMENTUM_COLUMNS,
    MOST_CLASSES,
    MOST_CONSTITUENTS,
    OBJECT_COLUMNS,
    OPTIONAL,
    PARTON,
    UNITS,
    Feature,
    Jets,
    with_slots,
)
from quant.data.reading.boundary import reading
from quant.data.reading.features import features_from_json, wanted_columns
from quant.data.reading.hdf5 import open_hdf5, plain_dataset, read_rows, require_numbers
from quant.data.reading.values import whole_numbers

_REAL = ("constituents", "jet", FEATURES, *OPTIONAL)


class JetFile:
    """One jet file opened for reading; use as a context manager.

    Attributes:
        classes: names, index = label; provenance: the file's JSON object; slots: N.
        objects: whether it holds events of objects with types instead of jets.
        features: what it holds of each constituent beside its momentum.

    Raises:
        BadInput: missing, truncated, not of this format, in other units, or with anything but plain data sets of
            numbers.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file = open_hdf5(self.path)
        try:
            with reading(self.path):
                self._check_attributes()
                self._datasets = self._checked_datasets()
        except BaseException:
            self._file.close()
            raise
        self.slots = int(self._datasets["constituents"].shape[1])

    def _check_attributes(self) -> None:
        attributes = self._file.attrs
        self.objects = self._text("layout") == EVENTS_LAYOUT
        if not self.objects and self._text("layout") != LAYOUT:
            raise BadInput(
                f"{self.path} is HDF5 but not a jet file of fpgajet (no attribute layout = {LAYOUT!r}): "
                "run `fpgajet data convert` on it first."
            )
        if attributes.get("layout_version") != LAYOUT_VERSION:
            raise BadInput(
                f"{self.path} has layout version {attributes.get('layout_version')}; this fpgajet reads "
                f"version {LAYOUT_VERSION}. Convert or generate it again."
            )
        if "units" in attributes and self._text("units") != UNITS:
            raise BadInput(
                f"{self.path} has momenta in {self._text('units')!r} (its attribute units); fpgajet reads {UNITS}. "
                "Rescale the momenta and the attribute together."
            )
        if self.objects and (types := self._json("types", list)) != list(TYPES):
            raise BadInput(f"{self.path} has objects of the types {types}; this fpgajet reads {list(TYPES)}.")
        classes = self._json("classes", list)
        named = all(isinstance(name, str) and name for name in classes)
        if not named or not 1 <= len(set(classes)) == len(classes) <= MOST_CLASSES:
            raise BadInput(
                f"{self.path}: the attribute classes must list 1 to {MOST_CLASSES} different names, it is {classes}."
            )
        self.classes: tuple[str, ...] = tuple(classes)
        self.provenance: dict[str, Any] = self._json("provenance", dict)
        self.features: tuple[Feature, ...] = ()
        if FEATURES in attributes:
            self.features = features_from_json(self.path, self._json(FEATURES, list))

    def _text(self, name: str) -> Any:
        value = self._file.attrs.get(name)
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        return value.item() if isinstance(value, np.generic) else value

    def _json(self, name: str, kind: type) -> Any:
        try:
            value = json.loads(self._text(name))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadInput(f"{self.path}: the attribute {name} is missing or is not JSON.") from error
        if not isinstance(value, kind):
            raise BadInput(f"{self.path}: the attribute {name} must be a JSON {kind.__name__}.")
        return value

    def _checked_datasets(self) -> dict[str, h5py.Dataset]:
        missing = [name for name in DATASETS if self._file.get(name, getlink=True) is None]
        if missing:
            raise BadInput(f"{self.path} lacks the dataset(s) {', '.join(missing)}: it is damaged.")
        optional = [name for name in (*OPTIONAL, FEATURES) if self._file.get(name, getlink=True) is not None]
        found = {name: plain_dataset(self._file, name, self.path) for name in (*DATASETS, *optional)}
        for name, dataset in found.items():
            kinds, what = ("f", "floating-point numbers") if name in _REAL else ("biuf", "whole numbers")
            require_numbers(self.path, dataset, kinds, what)
        shapes = {name: dataset.shape for name, dataset in found.items()}
        jets = shapes["label"][0]
        width = shapes["constituents"][1] if len(shapes["constituents"]) == 3 else "N"
        expected = {
            "constituents": (jets, width, OBJECT_COLUMNS if self.objects else MOMENTUM_COLUMNS),
            "multiplicity": (jets,),
            "label": (jets,),
            "jet": (jets, 4),
            **{name: (jets, *tail) for name, tail in OPTIONAL.items()},
            FEATURES: (jets, width, len(self.features)),
        }
        if bool(self.features) != (FEATURES in found) or (self.features and self.objects):
            raise BadInput(
                f"{self.path}: the dataset {FEATURES} comes with an attribute of that name, in files of jets only."
            )
        for name, shape in expected.items():
            if name in shapes and shapes[name] != shape:
                raise BadInput(
                    f"{self.path}: dataset {name} has shape {list(shapes[name])}, expected {list(shape)}; "
                    "generate or convert the file again."
                )
        slots = int(shapes["constituents"][1])
        if not 1 <= slots <= MOST_CONSTITUENTS:
            raise BadInput(
                f"{self.path}: its jets have {slots} slots for constituents, there must be 1 to {MOST_CONSTITUENTS}."
            )
        return found

    def __len__(self) -> int:
        return int(self._datasets["label"].shape[0])

    @property
    def stored_bytes(self) -> int:
        """Bytes that the file really holds of its data sets, compressed."""
        return sum(int(dataset.id.get_storage_size()) for dataset in self._datasets.values())

    def read(
        self,
        start: int = 0,
        stop: int | None = None,
        constituents: int | None = None,
        features: Sequence[str] | None = (),
    ) -> Jets:
        """Rows ``start:stop``, the leading ``constituents`` slots (zero-padded if the file has fewer).

        With the ``features`` of these names behind the momenta; None: with all.

        Raises:
            BadInput: the file has no such feature, it ends early, or labels or multiplicities are not whole numbers in
                range.
        """
        stop = len(self) if stop is None else min(stop, len(self))
        slots = self.slots if constituents is None else constituents
        arrays = {
            name: read_rows(self.path, dataset, start, stop)
            for name, dataset in self._datasets.items()
            if name not in ("constituents", FEATURES)
        }
        columns = wanted_columns(self.path, self.features, features)
        with reading(self.path):
            rows = slice(start, stop), slice(min(slots, self.slots))
            p4 = self._datasets["constituents"][rows]
            if columns:
                p4 = np.concatenate([p4, self._datasets[FEATURES][rows][..., columns]], -1)
        highest = {"label": len(self.classes) - 1, "multiplicity": MOST_CONSTITUENTS}
        for name, largest in highest.items():
            arrays[name] = whole_numbers(self.path, name, arrays[name], 0, largest, first_row=start)
        arrays["constituents"] = with_slots(p4, slots)
        with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite, and is found as such
            typed = {
                name: np.ascontiguousarray(array, dtype=DATASETS.get(name, "f4"))
                for name, array in arrays.items()
            }
        known = typed.get(CROSS_SECTION)
        if known is not None and not (np.isfinite(known) & (known >= 0)).all():
            raise BadInput(
                f"{self.path}: a cross section is negative or not finite; generate the file again."
            )
        if not np.isfinite(typed.get(PARTON, np.zeros(0))).all():
            raise BadInput(f"{self.path}: a parton has a value that is not finite; generate the file again.")
        read = tuple(self.features[column] for column in columns)
        return Jets(**typed, classes=self.classes, provenance=self.provenance, features=read)

    def __enter__(self) -> JetFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
