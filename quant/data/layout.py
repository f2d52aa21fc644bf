"""The one jet file layout of fpgajet (HDF5), its reader and its writer.

Datasets, one row a jet, chunked and compressed:

==================  =====================  ====================================================
``constituents``    float32 [jets, N, 4]   four-momenta (E, px, py, pz) in GeV, falling pT,
                                           unused slots exactly zero and last
``multiplicity``    int16 [jets]           constituents of the jet before truncation to N slots
``label``           uint8 [jets]           index into the attribute ``classes``
``jet``             float32 [jets, 4]      pT [GeV], eta, phi, mass [GeV] of the whole jet
==================  =====================  ====================================================

Root attributes: ``layout`` = "fpgajet-jets", ``layout_version`` = 1, ``units`` = "GeV", ``classes`` (JSON
list of names; for tagging, class 0 is background), ``provenance`` (JSON object).

A data set may also be a directory of such files ("shards"), read in the order of their names.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path
from quant.data.checks import check_constituents

__all__ = ["JetFile", "JetWriter", "Jets", "check_constituents", "iter_jets", "read_jets", "write_jets"]

LAYOUT = "fpgajet-jets"
LAYOUT_VERSION = 1
DATASETS = {"constituents": "f4", "multiplicity": "i2", "label": "u1", "jet": "f4"}
# 1024 jets x 16 constituents: a model that reads 16 or 32 constituents does not decompress 200.
CHUNK_JETS = 1024
CHUNK_CONSTITUENTS = 16
ROWS_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Jets:
    """Jets in memory: the datasets of the layout (see the module's table) and its attributes."""

    constituents: NDArray[np.float32]
    multiplicity: NDArray[np.int16]
    label: NDArray[np.uint8]
    jet: NDArray[np.float32]
    classes: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Jets:
        arrays = {name: getattr(self, name)[rows] for name in DATASETS}
        return Jets(**arrays, classes=self.classes, provenance=self.provenance)


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


def read_jets(path: Path | str, *, max_jets: int | None = None, constituents: int | None = None) -> Jets:
    """Read a jet file, or a directory of shards, into memory.

    Args:
        path: file of the layout above, or a directory of ``*.h5`` shards.
        max_jets: stop after this many jets (the generator mixes classes, so the first are unbiased).
        constituents: keep this many leading slots; more than the file has are zero-padded.

    Raises:
        BadInput: see :class:`JetFile`; also shards that disagree on their classes, or no jets at all.
    """
    if (max_jets is not None and max_jets < 1) or (constituents is not None and constituents < 1):
        raise BadInput(f"max_jets ({max_jets}) and constituents ({constituents}) must be at least 1.")
    pieces = []
    wanted = max_jets
    for piece in iter_jets(path, constituents=constituents):
        pieces.append(piece if wanted is None else piece[:wanted])
        if wanted is not None:
            wanted -= len(pieces[-1])
            if wanted == 0:
                break
    if not pieces:
        raise BadInput(f"{path} holds no jets.")
    return concatenate(pieces)


def iter_jets(
    path: Path | str, *, chunk: int = ROWS_AT_A_TIME, constituents: int | None = None
) -> Iterator[Jets]:
    """Yield the jets of a file or directory of shards in pieces of at most ``chunk`` rows."""
    classes: tuple[str, ...] | None = None
    for shard in shard_paths(Path(path)):
        with JetFile(shard) as file:
            if classes is not None and file.classes != classes:
                raise BadInput(
                    f"{shard} has the classes {list(file.classes)}, the shards before it {list(classes)}: "
                    "keep one data set in one directory."
                )
            classes = file.classes
            slots = file.slots if constituents is None else constituents
            for start in range(0, len(file), chunk):
                yield file.read(start, start + chunk, slots)


def shard_paths(path: Path) -> list[Path]:
    """The files of a data set: ``path`` itself, or the ``*.h5`` in it by name."""
    if not path.is_dir():
        return [path]
    shards = sorted(path.glob("*.h5"))
    if not shards:
        raise BadInput(f"{path} is a directory without any .h5 jet file.")
    return shards


def concatenate(pieces: Sequence[Jets]) -> Jets:
    """Join pieces that share classes; narrower ones are zero-padded to the widest."""
    slots = max(piece.constituents.shape[1] for piece in pieces)
    padded = [
        np.pad(p.constituents, ((0, 0), (0, slots - p.constituents.shape[1]), (0, 0)))
        if p.constituents.shape[1] < slots
        else p.constituents
        for p in pieces
    ]
    arrays = {
        name: np.concatenate([getattr(p, name) for p in pieces])
        for name in DATASETS
        if name != "constituents"
    }
    return Jets(
        constituents=np.concatenate(padded),
        **arrays,
        classes=pieces[0].classes,
        provenance=pieces[0].provenance,
    )


def write_jets(path: Path | str, jets: Jets, *, compression: int = 4) -> None:
    """Write ``jets`` to ``path`` atomically. Raises CannotWrite, or BadInput for arrays of wrong shape."""
    slots = jets.constituents.shape[1] if jets.constituents.ndim == 3 else 0
    with JetWriter(
        path,
        classes=jets.classes,
        constituents=slots,
        provenance=jets.provenance,
        compression=compression,
    ) as writer:
        writer.append(jets)


class JetWriter:
    """Write a jet file piece by piece; the file appears, whole, only when the block ends well.

    Args:
        path: the file to write.
        classes: names, index = label.
        constituents: slots N of every row.
        provenance: JSON-able facts about where the jets come from.
        compression: gzip level, 1 (fast) to 9 (small).
    """

    def __init__(
        self,
        path: Path | str,
        *,
        classes: Sequence[str],
        constituents: int,
        provenance: dict[str, Any],
        compression: int = 4,
    ) -> None:
        self.path = Path(path)
        self.classes = tuple(classes)
        self.slots = constituents
        self.provenance = provenance
        self.written = 0
        self._compression = compression
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> JetWriter:
        with contextlib.ExitStack() as stack:
            temporary = stack.enter_context(atomic_path(self.path))
            # Timestamps off and the old format: the same jets give the same bytes.
            self._file = stack.enter_context(h5py.File(temporary, "w", libver="earliest"))
            self._create()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _create(self) -> None:
        self._file.attrs["layout"] = LAYOUT
        self._file.attrs["layout_version"] = LAYOUT_VERSION
        self._file.attrs["units"] = "GeV"
        self._file.attrs["classes"] = json.dumps(list(self.classes))
        self._file.attrs["provenance"] = json.dumps(self.provenance, sort_keys=True)
        shapes = {"constituents": (self.slots, 4), "multiplicity": (), "label": (), "jet": (4,)}
        for name, tail in shapes.items():
            chunk = (CHUNK_JETS, min(self.slots, CHUNK_CONSTITUENTS), 4) if name == "constituents" else None
            dataset = self._file.create_dataset(
                name,
                shape=(0, *tail),
                maxshape=(None, *tail),
                dtype=DATASETS[name],
                chunks=chunk or (CHUNK_JETS, *tail),
                compression="gzip",
                compression_opts=self._compression,
                shuffle=True,
                track_times=False,
            )
            if name in ("constituents", "jet"):
                columns = ["E", "px", "py", "pz"] if name == "constituents" else ["pt", "eta", "phi", "mass"]
                dataset.attrs["columns"] = json.dumps(columns)

    def append(self, jets: Jets) -> None:
        """Add rows; fewer slots than the file's are zero-padded.

        Raises:
            BadInput: arrays that do not fit together or the file.
        """
        rows = len(jets)
        p4 = jets.constituents
        if p4.ndim != 3 or p4.shape[0] != rows or p4.shape[1] > self.slots or p4.shape[2] != 4:
            raise BadInput(
                f"cannot write constituents of shape {list(p4.shape)} as [{rows}, <= {self.slots}, 4]."
            )
        if jets.multiplicity.shape != (rows,) or jets.jet.shape != (rows, 4):
            raise BadInput(
                f"multiplicity {list(jets.multiplicity.shape)} or jet {list(jets.jet.shape)} does not match "
                f"{rows} labels."
            )
        if tuple(jets.classes) != self.classes:
            raise BadInput(f"cannot add classes {list(jets.classes)} to a file of {list(self.classes)}.")
        for name in DATASETS:
            dataset = self._file[name]
            dataset.resize(self.written + rows, axis=0)
            if name == "constituents":
                dataset[self.written :, : p4.shape[1]] = p4
            else:
                dataset[self.written :] = getattr(jets, name)
        self.written += rows


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
