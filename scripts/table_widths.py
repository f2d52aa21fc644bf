"""Widths per weight: accuracy of JEDI-linear on five classes against LUT, over penalties on bit operations.

    python scripts/table_widths.py --data JETS --out RUNS [--points 0:1e-6:24 ...] [--no-cells]

A point is RELATION:PENALTY:EPOCHS, the width of f_R (0: one with the first layer of f_O), `bits_penalty` and
`quantised_epochs`. JETS holds train, val and test jets of g, q, W, Z and top. RUNS keeps one calibrated model per
architecture and one run per point, so the same command continues after a kill and skips what is done; rows go to
docs/results/widths.csv (or --result), rewritten after each point. LUT are the estimate for one jet per clock, and those
that Yosys counts in our Verilog of the same.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.files import read_json, write_json
from fpgajet.ops import Rescale
from fpgajet.ops.network import Network
from fpgajet.rtl import build
from quant.checkpoint import Checkpoint
from quant.checkpoint_network import built_network
from quant.models.training_settings import TrainingSettings
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from quant.training.stages import Until
from studies.tables.rows import finished, with_range, write_table

HERE = Path(__file__).resolve().parent.parent
PART, CLOCK_MHZ = "xcvu13p", 360.0
COMMON = [
    "model=jedi-linear", 'classes=["g","q","W","Z","top"]', "embedding=[16]", "classifier=[16]", "bits.weight=9",
    "bits.activation=9", "screen_epochs=0", "float_epochs=36", "width_per=weight",
]  # fmt: skip
#: by the width of f_R: the widths of f_O, and the rate of quantised training
SIZES = {
    "0": ["relation=0", "object=[24,16]", "quantised_rate=0.001"],
    "16": ["relation=16", "object=[24]", "quantised_rate=0.0015"],
}
POINTS = ("16:1e-6:30", "16:4e-6:30", "0:5e-7:36", "0:2e-6:24", "0:6e-6:24")


def main() -> None:
    """Train and count what is missing, point by point, and keep the table up to date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--points", nargs="+", default=POINTS)
    parser.add_argument("--cells", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/widths.csv")
    given = parser.parse_args()
    command = ["python", "scripts/table_widths.py", *sys.argv[1:]]
    rows: list[dict[str, object]] = []
    for point in given.points:
        relation, penalty, epochs = point.split(":")
        own = [f"bits_penalty={penalty}", f"quantised_epochs={epochs}"]
        settings = read_settings(None, [*COMMON, *SIZES[relation], *own])
        out = given.out / f"relation{relation}-{penalty}"
        if not out.is_dir():
            shutil.copytree(calibrated(settings, given.data, given.out / f"relation{relation}"), out)
        checkpoint = finished(settings, given.data, out, command)
        facts = {"relation": int(relation), "bits_penalty": float(penalty)}
        rows.append(facts | trained(checkpoint) | hardware(checkpoint, given.cells))
        write_table(given.result, rows, shlex.join(command))
        print(rows[-1], flush=True)


def calibrated(settings: TrainingSettings, data: Path, out: Path) -> Path:
    """A run as far as calibration, from which all penalties go on."""
    if not (out / "state/calibration.json").is_file():
        prepare(out, settings, resume=True)
        train(settings, data, out, lambda *_: None, name=out.name, until=Until.CALIBRATION)
    return out


def trained(checkpoint: Checkpoint) -> dict[str, object]:
    """What training has found."""
    metrics, network = checkpoint.config.metrics, built_network(checkpoint)
    weights = np.concatenate([w.ravel() for w in products(network)])
    left = np.abs(weights[weights != 0])
    history = read_json(checkpoint.path / "history.json")
    return {
        "float_accuracy": rounded(metrics.float_["accuracy"]),
        "accuracy": rounded(metrics.quantised["accuracy"]),
        "auc": rounded(metrics.quantised["auc"]),
        "test_jets": checkpoint.config.training.data["test"][0].jets,
        "bit_operations": round(history["quantised"][-1]["bit_operations"]),
        "weights": len(weights),
        "zero_weights": int((weights == 0).sum()),
        # from the first bit that is not 0 to the last one
        "mean_bits": round(float(np.mean(np.floor(np.log2(left)) - np.log2(left & -left)) + 1), 2),
    }


def rounded(value: float | None) -> float | None:
    """A metric to four digits."""
    return None if value is None else round(value, 4)


def products(network: Network) -> list[NDArray[np.int64]]:
    """Raw weights of all linear maps."""
    nodes = [node for node in network.nodes if not isinstance(node.operator, Rescale)]
    return [
        node.tensors["weight"].values.raw
        for node in nodes
        if node.operator.op_type in ("Dense", "AffineMean")
    ]


def hardware(checkpoint: Checkpoint, cells: bool) -> dict[str, object]:
    """Estimate, and cells of our Verilog, kept beside the checkpoint."""
    network, kept = built_network(checkpoint), checkpoint.path / "cells.json"
    total = estimate(network, part(PART), CLOCK_MHZ).total
    row: dict[str, object] = {**with_range("lut_estimate", total.lut), "dsp_estimate": round(total.dsp.value)}
    counted = read_json(kept) if kept.is_file() else None
    if counted is None and cells:
        with tempfile.TemporaryDirectory() as folder:
            counted = build(network, Path(folder), CLOCK_MHZ, PART).hardware.as_dict()
        write_json(kept, counted)
    names = {"lut": "lut", "dsp": "dsp", "latency_cycles": "cycles"}
    return row | {f"{ours}_verilog": counted[key] if counted else None for key, ours in names.items()}


if __name__ == "__main__":
    main()
