"""Features of constituents in public formats: read where the user says, refused elsewhere, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data import Feature, Jets, read_jets
from quant.data.conversion.features import wanted_features
from quant.data.conversion.options import ConversionOptions
from quant.data.generation.packing import features_of
from quant.data.generation.particles import KINDS
from quant.data.generation.recipe import Recipe
from quant.data.jets import RANGES
from tests.feature_jets import feature_jets
from tests.quant.data.converted import converted

COUNT, SLOTS = 40, 5
WANTED = wanted_features(["charge=q", "weight=w:0:1"])


def written(layout: str, folder: Path, **changed: Any) -> tuple[Path, Jets]:
    """Jets with charge (``q``) and weight (``w``), constituents not in order, and odd values in empty slots."""
    jets, path = feature_jets(COUNT, SLOTS), folder / f"source.{layout.partition(' ')[0]}"
    mixed = jets.constituents[:, ::-1]
    p4, q, w = np.ascontiguousarray(mixed[..., :4]), mixed[..., 4].astype(np.int8), mixed[..., 5].copy()
    w[p4[..., 0] == 0] = np.nan
    given: dict[str, Any] = {"q": q, "w": w} | changed
    if layout == "npz":
        np.savez(path, p4=p4, label=jets.label, **given)
    elif layout == "pelican":
        with h5py.File(path, "w") as file:
            for name, values in {"Pmu": p4, "is_signal": jets.label, **given}.items():
                file[name] = values
    elif layout == "hls4ml":
        names = ["j1_px", "q", "j1_py", "j1_pz", "j1_e", "w"]
        columns = [p4[..., 1], q, p4[..., 2], p4[..., 3], p4[..., 0], w]
        with h5py.File(path, "w") as file:
            file["jetConstituentList"] = np.stack(columns, -1).astype(np.float32)
            file["particleFeatureNames"] = [name.encode() for name in names]
            file["jets"] = np.eye(5, dtype=np.float32)[jets.label]
            file["jetFeatureNames"] = [b"j_g", b"j_q", b"j_w", b"j_z", b"j_t"]
    else:
        pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        used, flat = p4[..., 0] != 0, layout == "parquet columns"
        prefix = ("E", "PX", "PY", "PZ") if flat else ("part_energy", "part_px", "part_py", "part_pz")
        arrays = dict(zip(prefix, np.moveaxis(p4, -1, 0), strict=True)) | given
        table: dict[str, Any] = {"label": jets.label}
        for name, values in arrays.items():
            if flat:
                table |= {f"{name}_{slot}": values[:, slot] for slot in range(SLOTS)}
            else:
                table[name] = [row[real] for row, real in zip(values, used, strict=True)]
        parquet.write_table(pyarrow.table(table), path, row_group_size=9)
    return path, jets


@pytest.mark.parametrize("layout", ["npz", "pelican", "hls4ml", "parquet lists", "parquet columns"])
def test_features_are_read_where_the_user_says(layout: str, tmp_path: Path) -> None:
    path, jets = written(layout, tmp_path)
    _, plain = converted(path, constituents=SLOTS)
    assert plain.features == ()
    np.testing.assert_array_equal(plain.constituents, jets.bare)
    converted(path, constituents=SLOTS, features=WANTED)
    found = read_jets(path.with_name("out.h5"), features=None)
    assert found.features == (Feature("charge", -1, 1), Feature("weight", 0, 1))
    np.testing.assert_array_equal(found.constituents, jets.constituents)
    with pytest.raises(BadInput, match="nowhere"):
        converted(path, features=wanted_features(["charge=nowhere"]))


@pytest.mark.parametrize(
    ("layout", "changed", "message"),
    [
        ("npz", {"q": np.zeros((COUNT, SLOTS + 1))}, r"feature q must be numbers of shape \[40, 5\]"),
        ("npz", {"q": np.full((COUNT, SLOTS), "1")}, "feature q must be numbers"),
        ("pelican", {"q": np.zeros((COUNT, SLOTS, 1))}, "2 dimensions are expected"),
        ("pelican", {"q": np.zeros((COUNT, SLOTS - 1))}, "feature q must be numbers of shape"),
        ("parquet lists", {"q": np.full((COUNT, SLOTS), "1")}, "column q must hold numbers"),
        (
            "npz",
            {"q": np.full((COUNT, SLOTS), 211)},
            "charge is outside -1 ... 1 .*--features states the ranges",
        ),
        ("npz", {"w": np.full((COUNT, SLOTS), np.nan)}, "NaN or infinity in the feature weight"),
    ],
)
def test_what_is_no_feature_is_refused(
    layout: str, changed: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path, _ = written(layout, tmp_path, **changed)
    with pytest.raises(BadInput, match=message):
        converted(path, features=WANTED)
    assert not path.with_name("out.h5").exists()


def test_jets_with_impossible_values_can_be_left_out(tmp_path: Path) -> None:
    charge = np.zeros((COUNT, SLOTS))
    charge[[3, 8]] = -2
    path, jets = written("npz", tmp_path, q=charge)
    summary, found = converted(path, features=WANTED, drop_unphysical=True)
    assert (summary.jets, summary.dropped) == (COUNT - 2, 2)
    np.testing.assert_array_equal(found.constituents, np.delete(jets.bare, [3, 8], 0))


def test_formats_without_features_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("E_0,PX_0,PY_0,PZ_0,label\n1,1,0,0,1\n")
    with pytest.raises(BadInput, match="of the format csv: numpy, energyflow, pelican, hls4ml, parquet have"):
        converted(tmp_path / "a.csv", features=WANTED)
    jets = feature_jets(COUNT, SLOTS)
    np.save(tmp_path / "a.npy", jets.bare)
    np.save(tmp_path / "a_labels.npy", jets.label)
    with pytest.raises(BadInput, match="holds one array, and so no features"):
        converted(tmp_path / "a.npy", features=WANTED)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["charge"], "not of the form name=source"),
        (["charge=q:1"], "not of the form"),
        (["Charge=q"], "small letters"),
        (["d0=part_d0"], "range of the feature d0 is not known"),
        (["d0=part_d0:3:-3"], "the lower one first"),
        (["d0=part_d0:a:b"], "two finite numbers"),
        (["charge=q", "charge=p"], "names charge twice"),
    ],
)
def test_words_that_are_no_features(texts: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        wanted_features(texts)


def test_known_ranges_are_those_of_the_generator() -> None:
    generated = features_of(Recipe(mode="level1-pileup", features=("charge", "particle", "puppi")))
    assert {feature.name: (feature.low, feature.high) for feature in generated} == RANGES
    assert RANGES["particle"] == (1, len(KINDS))
    assert ConversionOptions().features == ()
