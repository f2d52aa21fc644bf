"""Every public format: written by another library, converted exactly, refused when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, MissingTool
from quant.data import read_jets, write_jets
from quant.data.conversion.convert import convert
from quant.data.conversion.detection import detect
from quant.data.conversion.options import ConversionOptions as Options
from quant.data.conversion.zenodo import strings_in_pickle
from quant.data.reading.hdf5 import require_filters
from tests.quant.data.public_formats import COUNT, SLOTS, WRITERS, Damage, jets_of, write_hdf5, written
from tests.toy_jets import toy_jets


@pytest.mark.parametrize("name", WRITERS)
def test_round_trip_is_exact(name: str, tmp_path: Path) -> None:
    source = written(name, tmp_path)
    assert detect(source) == name.replace("rntuple", "root")
    report = convert([source], tmp_path / "out.h5", Options(constituents=SLOTS))
    expected, found = jets_of(name), read_jets(tmp_path / "out.h5")
    assert (report.jets, report.dropped, report.reordered) == (COUNT, 0, 0)
    assert found.classes == expected.classes
    for array in ("constituents", "multiplicity", "label"):
        np.testing.assert_array_equal(getattr(found, array), getattr(expected, array))
    np.testing.assert_allclose(found.jet, expected.jet, rtol=1e-5, atol=1e-3)


DAMAGE: list[tuple[str, Damage, str]] = [
    ("zenodo", {"missing": "is_signal_new"}, "no column 'is_signal_new'"),
    ("zenodo", {"missing": "PY_3"}, "lacks the column 'PY_3'"),
    ("zenodo", {"scale": 1000}, "MeV"),
    ("pelican", {"missing": "is_signal"}, "lacks the dataset 'is_signal'"),
    ("pelican", {"width": 3}, r"Pmu must be \[jets, constituents, 4\]"),
    ("pelican", {"scale": 1000}, "MeV"),
    ("hls4ml", {"missing": "jetFeatureNames"}, "lacks the dataset 'jetFeatureNames'"),
    ("hls4ml", {"width": 2}, "names 5 columns, but there are 3"),
    ("hls4ml", {"scale": 1000}, "MeV"),
    ("numpy", {"missing": "label"}, "has no labels"),
    ("numpy", {"width": 3}, r"\[jets, constituents, 4\]"),
    ("numpy", {"scale": 1000}, "MeV"),
    ("root", {"missing": "part_pz"}, "lacks part_pz"),
    ("root", {"missing": "label_top"}, "not of exactly one class"),
    ("root", {"scale": 1000}, "MeV"),
]


@pytest.mark.parametrize(("name", "damage", "message"), DAMAGE)
def test_wrong_keys_shapes_and_units_are_named(
    name: str, damage: Damage, message: str, tmp_path: Path
) -> None:
    source = written(name, tmp_path, **damage)
    with pytest.raises(BadInput, match=message):
        convert([source], tmp_path / "out.h5", Options())
    assert sorted(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_truncated_files_are_named(name: str, share: float, tmp_path: Path) -> None:
    source = written(name, tmp_path)
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BadInput, match=r"source\.(h5|npz|root)"):
        convert([source], tmp_path / "out.h5", Options())
    assert sorted(tmp_path.iterdir()) == [source]


def test_mev_is_converted_when_said(tmp_path: Path) -> None:
    source = written("numpy", tmp_path, scale=1000)
    convert([source], tmp_path / "out.h5", Options(unit="MeV", constituents=SLOTS))
    found = read_jets(tmp_path / "out.h5").constituents
    np.testing.assert_allclose(found, jets_of("numpy").constituents, rtol=1e-6)


def test_unsorted_constituents_and_holes_are_put_right(tmp_path: Path) -> None:
    jets = jets_of("numpy")
    np.savez(tmp_path / "a.npz", p4=jets.constituents[:, ::-1], label=jets.label)
    report = convert([tmp_path / "a.npz"], tmp_path / "out.h5", Options(constituents=SLOTS))
    assert report.reordered == COUNT
    found = read_jets(tmp_path / "out.h5")
    np.testing.assert_array_equal(found.constituents, jets.constituents)
    np.testing.assert_array_equal(found.multiplicity, jets.multiplicity)


def test_fewer_constituents_keep_the_multiplicity_and_the_jet(tmp_path: Path) -> None:
    report = convert([written("numpy", tmp_path)], tmp_path / "out.h5", Options(constituents=2))
    jets, found = jets_of("numpy"), read_jets(tmp_path / "out.h5")
    assert report.truncated == int((jets.multiplicity > 2).sum())
    np.testing.assert_array_equal(found.constituents, jets.constituents[:, :2])
    np.testing.assert_array_equal(found.multiplicity, jets.multiplicity)
    np.testing.assert_allclose(found.jet[:, 0], jets.jet[:, 0], rtol=1e-5)


def test_unphysical_jets_stop_the_conversion_or_are_left_out(tmp_path: Path) -> None:
    jets = jets_of("numpy")
    p4 = jets.constituents.copy()
    p4[7, 0, 1] = np.nan
    p4[9, 1, 0] = -1
    np.savez(tmp_path / "a.npz", p4=p4, label=jets.label)
    with pytest.raises(BadInput, match=r"row 7.*row 9.*--drop-unphysical"):
        convert([tmp_path / "a.npz"], tmp_path / "out.h5", Options())
    report = convert([tmp_path / "a.npz"], tmp_path / "out.h5", Options(drop_unphysical=True))
    assert (report.jets, report.dropped) == (COUNT - 2, 2)


def test_several_files_are_joined_and_must_agree(tmp_path: Path) -> None:
    numpy_file, root_file = written("numpy", tmp_path), written("root", tmp_path)
    report = convert([numpy_file, root_file], tmp_path / "out.h5", Options())
    # The same jets twice: a data set with repeated jets would not pass `validate`.
    assert (report.jets, report.formats) == (COUNT, ("numpy", "root"))
    assert report.changes["repeated"] == COUNT
    (tmp_path / "more").mkdir()
    other = written("hls4ml", tmp_path / "more")
    with pytest.raises(BadInput, match="has the classes"):
        convert([numpy_file, other], tmp_path / "out2.h5", Options())


def test_nanoaod_links_make_jets(tmp_path: Path) -> None:
    uproot, awkward = pytest.importorskip("uproot"), pytest.importorskip("awkward")
    events = {
        "PFCands_pt": awkward.Array([[10.0, 30.0, 20.0], [5.0]]),
        "PFCands_eta": awkward.Array([[0.1, 0.2, 0.3], [1.0]]),
        "PFCands_phi": awkward.Array([[0.0, 1.0, 2.0], [3.0]]),
        "PFCands_mass": awkward.Array([[0.0, 0.14, 0.0], [0.0]]),
        "FatJetPFCands_jetIdx": awkward.Array([[0, 0, 1], [0]]),
        "FatJetPFCands_pFCandsIdx": awkward.Array([[0, 1, 2], [0]]),
    }
    with uproot.recreate(tmp_path / "nano.root") as file:
        file["Events"] = events
    with pytest.raises(BadInput, match="--class-name"):
        convert([tmp_path / "nano.root"], tmp_path / "out.h5", Options())
    options = Options(class_name="top", classes=("QCD", "top"))
    convert([tmp_path / "nano.root"], tmp_path / "out.h5", options)
    jets = read_jets(tmp_path / "out.h5", constituents=2)
    assert jets.multiplicity.tolist() == [2, 1, 1]
    assert jets.label.tolist() == [1, 1, 1]
    pt = np.hypot(jets.constituents[..., 1], jets.constituents[..., 2])
    np.testing.assert_allclose(pt, [[30, 10], [20, 0], [5, 0]], rtol=1e-6)
    assert jets.constituents[1, 0, 0] == pytest.approx(20 * np.cosh(0.3), rel=1e-6)


def test_float64_columns_and_old_strings_of_pandas(tmp_path: Path) -> None:
    import pickle

    for protocol in range(5):
        pickled = pickle.dumps(["E_0", "PX_0"], protocol=protocol)
        assert strings_in_pickle(tmp_path, pickled) == ["E_0", "PX_0"]
    with pytest.raises(BadInput, match="cannot be read"):
        strings_in_pickle(tmp_path, pickle.dumps({"a": Path()}))
    with pytest.raises(BadInput, match="cannot be read"):
        strings_in_pickle(tmp_path, None)


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", p4=np.array([{}], dtype=object), label=np.zeros(1))
    with pytest.raises(BadInput, match="Python objects"):
        convert([tmp_path / "a.npz"], tmp_path / "out.h5", Options())


def test_npy_with_labels_beside_it(tmp_path: Path) -> None:
    jets = jets_of("numpy")
    np.save(tmp_path / "a.npy", jets.constituents)
    with pytest.raises(BadInput, match=r"a_labels\.npy"):
        convert([tmp_path / "a.npy"], tmp_path / "out.h5", Options())
    np.save(tmp_path / "a_labels.npy", jets.label)
    assert convert([tmp_path / "a.npy"], tmp_path / "out.h5", Options()).jets == COUNT


def test_unknown_formats(tmp_path: Path) -> None:
    write_hdf5(tmp_path / "a.h5", {"something": np.zeros(3)})
    with pytest.raises(BadInput, match="it holds something"):
        detect(tmp_path / "a.h5")
    write_jets(tmp_path / "b.h5", toy_jets())
    with pytest.raises(BadInput, match="already"):
        detect(tmp_path / "b.h5")
    with pytest.raises(BadInput, match="unknown format"):
        convert([tmp_path / "b.h5"], tmp_path / "out.h5", Options(format="geant"))


def test_pandas_fixed_format_is_explained(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("tables")
    frame = pandas.DataFrame({"E_0": [1.0]})
    frame.to_hdf(tmp_path / "a.h5", key="table", format="fixed", mode="w")
    with pytest.raises(BadInput, match="format='table'"):
        convert([tmp_path / "a.h5"], tmp_path / "out.h5", Options())


def test_an_unknown_compression_names_the_missing_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import h5py

    write_hdf5(tmp_path / "a.h5", {"Pmu": np.zeros((2, 3, 4))})
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda _: False)
    with h5py.File(tmp_path / "a.h5") as file, pytest.raises(MissingTool, match="hdf5plugin"):
        require_filters(tmp_path / "a.h5", file["Pmu"])
