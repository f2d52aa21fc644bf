"""Layouts that look like others: EnergyFlow, beams; and what `convert` writes passes `validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from quant.data import Jets, validate
from quant.data.conversion.convert import convert
from quant.data.conversion.detection import detect
from quant.data.conversion.energyflow import MASS
from quant.data.conversion.options import ConversionOptions
from tests.quant.data.converted import converted
from tests.toy_jets import toy_jets

SLOTS = 6
CODES = (211, -211, 22, 130, 2112, -2212, 11, 13)


def angles(jets: Jets, codes: bool = True) -> np.ndarray:
    """Toy jets as (pt, y, phi, pid): massive, so that rapidity is not pseudorapidity."""
    p4 = jets.constituents.astype(np.float64)
    used = p4[..., 0] > 0
    pt = np.hypot(p4[..., 1], p4[..., 2])
    rapidity = np.where(used, np.arcsinh(p4[..., 3] / np.maximum(pt, 1e-9)), 0)
    phi = np.where(used, np.mod(np.arctan2(p4[..., 2], p4[..., 1]), 2 * np.pi), 0)
    chosen = np.resize(CODES, pt.shape) if codes else np.zeros_like(pt)
    return np.stack([pt, rapidity, phi, np.where(used, chosen, 0)], axis=-1)


@pytest.mark.parametrize("keys", [("X", "y"), ("x", "Y"), ("p4", "label")])
@pytest.mark.parametrize("code", ["f4", "f8"])
def test_energyflow_is_converted_whatever_its_keys(keys: tuple[str, str], code: str, tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    numbers = angles(jets).astype(code)
    np.savez(tmp_path / "a.npz", **{keys[0]: numbers, keys[1]: jets.label.astype(float)})
    assert detect(tmp_path / "a.npz") == "energyflow"
    summary, found = converted(tmp_path / "a.npz")
    assert "pt, y, phi, pid" in summary.notes[0]
    assert found.classes == ("g", "q")
    np.testing.assert_array_equal(found.label, jets.label)
    np.testing.assert_array_equal(found.multiplicity, jets.multiplicity)
    # Mass and rapidity come back from the four-momenta.
    order = np.argsort(-numbers[..., 0], axis=1, kind="stable")
    wanted = np.take_along_axis(numbers, order[..., None], axis=1)
    energy, px, py, pz = np.moveaxis(found.constituents.astype(np.float64), -1, 0)
    used = energy > 0
    np.testing.assert_allclose(np.hypot(px, py)[used], wanted[..., 0][used], rtol=1e-6)
    np.testing.assert_allclose(
        np.arctanh(pz / np.where(used, energy, 1))[used], wanted[..., 1][used], atol=1e-5
    )
    square = energy**2 - px**2 - py**2 - pz**2
    mass = np.vectorize(MASS.get)(np.abs(wanted[..., 3]))
    np.testing.assert_allclose(square[used], mass[used] ** 2, atol=1e-6 * energy.max() ** 2)


@pytest.mark.parametrize("width", [3, 4])
def test_energyflow_without_codes_is_massless(width: int, tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    np.savez(tmp_path / "a.npz", X=angles(jets, codes=False)[..., :width], y=jets.label)
    _, found = converted(tmp_path / "a.npz", classes=("QCD", "top"))
    assert found.classes == ("QCD", "top")
    np.testing.assert_allclose(found.constituents, jets.constituents, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("keys", [("X", "y"), ("p4", "label"), ("constituents", "labels")])
def test_other_angles_are_refused(keys: tuple[str, str], tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    numbers = angles(jets)
    numbers[..., 3] = 0.13957 * (numbers[..., 0] > 0)  # (pt, eta, phi, mass)
    np.savez(tmp_path / "a.npz", **{keys[0]: numbers, keys[1]: jets.label})
    for layout in (None, "numpy", "energyflow"):
        with pytest.raises(BadInput, match=r"no \(E, px, py, pz\)"):
            converted(tmp_path / "a.npz", format=layout)


def test_four_momenta_called_x_are_four_momenta(tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    np.savez(tmp_path / "a.npz", X=jets.constituents, y=jets.label)
    summary, found = converted(tmp_path / "a.npz")
    assert (summary.formats, summary.notes) == (("numpy",), [])
    np.testing.assert_array_equal(found.constituents, jets.constituents)
    with pytest.raises(BadInput, match="look like those of --format numpy"):
        converted(tmp_path / "a.npz", format="energyflow")


def test_unknown_particles_are_named(tmp_path: Path) -> None:
    jets = toy_jets(10, SLOTS)
    numbers = angles(jets)
    numbers[3, 1, 3] = 211.5
    np.savez(tmp_path / "a.npz", X=numbers, y=jets.label)
    with pytest.raises(BadInput, match=r"no \(E, px, py, pz\)"):
        converted(tmp_path / "a.npz")


@pytest.mark.parametrize("place", ["front", "back"])
@pytest.mark.parametrize("mass", [0.0, 0.938])
@pytest.mark.parametrize("count", ["jet", "with beams", "none"])
def test_beams_are_taken_out(place: str, mass: float, count: str, tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    beams = np.zeros((40, 2, 4), dtype=np.float32)
    beams[..., 0], beams[:, 0, 3], beams[:, 1, 3] = np.hypot(1, mass), 1, -1
    pair = (beams, jets.constituents) if place == "front" else (jets.constituents, beams)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"], file["is_signal"] = np.concatenate(pair, axis=1), jets.label
        if count != "none":
            file["Nobj"] = jets.multiplicity + 2 * (count == "with beams")
    summary, found = converted(tmp_path / "a.h5")
    assert summary.changes["beams"] == 40
    assert summary.changes["recounted"] == 0
    np.testing.assert_array_equal(found.constituents[:, :SLOTS], jets.constituents)
    np.testing.assert_array_equal(found.multiplicity, jets.multiplicity)


@pytest.mark.parametrize("beams", [[(1, 0, 0, 1)], [(1, 0, 0, 1), (1, 0, 0, -1), (2, 0, 0, 2)]])
def test_what_flies_along_the_beam_and_is_no_pair_is_no_constituent(
    beams: list[tuple[float, ...]], tmp_path: Path
) -> None:
    jets = toy_jets(40, SLOTS)
    extra = np.tile(np.array(beams, dtype=np.float32), (40, 1, 1))
    extra[5:] = 0
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"] = np.concatenate([extra, jets.constituents], axis=1)
        file["is_signal"] = jets.label
    with pytest.raises(BadInput, match=r"moves along the beam.*rows 0, 1, 2, 3, 4\)"):
        converted(tmp_path / "a.h5")
    summary, _ = converted(tmp_path / "a.h5", drop_unphysical=True)
    assert summary.changes["dropped"] == 5


def test_without_particle_codes_the_note_says_so(tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    np.savez(tmp_path / "a.npz", X=angles(jets)[..., :3], y=jets.label)
    summary, _ = converted(tmp_path / "a.npz")
    assert "(pt, y, phi) of massless particles" in summary.notes[0]


@pytest.mark.parametrize(
    ("start", "name"),
    [(b"\x1f\x8b", "gzip"), (b"BZh9", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd")],
)
def test_compressed_files_are_named_whatever_they_are_called(start: bytes, name: str, tmp_path: Path) -> None:
    for suffix in (".csv", ".h5", ".gz"):
        (tmp_path / f"a{suffix}").write_bytes(start + bytes(50))
        with pytest.raises(BadInput, match=f"compressed with {name}: unpack it first"):
            detect(tmp_path / f"a{suffix}")


def test_a_wrong_count_of_constituents_is_counted_anew(tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    wrong = jets.multiplicity.copy()
    wrong[3], wrong[4] = 1, wrong[4] + 40
    full = int(jets.multiplicity[4] == SLOTS)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"], file["is_signal"], file["Nobj"] = jets.constituents, jets.label, wrong
    summary, found = converted(tmp_path / "a.h5")
    assert summary.changes["recounted"] == 2 - full
    assert found.multiplicity[3] == jets.multiplicity[3]


def test_rows_that_the_source_has_cut_keep_their_count(tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"], file["is_signal"] = jets.constituents[:, :2], jets.label
        file["Nobj"] = jets.multiplicity
    _, found = converted(tmp_path / "a.h5")
    assert found.constituents.shape[1] == 2
    np.testing.assert_array_equal(found.multiplicity, jets.multiplicity)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": ""}, "unknown format ''"),
        ({"unit": ""}, "unknown unit ''"),
        ({"constituents": 0}, "--constituents is 0"),
        ({"constituents": 10**9}, "--constituents is 1000000000"),
        ({"class_name": ""}, "--class-name is empty"),
        ({"tree": ""}, "--tree is empty"),
        ({"classes": ("top",)}, "--classes must name"),
        ({"classes": ("top", "top")}, "--classes must name"),
        ({"tree": "Events"}, "are for ROOT files"),
        ({"class_name": "top"}, "are for ROOT files"),
    ],
)
def test_options_are_never_ignored(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    jets = toy_jets(10, SLOTS)
    np.savez(tmp_path / "a.npz", p4=jets.constituents, label=jets.label)
    with pytest.raises(BadInput, match=message):
        converted(tmp_path / "a.npz", **options)


def test_momenta_at_the_end_of_float32(tmp_path: Path) -> None:
    """Numbers below the smallest normal float32 have few digits; their sums are no disagreement."""
    p4 = np.zeros((1, 3, 4))
    p4[0, 0] = np.array([np.sqrt(2), 1, 1, 0]) * 1e-41
    np.savez(tmp_path / "a.npz", p4=p4, label=[1])
    converted(tmp_path / "a.npz", unit="MeV")


NUMBERS = st.sampled_from([0.0, 1e-50, 1e-41, 1e-3, 3.3, 40.0, 1e5, 1e300, np.nan, -1.0])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_convert_writes_passes_validate(data: st.DataObject, tmp_path: Path) -> None:
    """Any momenta at all: holes, repetitions, numbers too small or too large for float32, any count, any cut."""
    jets, slots = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    momentum = np.array(data.draw(st.lists(NUMBERS, min_size=jets * slots * 3, max_size=jets * slots * 3)))
    momentum = momentum.reshape(jets, slots, 3) * data.draw(st.sampled_from([1.0, -1.0, 0.123]))
    energy = np.linalg.norm(np.clip(momentum, -1e150, 1e150), axis=-1, keepdims=True)
    energy *= data.draw(st.sampled_from([1.0, 1.0, 2.0, 0.5]))
    p4 = np.concatenate([energy, momentum], axis=-1)
    p4[data.draw(st.integers(0, jets - 1))] = p4[0]
    out = tmp_path / "out.h5"
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"], file["is_signal"] = p4, np.arange(jets) % 2
        if data.draw(st.booleans()):
            file["Nobj"] = data.draw(st.lists(st.integers(0, 40_000), min_size=jets, max_size=jets))
    options = ConversionOptions(
        constituents=data.draw(st.integers(1, 6)),
        drop_unphysical=True,
        unit=data.draw(st.sampled_from(["GeV", "MeV"])),
    )
    try:
        convert([tmp_path / "a.h5"], out, options)
    except BadInput as error:
        assert "no jet to write" in str(error) or "Nobj" in str(error)  # noqa: PT017 - most examples convert
        return
    assert validate(out).problems == []
