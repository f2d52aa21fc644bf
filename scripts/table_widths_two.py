"""Widths per weight: AUC of top quarks against QCD for Deep Sets and JEDI-linear against LUT, over penalties.

    python scripts/table_widths_two.py --data JETS --out RUNS [--points jedi-linear-n32:1e-6:30:1:6 ...] [--no-cells]

A point is NETWORK:PENALTY:EPOCHS:RAMP:II: a network of this script, `bits_penalty`, `quantised_epochs`, `bits_ramp`
and the clocks between jets. JETS holds train, val and test jets. RUNS keeps one calibrated model per network and one
run per penalty, so the same command continues after a kill and skips what is done; rows go to
docs/results/widths-two.csv (or --result), rewritten after each point. LUT are the estimate, and those that Yosys counts
in our Verilog.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from quant.training.read_settings import read_settings
from studies.tables.rows import write_table
from studies.tables.widths import cells_of, estimated, narrowed, points_parser, test_auc, widths_of

HERE = Path(__file__).resolve().parent.parent
CLOCK_MHZ = 360.0
COMMON = [
    "bits.weight=9", "bits.activation=9", "bits.pool=12", "screen_epochs=0", "float_epochs=60", "pool=sum",
    "width_per=weight", "quantised_rate=0.001",
]  # fmt: skip
DEEP_SETS = ["model=deepsets", "phi=[16,16]", "rho=[16]"]
JEDI_LINEAR = ["model=jedi-linear", "embedding=[16]", "relation=0", "classifier=[16]"]
NETWORKS = {
    "deepsets-n16": [*DEEP_SETS, "constituents=16"],
    "jedi-linear-n16": [*JEDI_LINEAR, "object=[16,16]", "constituents=16"],
    "jedi-linear-n16-wide": [*JEDI_LINEAR, "object=[24,16]", "constituents=16"],
    "jedi-linear-n32": [*JEDI_LINEAR, "object=[24,16]", "constituents=32"],
}
POINTS = ("deepsets-n16:1e-6:60:100:1", "jedi-linear-n16:1e-6:60:100:1", "jedi-linear-n32:4e-7:40:1:6")


def main() -> None:
    """Train and count what is missing, point by point, and keep the table up to date."""
    given = points_parser(__doc__ or "", POINTS, HERE / "docs/results/widths-two.csv").parse_args()
    command = ["python", "scripts/table_widths_two.py", *sys.argv[1:]]
    rows: list[dict[str, object]] = []
    for point in given.points:
        network, penalty, epochs, ramp, ii = point.split(":")
        own = [f"bits_penalty={penalty}", f"quantised_epochs={epochs}", f"bits_ramp={ramp}"]
        settings = read_settings(None, [*COMMON, *NETWORKS[network], *own])
        checkpoint = narrowed(
            settings, given.data, given.out / network, given.out / f"{network}-{penalty}-{ramp}", command
        )
        facts = {"network": network, "bits_penalty": float(penalty), "bits_ramp": float(ramp)}
        facts |= {
            "train_jets": checkpoint.config.training.data["train"][0].jets,
            "epochs": int(epochs),
            "ii": int(ii),
            "constituents": settings.constituents,
            **test_auc(checkpoint, given.data),
        }
        hardware = estimated(checkpoint, CLOCK_MHZ, int(ii))
        hardware |= cells_of(checkpoint, CLOCK_MHZ, int(ii), made=given.cells)
        rows.append(facts | widths_of(checkpoint) | hardware)
        write_table(given.result, rows, shlex.join(command))
        print(rows[-1], flush=True)


if __name__ == "__main__":
    main()
