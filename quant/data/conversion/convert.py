"""Bring a public format into fpgajet's layout, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import sha256
from quant.data.checks import find_problems
from quant.data.conversion.hls4ml_jets import Hls4mlFile
from quant.data.conversion.numpy_files import NumpyFile
from quant.data.conversion.pelican import PelicanFile
from quant.data.conversion.root_trees import RootTree
from quant.data.conversion.source import RawJets, Source
from quant.data.conversion.zenodo import ZenodoTable
from quant.data.jetreader import open_hdf5
from quant.data.layout import Jets, JetWriter

FORMATS = ("zenodo", "pelican", "hls4ml", "root", "numpy")
GEV_PER_UNIT = {"GeV": 1.0, "MeV": 1e-3}
# What makes a jet unusable; order and padding are put right instead.
FATAL = {"not-finite", "negative-energy", "spacelike", "too-energetic", "empty"}
ROWS_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Options:
    """How to read the source; see ``fpgajet data convert --help``."""

    format: str | None = None
    unit: str = "GeV"
    constituents: int = 200
    drop_unphysical: bool = False
    class_name: str | None = None
    classes: tuple[str, ...] = ()
    tree: str | None = None


@dataclass
class Report:
    """What was done."""

    jets: int = 0
    dropped: int = 0
    reordered: int = 0
    truncated: int = 0
    formats: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def convert(
    sources: Sequence[Path],
    out: Path,
    options: Options,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Report:
    """Convert ``sources`` (of equal classes), one after the other, into the file ``out``.

    Args:
        progress: called with (rows read, rows in all).

    Raises:
        BadInput: unknown or damaged format, unphysical jets (named by row), classes that differ.
        MissingTool: a package for this format is not installed.
        CannotWrite: ``out`` cannot be written.
    """
    if options.unit not in GEV_PER_UNIT:
        raise BadInput(f"unknown unit {options.unit!r}; known: {', '.join(GEV_PER_UNIT)}.")
    if options.constituents < 1:
        raise BadInput("at least one constituent must be kept.")
    if any(source.exists() and out.exists() and source.samefile(out) for source in sources):
        raise BadInput(f"{out} is one of the files to convert: choose another --out.")
    opened = [open_source(source, options) for source in sources]
    classes = opened[0][1].classes
    for path, (_, source) in zip(sources, opened, strict=True):
        if source.classes != classes:
            raise BadInput(f"{path} has the classes {list(source.classes)}, {sources[0]} {list(classes)}.")

    report = Report(formats=tuple(dict.fromkeys(name for name, _ in opened)), classes=classes)
    total = sum(source.jets for _, source in opened)
    facts = {
        "source": "fpgajet data convert",
        "formats": list(report.formats),
        "files": [{"name": path.name, "sha256": sha256(path)} for path in sources],
        "options": asdict(options),
        "jet": "sum of all constituents in the source",
    }
    done = 0
    with JetWriter(out, classes=classes, constituents=options.constituents, provenance=facts) as writer:
        for path, (_, source) in zip(sources, opened, strict=True):
            first = 0
            for raw in source.pieces(ROWS_AT_A_TIME):
                jets = to_layout(raw, path, first, classes, options, report)
                writer.append(jets)
                first += len(raw.label)
                done += len(raw.label)
                progress(done, total)
        report.jets = writer.written
        if report.jets == 0:
            raise BadInput(f"{', '.join(str(path) for path in sources)}: no jet to write.")
    return report


def open_source(path: Path, options: Options) -> tuple[str, Source]:
    """The format's name and an opened source."""
    name = options.format or detect(path)
    if name == "root":
        return name, RootTree(path, class_name=options.class_name, classes=options.classes, tree=options.tree)
    makers: dict[str, Callable[[Path], Source]] = {
        "zenodo": ZenodoTable,
        "pelican": PelicanFile,
        "hls4ml": Hls4mlFile,
        "numpy": NumpyFile,
    }
    if name not in makers:
        raise BadInput(f"unknown format {name!r}; known: {', '.join(FORMATS)}.")
    return name, makers[name](path)


