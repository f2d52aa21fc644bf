"""conifer's boosted trees as rows of the table: the trees of ``scripts/boosted_trees.py`` on the jets of the others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data.jets import Jets
from studies.peers.hardware import CLOCK_MHZ
from studies.peers.measuring import MOVED, SIMULATED
from studies.peers.rows import physics
from studies.peers.symmetry import symmetry
from studies.trees.boosting import DEPTH, TREES, estimate, in_cpp, trained
from studies.trees.features import features

#: What counts the LUTs of these rows.
BY = "conifer's estimate"


def name_of(constituents: int) -> str:
    """Of the row, with the number and the depth of the trees."""
    return f"bdt-n{constituents}-t{TREES}-d{DEPTH}"


def measure(train: Jets, test: Jets, constituents: int, folder: Path) -> dict[str, Any]:
    """The row of one forest. What it reads is computed in software, and so is the cost of that not in any figure.

    LUT, FF and cycles are conifer's own estimate of its HLS project: its C++ is simulated, but no RTL is made.
    """
    began = time.process_time()
    model = trained(features(train)[1], train.label)
    seconds = round(time.process_time() - began)
    firmware = in_cpp(model, "xcvu13p-flga2577-2-e", CLOCK_MHZ, folder)

    def score(jets: Jets) -> NDArray[np.float64]:
        found = firmware.decision_function(features(jets)[1])
        return np.asarray(found, np.float64).reshape(-1, 1)

    def moved(momenta: NDArray[Any]) -> NDArray[np.float64]:
        jets = test[:MOVED]
        columns = (momenta.astype(np.float32), jets.multiplicity, jets.label, jets.jet)
        return score(Jets(*columns, classes=test.classes))

    some = test[:SIMULATED]
    theirs = model.predict(features(some)[1], output_margin=True).astype(np.float64)
    size = estimate(firmware)
    return {
        "name": name_of(constituents),
        "model": name_of(constituents),
        "tool": "conifer",
        "constituents": constituents,
        "classes": 2,
        "seed": 1,
        "train_jets": len(train.label),
        "epochs": None,
        "train_cpu_s": seconds,
        **physics(test.label, score(test), ()),
        "weight_bits": None,
        "ebops": None,
        "lut": size["conifer_estimate_lut"],
        "lut_by": BY,
        "dsp": 0,
        "ff": size["conifer_estimate_ff"],
        "ii": 1,
        "cycles": size["conifer_estimate_latency"],
        "period_low_ns": None,
        "period_high_ns": None,
        **symmetry(moved, test.constituents[:MOVED]),
        "simulated": len(some.label),
        "emulator_differences": None,
        "training_differences": int((score(some)[:, 0] != theirs).sum()),
    }
