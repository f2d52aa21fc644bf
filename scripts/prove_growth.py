"""How the proof grows with the number of constituents: C++ and Verilog of one nanoPELICAN, resized.

    python scripts/prove_growth.py docs/results/prove_growth.csv [--model npelican-n16-c2] [--only-plot] [N ...]

The network keeps its weights; only the number of constituents changes. For every N the C++ is recorded and proved, and
the Verilog is written, read back and proved, both as `fpgajet prove` does, one after the other, each in a process of
its own. Seconds are CPU time of that process and the tools that it starts, the writing of C++ and Verilog included;
memory is the largest of these processes. A plot with the name of the table is drawn beside it.
"""

from __future__ import annotations

import argparse
import csv
import resource
import shlex
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.executor import Place, run_tasks
from fpgajet.fixed import to_real
from fpgajet.graph.collapse import collapse
from fpgajet.graph.export import export
from fpgajet.hls.project import write_project
from fpgajet.hls.proof import prove_cpp
from fpgajet.ops.network import Network
from fpgajet.pipeline.prove_flow import samples
from fpgajet.plotting import COLOURS, pyplot, save_figure
from fpgajet.prove.proof import Proof
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.proof import prove_verilog
from fpgajet.rtl.write.design import write_design
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table
from studies.variants.networks import resized

CONSTITUENTS = (8, 12, 16, 20, 32)
CLOCK_MHZ = 240.0
PANELS = {
    "cpu_s": "CPU time in s",
    "peak_mib": "memory in MiB",
    "cuts": "cuts",
    "assignments": "values tried",
}


def proved(network: Network, what: str) -> Proof:
    """The proof of the C++ or of the Verilog."""
    raw = samples(network)
    with tempfile.TemporaryDirectory() as folder:
        if what == "Verilog":
            made = scheduled(network, CLOCK_MHZ, RtlOptions())
            place = Path(folder)
            design = write_design(made.netlist, made.schedule, place, CLOCK_MHZ, "xcvu9p", network.name)
            return prove_verilog(network, design, RtlOptions(), raw, made)
        project = Path(folder) / "hls"
        given = to_real(raw[:4].reshape(4, *network.input_shape), network.input_type.fraction)
        write_project(
            export(network),
            network,
            project,
            part="xcvu9p-flga2104-2L-e",
            clock_mhz=CLOCK_MHZ,
            reuse_factor=1,
            vectors=given.astype("float32"),
        )
        return prove_cpp(network, project, raw, partial(np.asarray, raw))[0]


def row(task: tuple[str, int, str], tell: Callable[[str], None]) -> dict[str, Any]:
    """One row of the table, in a fresh process."""
    model, constituents, what = task
    network = resized(load_model(open_checkpoint(resolve(model))).network(), constituents)
    proof = proved(collapse(network), what)
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "constituents": constituents,
        "what": what,
        "level": proof.level.value,
        "cuts": proof.cuts,
        "enumerations": proof.enumerations,
        "assignments": proof.assignments,
        "cpu_s": round(sum(one.ru_utime + one.ru_stime for one in used), 1),
        "peak_mib": max(one.ru_maxrss for one in used) // 1024,
        "reason": proof.reason,
    }


def draw(rows: list[dict[str, Any]], out: Path) -> None:
    """Four panels over the number of constituents."""
    figure, axes = pyplot().subplots(2, 2, figsize=(7.5, 5.4), layout="constrained")
    for axis, (column, title) in zip(axes.ravel(), PANELS.items(), strict=True):
        for what, colour, marker in (("C++", COLOURS[0], "o"), ("Verilog", COLOURS[1], "s")):
            own = [r for r in rows if r["what"] == what and r["level"] == "proved"]
            x, y = ([float(r[key]) for r in own] for key in ("constituents", column))
            axis.plot(x, y, color=colour, marker=marker, label=what)
        axis.set(xlabel="constituents N", ylabel=title, xscale="log")
        if column in ("cuts", "assignments"):
            axis.set_yscale("log")
        else:
            axis.set_ylim(bottom=0)
        axis.set_xticks(CONSTITUENTS, [str(n) for n in CONSTITUENTS])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0, 0].legend(frameon=False)
    save_figure(figure, out)


def main() -> None:
    """Measure, write, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("constituents", type=int, nargs="*")
    parser.add_argument("--model", default="npelican-n16-c2")
    parser.add_argument("--only-plot", action="store_true")
    given = parser.parse_args()
    if not given.only_plot:
        rows: list[dict[str, Any]] = []
        for constituents in given.constituents or CONSTITUENTS:
            for what in ("C++", "Verilog"):
                rows += run_tasks(row, [(given.model, constituents, what)], Place(apart=True))
                print(rows[-1], flush=True)
                write_table(given.path, rows, f"python {shlex.join(sys.argv)}")
    lines = given.path.read_text(encoding="utf-8").splitlines()[1:]
    draw(list(csv.DictReader(lines)), given.path.with_suffix(".svg"))


if __name__ == "__main__":
    main()
