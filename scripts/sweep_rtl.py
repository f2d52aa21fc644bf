"""What each area option of the RTL flow saves, one at a time, and how size grows with N.

    python scripts/sweep_rtl.py options [MODEL] > docs/data/rtl_options.csv
    python scripts/sweep_rtl.py constituents > docs/data/rtl_constituents.csv

``options`` builds a zoo model (default npelican-n16-c2) with every option switched off alone, and with all of
them off. ``constituents`` takes the weights and types of that model to other N, with tables over n cut or held
at their last entry: its scores mean nothing there, its cells do. No option changes any bit of the score.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import quant
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.rtl import RtlOptions, build
from quant.checkpoint import open_checkpoint
from quant.models.assembly import network_of

CLOCK_MHZ = 320.0
PART = "xcvu9p"
VARIANTS = {
    "all": RtlOptions(),
    "no Winograd": RtlOptions(winograd=False),
    "no accumulation in DSP": RtlOptions(accumulate=False),
    "no adders of three": RtlOptions(ternary=False),
    "only adders of three": RtlOptions(winograd=False, accumulate=False),
    "none": RtlOptions(winograd=False, accumulate=False, ternary=False),
}
COLUMNS = (
    "case",
    "clock_mhz",
    "latency_cycles",
    "lut",
    "ff",
    "dsp",
    "carry8",
    "latency_ns_low",
    "latency_ns_high",
)


def zoo_network(name: str) -> Network:
    """The quantised network of a zoo entry."""
    return network_of(open_checkpoint(Path(quant.__file__).parent / "zoo" / name))


def resized(network: Network, constituents: int) -> Network:
    """The same weights and types for another N."""
    nodes = []
    for node in network.nodes:
        changes = {}
        for field in ("constituents", "slots"):
            if field in node.operator.integer_fields():
                changes[field] = constituents
        tensors = {
            name: Tensor(_rows(tensor, constituents + 1), tensor.type) if "bias" in name else tensor
            for name, tensor in node.tensors.items()
        }
        nodes.append(Node(node.name, replace(node.operator, **changes), node.inputs, tensors))
    shape = (constituents, *network.input_shape[1:])
    return Network(f"n{constituents}", network.input_name, shape, network.input_type, tuple(nodes))


def _rows(tensor: Tensor, rows: int) -> FixedArray:
    taken = np.minimum(np.arange(rows), len(tensor.values.raw) - 1)
    return FixedArray(tensor.values.raw[taken], tensor.values.fraction)


def row_of(case: str, network: Network, options: RtlOptions) -> dict[str, Any]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        hardware = build(network, Path(folder), CLOCK_MHZ, PART, options=options).hardware
    low, high = hardware["intervals"]["latency_ns"]
    known = {key: hardware[key] for key in COLUMNS if key in hardware}
    return {"case": case, **known, "latency_ns_low": low, "latency_ns_high": high}


def main() -> None:
    """Write CSV to standard output, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("options", "constituents"))
    parser.add_argument("model", nargs="?", default="npelican-n16-c2")
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 12, 16, 20, 24, 32])
    arguments = parser.parse_args()
    network = zoo_network(arguments.model)
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    if arguments.what == "options":
        cases = ((name, network, options) for name, options in VARIANTS.items())
    else:
        cases = ((f"N={n}", resized(network, n), RtlOptions()) for n in arguments.sizes)
    for case in cases:
        writer.writerow(row_of(*case))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
