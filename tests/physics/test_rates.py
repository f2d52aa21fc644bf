"""Rates of a tagger on jets: no silent number where cross sections, jets or an unbiased spectrum are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.physics.rate_figure import plot_rates
from fpgajet.physics.rates import Rates, rates_of
from quant.data import Jets
from tests.toy_jets import toy_jets

SCORE = FixedType.from_ap_fixed("ap_fixed<16,4>")
PROVENANCE: dict[str, Any] = {
    "recipe": {"selection": {"pt_min": 500.0, "pt_max": 3000.0}},
    "pthat_windows_gev": {"QCD": [290.0, 3000.0]},
    "cross_sections": {"QCD": {"generated_pb": 100.0, "generated_error_pb": 3.0}},
}


def jets(**changes: Any) -> Jets:
    content = replace(toy_jets(400), provenance=PROVENANCE, cross_section=np.full(400, 1500.0, np.float32))
    content.jet[:, 0] = np.linspace(500, 1000, 400)
    return replace(content, **changes)


def scores() -> np.ndarray:
    rng = np.random.default_rng(1)
    raw = rng.integers(-200, 200, 400) + 150 * (np.arange(400) % 2)
    return np.asarray(raw * SCORE.lsb)


def found(sample: Jets | None = None, **options: Any) -> Rates:
    return rates_of(jets() if sample is None else sample, scores(), SCORE, "jets/test", **options)


def test_thresholds_are_the_integers_of_the_firmware() -> None:
    rates = found()
    assert rates.curve.before_khz == pytest.approx(7.5e34 * 1e-36 * 1500 / 1000)
    for row in rates.as_dict()["at_signal_efficiency"]:
        assert isinstance(row["threshold"], int)
        passes = np.round(scores() / SCORE.lsb).astype(int) >= row["threshold"]
        label = jets().label
        assert row["signal_efficiency"] == pytest.approx(passes[label == 1].mean())
        assert row["rate_khz"] == pytest.approx(rates.curve.before_khz * passes[label == 0].mean())
        assert row["background_jets"] == passes[label == 0].sum()
        assert row["rate_error_at_signal_efficiency_khz"] >= row["rate_error_khz"] * 0.999
    wanted = rates.at_rate(0.03)
    assert wanted["rate_khz"] <= 0.03 < wanted["next_looser"]["rate_khz"]
    between = rates.at_threshold(wanted["threshold"])
    assert between["rate_khz"] == wanted["rate_khz"]
    assert rates.at_threshold(20_000)["rate_khz"] == 0.0


def test_the_cross_sections_error_enters() -> None:
    row = found().at_signal(0.95)
    counted = row["rate_khz"] / np.sqrt(row["background_jets"])
    assert row["rate_error_khz"] == pytest.approx(np.hypot(counted, 0.03 * row["rate_khz"]), rel=1e-6)


def test_a_jet_threshold_leaves_jets_out() -> None:
    high = found(jet_pt_min=800.0)
    chosen = jets().jet[:, 0] >= 800
    assert high.curve.jets == (chosen & (jets().label == 0)).sum()
    share = (chosen & (jets().label == 0)).sum() / 200
    assert high.curve.before_khz == pytest.approx(share * found().curve.before_khz)
    with pytest.raises(BadInput, match="above 500 GeV only"):
        found(jet_pt_min=300.0)
    with pytest.raises(BadInput, match="no jets of one class above 5000 GeV"):
        found(jet_pt_min=5000.0)


def test_without_cross_sections_there_is_no_number() -> None:
    with pytest.raises(BadInput, match="jets/test holds jets without cross sections"):
        found(jets(cross_section=None))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pthat_windows_gev": {"QCD": [450.0, 3000.0]}}, "the rate is a lower limit"),
        ({"recipe": {"selection": {"pt_min": 500.0, "pt_max": 650.0}}}, "between 500 and 650 GeV"),
    ],
)
def test_what_makes_a_rate_wrong_is_said(changes: dict[str, Any], words: str) -> None:
    assert not found().warnings
    (warning,) = found(jets(provenance=PROVENANCE | changes)).warnings
    assert words in warning


def test_more_jets_than_crossings_are_capped_in_words() -> None:
    (warning,) = found(jets(cross_section=np.full(400, 1e9, np.float32))).warnings
    assert "never more than 31,038 kHz" in warning


@pytest.mark.parametrize(
    "provenance", [{}, {"recipe": 3}, {"cross_sections": {"QCD": {"generated_pb": "x"}}}]
)
def test_any_provenance_is_survived(provenance: dict[str, Any]) -> None:
    assert found(jets(provenance=provenance)).jet_pt_min == 500.0


def test_figure(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot_rates({"one": found()}, tmp_path / "rates.svg", "toys")
    assert "rate of QCD jets" in (tmp_path / "rates.svg").read_text()
