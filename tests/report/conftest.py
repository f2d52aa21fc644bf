"""One report with every section, the same in every test run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fpgajet.devices import budget, part
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.estimate import verdict
from fpgajet.report import Report, curves_of, stages_of
from tests.networks import random_network


def metrics(auc: float, ties: int = 0) -> dict[str, Any]:
    return {
        "accuracy": 0.9,
        "auc": auc,
        "inverse_background_efficiency_30": float("inf") if ties else 120.5,
        "inverse_background_efficiency_50": 33.3,
        "tied_scores": ties,
        "accuracy_error": 0.0047,
        "auc_error": 0.0031,
        "inverse_background_efficiency_30_error": None if ties else 22.4,
        "inverse_background_efficiency_50_error": 3.2,
    }


def minus_float(auc: float) -> dict[str, Any]:
    """What quantisation changes."""
    none = {"value": None, "error": None}
    return {
        "accuracy": {"value": 0.0, "error": 0.0012},
        "auc": {"value": auc, "error": 0.0004},
        "inverse_background_efficiency_30": none,
        "inverse_background_efficiency_50": {"value": 2.31, "error": 1.4},
    }


def row(
    name: str, start: float, cycles: float, lut: float, ff: float, dsp: float, **more: Any
) -> dict[str, Any]:
    """A hardware row as an estimate gives it; by hand, so that golden files do not follow the calibration."""
    figures = {"latency_cycles": cycles, "latency_ns": cycles * 25 / 9, "lut": lut, "ff": ff, "dsp": dsp}
    exact = {"ii": 1, "bram": 0}
    return {
        "level": "model", "name": name, "op_type": f"Op of {name}" if name != "total" else "", "start_cycle": start,
        **figures, **exact, "intervals": {q: [0.8 * v, 1.25 * v] for q, v in figures.items()},
        "evidence": dict.fromkeys([*figures, *exact], "made up"),
    } | more  # fmt: skip


@pytest.fixture
def values() -> dict[str, Any]:
    """Plain data as the pipeline's stages hand it over."""
    slot, network = budget(), random_network(8)
    device = part(slot.part)
    more = {"part": device.full_name, "clock_mhz": slot.clock_mhz, "constituents": 8, "period_ns": 2.3}
    hardware = [
        row("total", 0, 15, 11_000, 4_600, 144, **more),
        row("total", 0, 15, 36_000, 12_000, 144, **more | {"level": "model-csynth"}),
    ]
    operators = [
        row("mask", 0, 0, 20, 10, 0),
        row("dots", 0, 5.4, 700, 300, 144),
        row("pairs", 5.4, 4.5, 9_300, 3_900, 0),
        row("score", 9.9, 4.4, 980, 390, 0),
    ]
    rng = np.random.default_rng(5)
    labels = rng.random(4000) < 0.5
    scores = rng.normal(size=4000) + 2 * labels
    measured = {
        "level": "hls-csynth", "part": device.full_name, "clock_mhz": slot.clock_mhz, "latency_cycles": 15.0,
        "latency_ns": 41.7, "ii": 1.0, "lut": 50_000.0, "ff": 20_000.0, "dsp": 144.0, "bram": 0.0,
        "evidence": "Vitis HLS 2023.2",
    }  # fmt: skip
    return {
        "model": {
            "name": "toy <tagger>", "architecture": "nanoPELICAN", "constituents": 8, "channels": "C 2",
            "parameters": 21, "parameters_absorbed": 22,
            "types": {name: str(kind) for name, kind in network.types().items()}, "stages": stages_of(network),
        },
        "physics": {
            "float": metrics(0.956), "quantised": metrics(0.951) | {"minus_float": minus_float(-0.005)},
            "csim": metrics(0.951, ties=7),
            "jet_mass": metrics(0.9) | {"accuracy": None, "accuracy_error": None}, "jets": 4000,
            "data": "made up & small", "sample": "Toys, √s = 14 TeV, 550 < pT < 650 GeV",
            "curves": {n: curves_of(scores + 0.1 * k, labels)
                for k, n in enumerate(("float", "quantised", "csim", "jet_mass"))},
        },
        "hardware": [*hardware, measured],
        "operators": operators,
        "budget": slot.model_dump(),
        "verdict": verdict(HardwareRow.model_validate(hardware[0]), slot, device).as_dict(),
        "certificate": {
            "implementations": ["integer reference", "torch", "onnxruntime", "qonnx", "csim"],
            "total_events": 70_000, "total_differences": 0, "distinct_scores": 1234,
            "events_by_kind": {"jets": 20_000, "edge vectors": 50_000},
        },
        "boosts": {"beta": [0, 0.3, 0.6, 0.9], "median": [0, 0.001, 0.004, 0.02], "quantile_90": [0, 0.01, 0.02, 0.09]},
        "reproducibility": {
            "command": "fpgajet build --model toy", "versions": {"fpgajet": "0.1.0"},
            "hashes": {"model.onnx": "ab" * 32}, "seeds": {"edge_vectors": 1}, "created": "2026-01-01T00:00:00Z",
        },
    }  # fmt: skip


@pytest.fixture
def report(values: dict[str, Any]) -> Report:
    return Report.build(values)
