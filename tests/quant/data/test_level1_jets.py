"""Jets of the CMS Level-1 trigger in eight classes, and other files of many classes: read as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data import read_jets
from quant.data.conversion.convert import convert
from quant.data.conversion.level1_jets import CLASSES, FIELDS, MATCHES, level1_labels, level1_momenta
from quant.data.conversion.options import ConversionOptions as Options

#: genmatch pt, hadron and parton flavour, muon, electron, tau, charge of the tau -> class
CASES = [
    ((30, 5, 5, 0, 0, 0, 0), "b"), ((30, 4, 4, 0, 0, 0, 0), "charm"), ((30, 0, -2, 0, 0, 0, 0), "light"),
    ((30, 0, 0, 0, 0, 0, 0), "light"), ((30, 0, 21, 0, 0, 0, 0), "gluon"), ((30, 0, 0, 0, 0, 1, 1), "taup"),
    ((30, 5, 0, 0, 0, 1, -1), "taum"), ((30, 4, 0, 1, 0, 0, 0), "muon"), ((30, 0, 0, 0, 1, 0, 0), "electron"),
    ((0, 5, 5, 0, 0, 0, 0), None),  # matched to nothing
    ((30, 0, 5, 0, 0, 0, 0), None),  # flavours contradict each other
    ((30, 0, 0, 1, 1, 0, 0), None),  # two leptons
    ((30, 0, 0, 0, 0, 1, 0), None),  # a tau without a charge
]  # fmt: skip


def matches() -> dict[str, np.ndarray]:
    return {name: np.array([case[k] for case, _ in CASES]) for k, name in enumerate(MATCHES)}


def write(path: Path, prefix: str = "jet_puppicand_", leave_out: str = "") -> list[list[float]]:
    """A file of the layout, with one, two, ... candidates per jet; returns their pT."""
    uproot, awkward = pytest.importorskip("uproot"), pytest.importorskip("awkward")
    draw = np.random.default_rng(3)
    sizes = 1 + np.arange(len(CASES)) % 3
    lists: dict[str, Any] = {
        "pt": [np.sort(draw.uniform(1, 90, n).astype(np.float32))[::-1] for n in sizes],
        "eta": [draw.uniform(-2, 2, n).astype(np.float32) for n in sizes],
        "phi": [draw.uniform(-3, 3, n).astype(np.float32) for n in sizes],
        "mass": [np.full(n, 0.13, np.float32) for n in sizes],
    }
    columns = {f"{prefix}{field}": awkward.Array(lists[field]) for field in FIELDS} | matches()
    columns.pop(leave_out, None)
    columns["jet_bjetscore"] = np.zeros(len(CASES), np.float32)
    with uproot.recreate(path) as file:
        file["outnano/Jets"] = columns
    return [list(map(float, pt)) for pt in lists["pt"]]


def test_classes_follow_from_what_a_jet_was_matched_to() -> None:
    wanted = [-1 if name is None else CLASSES.index(name) for _, name in CASES]
    assert level1_labels(matches()).tolist() == wanted
    assert set(wanted) == {-1, *range(8)}


@pytest.mark.parametrize("prefix", ["jet_puppicand_", "jet_pfcand_"])
def test_eight_classes_are_read_as_they_are(prefix: str, tmp_path: Path) -> None:
    pt = write(tmp_path / "jets.root", prefix)
    report = convert([tmp_path / "jets.root"], tmp_path / "out.h5", Options(constituents=4))
    jets = read_jets(tmp_path / "out.h5")
    named = [name for _, name in CASES if name is not None]
    assert report.jets == len(named)
    assert jets.classes == CLASSES
    assert [CLASSES[k] for k in jets.label] == named
    for kept, wanted, found in zip(range(len(named)), pt, jets.constituents, strict=False):
        assert jets.multiplicity[kept] == len(wanted)
        np.testing.assert_allclose(
            np.hypot(found[: len(wanted), 1], found[: len(wanted), 2]), wanted, rtol=1e-5
        )


def test_momenta_of_candidates() -> None:
    p4 = level1_momenta([[3.0, 0.0]], [[0.5, 9.0]], [[1.0, 1.0]], [[0.1, 1.0]])
    assert not p4[0, 1].any()
    energy, px, py, pz = p4[0, 0]
    assert energy**2 - px**2 - py**2 - pz**2 == pytest.approx(0.01)
    assert (np.hypot(px, py), np.arctan2(py, px), np.arctanh(pz / np.sqrt(px**2 + py**2 + pz**2))) == (
        pytest.approx(3.0), pytest.approx(1.0), pytest.approx(0.5)
    )  # fmt: skip


@pytest.mark.parametrize("missing", ["jet_tauflav", "jet_puppicand_mass"])
def test_a_file_without_a_branch_is_refused(missing: str, tmp_path: Path) -> None:
    write(tmp_path / "jets.root", leave_out=missing)
    with pytest.raises(BadInput, match="jets of the CMS Level-1 trigger"):
        convert([tmp_path / "jets.root"], tmp_path / "out.h5", Options())


def test_the_ten_classes_of_jetclass_keep_their_names(tmp_path: Path) -> None:
    """All labels of JetClass, background first: what a network of ten classes then has one score each for."""
    uproot, awkward = pytest.importorskip("uproot"), pytest.importorskip("awkward")
    names = ["QCD", "Hbb", "Hcc", "Hgg", "H4q", "Hqql", "Zqq", "Wqq", "Tbqq", "Tbl"]
    label = np.random.default_rng(1).permutation(10)
    columns: dict[str, Any] = {f"label_{name}": (label == k).astype(np.int32) for k, name in enumerate(names)}
    p = [[[40.0 + k, 3.0 * k, 4.0, 5.0]] for k in range(10)]
    for k, name in enumerate(("part_energy", "part_px", "part_py", "part_pz")):
        columns[name] = awkward.Array([[row[k] for row in jet] for jet in p])
    columns["part_charge"] = awkward.Array([[1.0]] * 10)
    with uproot.recreate(tmp_path / "jets.root") as file:
        file["tree"] = columns
    convert([tmp_path / "jets.root"], tmp_path / "out.h5", Options())
    jets = read_jets(tmp_path / "out.h5")
    assert jets.classes[0] == "QCD"
    assert [jets.classes[k] for k in jets.label] == [names[k] for k in label]
