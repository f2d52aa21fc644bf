"""Stages by the delay model and by a router, and what the comparison says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("alkaid")

from fpgajet.devices.delays import DEFAULT_DELAYS, delays_of
from fpgajet.files import read_json
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import Circuit, scheduled
from studies.docs_tables.markers import ROOT
from studies.rtl.delay_fit import Design, fitted, judged, values
from studies.rtl.stages import kinds_of, model_stages, routed_stages
from studies.rtl.timing_evidence import of_designs, of_stages, of_sweep
from tests.networks import random_network

DESIGN = {
    "model": "m", "constituents": "4", "ii": "1", "target": "t", "clock_mhz": "100.0", "stages": "",
    "model_period_ns": "3.0", "fmax_mhz": "125.0", "latency_cycles": "3", "latency_ns": "24.0",
}  # fmt: skip


SCALED = delays_of(DEFAULT_DELAYS)
OPTIONS = RtlOptions(ii=3, ternary=False, accumulate=False)


@pytest.fixture(scope="module")
def shared() -> Circuit:
    return scheduled(random_network(n=3, hidden=1), 200, OPTIONS)


@pytest.mark.parametrize("ii", [1, 3])
def test_the_slowest_stage_of_the_model_is_that_of_the_schedule(ii: int, shared: Circuit) -> None:
    circuit = shared if ii == 3 else scheduled(random_network(n=3, hidden=1), 200, RtlOptions(ii=ii))
    found = model_stages(circuit, SCALED)
    assert len(found) == circuit.schedule.stages
    assert max(stage.delay_ns for stage in found) == pytest.approx(circuit.schedule.longest_ns, abs=1e-6)
    assert sum(stage.products for stage in found) > 0
    slowest = max(found, key=lambda stage: stage.delay_ns)
    assert kinds_of(circuit, slowest.path)
    assert slowest.fan_out > 0


def test_products_take_time_where_the_family_says_so(shared: Circuit) -> None:
    """They count nothing on UltraScale+, where they lie in blocks with registers; on ECP5 they are a path."""
    ecp5 = delays_of("ecp5")
    plain, slow = (model_stages(shared, delays) for delays in (SCALED, ecp5))
    with_products = [n for n, stage in enumerate(plain) if stage.products]
    assert with_products
    assert all(slow[n].delay_ns >= ecp5.product_ns + ecp5.register_ns for n in with_products)
    assert not any("Product" in kinds_of(shared, stage.path) for stage in plain)


def end(cell: str, latest: float, port: str = "DI") -> dict[str, Any]:
    return {"cell": cell, "port": port, "delay": [0.5, latest], "event": "posedge clk"}


def test_arrivals_at_registers_belong_to_the_stage_before_them(shared: Circuit) -> None:
    places = shared.schedule.places
    signal = next(n for n, at in enumerate(places) if at[:1] == (2,))
    nets = [
        {"event": "posedge clk", "endpoints": [end("tagger.r1_7_TRELLIS_FF_Q", 4.0), end("jet_FF", 9.0)]},
        {"event": "posedge clk", "endpoints": [end(f"tagger.stage_2.v{signal}_TRELLIS_FF_Q_3", 5.0)]},
        {"event": "posedge clk", "endpoints": [end("tagger.r2_8_TRELLIS_FF_Q", 3.0, "CE")]},
        {"event": "<async>", "endpoints": [end("tagger.r1_7_TRELLIS_FF_Q", 20.0)]},
        {"event": "posedge clk", "endpoints": [end("tagger.r99_7_TRELLIS_FF_Q", 8.0)]},
    ]
    found = routed_stages({"detailed_net_timings": nets}, shared)
    assert [(s.data_ns, s.control_ns, s.bits) for s in found[:2]] == [(4.0, 0.0, 1), (5.0, 3.0, 1)]
    assert not any(s.bits for s in found[2:])


def test_a_register_that_holds_ends_the_stage_before_it_however_late_it_is_read(shared: Circuit) -> None:
    """Between jets that come rarely, a signal waits in one register: stage 6 may read what stage 2 has computed."""
    schedule, cells = shared.schedule, shared.netlist.cells
    number, stage, at = next(
        (n, cell, at)
        for n in range(len(cells))
        for at in schedule.places[n][:1]
        for cell in range(at + 1, min(at + 3, schedule.stages))
        if at > 0 and schedule.register_of(n, cell) == (at, n)
    )
    product = next(
        n for n, cell in enumerate(cells) if type(cell).__name__ == "Product" and schedule.stage[n] > 0
    )
    operand = schedule.register_of(cells[product].args[1], schedule.stage[product])[0]
    ends = [
        end(f"tagger.stage_{stage}.v{number}_TRELLIS_FF_Q", 6.0),
        end(f"tagger.stage_{schedule.stage[product]}.p{product}.b_TRELLIS_FF_Q_1", 7.0),
    ]
    report = {"detailed_net_timings": [{"event": "posedge clk", "endpoints": ends}]}
    found = routed_stages(report, shared)
    assert sum(s.bits for s in found) == 2
    assert found[operand - 1].data_ns == 7.0
    assert found[at - 1].data_ns in (6.0, 7.0)


def test_delays_are_found_again_from_stages_that_they_made(shared: Circuit) -> None:
    """Two circuits whose stages take exactly what some delays say: the fit finds these."""
    true = delays_of("ecp5").model_copy(update={"margin_ns": 0.0})
    circuits = [shared, scheduled(random_network(n=4, hidden=2, seed=3), 300, replace(OPTIONS, ii=1))]
    designs = [
        Design("d", circuit, np.array([stage.delay_ns for stage in model_stages(circuit, true)]))
        for circuit in circuits
    ]
    start = true.model_copy(update={"product_ns": 6.0, "adder_ns": 1.5, "table_ns": 2.0, "register_ns": 1.0})
    found = fitted(designs, start)
    assert found.product_ns == pytest.approx(true.product_ns, abs=0.3)
    assert found.margin_ns < 0.1
    before, after = judged(designs, SCALED), judged(designs, found)
    assert after["rms_ns"] < 0.05 < before["rms_ns"]
    assert after["same_slowest_stage"] == 2
    assert after["rank_correlation_of_stages"] > 0.99


def test_the_delays_of_ecp5_are_those_of_the_fit() -> None:
    content = read_json(ROOT / "docs" / "results" / "delay-fit.json")
    assert content["ns"] == values(delays_of("ecp5"))
    assert content["after"]["judged"]["rms_ns"] < content["before"]["judged"]["rms_after_one_factor_ns"]
    assert not set(content["fitted"]) & set(content["judged"])


def stage(number: int, model: float, data: float, path: str = "Sum") -> dict[str, str]:
    return DESIGN | {
        "stage": str(number), "model_ns": str(model), "model_path": path, "cells": "2", "products": "0",
        "fan_out": "1", "data_ns": str(data), "control_ns": "2.0", "bits": "4",
    }  # fmt: skip


def test_designs_are_asked_for_their_slowest_stage() -> None:
    stages = [stage(0, 3.0, 7.0), stage(1, 2.4, 8.0, "Table"), stage(2, 3.0, 6.0)]
    found = of_designs([DESIGN], stages)
    assert (found["designs"], found["same_slowest_stage"], found["among_three_slowest"]) == (1, 0, 1)
    assert found["lowest_model_share_of_slowest"] == 0.8
    assert found["slowest_paths"] == {"Table": 1}
    assert found["highest_control_share"] == 0.25
    assert found["router_per_model"]["median"] == 2.67
    assert of_designs([DESIGN], [stage(0, 3.0, 9.0), *stages[1:]])["same_slowest_stage"] == 1


def test_what_a_router_does_not_list_is_left_out() -> None:
    stages = [stage(0, 3.0, 7.0), stage(1, 2.4, 0.0) | {"bits": "0"}]
    assert set(of_designs([DESIGN], stages)) == {"designs", "rank_correlation", "router_per_model"}
    assert of_stages(stages * 20) == {"stages": 20}


def test_stages_are_fitted() -> None:
    plain = [stage(n, 1.0 + n, 2.0 + 2.0 * (1.0 + n)) for n in range(24)]
    found = of_stages(plain)
    assert (found["offset_ns"], found["slope"], found["rms_ns"]) == (2.0, 2.0, 0.0)
    assert found["rank_correlation"] == 1.0
    paths = [stage(n, 2.0, 3.0 + 1.5 * n, " ".join(["Sum"] * n)) for n in range(1, 25)]
    costs = of_stages(paths)["cost_ns"]
    assert (costs["register"], costs["Sum"], costs["rms"]) == (3.0, 1.5, 0.0)
    assert of_stages(plain[:6]) == {"stages": 6}  # too few


def test_a_sweep_names_the_best_number_of_stages() -> None:
    rows = [DESIGN] + [
        DESIGN | {"stages": s, "latency_cycles": s, "fmax_mhz": mhz, "latency_ns": ns}
        for s, mhz, ns in (("2", "80.0", "25.0"), ("5", "160.0", "31.0"))
    ]
    (found,) = of_sweep(rows)
    assert (found["chosen_cycles"], found["best_cycles"], found["share_of_best"]) == (3, 5, 0.781)
    assert (found["chosen_ns"], found["shortest_ns"]) == (24.0, 24.0)
    assert of_sweep(rows[:2]) == []
