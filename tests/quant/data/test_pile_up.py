"""Pile-up: PUPPI weights by hand, cones against a plain loop, and jets that pile-up changes as it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.executor import Place
from quant.data import Jets, check_jets, concatenate
from quant.data.generation import puppi
from quant.data.generation.generator import POOL_STREAM, generate
from quant.data.generation.order import Order
from quant.data.generation.particles import Candidates, known_of
from quant.data.generation.pool import Pool, make_pool
from quant.data.generation.production import produce
from quant.data.generation.recipe import JetSelection, PileUp, Recipe, make_recipe
from quant.data.generation.seeded_cone import leading_cones
from quant.data.generation.shared_pool import POOL_FILE


def candidates(*rows: tuple[int, float, float, float]) -> Candidates:
    event, pt, eta, phi = zip(*rows, strict=True)
    columns = [np.array(column, float) for column in (pt, eta, phi)]
    return Candidates(np.array(event), *columns, known_of(columns[0], 0, 1))


def test_alpha_by_hand() -> None:
    pytest.importorskip("scipy")
    tracks = candidates((0, 10.0, 0.0, 0.0), (0, 4.0, 0.0, 0.2), (1, 99.0, 0.0, 0.1), (0, 50.0, 0.0, 0.1001))
    asked = candidates((0, 1.0, 0.0, 0.1), (1, 1.0, 0.0, 3.0), (0, 1.0, 0.31, 0.0))
    alpha = puppi.alphas(asked, tracks, PileUp())
    # The track at a distance of 0.0001 is inside of Rmin; that of event 1 belongs to another event.
    assert alpha[0] == pytest.approx(np.log(10 / 0.1 + 4 / 0.1))
    assert alpha[1] == -np.inf
    assert alpha[2] == -np.inf


def test_weights_by_hand() -> None:
    pytest.importorskip("scipy")
    calibration = puppi.calibrate(np.r_[np.linspace(-1.0, 1.0, 101), -np.inf])
    assert calibration is not None
    assert calibration.median == pytest.approx(0.0, abs=1e-12)
    assert calibration.left_rms == pytest.approx(np.sqrt(np.mean(np.linspace(-1, 0, 51) ** 2)))
    exact = puppi.Calibration(1.0, 0.5)
    found = puppi.weights(np.array([-np.inf, 0.9, 1.02, 1.5, 2.0, 9.0]), exact, PileUp())
    # P(chi2 < x^2) of one degree of freedom: 68.3 % at one RMS, 95.4 % at two; below 0.1 it is cut to zero.
    assert found == pytest.approx([0.0, 0.0, 0.0, 0.6827, 0.9545, 1.0], abs=1e-4)
    assert puppi.calibrate(np.full(puppi.FEWEST_TRACKS - 1, 2.0)) is None
    assert puppi.weights(np.array([-np.inf]), None, PileUp()).tolist() == [1.0]


def test_a_neutral_needs_more_momentum_with_more_pile_up() -> None:
    neutrals = candidates((0, 2.0, 0.0, 0.0), (1, 2.0, 0.0, 0.0), (2, 0.05, 0.0, 0.0))
    kept = puppi.weighted(neutrals, np.array([0.7, 0.8, 1.0]), np.array([200.0, 200.0, 0.0]), PileUp())
    assert kept.event.tolist() == [1, 2], (
        "1.4 GeV is below 0.1 + 0.007 x 200 = 1.5 GeV; without pile-up there is no cut"
    )


def plain_cones(pt: np.ndarray, eta: np.ndarray, phi: np.ndarray, radius: float) -> list[list[int]]:
    """Seeded cones of one event, as the definition says."""
    left, cones = set(range(len(pt))), []
    while left and len(cones) < 4:
        seed = max(left, key=lambda i: pt[i])
        inside = [
            i for i in sorted(left)
            if np.hypot(eta[i] - eta[seed], (phi[i] - phi[seed] + np.pi) % (2 * np.pi) - np.pi) < radius
        ]  # fmt: skip
        cones.append(inside)
        left -= set(inside)
    return cones


def test_seeded_cones_as_their_definition_says() -> None:
    rng = np.random.default_rng(5)
    event = np.sort(rng.integers(0, 40, 600))
    pt, eta, phi = rng.exponential(20, 600), rng.normal(0, 1.2, 600), rng.uniform(-np.pi, np.pi, 600)
    p4 = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    selection = JetSelection(algorithm="seeded-cone", pt_min=60, pt_max=1e6, eta_max=1.5)
    found = leading_cones(event, p4, 41, selection)
    bounds = np.r_[0, np.cumsum(found.sizes)]
    at = 0
    for number in range(41):
        rows = np.flatnonzero(event == number)
        sums = [(p4[rows[c]].sum(0), rows[c]) for c in plain_cones(pt[rows], eta[rows], phi[rows], 0.8)]
        best = max(sums, key=lambda one: np.hypot(one[0][1], one[0][2]), default=None)
        if best is None:
            continue
        jet_pt = np.hypot(best[0][1], best[0][2])
        if jet_pt <= 60 or abs(np.arcsinh(best[0][3] / jet_pt)) >= 1.5:
            continue
        assert found.event[at] == number
        assert found.jet[at, 0] == pytest.approx(jet_pt)
        assert found.members[bounds[at] : bounds[at + 1]].tolist() == sorted(best[1])
        at += 1
    assert at == len(found.event) > 10


def recipe(mean: float, classes: tuple[str, ...] = ("QCD", "top"), **pileup: float) -> Recipe:
    return make_recipe(
        {
            "classes": classes,
            "mode": "level1-pileup",
            "selection": {"algorithm": "seeded-cone", "pt_min": 500, "pt_max": 3000},
            "windows": {"QCD": [450, 3000], "top": [450, 3000]},
            "pileup": {"mean": mean, "pool_events": 60} | pileup,
            "features": ["z0", "puppi", "charge"],
        }
    )


@pytest.fixture(scope="module")
def pool() -> Pool:
    """That of the seed (3,), which all recipes here share."""
    for package in ("pythia8mc", "fastjet", "vector", "scipy"):
        pytest.importorskip(package)
    return make_pool(recipe(200), (3, POOL_STREAM))


@pytest.fixture(scope="module")
def without_and_with(pool: Pool) -> tuple[Jets, Jets]:
    return generate(recipe(0), "top", 60, (3,)), generate(recipe(200), "top", 60, (3,), pool=pool)


def test_pile_up_adds_constituents(without_and_with: tuple[Jets, Jets]) -> None:
    none, much = without_and_with
    for jets in without_and_with:
        check_jets(jets, source="generated jets")
        assert jets.constituents.shape == (60, 32, 7)
        assert ((jets.jet[:, 0] > 500) & (np.abs(jets.jet[:, 1]) < 2)).all()
        pt = np.hypot(jets.constituents[..., 1], jets.constituents[..., 2]).astype(np.float64)
        np.testing.assert_allclose(pt / 0.25, np.round(pt / 0.25), atol=2e-3)
    assert much.multiplicity.mean() > none.multiplicity.mean() + 4
    # PUPPI removes most of it: 200 interactions put about 250 GeV into a cone of 0.8.
    assert np.median(much.jet[:, 3]) < np.median(none.jet[:, 3]) + 40


def test_what_a_trigger_knows_of_candidates(without_and_with: tuple[Jets, Jets]) -> None:
    much = without_and_with[1]
    assert [(of.name, of.low, of.high) for of in much.features][:2] == [
        ("z0", -5.0, 5.0),
        ("puppi", 0.0, 1.0),
    ]
    for jets in without_and_with:
        z0, weight, charge = np.moveaxis(jets.constituents[..., 4:], -1, 0)
        real, track = jets.constituents[..., 0] > 0, charge != 0
        assert track.any()
        assert (weight[track] == 1).all()
        assert ((z0 != 0) == track).all()
        assert 0.4 < z0[track & (np.abs(z0) < 3)].std() < 1.5, "a resolution of 0.8 mm"
        assert (weight[real] >= 0.1).all()
    weights = much.constituents[..., 5][(much.constituents[..., 6] == 0) & (much.constituents[..., 0] > 0)]
    assert (weights < 1).mean() > 0.1


def test_without_puppi_much_more_stays(without_and_with: tuple[Jets, Jets], pool: Pool) -> None:
    loose = generate(recipe(200, weight_min=0, z0_cut=1e4, neutral_pt=(0.0, 0.0)), "top", 30, (3,), pool=pool)
    assert loose.multiplicity.mean() > without_and_with[1].multiplicity.mean() + 10


def test_cross_sections(without_and_with: tuple[Jets, Jets]) -> None:
    jets = without_and_with[0]
    facts = jets.provenance
    assert jets.cross_section is not None
    assert jets.cross_section.mean() == pytest.approx(facts["passed_pb"], rel=1e-5)
    assert facts["passed_pb"] == pytest.approx(facts["generated_pb"] * facts["passed"] / facts["events"])
    assert 1 < facts["generated_pb"] < 2, "top pairs above 450 GeV at 14 TeV, leading order"
    assert concatenate([jets[:10], jets[10:]]).cross_section is not None
    assert concatenate([jets[:10], Jets(**{**vars(jets[10:]), "cross_section": None})]).cross_section is None


def test_biased_events_have_the_same_cross_section() -> None:
    for package in ("pythia8mc", "fastjet", "vector"):
        pytest.importorskip(package)
    plain = {"windows": {"QCD": [450, 3000]}}
    biased = ["PhaseSpace:bias2Selection = on", "PhaseSpace:bias2SelectionPow = 3"]
    flat, steep = (
        generate(make_recipe(plain | {"pythia": lines}), "QCD", 250, (4,)) for lines in (biased, [])
    )
    assert flat.cross_section is not None
    assert steep.cross_section is not None
    assert flat.cross_section.std() > 0.01 * flat.cross_section.mean()
    assert steep.cross_section.std() < 1e-5 * steep.cross_section.mean()
    assert flat.cross_section.mean() == pytest.approx(steep.cross_section.mean(), rel=0.3)


def test_the_pool_and_the_number_of_processes(tmp_path: Path) -> None:
    for package in ("pythia8mc", "fastjet", "vector", "scipy"):
        pytest.importorskip(package)
    order = Order(recipe(20, ("top",), pool_events=20), 8, seed=5, shard_jets=4)
    two = produce(tmp_path / "2", order, place=Place(2))
    # The first begins with a pool that a crash has damaged.
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / POOL_FILE).write_bytes(b"PK damaged")
    one = produce(tmp_path / "1", order, place=Place(1))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert (tmp_path / "1" / POOL_FILE).stat().st_size > 1000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"pileup": {"mean": -1}}, "pileup.mean"),
        ({"pileup": {"average": 3}}, "pileup.average"),
        ({"selection": {"algorithm": "kt"}}, "selection.algorithm"),
        ({"collision_energy": 14}, "collision_energy"),
        ({"mode": "truth", "features": ["charge"]}, "the mode truth has none"),
        ({"features": ["z0"]}, "level1-pileup only"),
        ({"features": ["charge", "charge"]}, "written once"),
        ({"features": ["spin"]}, "features.0"),
    ],
)
def test_wrong_recipes_are_named(content: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        make_recipe(content)
