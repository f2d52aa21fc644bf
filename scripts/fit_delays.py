"""The delays of ECP5 from half of the routed designs, judged on the others.

    python scripts/fit_delays.py

Reads ``docs/results/routed.csv`` and ``routed-stages.csv``, builds the circuits that were routed again, and writes
``docs/results/delay-fit.json``. The values go into ``fpgajet/devices/data/delays.toml`` by hand; a test holds the two
together. The designs of :data:`HALF` are fitted, all others are judged: those that were routed later, all of N = 16
among them, were not seen by the fit.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.devices.delays import DEFAULT_DELAYS, delays_of
from fpgajet.files import write_json
from studies.docs_tables.markers import rows_of
from studies.rtl.delay_fit import Design, fitted, judged, values
from studies.rtl.first_placement import first_circuit
from studies.rtl.timing_evidence import Row, key

ROOT = Path(__file__).parent.parent
TABLE, STAGES = "docs/results/routed.csv", "docs/results/routed-stages.csv"
TARGET = "ecp5-85k"
#: Model without "npelican-n16-", N, interval, stages: every second one of the 16 designs that were there first.
HALF = {
    ("c2-log", "8", "6", ""), ("c2-log", "8", "1", ""), ("c2-log", "4", "1", "6"), ("c2-log", "4", "1", "12"),
    ("c2-log", "2", "1", ""), ("c2", "2", "1", ""), ("c2-trigger", "8", "3", ""), ("c2", "8", "6", ""),
}  # fmt: skip


def design(row: Row, stages: Sequence[Row]) -> Design:
    """A routed design, its circuit built again."""
    own = sorted((stage for stage in stages if key(stage) == key(row)), key=lambda stage: int(stage["stage"]))
    name = f"{row['model']} N {row['constituents']} II {row['ii']}" + f" stages {row['stages']}" * bool(
        row["stages"]
    )
    return Design(name, first_circuit(row), np.array([float(stage["data_ns"]) for stage in own]))


def in_half(row: Row) -> bool:
    """Whether a design is fitted."""
    name = row["model"].removeprefix("npelican-n16-")
    return (name, row["constituents"], row["ii"], row["stages"]) in HALF


def main() -> None:
    """Fit and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results" / "delay-fit.json")
    given = parser.parse_args()
    rows = [row for row in rows_of(TABLE) if row["outcome"] == "routed" and row["target"] == TARGET]
    stages = [stage for stage in rows_of(STAGES) if stage["target"] == TARGET]
    designs = {key(row): design(row, stages) for row in rows}
    half = [designs[key(row)] for row in rows if in_half(row)]
    others = [designs[key(row)] for row in rows if not in_half(row)]
    scaled = delays_of(DEFAULT_DELAYS)
    start = scaled.model_copy(
        update={"lut_inputs": 4, "product_ns": 2.0}
    )  # or no product is ever on a longest path
    found = fitted(half, start)
    content: dict[str, Any] = {
        "command": "python scripts/fit_delays.py",
        "fitted": [one.name for one in half],
        "judged": [one.name for one in others],
        "ns": values(found),
        "before": {"fitted": judged(half, scaled), "judged": judged(others, scaled)},
        "after": {"fitted": judged(half, found), "judged": judged(others, found)},
    }
    write_json(given.out, content)
    print(content)


if __name__ == "__main__":
    main()
