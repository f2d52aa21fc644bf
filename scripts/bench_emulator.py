"""Jets per second of the C emulator and of hls4ml's C simulation, on one core, side by side in one run.

    python scripts/bench_emulator.py BUILD_DIR [--seconds 3]

BUILD_DIR is a build with the HLS flow. Both compute the scores of the shipped jets. The emulator is compiled with
`-O2`, as its Makefile does, and with `-O2 -march=native`. The scores are compared first. The implementations take
turns, and seconds are those of the processor, because other work may run on the machine. Prints one JSON line per
implementation, with its speed over that of hls4ml's C simulation, and the machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from fpgajet.export.c import Emulator, compile_emulator, write_sources
from fpgajet.fixed import from_real
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.jets import bare_events, shipped_sample
from fpgajet.pipeline.paths import existing_build

REFERENCE = "hls4ml C simulation"


def rates(work: dict[str, Callable[[], Any]], jets: int, seconds: float) -> dict[str, float]:
    """Jets per second of processor time: the best of turns, of about ``seconds`` in all for each implementation."""
    best, spent = dict.fromkeys(work, 0.0), dict.fromkeys(work, 0.0)
    while min(spent.values()) < seconds:
        for name, run in work.items():
            if spent[name] < seconds:
                before = process_time()
                run()
                passed = process_time() - before
                spent[name] += passed
                best[name] = max(best[name], jets / passed)
    return best


def processor() -> str:
    """Name of the processor, as Linux gives it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()
    build = existing_build(arguments.build)
    network = Artefacts(build).network
    features = network.form.features(bare_events(shipped_sample(), network.constituents))
    raw = from_real(features, network.input_type)
    fraction = network.output.operator.output.fraction
    work: dict[str, Callable[[], Any]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        csim = CSimulation(build.project, compile_project(build.project, folder / "csim"))
        expected = csim.stages(features)[network.output.name].reshape(len(raw), -1) * 2.0**fraction
        work[REFERENCE] = lambda: csim.stages(features)
        package = write_sources(network, folder / "c", "tagger_v1")
        for name, flags in {"-O2": ("-O2",), "-O2 -march=native": ("-O2", "-march=native")}.items():
            library = compile_emulator(package, folder / f"tagger{len(work)}.so", flags)
            emulator = Emulator(package, library, network.input_type)
            if not np.array_equal(emulator.run(raw), expected):
                print("the two differ", file=sys.stderr)
                return 1
            work[f"C emulator, {name}"] = partial(emulator.run, raw)
        found = rates(work, len(raw), arguments.seconds)
    machine = {"machine": processor(), "python": platform.python_version()}
    for name, value in found.items():
        row = {"model": network.name, "implementation": name, "jets_per_second": round(value)}
        print(json.dumps(row | {"times_hls4ml": round(value / found[REFERENCE], 1)} | machine))
    return 0


if __name__ == "__main__":
    sys.exit(main())
