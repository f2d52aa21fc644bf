"""Designs placed and routed with open tools, against what the delay model says of them.

    python scripts/route_designs.py table [--models MODEL ...] [--sizes N ...] [--intervals II ...] [--seeds S]
    python scripts/route_designs.py repeat [--out FILE]
    python scripts/route_designs.py plot

``table`` adds rows to ``docs/results/routed.csv``, one after the other; what a row depends on is kept in ``--work``,
and a design whose Verilog has not changed is not routed again, so a killed table goes on. Weights and types of a model
are taken to other N: scores mean nothing there, cells and clocks do. Every design is simulated against its own
reference first. ``repeat`` makes the bitstream of a small tagger twice and writes whether the two are equal byte by
byte. ``plot`` draws the router's period against that of the model.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.devices.open_parts import open_part
from fpgajet.errors import BudgetMissed
from fpgajet.files import atomic_path, sha256, write_bytes, write_json
from fpgajet.graph.export import export
from fpgajet.ops.network import Network
from fpgajet.pipeline.route_flow import RouteSettings, design_folder, run_route, target_circuit
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.router import pack
from studies.rtl.stages import stage_delays
from studies.tables.rows import write_table
from studies.variants.networks import resized, zoo_network

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "docs" / "results" / "routed.csv"
MODELS = ("npelican-n16-c2-log", "npelican-n16-c2-trigger", "npelican-n16-c2")
KEY = ("model", "constituents", "ii", "target", "clock_mhz")
COLUMNS = (
    *KEY, "latency_cycles", "lut", "ff", "dsp", "fmax_mhz_low", "fmax_mhz", "fmax_mhz_high", "seeds", "latency_ns",
    "critical_stage", "critical_operators", "wires", "model_period_ns", "model_stage", "jets", "differences", "outcome",
)  # fmt: skip


def row_of(
    network: Network, model: str, ii: int, target: str, work: Path, given: argparse.Namespace
) -> dict[str, Any]:
    """One line of the table."""
    size = network.input_shape[0]
    folder = work / f"{model}-{size}-ii{ii}"
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / "model.onnx", export(network).SerializeToString())
    part, options = open_part(target), RtlOptions(ii=ii)
    clock = given.clock_mhz or family_of(part).clock_mhz
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {"model": model, "constituents": size, "ii": ii, "target": target, "clock_mhz": clock}
    delays = stage_delays(target_circuit(network, part, clock, options))
    row |= {"model_period_ns": max(delays), "model_stage": int(np.argmax(delays))}
    settings = RouteSettings(given.seeds, given.timeout)
    try:
        found = run_route(
            folder,
            target,
            clock_mhz=clock,
            options=options,
            jets=given.jets,
            settings=settings,
            reporter=Lines(),
        )
    except BudgetMissed as error:
        return row | {"outcome": "does not fit: " + str(error).partition("needs ")[2].partition(". ")[0]}
    clocks = sorted(run.fmax_mhz for run in found.runs)
    hardware, path = found.row, found.path
    return row | {
        "latency_cycles": hardware.latency_cycles, "lut": hardware.lut, "ff": hardware.ff, "dsp": hardware.dsp,
        "fmax_mhz_low": round(clocks[0], 1), "fmax_mhz": round(clocks[len(clocks) // 2], 1),
        "fmax_mhz_high": round(clocks[-1], 1), "seeds": len(clocks), "latency_ns": hardware.latency_ns,
        "critical_stage": path.stage, "critical_operators": " ".join(path.operators),
        "wires": round(path.routing_ns / path.total_ns, 2), "jets": given.jets, "differences": 0, "outcome": "routed",
    }  # fmt: skip


class Lines:
    """Progress on standard error."""

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _ignored(self, *_: object) -> None:
        pass

    started = finished = skipped = stopped = note = advance = _ignored


def table(given: argparse.Namespace) -> None:
    """Every design that was asked for; rows that are in the table already and were not asked for stay."""
    rows = {tuple(row[key] for key in KEY): row for row in read_rows(given.out)}
    for size in given.sizes:
        for model in given.models:
            network = zoo_network(model) if size == 16 else resized(zoo_network(model), size)
            for ii in given.intervals:
                row = row_of(network, model, ii, given.target, given.work, given)
                rows[tuple(str(row[key]) for key in KEY)] = row
                write_table(given.out, list(rows.values()), COMMAND)
                print({key: row[key] for key in COLUMNS if row[key] != ""}, flush=True)


COMMAND = "python scripts/route_designs.py table, with options for single rows"


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of the table, none if there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def repeat(given: argparse.Namespace) -> None:
    """Equal inputs give equal bitstreams: a tagger routed and packed twice, from its model each time."""
    network = resized(zoo_network(MODELS[0]), 4)
    part, hashes = open_part(given.target), []
    for attempt in ("first", "second"):
        folder = given.work / f"repeat-{attempt}"
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / "model.onnx", export(network).SerializeToString())
        found = run_route(
            folder, part.name, clock_mhz=None, options=RtlOptions(ii=6), jets=given.jets,
            settings=RouteSettings(1, given.timeout), reporter=Lines(),
        )  # fmt: skip
        bitstream = folder / family_of(part).bitstream
        pack(design_folder(folder, part), part, bitstream)
        hashes.append(sha256(bitstream))
    content = {
        "command": shlex.join(["python", "scripts/route_designs.py", *sys.argv[1:]]),
        "model": MODELS[0], "constituents": 4, "ii": 6, "target": part.name, "evidence": found.row.evidence,
        "fmax_mhz": found.runs[0].fmax_mhz, "lut": found.row.lut, "sha256": hashes, "equal": len(set(hashes)) == 1,
    }  # fmt: skip
    write_json(ROOT / "docs" / "results" / "bitstream-repeat.json", content)
    print(content)
    sys.exit(0 if content["equal"] else 3)


def plot(given: argparse.Namespace) -> None:
    """The router's period, with the ends of the seeds, against the delay model's."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "fpgajet"
    figure, axis = plt.subplots(figsize=(5.5, 4), layout="constrained")
    rows = [row for row in read_rows(given.out) if row["outcome"] == "routed"]
    for model in dict.fromkeys(row["model"] for row in rows):
        of_model = [row for row in rows if row["model"] == model]
        x = [float(row["model_period_ns"]) for row in of_model]
        low, middle, high = (
            np.array([1000 / float(row[name]) for row in of_model])
            for name in ("fmax_mhz_high", "fmax_mhz", "fmax_mhz_low")
        )
        axis.errorbar(x, middle, [middle - low, high - middle], fmt="o", label=model, capsize=2)
        for row, a, b in zip(of_model, x, middle, strict=True):
            text = f" N={row['constituents']}, II {row['ii']}"
            axis.annotate(text, (a, b), fontsize=6, va="bottom")
    axis.set(xlabel="slowest stage by the delay model (ns, UltraScale+)", ylabel="period by the router (ns)")
    axis.set_xlim(0, None)
    axis.set_ylim(0, None)
    axis.grid(alpha=0.3)
    axis.legend(fontsize="small")
    with atomic_path(given.picture) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("table", "repeat", "plot"))
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--intervals", type=int, nargs="+", default=[6, 3, 1])
    parser.add_argument("--target", default="ecp5-85k")
    parser.add_argument("--clock-mhz", type=float)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=7200.0)
    parser.add_argument("--jets", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=Path("builds/routed"))
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "routed.svg")
    given = parser.parse_args()
    {"table": table, "repeat": repeat, "plot": plot}[given.what](given)


if __name__ == "__main__":
    main()
