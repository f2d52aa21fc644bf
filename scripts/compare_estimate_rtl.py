"""The analytical estimate beside cells that were counted: our own RTL of the same plain design.

    python scripts/compare_estimate_rtl.py --sizes 8 12 16 > docs/data/estimate_vs_rtl.csv

"Plain" is what the HLS project describes: four products per pair, no Winograd form, no accumulation in DSP
blocks, no adders of three. Weights and types are those of a zoo model, taken to other numbers of constituents
as in studies/variants/networks.py. LUT are Yosys' (12 % above Vivado's synthesis on the one design where both are
known, docs/rtl.md). FF are not compared: every bit between stages counts there, and the tools differ in what
they pack into DSP blocks. A latency is that of our own schedule, which is not HLS' and is listed for orientation.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.rtl import RtlOptions, build
from studies.rtl.rows import CLOCK_MHZ, PART
from studies.variants.networks import resized, zoo_network

PLAIN = RtlOptions(winograd=False, accumulate=False, ternary=False)
COLUMNS = (
    "model",
    "constituents",
    "lut_estimated",
    "lut_low",
    "lut_high",
    "lut_rtl",
    "lut_ratio",
    "dsp_estimated",
    "dsp_rtl",
    "cycles_estimated",
    "cycles_rtl",
)


def main() -> None:
    """Write CSV to standard output, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="npelican-n16-c2")
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 12, 16])
    given = parser.parse_args()
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    trained = zoo_network(given.model)
    for size in given.sizes:
        network = trained if size == trained.input_shape[0] else resized(trained, size)
        total = estimate(network, part(PART), CLOCK_MHZ).total
        with tempfile.TemporaryDirectory() as folder:
            counted = build(network, Path(folder), CLOCK_MHZ, PART, options=PLAIN).hardware.as_dict()
        row = {
            "model": given.model,
            "constituents": size,
            "lut_estimated": total.lut.value,
            "lut_low": total.lut.low,
            "lut_high": total.lut.high,
            "lut_rtl": counted["lut"],
            "lut_ratio": round(total.lut.value / counted["lut"], 3),
            "dsp_estimated": total.dsp.value,
            "dsp_rtl": counted["dsp"],
            "cycles_estimated": total.latency_cycles.value,
            "cycles_rtl": counted["latency_cycles"],
        }
        writer.writerow(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
