"""Writing one jet file of the layout described in :mod:`quant.data.jets`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path
from fpgajet.ops.forms.objects import TYPES
from fpgajet.signals import held
from quant.data.jets import (
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
)
from quant.data.reading.values import whole_numbers
from quant.data.writing.deferred_errors import DeferredErrorFile

# 1024 jets x 16 constituents: a model that reads 16 or 32 constituents does not decompress 200.
CHUNK_JETS = 1024
CHUNK_CONSTITUENTS = 16

_KINEMATICS = ["pt", "eta", "phi", "mass"]
COLUMNS = {"constituents": ["E", "px", "py", "pz"], "jet": _KINEMATICS, PARTON: _KINEMATICS}


class JetWriter:
    """Write a jet file piece by piece; the file appears, whole, only when the block ends well.

    Signals wait while HDF5 works: an exception in one of its callbacks is printed or lost, not raised.

    Args:
        path: the file to write.
        classes: names, index = label.
        constituents: slots N of every row.
        provenance: JSON-able facts about where the jets come from.
        compression: gzip level, 1 (fast) to 9 (small).
        optional: which of the optional arrays the jets have.
        objects: whether the rows are events of objects with types.
        features: of constituents, behind their momenta.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        classes: Sequence[str],
        constituents: int,
        provenance: dict[str, Any],
        compression: int = 4,
        optional: Collection[str] = (),
        objects: bool = False,
        features: Sequence[Feature] = (),
    ) -> None:
        self.path = Path(path)
        self.classes = tuple(classes)
        self.slots, self.objects = constituents, objects
        self.features = tuple(features)
        self.columns = OBJECT_COLUMNS if objects else MOMENTUM_COLUMNS
        self.provenance = provenance
        if not 1 <= constituents <= MOST_CONSTITUENTS:
            raise BadInput(
                f"cannot write constituents in {constituents} slots: 1 to {MOST_CONSTITUENTS} are possible."
            )
        if not 1 <= len(set(self.classes)) == len(self.classes) <= MOST_CLASSES:
            raise BadInput(
                f"cannot write the classes {list(self.classes)}: 1 to {MOST_CLASSES} different names."
            )
        self.names = (*DATASETS, *(name for name in OPTIONAL if name in optional))
        self.names += (FEATURES,) if self.features else ()
        self.written = 0
        self._compression = compression
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> JetWriter:
        with contextlib.ExitStack() as stack:
            temporary = stack.enter_context(atomic_path(self.path))
            self._disk = stack.enter_context(contextlib.closing(DeferredErrorFile(temporary)))
            # Callbacks run last in, first out: HDF5 closes its file, then failures are raised.
            stack.callback(self._disk.raise_failure)
            # Timestamps off and the old format: the same jets give the same bytes.
            with held():
                self._file = stack.enter_context(h5py.File(self._disk, "w", libver="earliest"))
                self._create()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with held():
            self._stack.__exit__(kind, error, trace)

    def _create(self) -> None:
        self._file.attrs["layout"] = EVENTS_LAYOUT if self.objects else LAYOUT
        if self.objects:
            self._file.attrs["types"] = json.dumps(list(TYPES))
        self._file.attrs["layout_version"] = LAYOUT_VERSION
        self._file.attrs["units"] = UNITS
        self._file.attrs["classes"] = json.dumps(list(self.classes))
        self._file.attrs["provenance"] = json.dumps(self.provenance, sort_keys=True)
        if self.features:
            self._file.attrs[FEATURES] = json.dumps([vars(feature) for feature in self.features])
        shapes = {"constituents": (self.slots, self.columns), "jet": (4,), **OPTIONAL}
        shapes[FEATURES] = (self.slots, len(self.features))
        for name in self.names:
            tail = shapes.get(name, ())
            chunk = (
                (CHUNK_JETS, min(self.slots, CHUNK_CONSTITUENTS), tail[1])
                if name in ("constituents", FEATURES)
                else None
            )
            dataset = self._file.create_dataset(
                name,
                shape=(0, *tail),
                maxshape=(None, *tail),
                dtype=DATASETS.get(name, "f4"),
                chunks=chunk or (CHUNK_JETS, *tail),
                compression="gzip",
                compression_opts=self._compression,
                shuffle=True,
                track_times=False,
            )
            if name in COLUMNS:
                columns = COLUMNS[name]
                if name == "constituents" and self.objects:
                    columns = [*columns, "type"]
                dataset.attrs["columns"] = json.dumps(columns)

    def append(self, jets: Jets) -> None:
        """Add rows; fewer slots than the file's are zero-padded.

        Raises:
            BadInput: arrays that do not fit together or the file, labels or multiplicities out of range.
            CannotWrite: the disk is full (raised as OSError here, turned when the block ends).
        """
        rows = len(jets)
        if jets.features != self.features:
            raise BadInput("cannot write jets with other features of constituents into one file.")
        p4 = jets.bare
        slots = p4.shape[1] if p4.ndim == 3 else 0
        if not 1 <= slots <= self.slots or p4.shape != (rows, slots, self.columns):
            raise BadInput(
                f"cannot write constituents of shape {list(p4.shape)} as [{rows}, <= {self.slots}, {self.columns}]."
            )
        if jets.multiplicity.shape != (rows,) or jets.jet.shape != (rows, 4):
            raise BadInput(
                f"multiplicity {list(jets.multiplicity.shape)} or jet {list(jets.jet.shape)} does not match "
                f"{rows} labels."
            )
        if tuple(jets.classes) != self.classes:
            raise BadInput(f"cannot add classes {list(jets.classes)} to a file of {list(self.classes)}.")
        for name, tail in OPTIONAL.items():
            known = jets.optional.get(name)
            if (known is None) == (name in self.names):
                raise BadInput(f"cannot write some jets with {_words(name)} and some without into one file.")
            if known is not None and known.shape != (rows, *tail):
                raise BadInput(f"{_words(name)} {list(known.shape)} do not match {rows} labels.")
        ranges = {"label": len(self.classes) - 1, "multiplicity": MOST_CONSTITUENTS}
        for name, highest in ranges.items():
            whole_numbers(self.path, name, getattr(jets, name), 0, highest, first_row=self.written)
        with held():
            self._write(jets)
        self._disk.raise_failure()

    def _write(self, jets: Jets) -> None:
        end = self.written + len(jets)
        for name in self.names:
            dataset = self._file[name]
            dataset.resize(end, axis=0)
            if name in ("constituents", FEATURES):
                rows = jets.bare if name == "constituents" else jets.constituents[..., 4:]
                dataset[self.written :, : rows.shape[1]] = rows
            else:
                dataset[self.written :] = getattr(jets, name)
        self._file.flush()
        self.written = end


def write_jets(path: Path | str, jets: Jets, *, compression: int = 4) -> None:
    """Write ``jets`` to ``path`` atomically. Raises CannotWrite, or BadInput for arrays of wrong shape."""
    slots = jets.constituents.shape[1] if jets.constituents.ndim == 3 else 0
    with JetWriter(
        path,
        classes=jets.classes,
        constituents=slots,
        provenance=jets.provenance,
        compression=compression,
        optional=jets.optional,
        objects=jets.objects,
        features=jets.features,
    ) as writer:
        writer.append(jets)


def _words(name: str) -> str:
    return f"{name.replace('_', ' ')}s"
