"""Verilog against the integer reference at several N: a new jet every clock, sampled at the stated cycle.

    python scripts/verify_rtl.py [--sizes 8 16 20 32] [--jets 10000]

Weights and types of the zoo model, resized as in network_variants.py; jets from the shipped sample and random values
over the full range in equal parts. Ends with exit status 1 if a score differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from network_variants import resized, zoo_network
from sweep_rtl import CLOCK_MHZ, PART

from fpgajet.rtl import Simulation, compare, emit
from fpgajet.rtl.command import test_jets


def main() -> int:
    """Print a line for each N."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="npelican-n16-c2")
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16, 20, 32])
    parser.add_argument("--jets", type=int, default=10_000)
    arguments = parser.parse_args()
    failed = 0
    for size in arguments.sizes:
        network = resized(zoo_network(arguments.model), size)
        with tempfile.TemporaryDirectory() as folder:
            design = emit(network, Path(folder), CLOCK_MHZ, PART)
            jets = test_jets(network, arguments.jets)
            simulation = Simulation(design)
            differences = compare(network, simulation, jets)
            distinct = len(np.unique(simulation.scores(jets)))
        print(
            f"N={size}: {design.latency_cycles} cycles, {len(jets)} jets, {differences} differ, {distinct} scores"
        )
        sys.stdout.flush()
        failed += differences
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
