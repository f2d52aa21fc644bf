"""Models with a width for every weight, from one calibrated model per architecture: their figures for the tables."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.files import read_json, write_json
from fpgajet.fixed import from_real
from fpgajet.ops import Rescale
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, build
from quant.checkpoint import Checkpoint
from quant.checkpoint_network import built_network
from quant.metrics.errors import auc_contributions
from quant.models.training_settings import TrainingSettings
from quant.training.data import load_sample, part_of
from quant.training.run import prepare, train
from quant.training.stages import Until
from studies.tables.rows import finished, with_range

PART = "xcvu13p"


def points_parser(doc: str, points: Sequence[str], result: Path) -> argparse.ArgumentParser:
    """The options of a table of widths, point by point; ``doc`` is the script's docstring."""
    parser = argparse.ArgumentParser(description=doc.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--points", nargs="+", default=points)
    parser.add_argument("--cells", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--result", type=Path, default=result)
    return parser


def narrowed(
    settings: TrainingSettings, data: Path, start: Path, out: Path, command: Sequence[str]
) -> Checkpoint:
    """A whole run in ``out`` that goes on from the calibrated model in ``start``; made unless they are there."""
    if not out.is_dir():
        shutil.copytree(calibrated(settings, data, start), out)
    return finished(settings, data, out, command)


def calibrated(settings: TrainingSettings, data: Path, out: Path) -> Path:
    """A run as far as calibration, from which all penalties go on."""
    if not (out / "state/calibration.json").is_file():
        prepare(out, settings, resume=True)
        train(settings, data, out, lambda *_: None, name=out.name, until=Until.CALIBRATION)
    return out


def test_auc(checkpoint: Checkpoint, data: Path) -> dict[str, object]:
    """AUC of the float and of the quantised model on the test jets, and the error of the latter from these jets."""
    metrics, network = checkpoint.config.metrics, built_network(checkpoint)
    test = load_sample(part_of(data, "test"), checkpoint.config.constituents, None)
    given = from_real(network.form.features(test.momenta.numpy()), network.input_type)
    scores = network.reference(FixedArray(given, network.input_type.fraction))[network.output.name].real
    found = auc_contributions(test.label.numpy(), np.asarray(scores, np.float64).reshape(len(test.label)))
    auc = rounded(float(found.signal.mean()))
    assert auc == rounded(metrics.quantised["auc"])  # the same jets, the same integers
    return {
        "float_auc": rounded(metrics.float_["auc"]),
        "auc": auc,
        "auc_error": rounded(found.error()),
        "test_jets": len(test.label),
    }


def widths_of(checkpoint: Checkpoint) -> dict[str, object]:
    """What training has found for the widths of weights."""
    weights = np.concatenate([w.ravel() for w in products(built_network(checkpoint))])
    left = np.abs(weights[weights != 0])
    history = read_json(checkpoint.path / "history.json")
    return {
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


def estimated(checkpoint: Checkpoint, clock_mhz: float, ii: int = 1) -> dict[str, object]:
    """Columns of the estimate."""
    total = estimate(built_network(checkpoint), part(PART), clock_mhz, ii=ii).total
    return {**with_range("lut_estimate", total.lut), "dsp_estimate": round(total.dsp.value)}


def cells_of(checkpoint: Checkpoint, clock_mhz: float, ii: int = 1, *, made: bool) -> dict[str, object]:
    """Columns of what Yosys counts in our Verilog, kept beside the checkpoint; empty if not ``made`` and not there."""
    kept = checkpoint.path / ("cells.json" if ii == 1 else f"cells-ii{ii}.json")
    counted = read_json(kept) if kept.is_file() else None
    if counted is None and made:
        with tempfile.TemporaryDirectory() as folder:
            options = RtlOptions(ii=ii)
            result = build(built_network(checkpoint), Path(folder), clock_mhz, PART, options=options)
            counted = result.hardware.as_dict()
        write_json(kept, counted)
    names = {"lut": "lut", "dsp": "dsp", "latency_cycles": "cycles"}
    return {f"{ours}_verilog": counted[key] if counted else None for key, ours in names.items()}
