"""Verdicts: every row's arithmetic, and pass, marginal, fail from the interval."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fpgajet.devices import Budget, budget, part
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.errors import BadInput
from fpgajet.estimate import Verdict, VerdictRow, estimate, verdict
from fpgajet.estimate.verdict import physics_rows, rate_rows
from fpgajet.ops.forms import InputForm
from tests.networks import LOG, PUPPI, PUPPI_SUM, random_network

ROW: dict[str, Any] = {
    "level": "hls-csynth", "latency_cycles": 20, "ii": 1, "lut": 40_000, "ff": 20_000, "dsp": 500, "bram": 0,
    "constituents": 16,
}  # fmt: skip


def judge(budget_changes: dict[str, Any] | None = None, **changes: Any) -> Verdict:
    slot = budget().model_copy(update=budget_changes or {})
    return verdict(HardwareRow.model_validate(ROW | changes), slot, part("xcvu13p"))


def without(name: str) -> HardwareRow:
    return HardwareRow.model_validate({key: value for key, value in ROW.items() if key != name})


def row(v: Verdict, name: str) -> VerdictRow:
    return next(r for r in v.rows if r.name == name)


def test_latency_counts_input_tagger_queue_and_output() -> None:
    latency = row(judge(), "latency")
    # 256 words on 6 links: the last jet is in at clock 43, the first at clock 3
    assert latency.value == pytest.approx((43 + 20 + 1) * 1000 / 360)
    assert latency.status == "pass"
    assert row(judge(ii=3), "latency").value == pytest.approx((3 + 45 + 20 + 1) * 1000 / 360)
    assert row(judge({"latency_ns": 177}), "latency").status == "fail"


def test_firmware_with_its_own_clock() -> None:
    v = judge(clock_mhz=180.0, period_ns=3.0)
    assert row(v, "latency").value == pytest.approx(
        (22 + 20 + 1) * 1000 / 180
    )  # clock 43 of the links is clock 22
    assert row(v, "initiation interval").limit == 27 // 16
    assert row(v, "clock period").limit == pytest.approx(1000 / 180)


def test_multiplicity_overrides_the_models() -> None:
    v = verdict(HardwareRow.model_validate(ROW), budget(), part("xcvu13p"), multiplicity=32)
    assert row(v, "latency").value == pytest.approx((86 + 20 + 1) * 1000 / 360)
    assert row(v, "input links").status == "fail"  # 512 words on 6 links in 54 clocks


@pytest.mark.parametrize(
    ("ii", "instances", "status"), [(3, 1, "pass"), (4, 1, "fail"), (6, 2, "pass"), (7, 2, "fail")]
)
def test_interval_against_jets_per_event(ii: int, instances: int, status: str) -> None:
    assert row(judge({"instances": instances}, ii=ii), "initiation interval").status == status


def test_utilisation_of_device_and_slr() -> None:
    v = judge(lut=310_000)  # 18 % of the device, 72 % of one SLR
    assert row(v, "LUT of device").value == pytest.approx(310_000 / 1_728_000)
    assert row(v, "LUT of device").status == "pass"
    assert row(v, "LUT of one SLR").status == "fail"
    assert v.status == "fail"
    twice = judge({"instances": 2}, lut=160_000)
    assert row(twice, "LUT of one SLR").value == pytest.approx(320_000 / 432_000)


def test_one_slr_parts_have_one_row() -> None:
    v = verdict(HardwareRow.model_validate(ROW), budget("cms-run3-ugt"), part("xc7vx690t"))
    assert not any("SLR" in r.name for r in v.rows)


@pytest.mark.parametrize(
    ("interval", "status"),
    [((40, 50), "pass"), ((40, 60), "marginal"), ((51, 60), "fail"), ((50, 50), "pass")],
)
def test_marginal_is_an_interval_that_straddles(interval: tuple[float, float], status: str) -> None:
    slot: dict[str, Any] = {"input_links": 0, "output_clocks": 0, "jets_per_event": 1, "clock_mhz": 1000.0}
    v = judge(slot | {"latency_ns": 51.0}, latency_cycles=45, intervals={"latency_cycles": interval})
    latency = row(v, "latency")  # one clock of input, one ns a clock
    assert (latency.low, latency.high) == (interval[0] + 1, interval[1] + 1)
    assert latency.status == status


def test_strict_turns_marginal_into_failure() -> None:
    rows = {s: VerdictRow("x", 1, 1, 1, 1, "", s, "") for s in ("pass", "marginal", "fail")}  # type: ignore[arg-type]
    for status, loose, strict in (("pass", True, True), ("marginal", True, False), ("fail", False, False)):
        v = Verdict("b", "p", "model", (rows["pass"], rows[status]))
        assert (v.status, v.accepted(), v.accepted(strict=True)) == (status, loose, strict)


def test_of_an_estimate() -> None:
    slot: Budget = budget()
    e = estimate(random_network(8), part(slot.part), slot.clock_mhz)
    v = verdict(e, slot, part(slot.part))
    assert row(v, "clock period").limit == pytest.approx(1000 / 360)
    assert v.level == "model"
    assert v.as_dict()["rows"][0]["name"] == "latency"
    assert v.as_dict()["status"] == v.status


@pytest.mark.parametrize(("form", "words"), [(LOG, 16), (PUPPI, 17), (PUPPI_SUM, 16)])
def test_words_of_a_build_are_those_of_its_link(form: InputForm, words: int) -> None:
    """The jet's own word is one more than its candidates; an axis that follows from them needs none."""
    slot = budget()
    e = estimate(random_network(16, hidden=1, form=form), part(slot.part), slot.clock_mhz)
    v = verdict(e, slot, part(slot.part))
    last = math.ceil(16 * words / 6)  # packed on six links
    (hardware, *_) = e.hardware()
    assert hardware.constituents == words
    assert row(v, "input links").value == last
    assert hardware.latency_cycles is not None
    assert row(v, "latency").value == pytest.approx((last + hardware.latency_cycles + 1) * 1000 / 360)
    assert row(v, "latency").explanation.startswith(
        f"{last} clocks until the last of 16 jets is in + 0 in the queue"
    )


