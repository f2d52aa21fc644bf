"""What routed designs say of the delay model: figures, and a plot.

    python scripts/route_evidence.py

Reads ``docs/results/routed.csv`` and ``routed-stages.csv`` (``scripts/route_designs.py``), and writes
``docs/results/routed-timing.json`` and ``docs/routed.svg``: designs on the left, their stages on the right.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.files import atomic_path, write_json
from studies.docs_tables.markers import rows_of
from studies.rtl.timing_evidence import Row, all_listed, logic, of_designs, of_stages, of_sweep

ROOT = Path(__file__).parent.parent
TABLE, STAGES = "docs/results/routed.csv", "docs/results/routed-stages.csv"


def evidence(designs: Sequence[Row], stages: Sequence[Row]) -> dict[str, Any]:
    """All figures, by target."""
    content: dict[str, Any] = {"command": "python scripts/route_evidence.py"}
    for target in dict.fromkeys(row["target"] for row in designs):
        of_target = [row for row in designs if row["target"] == target]
        own = [row for row in stages if row["target"] == target]
        content[target] = {"designs": of_designs(of_target, own), "stages": of_stages(own)}
    return content | {"sweeps": of_sweep(designs)}


def plot(designs: Sequence[Row], stages: Sequence[Row], path: Path) -> None:
    """The router's time against the model's, of designs and of stages."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "fpgajet"
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained", sharey=True)
    for (target, model), marker in zip(
        dict.fromkeys((row["target"], row["model"]) for row in designs), "osD^vP*X", strict=False
    ):
        own = [row for row in designs if (row["target"], row["model"]) == (target, model)]
        left.scatter(
            [float(row["model_period_ns"]) for row in own],
            [1000 / float(row["fmax_mhz"]) for row in own],
            [6 * int(row["constituents"]) for row in own],
            marker=marker, label=f"{model.removeprefix('npelican-n16-')}, {target}", alpha=0.7,
        )  # fmt: skip
    kinds = {"with a table": "Table", "with saturation": "Limit", "other": ""}
    shown: set[int] = set()
    listed = {
        target for target in {row["target"] for row in stages}
        if all_listed([row for row in stages if row["target"] == target])
    }  # fmt: skip
    ours = [stage for stage in logic(stages) if float(stage["model_ns"]) and stage["target"] in listed]
    for label, kind in kinds.items():
        of_kind = [n for n, stage in enumerate(ours) if n not in shown and kind in stage["model_path"]]
        shown.update(of_kind)
        x, y = ([float(ours[n][name]) for n in of_kind] for name in ("model_ns", "data_ns"))
        right.scatter(x, y, 9, label=f"{label} ({len(of_kind)})", alpha=0.6)
    for axis, title in ((left, "designs: slowest stage"), (right, "all stages, ECP5")):
        axis.set(xlabel="delay model (ns, UltraScale+)", title=title)
        axis.set_xlim(0, None)
        axis.set_ylim(0, None)
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small", loc="lower right")
    left.set_ylabel("router (ns)")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})


def main() -> None:
    """Write the figures and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", default=TABLE)
    parser.add_argument("--stages", default=STAGES)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results" / "routed-timing.json")
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "routed.svg")
    given = parser.parse_args()
    designs = [row for row in rows_of(given.table) if row["outcome"] == "routed"]
    known = {tuple(row[name] for name in ("model", "target")) for row in designs}
    stages = [row for row in rows_of(given.stages) if (row["model"], row["target"]) in known]
    content = evidence(designs, stages)
    write_json(given.out, content)
    plot(designs, stages, given.picture)
    print(content)


if __name__ == "__main__":
    main()
