"""What each area option saves, one at a time, what a longer interval saves, and how size grows with N.

    python scripts/sweep_rtl.py options [MODEL ...]
    python scripts/sweep_rtl.py intervals [MODEL ...]
    python scripts/sweep_rtl.py constituents [MODEL ...]
    python scripts/sweep_rtl.py smallest
    python scripts/sweep_rtl.py plot

The tables are ``docs/data/rtl_<what>.csv``, the picture of the last one ``docs/rtl_constituents.svg``. ``options``:
first switches of the RTL flow, which change no bit of the score, then properties of the model, each compared with
its own reference (``studies/rtl/cases.py``). ``constituents`` takes weights and types of a model to other N: its
scores mean nothing there, its cells do. ``smallest`` takes each small model at the clock that suits it. Every row is
simulated on ``--jets`` jets first. A killed sweep goes on: the table is written after every row, and a design in
``--work`` whose Verilog has not changed is not run again.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fpgajet.executor import Place, run_tasks
from fpgajet.files import atomic_path
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from studies.rtl.cases import Case, options
from studies.rtl.rows import CLOCK_MHZ, PART, counted
from studies.tables.rows import write_table
from studies.variants.networks import resized, zoo_network

DOCS = Path(__file__).parent.parent / "docs"
SIZES = (8, 12, 16, 20, 24, 32)
#: Clock in MHz at which a model of the zoo at N = 16 is smallest and fastest together.
SMALLEST = {
    "npelican-n16-c2-log": 240.0,
    "npelican-n16-c2-trigger": 280.0,
    "npelican-n16-c2": CLOCK_MHZ,
    "npelican-n16-c2-lean": CLOCK_MHZ,
}
COLUMNS = (
    "case", "model", "constituents", "clock_mhz", "ii", "latency_cycles", "lut", "ff", "dsp", "carry8",
    "latency_ns_low", "latency_ns_high", "jets", "differences",
)  # fmt: skip


def row_of(
    case: Case, model: str, size: int, work: Path, jets: int, clock_mhz: float = CLOCK_MHZ
) -> dict[str, Any]:
    """One line of a table, from ``row.json`` in the folder of the design if that is of the same Verilog."""
    name, network, switches = case
    folder = work / "".join(c if c.isalnum() else "-" for c in f"{Path(model).name}-{size}-{name}")
    found = counted(network, folder, clock_mhz, PART, switches, jets)
    found |= {"case": name, "model": Path(model).name, "constituents": size}
    return {key: found[key] for key in COLUMNS}


def _row(task: tuple[Case, str, int, Path, int, float], tell: Callable[[str], None]) -> dict[str, Any]:
    return row_of(*task)


def cases_of(what: str, network: Network, intervals: Sequence[int]) -> Iterator[Case]:
    """The cases of a table for one model and N."""
    if what == "options":
        return options(network)
    if what == "intervals":
        return ((f"II={ii}", network, RtlOptions(ii=ii)) for ii in intervals)
    return iter([(f"N={network.input_shape[0]}", network, RtlOptions())])


def plot(table: Path, picture: Path) -> None:
    """LUT, DSP, cycles and latency against N, one line for every model in the table."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "fpgajet"
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.4), layout="constrained")
    titles = ("LUT", "DSP", "cycles", "latency, 80 % interval (ns)")
    for model in dict.fromkeys(row["model"] for row in rows):
        of_model = [row for row in rows if row["model"] == model]
        sizes = [int(row["constituents"]) for row in of_model]
        for axis, key in zip(axes, ("lut", "dsp", "latency_cycles"), strict=False):
            axis.plot(sizes, [float(row[key]) for row in of_model], marker="o", label=model)
        ends = [[float(row[f"latency_ns_{end}"]) for row in of_model] for end in ("low", "high")]
        axes[3].fill_between(sizes, *ends, alpha=0.3)
    for axis, title in zip(axes, titles, strict=True):
        axis.set(title=title, xlabel="constituents N", xticks=sizes)
        axis.set_ylim(0, max(1.0, 1.05 * axis.get_ylim()[1]))
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize="small")
    with atomic_path(picture) as temporary:
        metadata = {"Date": None} if picture.suffix == ".svg" else None
        figure.savefig(temporary, format=picture.suffix[1:], metadata=metadata)


def main() -> None:
    """Write the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("options", "intervals", "constituents", "smallest", "plot"))
    parser.add_argument("models", nargs="*", help="default: npelican-n16-c2, or those of smallest")
    parser.add_argument("--sizes", type=int, nargs="+", help="N; default: the model's, or 8 to 32")
    parser.add_argument("--intervals", type=int, nargs="+", default=[1, 2, 3, 6])
    parser.add_argument("--jets", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=Path("builds/rtl-sweep"))
    parser.add_argument("--only", help="one case: run it, and write no table")
    parser.add_argument("--out", type=Path, help="another file than that in docs")
    parser.add_argument("--workers", type=int, default=1, help="designs at a time, or jobs")
    parser.add_argument("--cluster", help="address of a Dask scheduler; or slurm, htcondor, lsf, pbs")
    arguments = parser.parse_args()
    what = arguments.what
    if what == "plot":
        plot(DOCS / "data" / "rtl_constituents.csv", arguments.out or DOCS / "rtl_constituents.svg")
        return
    out = arguments.out or DOCS / "data" / f"rtl_{what}.csv"
    tasks: list[tuple[Case, str, int, Path, int, float]] = []
    for model in arguments.models or (SMALLEST if what == "smallest" else ["npelican-n16-c2"]):
        clock = SMALLEST.get(model, CLOCK_MHZ) if what == "smallest" else CLOCK_MHZ
        trained = zoo_network(model)
        sizes = arguments.sizes or (SIZES if what == "constituents" else [trained.input_shape[0]])
        networks = [trained if n == trained.input_shape[0] else resized(trained, n) for n in sizes]
        for size, network in zip(sizes, networks, strict=True):
            for case in cases_of(what, network, arguments.intervals):
                if arguments.only not in (None, case[0]):
                    continue
                tasks.append((case, model, size, arguments.work, arguments.jets, clock))
    rows: dict[int, dict[str, Any]] = {}

    def keep(number: int, row: dict[str, Any]) -> None:
        rows[number] = row
        if arguments.only is None:
            write_table(out, [rows[known] for known in sorted(rows)], f"python {shlex.join(sys.argv)}")
        print(" ".join(f"{row[key]}" for key in COLUMNS), flush=True)

    run_tasks(_row, tasks, Place(arguments.workers, arguments.cluster), done=keep)


if __name__ == "__main__":
    main()
