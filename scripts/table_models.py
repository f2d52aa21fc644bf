"""Which tagger for which budget: all architectures on the same jets, physics and estimated hardware in one table.

    python scripts/table_models.py MODEL [MODEL ...] [--intervals 1 2 3 6 9 18] [--budgets cms-p2-ct-l2 ...]
        [--clocks 320 280 240] [--result docs/results/models.csv]

A MODEL is a name of the zoo or a run's directory. Physics is that of the checkpoint: the quantised model on the
test jets it was measured on. For every initiation interval the estimate (80 % intervals; not a measurement) and,
for every budget, the verdict with as many instances as the interval needs for the event's jets, all of them
counted against the device: at the budget's own clock, or at the fastest of the slower ones given where that is better.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.devices import Budget, budget, part
from fpgajet.devices.budgets import whole_clocks
from fpgajet.estimate import verdict
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.model import estimate_blocks
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from quant.zoo import resolve
from studies.tables.rows import with_range, write_table

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--intervals", type=int, nargs="+", default=[1, 2, 3, 6, 9, 18])
    parser.add_argument("--budgets", nargs="+", default=["cms-p2-ct-l2", "cms-p2-ct-l1", "cms-p2-gt"])
    parser.add_argument("--clocks", type=float, nargs="*", default=[320.0, 280.0, 240.0])
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
        blocks, slots = blocks_of(network), network.input_shape[0]
        for ii in given.intervals:
            row = physics | hardware(blocks, slots, ii)
            for preset in given.budgets:
                row[preset] = best_verdict(blocks, slots, ii, budget(preset), given.clocks)
            rows.append(row)
    write_table(given.result, rows, shlex.join(["python", "scripts/table_models.py", *sys.argv[1:]]))
    print(given.result.read_text(encoding="utf-8"), end="")


def hardware(blocks: Sequence[Block], slots: int, ii: int) -> dict[str, Any]:
    """Estimate at 360 MHz on the xcvu13p."""
    result = estimate_blocks(blocks, slots, part("xcvu13p"), 360.0, ii)
    found: dict[str, Any] = {"ii": ii}
    for key in ("latency_ns", "lut", "dsp"):
        found |= with_range(key, getattr(result.total, key))
    return found


def best_verdict(blocks: Sequence[Block], slots: int, ii: int, b: Budget, clocks: Sequence[float]) -> str:
    """Status, number of instances if more than one is needed, and the clock if it is not the budget's own."""
    found: list[tuple[int, str]] = []
    for mhz in (b.clock_mhz, *sorted((c for c in clocks if c < b.clock_mhz), reverse=True)):
        slot = b.model_copy(update={"clock_mhz": mhz})
        cycles = whole_clocks(25.0 * b.tmux, 1000.0 / mhz)
        instances = max(1, math.ceil(b.jets_per_event * ii / cycles))
        result = estimate_blocks(blocks, slots, part(b.part), mhz, ii)
        slot = slot.model_copy(update={"instances": instances})
        status = verdict(result, slot, part(b.part)).status
        text = status + f" x{instances}" * (instances > 1) + f" at {mhz:g} MHz" * (mhz != b.clock_mhz)
        found.append((("pass", "marginal", "fail").index(status), text))
    return min(found, key=lambda item: item[0])[1]


if __name__ == "__main__":
    main()
