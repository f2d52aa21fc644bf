"""Widths per weight: accuracy of JEDI-linear on five classes against LUT, over penalties on bit operations.

    python scripts/table_widths.py --data JETS --out RUNS [--points 0:1e-6:24:1 ...] [--no-cells]

A point is RELATION:PENALTY:EPOCHS:RAMP, the width of f_R (0: one with the first layer of f_O; 0sum: the same with a
sum over constituents in place of their mean), `bits_penalty`, `quantised_epochs` and `bits_ramp`. JETS holds train, val
and test jets of g, q, W, Z and top. RUNS keeps one calibrated model per architecture and one run per point, so the same
command continues after a kill and skips what is done; rows go to docs/results/widths.csv (or --result), rewritten after
each point. LUT are the estimate for one jet per clock, and those that Yosys counts in our Verilog of the same.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from quant.training.read_settings import read_settings
from studies.tables.rows import write_table
from studies.tables.widths import cells_of, estimated, narrowed, points_parser, rounded, widths_of

HERE = Path(__file__).resolve().parent.parent
CLOCK_MHZ = 360.0
COMMON = [
    "model=jedi-linear", 'classes=["g","q","W","Z","top"]', "embedding=[16]", "classifier=[16]", "bits.weight=9",
    "bits.activation=9", "screen_epochs=0", "float_epochs=36", "width_per=weight",
]  # fmt: skip
#: by the width of f_R and the pool: the widths of f_O, and the rate of quantised training
SIZES = {
    "0": ["relation=0", "object=[24,16]", "quantised_rate=0.001"],
    "0sum": ["relation=0", "object=[16,16]", "quantised_rate=0.001", "pool=sum", "bits.pool=12"],
    "16": ["relation=16", "object=[24]", "quantised_rate=0.0015"],
}
POINTS = ("16:1e-6:30:1", "16:4e-6:30:1", "0:5e-7:36:1", "0:2e-6:24:1", "0:6e-6:24:1")


def main() -> None:
    """Train and count what is missing, point by point, and keep the table up to date."""
    given = points_parser(__doc__ or "", POINTS, HERE / "docs/results/widths.csv").parse_args()
    command = ["python", "scripts/table_widths.py", *sys.argv[1:]]
    rows: list[dict[str, object]] = []
    for point in given.points:
        relation, penalty, epochs, ramp = point.split(":")
        own = [f"bits_penalty={penalty}", f"quantised_epochs={epochs}", f"bits_ramp={ramp}"]
        settings = read_settings(None, [*COMMON, *SIZES[relation], *own])
        start, out = (
            given.out / f"relation{relation}",
            given.out / f"relation{relation}-{penalty}{'' if ramp == '1' else f'-{ramp}'}",
        )
        checkpoint = narrowed(settings, given.data, start, out, command)
        metrics = checkpoint.config.metrics
        facts: dict[str, object] = {
            "relation": relation,
            "bits_penalty": float(penalty),
            "bits_ramp": float(ramp),
        }
        facts |= {"float_accuracy": rounded(metrics.float_["accuracy"])}
        facts |= {
            "accuracy": rounded(metrics.quantised["accuracy"]),
            "auc": rounded(metrics.quantised["auc"]),
        }
        facts |= {"test_jets": checkpoint.config.training.data["test"][0].jets}
        hardware = estimated(checkpoint, CLOCK_MHZ) | cells_of(checkpoint, CLOCK_MHZ, made=given.cells)
        rows.append(facts | widths_of(checkpoint) | hardware)
        write_table(given.result, rows, shlex.join(command))
        print(rows[-1], flush=True)


if __name__ == "__main__":
    main()
