"""Files of public formats, written by other libraries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quant.data import Jets
from tests.toy_jets import toy_jets

COUNT, SLOTS = 30, 5
FIVE = ("g", "q", "W", "Z", "top")
Damage = dict[str, Any]


def jets_of(name: str) -> Jets:
    return toy_jets(COUNT, SLOTS, classes=FIVE if name == "hls4ml" else ("QCD", "top"))


def write_zenodo(path: Path, jets: Jets, *, missing: str = "", scale: float = 1, **_: Any) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("tables")
    flat = (jets.constituents * np.float32(scale)).reshape(COUNT, -1)
    names = [f"{component}_{slot}" for slot in range(SLOTS) for component in ("E", "PX", "PY", "PZ")]
    frame = pandas.DataFrame(flat, columns=names)
    for name in ("truthE", "truthPX", "truthPY", "truthPZ"):
        frame[name] = np.float32(1)
    frame["ttv"] = 0
    frame["is_signal_new"] = jets.label.astype(np.int64)
    frame = frame.drop(columns=[missing] if missing else [])
    frame.to_hdf(path, key="table", format="table", mode="w")


def write_hdf5(path: Path, arrays: dict[str, Any]) -> None:
    tables = pytest.importorskip("tables")
    with tables.open_file(path, "w") as file:
        for name, array in arrays.items():
            file.create_carray("/", name, obj=array, filters=tables.Filters(complevel=3, complib="zlib"))


def write_pelican(
    path: Path, jets: Jets, *, missing: str = "", scale: float = 1, width: int = 4, **_: Any
) -> None:
    arrays = {
        "Pmu": jets.constituents[..., :width] * np.float32(scale),
        "Nobj": jets.multiplicity,
        "is_signal": jets.label,
        "jet_pt": jets.jet[:, 0],
    }
    arrays.pop(missing, None)
    write_hdf5(path, arrays)


def write_hls4ml(
    path: Path, jets: Jets, *, missing: str = "", scale: float = 1, width: int = 4, **_: Any
) -> None:
    particle_names = ["j1_px", "j1_py", "j1_pz", "j1_e", "j1_pt"]
    jet_names = ["j_pt", "j_g", "j_q", "j_w", "j_z", "j_t", "j_undef"]
    particles = np.zeros((COUNT, SLOTS, 5), dtype=np.float32)
    particles[..., [3, 0, 1, 2]] = jets.constituents * np.float32(scale)
    summary = np.zeros((COUNT, 7), dtype=np.float32)
    summary[np.arange(COUNT), 1 + jets.label] = 1
    arrays = {
        "jetConstituentList": particles[..., : width + 1],
        "jets": summary,
        "particleFeatureNames": np.array(particle_names, dtype="S20"),
        "jetFeatureNames": np.array(jet_names, dtype="S20"),
    }
    arrays.pop(missing, None)
    write_hdf5(path, arrays)


def write_numpy(
    path: Path, jets: Jets, *, missing: str = "", scale: float = 1, width: int = 4, **_: Any
) -> None:
    arrays = {"p4": jets.constituents[..., :width] * np.float32(scale), "label": jets.label}
    arrays.pop(missing, None)
    np.savez_compressed(path, **arrays)


def root_columns(jets: Jets, scale: float) -> dict[str, Any]:
    awkward = pytest.importorskip("awkward")
    used = jets.constituents[..., 0] > 0
    p4 = jets.constituents * np.float32(scale)
    columns = {
        name: awkward.unflatten(p4[..., index][used], jets.multiplicity)
        for index, name in enumerate(("part_energy", "part_px", "part_py", "part_pz"))
    }
    columns |= {
        "label_QCD": (jets.label == 0).astype(np.int32),
        "label_top": (jets.label == 1).astype(np.int32),
    }
    return columns


def write_root(path: Path, jets: Jets, *, missing: str = "", scale: float = 1, **_: Any) -> None:
    uproot = pytest.importorskip("uproot")
    columns = root_columns(jets, scale)
    columns.pop(missing, None)
    types = {name: "var * float32" if name.startswith("part") else "int32" for name in columns}
    with uproot.recreate(path) as file:
        file.mktree("tree", types)
        file["tree"].extend(columns)


def write_rntuple(path: Path, jets: Jets, *, scale: float = 1, **_: Any) -> None:
    uproot = pytest.importorskip("uproot", minversion="5.7")
    with uproot.recreate(path) as file:
        file["tree"] = root_columns(jets, scale)


WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "zenodo": ("h5", write_zenodo),
    "pelican": ("h5", write_pelican),
    "hls4ml": ("h5", write_hls4ml),
    "numpy": ("npz", write_numpy),
    "root": ("root", write_root),
    "rntuple": ("root", write_rntuple),
}


def written(name: str, folder: Path, **damage: Any) -> Path:
    suffix, writer = WRITERS[name]
    path = folder / f"source.{suffix}"
    writer(path, jets_of(name), **damage)
    return path
