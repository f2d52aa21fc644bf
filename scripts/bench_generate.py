"""How many accepted jets does one core generate in a second?

    python scripts/bench_generate.py [--jets 2000] [--processes 2] [--mode delphes-atlas] [--wide]

Each process generates QCD jets, then top jets. Printed for each class: jets per second of CPU time (what a
core delivers, whoever else uses the machine) and of wall time, start-up of Pythia included. Exits with 1 if
a rate of CPU time is below its target.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time

from quant.data.generation.generator import generate
from quant.data.generation.recipe import Recipe, make_recipe

TARGETS = {"QCD": 100.0, "top": 80.0}
WIDE_WINDOWS = {"QCD": (450, 1000), "top": (440, 1000)}


def measure(task: tuple[Recipe, str, int, int]) -> tuple[str, float, float]:
    """Jets per CPU second and per wall second of one process."""
    recipe, name, jets, process = task
    wall, cpu = time.perf_counter(), time.process_time()
    generate(recipe, name, jets, (process, 0))
    return name, jets / (time.process_time() - cpu), jets / (time.perf_counter() - wall)


def silence() -> None:
    """fastjet prints a banner on standard output, which is for the result."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def main() -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jets", type=int, default=2000, help="jets of each class and process")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mode", default="delphes-atlas")
    parser.add_argument("--wide", action="store_true", help="windows without a bias at the low edge")
    options = parser.parse_args()
    recipe = make_recipe({"mode": options.mode, "windows": WIDE_WINDOWS if options.wide else {}})
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in TARGETS}
    with multiprocessing.get_context("spawn").Pool(options.processes, initializer=silence) as pool:
        for name in TARGETS:
            tasks = [(recipe, name, options.jets, process) for process in range(options.processes)]
            for done, cpu, wall in pool.map(measure, tasks, chunksize=1):
                rates[done].append((cpu, wall))
    result = {
        name: {
            "jets_per_cpu_second": round(sum(cpu for cpu, _ in found) / len(found), 1),
            "jets_per_wall_second_and_process": round(sum(wall for _, wall in found) / len(found), 1),
            "target": TARGETS[name],
        }
        for name, found in rates.items()
    }
    print(json.dumps(result, indent=2))
    return int(any(row["jets_per_cpu_second"] < row["target"] for row in result.values()))


if __name__ == "__main__":
    sys.exit(main())
