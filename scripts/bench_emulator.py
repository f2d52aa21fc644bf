"""Jets per second of the C emulator and of hls4ml's C simulation, on one core, side by side in one run.

    python scripts/bench_emulator.py BUILD_DIR [--seconds 3]

BUILD_DIR is a build with the HLS flow. Both compute the scores of the shipped jets. The emulator is compiled with
`-O2`, as its Makefile does, and with `-O2 -march=native`. The scores are compared first. Prints one JSON line per
implementation.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from fpgajet.export.c import Emulator, compile_emulator, write_sources
from fpgajet.fixed import from_real
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.pipeline.context import Artefacts
from fpgajet.pipeline.jets import bare_events, shipped_sample
from fpgajet.pipeline.paths import existing_build


def rate(work: Callable[[], Any], jets: int, seconds: float) -> float:
    """Jets per second: the best of repeated runs that take about ``seconds`` together."""
    best, start = 0.0, perf_counter()
    while perf_counter() - start < seconds:
        before = perf_counter()
        work()
        best = max(best, jets / (perf_counter() - before))
    return best


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
    features = network.form.features(bare_events(shipped_sample(), network.input_shape[0]))
    raw = from_real(features, network.input_type)
    fraction = network.output.operator.output.fraction
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        csim = CSimulation(build.project, compile_project(build.project, work / "csim"))
        expected = csim.stages(features)[network.output.name].reshape(len(raw), -1) * 2.0**fraction
        found["hls4ml C simulation"] = rate(lambda: csim.stages(features), len(raw), arguments.seconds)
        package = write_sources(network, work / "c", "tagger_v1")
        for name, flags in {"-O2": ("-O2",), "-O2 -march=native": ("-O2", "-march=native")}.items():
            library = compile_emulator(package, work / f"tagger{len(found)}.so", flags)
            emulator = Emulator(package, library, network.input_type)
            if not np.array_equal(emulator.run(raw), expected):
                print("the two differ", file=sys.stderr)
                return 1
            found[f"C emulator, {name}"] = rate(
                lambda emulator=emulator: emulator.run(raw),  # type: ignore[misc]
                len(raw),
                arguments.seconds,
            )
    for name, value in found.items():
        row = {"model": network.name, "implementation": name, "jets_per_second": round(value)}
        print(json.dumps(row | {"machine": platform.machine(), "python": platform.python_version()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