def detect(path: Path) -> str:
    """Guess the format from the file's name and, for HDF5, from what it holds."""
    if path.suffix == ".root":
        return "root"
    if path.suffix in {".npy", ".npz"}:
        return "numpy"
    with open_hdf5(path) as file:
        if file.attrs.get("layout") is not None:
            raise BadInput(f"{path} is in fpgajet's layout already.")
        for key, name in (("table", "zenodo"), ("Pmu", "pelican"), ("jetConstituentList", "hls4ml")):
            if key in file and isinstance(file[key], h5py.Group) == (key == "table"):
                return name
        found = ", ".join(file) or "nothing"
    raise BadInput(
        f"{path} is HDF5 of an unknown format (it holds {found}); expected `table` (Zenodo), `Pmu` "
        "(PELICAN) or `jetConstituentList` (hls4ml)."
    )


def to_layout(
    raw: RawJets, path: Path, first_row: int, classes: tuple[str, ...], options: Options, report: Report
) -> Jets:
    """One piece in the layout; counts what was changed in ``report``."""
    p4 = np.asarray(raw.p4)
    # Multiplying by 1 would be harmless; not multiplying keeps the round trip obviously exact.
    p4 = p4 if options.unit == "GeV" else p4 * p4.dtype.type(GEV_PER_UNIT[options.unit])
    good = physical(p4, path, first_row, options)
    report.dropped += int((~good).sum())
    p4, label = p4[good], raw.label[good]

    used = (p4 != 0).any(axis=-1)
    multiplicity = used.sum(axis=1) if raw.multiplicity is None else np.asarray(raw.multiplicity)[good]
    pt = np.where(used, np.hypot(p4[..., 1], p4[..., 2]), -1.0)
    order = np.argsort(-pt, axis=1, kind="stable")
    report.reordered += int((order != np.arange(order.shape[1])).any(axis=1).sum())
    p4 = np.take_along_axis(p4, order[..., None], axis=1)
    report.truncated += int((used.sum(axis=1) > options.constituents).sum())
    return Jets(
        constituents=p4[:, : options.constituents].astype(np.float32),
        multiplicity=np.minimum(multiplicity, np.iinfo(np.int16).max).astype(np.int16),
        label=label.astype(np.uint8),
        jet=jet_kinematics(p4).astype(np.float32),
        classes=classes,
    )


def physical(p4: NDArray[Any], path: Path, first_row: int, options: Options) -> NDArray[np.bool_]:
    """Which rows can be used; raises BadInput naming the others unless they are to be dropped."""
    problems = [problem for problem in find_problems(p4, first_row=first_row) if problem.kind in FATAL]
    good = np.ones(len(p4), dtype=np.bool_)
    for problem in problems:
        good[problem.rows - first_row] = False
    if problems and not options.drop_unphysical:
        listed = "; ".join(str(problem) for problem in problems)
        hint = "repeat with --unit MeV" if options.unit == "GeV" else "check --unit"
        way_out = (
            hint if any(p.kind == "too-energetic" for p in problems) else "--drop-unphysical leaves them out"
        )
        raise BadInput(f"{path}: {listed}. Nothing was written; {way_out}.")
    return good


def jet_kinematics(p4: NDArray[Any]) -> NDArray[np.float64]:
    """pT [GeV], eta, phi, mass [GeV] of the sums of constituents: float64 [n, 4]."""
    energy, px, py, pz = np.moveaxis(p4.astype(np.float64).sum(axis=1), -1, 0)
    pt = np.hypot(px, py)
    mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
    return np.stack([pt, np.arcsinh(pz / np.maximum(pt, 1e-12)), np.arctan2(py, px), mass], axis=1)
