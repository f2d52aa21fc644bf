"""Greedy narrowing that follows the cells of our Verilog instead of the estimate of HLS code.

    python scripts/narrow_by_rtl.py npelican-n16-c2-log --data jets --lut 12000 --out runs/narrow

As `fpgajet compress MODEL --lut`, whose steps and checkpoints these are; only the size that it makes small is another
one: the look-up tables of the circuit before synthesis (``fpgajet.rtl.ir.areas``). The circuit is made for few
constituents (``--size``), which takes a fraction of a second, and scaled to those of the model: nearly all cells belong
to pairs. Every step is printed with its circuit at full size, which is within some percent of what Yosys counts.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

import torch

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.areas import area
from quant.checkpoint import Checkpoint, load_model, open_checkpoint
from quant.compression.compress_settings import compress_settings, settings_of
from quant.compression.run import Compression
from quant.training.data import TrainingJets
from quant.training.run import prepare
from quant.zoo import resolve
from studies.variants.networks import resized


class CircuitArea:
    """Look-up tables of a network's circuit, from that of few constituents."""

    def __init__(self, network: Network, clock_mhz: float, size: int) -> None:
        self.clock_mhz, self.size = clock_mhz, size
        self.factor = self.whole(network) / self.whole(resized(network, size))

    def __call__(self, network: Network) -> float:
        return self.factor * self.whole(resized(network, self.size))

    def whole(self, network: Network) -> int:
        """At full size."""
        netlist, _ = circuit(network, self.clock_mhz, RtlOptions())
        return sum(area(cell, netlist.cells) for cell in netlist.cells)


def main() -> None:
    """Narrow, a step at a time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lut", type=float, required=True)
    parser.add_argument("--by", type=float, default=0.1, help="share of the LUTs that go in every step")
    parser.add_argument("--clock-mhz", type=float, default=240.0)
    parser.add_argument("--size", type=int, default=5, help="constituents of the circuit that is followed")
    parser.add_argument("--set", dest="assignments", action="append", default=[], help="as of compress")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = open_checkpoint(resolve(arguments.model))
    count = CircuitArea(load_model(source).network(), arguments.clock_mhz, arguments.size)
    settings = compress_settings(
        source, arguments.assignments, bits=(), prune=(), lut=arguments.lut, narrowed_by=arguments.by,
        estimate=("circuit", arguments.clock_mhz, 1),
    )  # fmt: skip
    prepare(arguments.out, settings, resume=True)
    own = settings_of(source)
    jets = TrainingJets(arguments.data, own.constituents, own.form, settings.training["max_jets"])
    command = ["python", shlex.quote(sys.argv[0]), *sys.argv[1:]]
    steps = Compression(
        settings, source, jets, arguments.out, command, lambda fit, record: print(fit, record, flush=True),
        cost=count,
    )  # fmt: skip
    for step, checkpoint in steps.run():
        print(f"{time.process_time():.0f} s {step.name}: {_line(count, checkpoint)}", flush=True)


def _line(count: CircuitArea, checkpoint: Checkpoint) -> str:
    """AUC on the test jets and size of a step."""
    area = count.whole(load_model(checkpoint).network())
    metrics = checkpoint.config.metrics
    return (
        f"AUC {metrics.quantised['auc']:.5f} (float {metrics.float_['auc']:.5f}), {area:,} LUT as a circuit"
    )


if __name__ == "__main__":
    main()
