"""Which tagger for which budget: all architectures on the same jets, physics and estimated hardware in one table.

    python scripts/table_models.py MODEL [MODEL ...] [--intervals 1 2 3 6 9 18] [--budgets cms-p2-ct-l2 ...]
        [--result docs/results/models.csv]

A MODEL is a name of the zoo or a run's directory. Physics is that of the checkpoint: the quantised model on the
test jets it was measured on. For every initiation interval the estimate (80 % intervals; not a measurement) and,
for every budget, the verdict with as many instances as the interval needs for the event's jets, all of them
counted against the device.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from pathlib import Path
from typing import Any

from tables.rows import write_table

from fpgajet.devices import Budget, budget, part
from fpgajet.devices.budgets import whole_clocks
from fpgajet.estimate import Estimate, estimate, verdict
from quant.checkpoint import open_checkpoint
from quant.models.assembly import built_network
from quant.zoo import resolve

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--intervals", type=int, nargs="+", default=[1, 2, 3, 6, 9, 18])
    parser.add_argument("--budgets", nargs="+", default=["cms-p2-ct-l2", "cms-p2-ct-l1", "cms-p2-gt"])
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/models.csv")
    given = parser.parse_args()

    rows = []
    for name in given.models:
        checkpoint = open_checkpoint(resolve(name))
        config, network = checkpoint.config, built_network(checkpoint)
        quantised = config.metrics.quantised
        rejection = quantised["inverse_background_efficiency_30"]
        physics = {
            "model": config.name,
            "constituents": config.constituents,
            "channels": config.model.channels,
            "parameters": config.parameters,
            "train_jets": config.training.data["train"][0].jets,
            "float_auc": round(config.metrics.float_["auc"] or math.nan, 5),
            "auc": round(quantised["auc"] or math.nan, 5),
            "inverse_background_efficiency_30": None if rejection is None else round(rejection, 1),
            "ant_factor": None if rejection is None else round(rejection / config.parameters, 4),
        }
        for ii in given.intervals:
            rows.append(physics | hardware(network, ii, [budget(b) for b in given.budgets]))
    write_table(given.result, rows, shlex.join(["python", "scripts/table_models.py", *sys.argv[1:]]))
    print(given.result.read_text(encoding="utf-8"), end="")


def hardware(network: Any, ii: int, budgets: list[Budget]) -> dict[str, Any]:
    """Estimate at 360 MHz on the xcvu13p, and verdicts at each budget's own clock and part."""
    result = estimate(network, part("xcvu13p"), 360.0, ii)
    found: dict[str, Any] = {"ii": ii}
    for key in ("latency_ns", "lut", "dsp"):
        figure = getattr(result.total, key)
        found |= {key: round(figure.value), f"{key}_low": round(figure.low), f"{key}_high": round(figure.high)}
    for b in budgets:
        found[b.name] = judged(estimate(network, part(b.part), b.clock_mhz, ii), ii, b)
    return found


def judged(result: Estimate, ii: int, b: Budget) -> str:
    """Status and, if more than one is needed, the number of instances."""
    clocks = whole_clocks(25.0 * b.tmux, 1000.0 / b.clock_mhz)
    instances = max(1, math.ceil(b.jets_per_event * ii / clocks))
    status = verdict(result, b.model_copy(update={"instances": instances}), part(b.part)).status
    return status if instances == 1 else f"{status} x{instances}"


if __name__ == "__main__":
    main()
