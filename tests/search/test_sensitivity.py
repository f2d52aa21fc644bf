"""What stands beside the VecNet paper: sensitivities of the settings, and the equivariance map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.search.equivariance import equivariance_map
from fpgajet.search.report import write_report
from fpgajet.search.results import Row
from fpgajet.search.search_settings import SearchSettings
from fpgajet.search.sensitivity import forest_importances, published, sensitivities
from fpgajet.search.space import Space
from fpgajet.search.worker import Work, work
from tests.search.spaces import settings, started

SPACE = {
    "family": "vecnet",
    "space": {
        "node_layers": {"low": 0, "high": 2},
        "activation": {"choices": ["relu", "tanh"]},
        "channels": {
            "sets": {
                f"s{s} v{v} h{h}": {"scalar": s, "vector": v, "hidden": h}
                for s, v, h in ((0, 0, 2), (0, 0, 4), (2, 2, 0), (8, 0, 2), (8, 2, 4))
            }
        },
    },
    "hardware": {"ii": {"low": 1, "high": 3}},
    "pruning": {"epoch": 0, "alike": []},
}  # fmt: skip


def vecnet() -> SearchSettings:
    return settings(space=Space.model_validate(SPACE))


def trials(count: int) -> list[Row]:
    """AUC rises with features, LUT with vectors; nothing else matters."""
    rng, own = np.random.default_rng(1), vecnet()
    rows = []
    for trial in range(count):
        params = {
            "node_layers": int(rng.integers(3)), "activation": str(rng.choice(["relu", "tanh"])),
            "channels": str(rng.choice(list(own.space.space["channels"].sets or {}))),
            "hardware.ii": int(rng.integers(1, 4)),
        }  # fmt: skip
        channels = own.space.assigned(params)
        figures = {
            "auc": 0.9 + 0.01 * channels["hidden"], "ant": None, "lut": 1000.0 + 500 * channels["vector"],
            "dsp": 0.0, "latency": 50.0 - params["hardware.ii"],
        }  # fmt: skip
        rows.append(Row(trial, "complete", f"{trial:05d}", params, figures, "pass", True, False, ""))
    return rows


def test_settings_that_matter_are_found() -> None:
    found = sensitivities(vecnet(), trials(60))
    assert set(found) == {"auc", "lut", "latency"}, "no ant factor, and no DSP that differ"
    for figure, name, sign in (("auc", "hidden", 1), ("lut", "vector", 1), ("latency", "hardware.ii", -1)):
        share, slope = found[figure][name]
        assert next(iter(found[figure])) == name
        assert share > 0.8
        assert slope is not None
        assert slope * sign > 0.8
        assert sum(one for one, _ in found[figure].values()) == pytest.approx(1)
    assert found["auc"]["activation"][1] is None, "no order"
    assert sensitivities(vecnet(), trials(9)) == {}


def test_values_without_an_order_count_as_one_setting() -> None:
    params = [{"a": name, "b": k % 2} for k, name in enumerate("xyz" * 20)]
    values = np.array([float(row["a"] == "y") for row in params])
    found = forest_importances(params, values)
    assert list(found) == ["a", "b"]
    assert found["a"] > 0.95


def test_the_map_has_the_best_of_each_region() -> None:
    rows = trials(60)
    found = equivariance_map(vecnet(), rows, "auc")
    assert found is not None
    assert found.columns == ["0", "2", "4"]
    assert found.rows == ["s 0, v 0", "s 2, v 2", "s 8, v 0", "s 8, v 2"]
    assert {(cell.column, cell.row) for cell in found.cells} == {(1, 0), (2, 0), (0, 1), (1, 2), (2, 3)}
    assert sum(cell.trials for cell in found.cells) == 60
    least = equivariance_map(vecnet(), rows, "lut")
    assert least is not None
    assert {cell.best for cell in least.cells if found.rows[cell.row] == "s 8, v 2"} == {2000.0}
    assert equivariance_map(settings(), rows[:0], "auc") is None


def test_many_widths_are_binned_to_the_right() -> None:
    space = {**SPACE, "space": {name: {"low": 1, "high": 40} for name in ("scalar", "vector", "hidden")}}
    own = settings(space=Space.model_validate(space))
    rows = [
        Row(k, "complete", "", {"scalar": 1, "vector": 1, "hidden": k, "hardware.ii": 1}, {"auc": 0.5 + k / 100},
            "pass", True, False, "")
        for k in range(1, 21)
    ]  # fmt: skip
    found = equivariance_map(own, rows, "auc")
    assert found is not None
    assert found.columns == ["1 - 2", "3 - 4", "5 - 8", "9 - 16", "17 - 32"]
    assert [(cell.trials, cell.best) for cell in found.cells] == [
        (2, 0.52), (2, 0.54), (4, 0.58), (8, 0.66), (4, 0.7)
    ]  # fmt: skip


def test_the_paper_stands_beside_ours(tmp_path: Path) -> None:
    assert published("vecnet")["ant"]["hidden"] == (0.443, -0.092)
    assert published("npelican") == {}
    own = started(tmp_path, space=Space.model_validate(SPACE), sampler="random")
    work(Work(tmp_path, tmp_path, 12), run=by_rule)
    written = write_report(tmp_path, own, None, "x", [])
    page = (tmp_path / "search.html").read_text()
    assert "batch norm" in page, "what only the paper has"
    assert "0.443" in page
    assert "the paper&#39;s most efficient one" in page
    assert set(written.sensitivities) == {"auc", "lut", "ant"}


def by_rule(settings: SearchSettings, params: object, data: Path, run: Path, report: object) -> object:
    """In place of a training."""
    from fpgajet.search.outcome import Evaluated

    channels = settings.space.assigned(params)  # type: ignore[arg-type]
    hidden, vector = float(channels["hidden"]), float(channels["vector"])
    figures = {
        "auc": 0.9 + 0.01 * hidden, "auc_test": 0.9, "auc_error": 0.001, "ant": 2 + vector, "parameters": 9.0,
        "lut": 100 + vector, "lut_low": 90.0, "lut_high": 120.0, "dsp": 0.0, "latency": 30.0, "ii": 1.0,
        "clock_mhz": 360.0,
    }  # fmt: skip
    return Evaluated(figures, "pass", {"budget": -1.0})
