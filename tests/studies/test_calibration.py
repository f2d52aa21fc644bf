"""The model against published builds, each held out in turn; and the shipped constants are those of the fit."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from fpgajet.estimate.calibration import SOURCE, Error, calibration
from studies.calibration import fits, jedi, messages, npelican

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "calibrate_estimate.py"


def test_five_firmware_rows() -> None:
    """Latency within 2 cycles and DSP within 5 %, each design held out."""
    _, cycles = npelican.latency()
    by_name = {d.name: error for d, error in cycles}
    assert len(npelican.TARGETS) == 5
    assert all(abs(by_name[name]) <= 2 for name in npelican.TARGETS)
    rules = npelican.dsp()["dsp_rules"]
    errors = {p.name: error for p, error in rules.held_out}
    assert all(abs(errors[name]) <= 0.05 for name in npelican.TARGETS)


def test_placed_designs() -> None:
    """Median LUT error of the ten named designs at most 10 %, leaving one out, from bit operations alone."""
    found = jedi.fits()
    assert sum(p.target for p, _ in found["matrix_lut"].held_out) == 10
    assert found["matrix_lut"].median_percent(target_only=True) <= 10
    assert found["da_cost"].median_percent(target_only=True) <= 5


def test_message_passing_against_our_own_verilog() -> None:
    """LUTs of networks that no fit has seen, whole intervals included; layers with random weights held out in turn."""
    found = messages.fits()
    assert len(found["shift_add_lut"].held_out) == 16
    assert found["shift_add_lut"].median_percent() <= 5
    assert len(found["message_lut"].held_out) >= 2
    assert max(abs(error) for _, error in found["message_lut"].held_out) <= 0.1
    for row in messages.read_rows(messages.NETWORKS):
        total = messages.estimated(row["model"], int(row["constituents"])).total.lut
        assert total.low < int(row["lut"]) < total.high, row
    assert found["message_dsp"].median_percent() == 0


def test_intervals_are_honest() -> None:
    """80 % intervals hold 70 to 95 % of the designs that were held out."""
    delay, cycles = npelican.latency()
    results = npelican.logic_fits(delay) | jedi.fits() | {"latency": npelican.latency_result(cycles)}
    results["shift_add_lut"] = messages.fits()["shift_add_lut"]
    results["period"] = jedi.period()[2]
    del results["dsp_rules"]  # exact where the weights' share is known: no interval is made of it
    assert {name: r.coverage for name, r in results.items() if not 0.70 <= r.coverage <= 0.95} == {}


def test_a_held_out_design_does_not_see_itself() -> None:
    points = [fits.Point("a", "a", 1.0), fits.Point("b", "b", 1.0), fits.Point("c", "c", 2.0)]
    result = fits.leave_one_out("x", points)
    errors = {p.name: error for p, error in result.held_out}
    assert errors["c"] == pytest.approx(-0.5)
    assert result.value == pytest.approx(2 ** (1 / 3))


def test_the_interval_is_students_for_one_more_design() -> None:
    """Ratios 1/e, 1, e: deviation 1 of the logarithms with 2 degrees of freedom, around one sqrt(2/3) with 3."""
    points = [fits.Point(name, name, math.exp(k)) for name, k in (("a", -1), ("b", 0), ("c", 1))]
    assert fits.spread(points) == pytest.approx(math.exp(1.886 * math.sqrt(1 + 1 / 3)))
    assert fits.around_one(points) == pytest.approx(math.exp(1.638 * math.sqrt(2 / 3 * (1 + 1 / 3))))
    two = points[:2]
    assert fits.spread(two) == pytest.approx(math.exp(3.078 * math.sqrt(0.5 * (1 + 1 / 2))))


def test_groups_count_once() -> None:
    points = [fits.Point(str(k), "many", 1.0) for k in range(9)] + [fits.Point("x", "one", 4.0)]
    assert fits.constant(points) == pytest.approx(2.0)


def test_shipped_constants_are_those_of_the_fit(tmp_path: Path) -> None:
    fitted = tmp_path / "calibration.toml"
    command = [sys.executable, str(SCRIPT), "--brief", "--write", "--out", str(fitted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shipped = SOURCE.read_text(encoding="utf-8")
    assert fitted.read_text(encoding="utf-8") == shipped, "run scripts/calibrate_estimate.py --write"


def _all_errors() -> list[Error]:
    known = calibration()
    return [*known.errors.values(), *(e for group in known.assumed.values() for e in group.values())]


def test_constants_are_plausible() -> None:
    known = calibration()
    assert 0.5 < known.lut_scale < 1.2
    assert 0.3 < known.adder_ns < 1.5
    assert known.family_slowness["UltraScale+"] == 1
    assert all(error.spread > 1 for error in _all_errors())
