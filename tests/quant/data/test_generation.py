"""Generated jets: physical, matched, the same for any number of processes, continued after a stop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgajet.cli import _register, app
from fpgajet.errors import BadInput, MissingTool
from fpgajet.executor import Place
from quant.data import Jets, read_jets, write_jets
from quant.data.checking.constituents import check_constituents
from quant.data.checking.features import feature_problems
from quant.data.describing.statistics import mass_auc, multiplicity_auc
from quant.data.generation.generator import generate, require_generator
from quant.data.generation.level1 import quantise
from quant.data.generation.order import ORDER_FILE, Order, shard_path
from quant.data.generation.production import produce
from quant.data.generation.recipe import Level1, Recipe, make_recipe, read_recipe

_register("data")

#: For tests that compare files: Pythia starts and generates faster.
FAST = make_recipe({"pythia": ["PartonLevel:ISR = off"]})
ONE_CLASS = make_recipe({"pythia": FAST.pythia, "classes": ["top"]})


@pytest.fixture
def generator() -> None:
    """Skip where the extra ``gen`` is not installed."""
    for package in ("pythia8mc", "fastjet", "awkward", "vector"):
        pytest.importorskip(package)


def both(recipe: Recipe, count: int) -> Jets:
    """``count`` jets of each class."""
    from quant.data import concatenate

    return concatenate(
        [generate(recipe, name, count, (9, index)) for index, name in enumerate(recipe.classes)]
    )


@pytest.mark.usefixtures("generator")
def test_jets_are_physical_selected_and_separable() -> None:
    jets = both(Recipe(), 400)
    check_constituents(jets.constituents)
    assert jets.constituents.shape == (800, 200, 4)
    assert ((jets.jet[:, 0] > 550) & (jets.jet[:, 0] < 650)).all()
    assert (np.abs(jets.jet[:, 1]) < 2).all()
    np.testing.assert_array_equal(jets.multiplicity, (jets.constituents[..., 0] > 0).sum(axis=1))
    total = jets.constituents.astype(np.float64).sum(axis=1)
    np.testing.assert_allclose(np.hypot(total[:, 1], total[:, 2]), jets.jet[:, 0], rtol=1e-5)
    momentum2 = (total[:, 1:] ** 2).sum(axis=1)
    np.testing.assert_allclose(np.sqrt(total[:, 0] ** 2 - momentum2), jets.jet[:, 3], atol=0.5)
    # Loose: 400 jets a class. The tight comparison is scripts/study_data.py on 60,000.
    assert jets.multiplicity[jets.label == 0].mean() == pytest.approx(43.0, rel=0.08)
    assert jets.multiplicity[jets.label == 1].mean() == pytest.approx(54.7, rel=0.08)
    assert 0.89 < mass_auc(jets) < 0.95
    assert multiplicity_auc(jets) == pytest.approx(0.709, abs=0.05)
    assert np.median(jets.jet[jets.label == 1, 3]) == pytest.approx(172, abs=5)


@pytest.mark.usefixtures("generator")
@pytest.mark.parametrize(("name", "mass"), [("W", 80.4), ("Z", 91.2)])
def test_bosons_have_their_mass(name: str, mass: float) -> None:
    jets = generate(make_recipe({"classes": ["QCD", name]}), name, 150, (1,))
    assert np.median(jets.jet[:, 3]) == pytest.approx(mass, rel=0.06)
    assert set(jets.label.tolist()) == {1}


@pytest.mark.usefixtures("generator")
def test_features_are_those_of_the_candidates() -> None:
    plain = generate(Recipe(), "top", 30, (9, 1))
    jets = generate(Recipe(features=("particle", "charge")), "top", 30, (9, 1))
    assert [feature.name for feature in jets.features] == ["particle", "charge"]
    np.testing.assert_array_equal(jets.bare, plain.constituents)
    assert feature_problems(jets) == []
    kind, charge = np.moveaxis(jets.constituents[..., 4:], -1, 0)
    real = jets.constituents[..., 0] > 0
    assert set(np.unique(kind[real])) == {1, 2, 3, 4, 5}
    assert (np.abs(charge[real & (kind <= 3)]) == 1).all()
    assert (charge[kind > 3] == 0).all()
    assert np.abs(charge[real].mean()) < 0.1
    share = [(kind[real] == number).mean() for number in range(1, 6)]
    assert max(share[:2]) < 0.05 < min(share[2:])


@pytest.mark.usefixtures("generator")
def test_gluon_jets_have_more_constituents_than_quark_jets() -> None:
    jets = both(make_recipe({"classes": ["q", "g"]}), 150)
    assert jets.multiplicity[jets.label == 1].mean() > jets.multiplicity[jets.label == 0].mean() + 8


@pytest.mark.usefixtures("generator")
def test_truth_mode_has_more_and_other_constituents() -> None:
    jets = generate(make_recipe({"mode": "truth"}), "top", 100, (1,))
    check_constituents(jets.constituents)
    assert jets.multiplicity.mean() > 70


@pytest.mark.usefixtures("generator")
def test_level1_mode_sends_what_a_trigger_sends() -> None:
    jets = generate(make_recipe({"mode": "level1", "level1": {"constituents": 16}}), "top", 60, (1,))
    check_constituents(jets.constituents)
    assert jets.constituents.shape[1] == 16
    p4 = jets.constituents[jets.constituents[..., 0] > 0].astype(np.float64)
    pt = np.hypot(p4[:, 1], p4[:, 2])
    for value, unit in ((pt, 0.25), (np.arctan2(p4[:, 2], p4[:, 1]), np.pi / 720)):
        np.testing.assert_allclose(value / unit, np.round(value / unit), atol=2e-3)
    eta_units = np.arcsinh(p4[:, 3] / pt) / (np.pi / 720)
    np.testing.assert_allclose(eta_units, np.round(eta_units), atol=2e-3)
    assert pt.min() >= 1.0


def test_level1_rounding_by_hand() -> None:
    pt, eta, phi = 10.37, 0.5, -2.0
    p4 = np.array(
        [[pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], [0.9, 0.9, 0, 0]]
    )
    found = quantise(p4, Level1())
    assert np.hypot(found[0, 1], found[0, 2]) == pytest.approx(10.25)
    assert np.arctan2(found[0, 2], found[0, 1]) / (np.pi / 720) == pytest.approx(-458)
    assert found[1].tolist() == [0, 0, 0, 0]


@pytest.mark.usefixtures("generator")
def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    order = Order(FAST, 30, seed=5, shard_jets=20)
    one, two = (produce(tmp_path / str(n), order, place=Place(n)) for n in (1, 2))
    assert [path.name for path in one] == ["jets-00000.h5", "jets-00001.h5"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.usefixtures("generator")
def test_a_cluster_changes_nothing(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = [
        "data",
        "generate",
        "--jets",
        "24",
        "--shard-jets",
        "12",
        "--seed",
        "5",
        "--processes",
        "1",
        "--json",
    ]
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        words = [*options, "--out", str(tmp_path / "there"), "--cluster", cluster.scheduler_address]
        found = CliRunner().invoke(app, words, catch_exceptions=False)
    assert json.loads(found.stdout)["made_now"] == 24
    here = produce(tmp_path / "here", Order(Recipe(), 24, seed=5, shard_jets=12), place=Place(1))
    assert [path.read_bytes() for path in here] == [
        (tmp_path / "there" / path.name).read_bytes() for path in here
    ]


@pytest.mark.usefixtures("generator")
def test_missing_and_damaged_shards_are_made_again_and_nothing_else(tmp_path: Path) -> None:
    order = Order(ONE_CLASS, 30, seed=5, shard_jets=10)
    paths = produce(tmp_path, order, place=Place(1))
    before = [path.read_bytes() for path in paths]
    paths[0].unlink()
    paths[1].write_bytes(before[1][:1000])
    kept = paths[2].stat().st_mtime_ns
    seen: list[int] = []
    produce(tmp_path, order, place=Place(1), progress=seen.append)
    assert [path.read_bytes() for path in paths] == before
    assert paths[2].stat().st_mtime_ns == kept
    assert (seen[0], seen[-1]) == (10, 30)
    # A larger order keeps the shards of the smaller one.
    produce(tmp_path, Order(ONE_CLASS, 40, seed=5, shard_jets=10), place=Place(1))
    assert [path.read_bytes() for path in paths] == before
    assert shard_path(tmp_path, 3).exists()


@pytest.mark.usefixtures("generator")
def test_another_order_in_the_same_place_is_refused(tmp_path: Path) -> None:
    produce(tmp_path, Order(Recipe(), 4, seed=1, shard_jets=4), place=Place(1))
    with pytest.raises(BadInput, match="different: seed"):
        produce(tmp_path, Order(Recipe(), 4, seed=2, shard_jets=4), place=Place(1))
    with pytest.raises(BadInput, match="more than the 2 asked"):
        produce(tmp_path, Order(Recipe(), 2, seed=1, shard_jets=4), place=Place(1))
    assert (tmp_path / ORDER_FILE).exists()


@pytest.mark.usefixtures("generator")
def test_seeds_and_shards_are_independent() -> None:
    order = Order(Recipe(), 20, seed=1, shard_jets=10)
    from quant.data.generation.production import shard_content

    content = [shard_content(order, 0), shard_content(order, 1)]
    content.append(shard_content(Order(Recipe(), 20, seed=2, shard_jets=10), 0))
    leading = [float(jets.constituents[:, 0, 0].sum()) for jets in content]
    assert len(set(leading)) == 3
    assert [np.bincount(jets.label).tolist() for jets in content] == [[5, 5]] * 3
    # Mixed, not one class after the other.
    assert (np.diff(content[0].label.astype(int)) != 0).sum() > 1


@pytest.mark.usefixtures("generator")
def test_a_wrong_pythia_setting_is_named() -> None:
    with pytest.raises(BadInput, match="'Nonsense:on = 1'"):
        generate(make_recipe({"pythia": ["Nonsense:on = 1"]}), "QCD", 1, (1,))


@pytest.mark.usefixtures("generator")
def test_a_hopeless_selection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quant.data.generation.generator.HOPELESS_EVENTS", 500)
    recipe = make_recipe({"selection": {"pt_min": 3000, "pt_max": 3100}})
    with pytest.raises(BadInput, match="none of 500 QCD events"):
        generate(recipe, "QCD", 1, (1,))


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pythia8mc", None)
    with pytest.raises(MissingTool, match=r"fpgajet\[gen\]"):
        require_generator()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"classes": ["QCD", "Higgs"]}, "unknown class 'Higgs'"),
        ({"classes": ["QCD", "QCD"]}, "each once"),
        ({"detector": "cms"}, "detector"),
        ({"mode": "geant"}, "mode"),
        ({"selection": {"pt_min": 700}}, "pt_min must be below"),
        ({"windows": {"QCD": [800, 500]}}, "low < high"),
        ({"constituents": 0}, "constituents"),
        ({"pythia": ["Random:seed = 5"]}, "all shards would be equal"),
    ],
)
def test_wrong_recipes_are_named(content: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        make_recipe(content)


def test_recipes_from_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('mode = "truth"\n[windows]\nQCD = [450, 1000]\n')
    (tmp_path / "a.json").write_text('{"mode": "truth", "windows": {"QCD": [450, 1000]}}')
    recipe = read_recipe(tmp_path / "a.toml")
    assert recipe == read_recipe(tmp_path / "a.json")
    assert recipe.window("QCD") == (450, 1000)
    (tmp_path / "b.toml").write_text("mode = ")
    for name in ("b.toml", "none.toml"):
        with pytest.raises(BadInput, match=name):
            read_recipe(tmp_path / name)
    with pytest.raises(BadInput, match="at least 2"):
        Order(Recipe(), 1, 1)
    with pytest.raises(BadInput, match="negative"):
        Order(Recipe(), 10, -1)


@pytest.mark.usefixtures("generator")
def test_the_parton_that_a_jet_holds_is_kept(tmp_path: Path) -> None:
    recipe = make_recipe({"classes": ["QCD", "top"]})
    jets = both(recipe, 40)
    assert jets.parton is not None
    assert (jets.parton[jets.label == 0] == 0).all()
    of_top, jet = jets.parton[jets.label == 1], jets.jet[jets.label == 1]
    assert np.median(of_top[:, 3]) == pytest.approx(173, abs=1.5)
    dphi = np.mod(of_top[:, 2] - jet[:, 2] + np.pi, 2 * np.pi) - np.pi
    assert (np.hypot(of_top[:, 1] - jet[:, 1], dphi) < 0.8).all()
    assert 0.8 < np.median(jet[:, 0] / of_top[:, 0]) < 1.2
    write_jets(tmp_path / "jets.h5", jets)
    again = read_jets(tmp_path / "jets.h5")
    assert again.parton is not None
    np.testing.assert_array_equal(again.parton, jets.parton)