def test_incomplete_rows() -> None:
    with pytest.raises(BadInput, match="has no lut"):
        verdict(without("lut"), budget(), part("xcvu13p"))
    with pytest.raises(BadInput, match="multiplicity"):
        verdict(without("constituents"), budget(), part("xcvu13p"))


def test_physics_that_a_budget_asks_for() -> None:
    slot = budget().model_copy(update={"min_auc": 0.95, "min_background_rejection": 30.0})
    statuses = [
        [r.status for r in physics_rows(slot, (auc, 0.002), (rejection, 1.0))]
        for auc, rejection in ((0.96, 40.0), (0.951, 30.5), (0.876, 10.0), (0.96, None))
    ]
    assert statuses == [["pass"] * 2, ["marginal"] * 2, ["fail"] * 2, ["pass", "fail"]]
    assert physics_rows(budget(), (0.5, 0.1), (1.0, 0.1)) == []


def test_the_rate_that_a_budget_allows() -> None:
    slot = budget().model_copy(update={"max_rate_khz": 10.0})
    statuses = [
        rate_rows(slot, rate, "")[0].status
        for rate in ((8.0, 1.0), (9.5, 1.0), (10.5, 1.0), (12.0, 1.0), None)
    ]
    assert statuses == ["pass", "marginal", "marginal", "fail", "fail"]
    found = rate_rows(slot, (8.0, 1.0), "threshold 3")[0]
    assert (found.value, found.limit, found.unit) == (8.0, 10.0, "kHz")
    assert found.high - found.value == pytest.approx(1.2816)
    assert found.explanation.startswith("threshold 3")
    assert rate_rows(budget(), (1e9, 1.0), "") == []
