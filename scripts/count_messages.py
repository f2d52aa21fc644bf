"""Count message-passing layers and networks with Yosys, for the calibration of their estimate.

    python scripts/count_messages.py layers
    python scripts/count_messages.py networks [--sizes 4]

Writes studies/calibration/message_layers.csv and message_networks.csv, a row as soon as it is known, and leaves
rows that are there. Then: ``python scripts/calibrate_estimate.py``. Networks have the weights and types of zoo
models at few constituents (studies/variants/networks.py), where a run of Yosys takes minutes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fpgajet.files import write_text
from fpgajet.rtl import build
from studies.calibration.counting import PLAIN, SLOW_MHZ, count_operator
from studies.calibration.designs import HERE, read_rows
from studies.calibration.messages import LAYERS, NETWORKS, Layer, network

HEAD = (
    "# Yosys' counts of our own Verilog, written by: python scripts/count_messages.py layers (and: networks)"
)
#: Sizes, widths and shares of zeros as in small taggers; one seed each, so that no weights are counted twice.
DENSE = [
    Layer(0, 1, 0, 8, 8, 8, 0.0, 1), Layer(0, 4, 0, 4, 8, 8, 0.0, 2), Layer(0, 8, 0, 8, 8, 8, 0.0, 3),
    Layer(0, 8, 0, 4, 6, 6, 0.0, 4), Layer(0, 12, 0, 8, 8, 6, 0.0, 5), Layer(0, 16, 0, 4, 8, 8, 0.3, 6),
    Layer(0, 8, 0, 8, 6, 4, 0.0, 7), Layer(0, 3, 0, 3, 8, 8, 0.0, 8), Layer(0, 6, 0, 2, 10, 8, 0.0, 9),
    Layer(0, 24, 0, 8, 6, 6, 0.5, 10), Layer(0, 16, 0, 1, 8, 8, 0.0, 11), Layer(0, 8, 0, 16, 8, 5, 0.0, 12),
]  # fmt: skip
EDGES = [
    Layer(2, 4, 1, 4, 8, 8, 0.0, 13), Layer(3, 4, 2, 4, 6, 6, 0.0, 14), Layer(2, 8, 2, 8, 8, 8, 0.0, 15),
    Layer(3, 3, 1, 3, 8, 6, 0.3, 16),
]  # fmt: skip
MODELS = (
    "lorentznet-n16", "vecnet-n16-h8", "vecnet-n8-s8v2", "vecnet-n8-s8v2h4", "vecnet-n16-s8v2",
    "vecnet-n16-s8v2h4",
)  # fmt: skip


def main() -> None:
    """Count what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("layers", "networks"))
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[4])
    given = parser.parse_args()
    if given.what == "layers":
        for layer in (*DENSE, *EDGES):
            keep(HERE / LAYERS, vars(layer), lambda chosen=layer: layer_cells(chosen))
    else:
        for model in given.models:
            for size in given.sizes:
                keys = {"model": model, "constituents": size}
                keep(HERE / NETWORKS, keys, lambda m=model, n=size: network_cells(m, n))


def layer_cells(layer: Layer) -> dict[str, int]:
    """LUTs of a layer."""
    return {"lut": count_operator(layer.operator, layer.given, layer.tensors).lut}


def network_cells(model: str, size: int) -> dict[str, int]:
    """LUTs and DSPs of a network."""
    with tempfile.TemporaryDirectory() as folder:
        found = build(
            network(model, size), Path(folder), SLOW_MHZ, "xcvu13p", options=PLAIN
        ).hardware.as_dict()
    return {"lut": found["lut"], "dsp": found["dsp"]}


def keep(path: Path, keys: Mapping[str, Any], count: Any) -> None:
    """Append a row, unless one with these keys is there."""
    rows: list[dict[str, Any]] = [*read_rows(path.name)] if path.is_file() else []
    if any(all(row[k] == str(v) for k, v in keys.items()) for row in rows):
        return
    rows.append({**keys, **count()})
    print(rows[-1], flush=True)
    lines = [",".join(str(row[k]) for k in rows[0]) for row in rows]
    write_text(path, "\n".join([HEAD, ",".join(rows[0]), *lines, ""]))


if __name__ == "__main__":
    main()
