"""What each area option saves, one at a time, what a longer interval saves, and how size grows with N.

    python scripts/sweep_rtl.py options [MODEL] > docs/data/rtl_options.csv
    python scripts/sweep_rtl.py intervals [MODEL] > docs/data/rtl_intervals.csv
    python scripts/sweep_rtl.py constituents [MODEL] > docs/data/rtl_constituents.csv
    python scripts/sweep_rtl.py plot docs/data/rtl_constituents.csv docs/data/rtl_constituents.svg

``options``: first switches of the RTL flow, which change no bit of the score, then properties of the model
(``network_variants.py``), each compared with its own reference. ``constituents`` takes weights and types of the
model to other N: its scores mean nothing there, its cells do. Every row is simulated on ``--jets`` jets first;
synthesised stages are kept in ``--work``, so that a second run takes seconds.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from network_variants import (
    make_asymmetric,
    make_symmetric,
    make_unit,
    resized,
    rounded,
    with_pair_weights,
    with_types,
    wrapped,
    zoo_network,
)

from fpgajet.fixed import Rounding
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, build
from fpgajet.rtl.command import test_jets

CLOCK_MHZ = 320.0
PART = "xcvu9p"
FLOW = {
    "all": RtlOptions(),
    "equal sums not shared": RtlOptions(share=False),
    "gates not merged": RtlOptions(merge=False),
    "no Winograd": RtlOptions(winograd=False),
    "no accumulation in DSP": RtlOptions(accumulate=False),
    "no adders of three": RtlOptions(ternary=False),
    "narrow products in LUT": RtlOptions(multipliers="auto"),
    "all products in LUT": RtlOptions(multipliers="lut"),
    "none": RtlOptions(share=False, merge=False, winograd=False, accumulate=False, ternary=False),
}
COLUMNS = (
    "case", "model", "clock_mhz", "ii", "latency_cycles", "lut", "ff", "dsp", "carry8", "latency_ns_low",
    "latency_ns_high", "jets", "differences",
)  # fmt: skip

Case = tuple[str, Network, RtlOptions]


def options(network: Network) -> Iterator[Case]:
    """Switches of the flow, then properties of the model."""
    for name, switches in FLOW.items():
        yield name, network, switches
    plain = RtlOptions()
    yield "w2 and w3 differ", with_pair_weights(network, make_asymmetric), plain
    yield "w2 = w3", with_pair_weights(network, make_symmetric), plain
    yield "w0 = +-2^k", with_pair_weights(network, make_unit), plain
    both = with_pair_weights(with_pair_weights(network, make_symmetric), make_unit)
    yield "w2 = w3 and w0 = +-2^k", both, plain
    for rounding in Rounding:
        yield f"rounding {rounding.name.lower()}", with_types(network, rounded(rounding)), plain
    yield "wrap instead of saturation", with_types(network, wrapped), plain


def row_of(case: Case, model: str, work: Path, jets: int) -> dict[str, Any]:
    """One line of a table."""
    name, network, switches = case
    folder = work / "".join(c if c.isalnum() else "-" for c in f"{Path(model).name}-{name}")
    given = test_jets(network, jets)
    result = build(network, folder, CLOCK_MHZ, PART, options=switches, jets=given)
    low, high = result.hardware["intervals"]["latency_ns"]
    known = {key: result.hardware[key] for key in COLUMNS if key in result.hardware}
    known |= {"jets": result.compared, "differences": result.differences}
    return {"case": name, "model": Path(model).name, **known, "latency_ns_low": low, "latency_ns_high": high}


def plot(tables: list[Path], picture: Path) -> None:
    """LUT, DSP, cycles and latency against N, one line for every model in the tables."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "fpgajet"
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.4), layout="constrained")
    for table in tables:
        with table.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        sizes = [int(row["case"].removeprefix("N=")) for row in rows]
        for axis, key in zip(axes, ("lut", "dsp", "latency_cycles"), strict=False):
            axis.plot(sizes, [float(row[key]) for row in rows], marker="o", label=rows[0]["model"])
        ends = [[float(row[f"latency_ns_{end}"]) for row in rows] for end in ("low", "high")]
        axes[3].fill_between(sizes, *ends, alpha=0.3)
    for axis, title in zip(axes, ("LUT", "DSP", "cycles", "latency, 80 % interval (ns)"), strict=True):
        axis.set(title=title, xlabel="constituents N", xticks=sizes)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize="small")
    figure.savefig(picture, metadata={"Date": None} if picture.suffix == ".svg" else None)


def main() -> None:
    """Write CSV to standard output, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("options", "intervals", "constituents", "plot"))
    parser.add_argument("names", nargs="*", help="model; for plot: tables, then the picture")
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 12, 16, 20, 24, 32])
    parser.add_argument("--intervals", type=int, nargs="+", default=[1, 2, 3, 6])
    parser.add_argument("--jets", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=Path("builds/rtl-sweep"))
    arguments = parser.parse_args()
    if arguments.what == "plot":
        *tables, picture = map(Path, arguments.names)
        plot(tables, picture)
        return
    model = arguments.names[0] if arguments.names else "npelican-n16-c2"
    network = zoo_network(model)
    cases: Iterator[Case] = options(network)
    if arguments.what == "intervals":
        cases = ((f"II={ii}", network, RtlOptions(ii=ii)) for ii in arguments.intervals)
    if arguments.what == "constituents":
        cases = ((f"N={n}", resized(network, n), RtlOptions()) for n in arguments.sizes)
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    for case in cases:
        writer.writerow(row_of(case, model, arguments.work, arguments.jets))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
