"""Designs placed and routed with open tools, against what the delay model says of them.

    python scripts/route_designs.py table [--models MODEL ...] [--sizes N ...] [--intervals II ...] [--stages S ...]
    python scripts/route_designs.py prove --models MODEL ... --sizes N ... --intervals II ...
    python scripts/route_designs.py repeat

``table`` adds rows to ``docs/results/rerouted.csv``, one after the other; what a row depends on is kept in ``--work``,
and a design whose Verilog has not changed is not routed again, so a killed table goes on. Every stage of a design, by
the delays of its family and by the router, becomes a row of ``docs/results/rerouted-stages.csv``. The rows of
``routed.csv`` are older: their registers were placed by the delays of UltraScale+ (``scripts/reread_stages.py``).
Weights and types of a model are taken to other N: scores mean nothing there, cells and clocks do. Every design is
simulated against its own reference first.

``prove`` proves the netlists of routed designs equal to their Verilog (``docs/results/routed-proof.csv``; no
multipliers). ``repeat`` makes the bitstream of a small tagger twice and writes whether the two are equal byte by byte.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.devices.delays import delays_of
from fpgajet.devices.open_parts import open_part
from fpgajet.errors import BudgetMissed
from fpgajet.files import read_json, sha256, write_bytes, write_json
from fpgajet.graph.export import export
from fpgajet.ops.network import Network
from fpgajet.pipeline.route_flow import RouteSettings, default_clock, design_folder, run_route, target_circuit
from fpgajet.rtl import RtlDesign, RtlOptions
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.harness import TOP
from fpgajet.rtl.route.proof import CLOCKS, prove_mapped
from fpgajet.rtl.route.router import REPORT, pack
from studies.rtl.routed_rows import COLUMNS, STAGE_COLUMNS, folder_of, replace_rows, stage_rows
from studies.rtl.stages import model_stages
from studies.rtl.timing_evidence import KEY
from studies.variants.networks import resized, zoo_network

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "docs" / "results" / "rerouted.csv"
MODELS = ("npelican-n16-c2-log", "npelican-n16-c2-trigger", "npelican-n16-c2")


def row_of(
    network: Network, design: dict[str, Any], work: Path, given: argparse.Namespace
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One line of the table, and those of its stages."""
    wanted, part, folder = design["stages"], open_part(design["target"]), folder_of(design, work)
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / "model.onnx", export(network).SerializeToString())
    clock, options = design["clock_mhz"], RtlOptions(ii=design["ii"], stages=wanted or None)
    circuit = target_circuit(network, part, clock, options)
    stages = model_stages(circuit, delays_of(part.family))
    delays = [stage.delay_ns for stage in stages]
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "") | design
    row |= {"model_period_ns": round(max(delays), 3), "model_stage": int(np.argmax(delays))}
    settings, before = RouteSettings(given.seeds, given.timeout), _cpu()
    try:
        found = run_route(
            folder, part.name, clock_mhz=clock, options=options, jets=given.jets, settings=settings, reporter=Lines()
        )  # fmt: skip
    except BudgetMissed as error:
        return row | {"outcome": "does not fit: " + str(error).partition("needs ")[2].partition(". ")[0]}, []
    clocks = sorted(run.fmax_mhz for run in found.runs)
    hardware, path = found.row, found.path
    row |= {
        "latency_cycles": hardware.latency_cycles, "lut": hardware.lut, "ff": hardware.ff, "dsp": hardware.dsp,
        "fmax_mhz_low": round(clocks[0], 1), "fmax_mhz": round(clocks[len(clocks) // 2], 1),
        "fmax_mhz_high": round(clocks[-1], 1), "seeds": len(clocks), "latency_ns": hardware.latency_ns,
        "critical_stage": path.stage, "critical_operators": " ".join(path.operators),
        "wires": round(path.routing_ns / path.total_ns, 2), "jets": given.jets, "differences": 0,
        "cpu_s": round(_cpu() - before), "outcome": "routed",
    }  # fmt: skip
    report = read_json(design_folder(folder, part) / REPORT)  # of the last seed
    return row, stage_rows(design, circuit, stages, report)


def _cpu() -> float:
    """Seconds of CPU of all programs that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Lines:
    """Progress on standard error."""

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _ignored(self, *_: object) -> None:
        pass

    started = finished = skipped = stopped = note = advance = _ignored


def designs(given: argparse.Namespace) -> Iterator[tuple[Network, dict[str, Any]]]:
    """Every design that was asked for."""
    part = open_part(given.target)
    for size in given.sizes:
        for model in given.models:
            network = zoo_network(model) if size == 16 else resized(zoo_network(model), size)
            for ii in given.intervals:
                clock = given.clock_mhz or default_clock(network, part, RtlOptions(ii=ii))
                for stages in given.stages or [0]:
                    values = (model, size, ii, part.name, clock, stages or "")
                    yield network, dict(zip(KEY, values, strict=True))


def table(given: argparse.Namespace) -> None:
    """Every design that was asked for; rows that are in the table already and were not asked for stay."""
    for network, design in designs(given):
        row, lines = row_of(network, design, given.work, given)
        replace_rows(given.out, [row], COLUMNS)
        replace_rows(given.out.with_name(f"{given.out.stem}-stages.csv"), lines, STAGE_COLUMNS)
        print({key: row[key] for key in COLUMNS if row[key] != ""}, flush=True)


def prove(given: argparse.Namespace) -> None:
    """The netlists of designs that ``table`` has routed."""
    for _, design in designs(given):
        folder = design_folder(folder_of(design, given.work), open_part(design["target"]))
        sources = [folder / f"{TOP}.v", *(folder / name for name in RtlDesign.read(folder).sources)]
        before = _cpu()
        found = prove_mapped(sources, TOP, folder, given.clocks, given.timeout)
        row = {
            "clocks": given.clocks,
            "pairs": found.pairs,
            "unproved": len(found.unproved),
            "proved": found.equal,
        }
        row = design | row | {"cpu_s": round(_cpu() - before)}
        replace_rows(given.out.with_name("routed-proof.csv"), [row], tuple(row))
        print(row, flush=True)


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
        "command": "python scripts/route_designs.py repeat",
        "model": MODELS[0], "constituents": 4, "ii": 6, "target": part.name, "evidence": found.row.evidence,
        "fmax_mhz": found.runs[0].fmax_mhz, "lut": found.row.lut, "sha256": hashes, "equal": len(set(hashes)) == 1,
    }  # fmt: skip
    write_json(ROOT / "docs" / "results" / "bitstream-repeat.json", content)
    print(content)
    sys.exit(0 if content["equal"] else 3)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("table", "prove", "repeat"))
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--intervals", type=int, nargs="+", default=[6, 3, 1])
    parser.add_argument(
        "--stages", type=int, nargs="+", help="pipeline stages; default: as many as the clock needs"
    )
    parser.add_argument("--clocks", type=int, default=CLOCKS, help="of the induction of a proof")
    parser.add_argument("--target", default="ecp5-85k")
    parser.add_argument("--clock-mhz", type=float)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=7200.0)
    parser.add_argument("--jets", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=Path("builds/routed"))
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    {"table": table, "prove": prove, "repeat": repeat}[given.what](given)


if __name__ == "__main__":
    main()
