"""One thing has one number on the page: tiles, waterfall and bars show the figures on which the verdict rests."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fpgajet.devices import budget, part
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.estimate import verdict
from fpgajet.report import Report, html
from fpgajet.report.latency import judged_row, steps, waterfall
from fpgajet.report.resources import composition, resource_bars
from fpgajet.report.tiles import tiles
from tests.report.conftest import row

Values = dict[str, Any]


@pytest.fixture
def on_rtl(values: Values) -> Report:
    """A report whose verdict rests on our Verilog, while the operators are those of the estimate."""
    slot = budget()
    device = part(slot.part)
    more = {"part": device.full_name, "clock_mhz": slot.clock_mhz, "constituents": 8, "period_ns": 2.3}
    counted = row("total", 0, 18, 21_600, 9_000, 96, **more | {"level": "rtl-synthesis"})
    values["hardware"].append(counted)
    values["verdict"] = verdict(HardwareRow.model_validate(counted), slot, device).as_dict()
    return Report.build(values)


def test_the_judged_row_is_everywhere(on_rtl: Report) -> None:
    assert on_rtl.verdict is not None
    rows = {r.name: r for r in on_rtl.verdict.rows}
    judged = judged_row(on_rtl)
    assert judged is not None
    assert judged.level == "rtl-synthesis"
    assert [step.name for step in steps(on_rtl)] == ["input links", "tagger", "output"]
    assert steps(on_rtl)[-1].end == pytest.approx(rows["latency"].value)
    found = {tile.question: f"{tile.value} {tile.note}" for tile in tiles(on_rtl)}
    bars, fall, page = resource_bars(on_rtl), waterfall(on_rtl), html(on_rtl)
    assert bars is not None
    assert fall is not None
    latency = f"{rows['latency'].value:.1f} ns"
    assert latency in found["Is it fast enough?"]
    assert latency in fall.description
    share = f"{100 * rows['LUT of one SLR'].value:.1f} %"
    assert f"LUT {share}" in bars.description
    assert "21,600 LUT" in found["Does it fit?"]
    shown = set(re.findall(r"(\d+\.\d %)</text>", bars.drawing))
    table = set(re.findall(r"<span>(\d+\.\d %)", page))
    assert shown <= table, "no share that the table of the verdict does not have"


def test_operators_are_shares_of_the_estimate_then(on_rtl: Report, values: Values) -> None:
    picture = composition(on_rtl)
    assert picture is not None
    assert "pairs: 84.5 % of LUT" in picture.drawing
    on_estimate = Report.build(values | {"verdict": values["verdict"] | {"level": "model"}})
    assert composition(on_estimate) is None, "the bars themselves have one piece per operator"


def test_what_was_not_counted_is_not_zero(on_rtl: Report) -> None:
    judged = judged_row(on_rtl)
    assert judged is not None
    judged.lut = None
    picture = resource_bars(on_rtl)
    assert picture is not None
    assert "LUT not counted" in picture.description


def test_five_questions_and_what_they_are_held_against(on_rtl: Report) -> None:
    found = {tile.question: tile for tile in tiles(on_rtl)}
    assert list(found) == [
        "Is it exact?", "Does it fit?", "Is it fast enough?", "Does it tag?", "What is it worth?",
    ]  # fmt: skip
    assert found["Is it exact?"].status == "pass"
    assert "of 1,000 ns" in found["Is it fast enough?"].note
    marginal = on_rtl.verdict
    assert marginal is not None
    for one in marginal.rows:
        if one.name == "clock period":
            object.__setattr__(one, "status", "marginal")
    fast = {tile.question: tile for tile in tiles(on_rtl)}["Is it fast enough?"]
    assert (fast.status, "clock period: marginal" in fast.note) == ("marginal", True)
    assert "mass window 0.9000 ± 0.0031" in found["Does it tag?"].note
    assert found["What is it worth?"].note == "no vendor tool has read it"
