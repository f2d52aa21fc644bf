"""A small search whose training is a function: what the tests of the optimiser share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.devices import budget, part
from fpgajet.search.outcome import Evaluated
from fpgajet.search.parameters import Params
from fpgajet.search.search_settings import SearchSettings, claim
from fpgajet.search.space import Space

#: as a TOML file gives it
SPACE = {
    "family": "npelican",
    "training": {
        "restarts": 1, "screen_epochs": 0, "float_epochs": 1, "quantised_epochs": 0, "calibration_jets": 100,
        "calibration_starts": 1, "calibration_searches": 1, "calibration_sweeps": 0,
    },
    "finish": {"float_epochs": 2},
    "space": {
        "constituents": {"low": 3, "high": 4},
        "hidden": {"low": 1, "high": 8},
        "bits.weight": {"low": 3, "high": 8},
        "input.form": {"choices": ["momenta", "log"]},
        "row_sums": {"choices": ["dots", "momenta"], "when": {"input.form": ["momenta"]}},
    },
    "hardware": {"ii": {"low": 1, "high": 3}},
}  # fmt: skip


def settings(**changed: object) -> SearchSettings:
    """Settings of a search of :data:`SPACE` by AUC and LUT."""
    slot = budget("cms-p2-ct-l2")
    values = {
        "study": "small", "identity": "", "space": Space.model_validate(SPACE), "objectives": ("auc", "lut"),
        "sampler": "tpe", "seed": 1, "budget": slot, "part": part(slot.part).full_name, "clock_mhz": 360.0, "ii": 1,
        "strict": False, "jets": {"train": "a", "val": "b"},
    }  # fmt: skip
    return SearchSettings.model_validate(values | changed)


def started(out: Path, **changed: object) -> SearchSettings:
    """The same in a directory."""
    return claim(out, settings(**changed))


def formula(settings: SearchSettings, params: Params, data: Path, run: Path, report: Any) -> Evaluated:
    """In place of a training: AUC and LUT rise with channels and bits; above 4 channels the budget is missed."""
    hidden, bits = float(params["hidden"]), float(params["bits.weight"])
    auc = 1 - 0.2 / (1 + hidden * bits)
    report("screen-0", {"epoch": 1, "auc": 0.5})
    for epoch in range(3):
        report("float", {"epoch": epoch, "auc": auc - 0.01 / (1 + epoch)})
    figures = {
        "auc": auc, "auc_test": auc - 0.001, "auc_error": 0.001, "rejection": 10 * hidden,
        "parameters": 14 * hidden + 3,
        "lut": 1000 * hidden * bits, "lut_low": 800 * hidden * bits, "lut_high": 1250 * hidden * bits, "dsp": 0.0,
        "latency": 30.0 + hidden, "ii": float(params["hardware.ii"]), "clock_mhz": 360.0,
    }  # fmt: skip
    return Evaluated(figures, "pass" if hidden <= 4 else "fail", {"budget": hidden / 4 - 1})
