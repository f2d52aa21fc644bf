"""How many accepted jets does one core generate in a second?

    python scripts/bench_generate.py [--jets 2000] [--processes 2] [--mode delphes-atlas] [--wide]
    python scripts/bench_generate.py --pile-up 200 [--jets 300]

Each process generates QCD jets, then top jets. Printed for each class: jets per second of CPU time (what a
core delivers, whoever else uses the machine) and of wall time, start-up of Pythia included. Exits with 1 if
a rate of CPU time is below its target. With --pile-up the jets are those of the preset seeded-cone; the pool of
minimum-bias events, made once per data set, is timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fpgajet.executor import Place, run_tasks
from quant.data.generation.generator import generate
from quant.data.generation.pool import Pool, make_pool
from quant.data.generation.presets import PRESETS
from quant.data.generation.recipe import Recipe, make_recipe

TARGETS = {"QCD": 100.0, "top": 80.0}
PILE_UP_TARGETS = {"QCD": 30.0, "top": 30.0}
WIDE_WINDOWS = {"QCD": (450, 1000), "top": (440, 1000)}


def measure(task: tuple[Recipe, str, int, int], tell: Callable[[str], None]) -> tuple[str, float, float]:
    """Jets per CPU second and per wall second of one process."""
    recipe, name, jets, process = task
    pool = pool_for(recipe)[0] if recipe.mode == "level1-pileup" else None
    wall, cpu = time.perf_counter(), time.process_time()
    generate(recipe, name, jets, (process, 0), pool=pool)
    return name, jets / (time.process_time() - cpu), jets / (time.perf_counter() - wall)


@cache
def _pool(events: int) -> tuple[Pool, float]:
    """The pool of the preset, and the CPU seconds that it took."""
    recipe = make_recipe({**PRESETS["seeded-cone"], "pileup": {"pool_events": events}})
    cpu = time.process_time()
    return make_pool(recipe, (1,)), time.process_time() - cpu


def pool_for(recipe: Recipe) -> tuple[Pool, float]:
    """As :func:`_pool`; it depends on the number of its events only."""
    return _pool(recipe.pileup.pool_events)


def machine() -> str:
    """Processor and number of cores."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"


def main() -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jets", type=int, default=2000, help="jets of each class and process")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mode", default="delphes-atlas")
    parser.add_argument("--wide", action="store_true", help="windows without a bias at the low edge")
    parser.add_argument("--pile-up", type=float, help="mean interactions per crossing, preset seeded-cone")
    parser.add_argument("--pool-events", type=int, default=10_000)
    options = parser.parse_args()
    recipe = make_recipe({"mode": options.mode, "windows": WIDE_WINDOWS if options.wide else {}})
    targets = TARGETS
    if options.pile_up is not None:
        targets = PILE_UP_TARGETS
        pileup = {"mean": options.pile_up, "pool_events": options.pool_events}
        recipe = make_recipe({**PRESETS["seeded-cone"], "pileup": pileup})
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in targets}
    for name in targets:
        tasks = [(recipe, name, options.jets, process) for process in range(options.processes)]
        for done, cpu, wall in run_tasks(measure, tasks, Place(options.processes, apart=True)):
            rates[done].append((cpu, wall))
    result: dict[str, dict[str, float]] = {
        name: {
            "jets_per_cpu_second": round(sum(cpu for cpu, _ in found) / len(found), 1),
            "jets_per_wall_second_and_process": round(sum(wall for _, wall in found) / len(found), 1),
            "target": targets[name],
        }
        for name, found in rates.items()
    }
    missed = any(row["jets_per_cpu_second"] < row["target"] for row in result.values())
    print(json.dumps({"machine": machine(), "command": sys.argv[1:], **result}, indent=2))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
