"""AUC of the taggers that read words of the link, less that of the same weights behind inputs rounded in software.

    python scripts/compare_puppi_log.py --data JETS [--trained NAME=RUN ...]

Models of the zoo whose input form is ``puppi`` are compared with themselves behind the form ``log``: same weights,
same types, log2 pT and angles rounded by numpy; and with themselves with the axis from the candidates. With --trained,
a model is compared with a run that was trained on the form ``log`` with the same settings, too. JETS/test is read.
Differences are paired: both score the same jets. Writes docs/results/puppi-log.csv.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file

from fpgajet.files import read_json
from fpgajet.ops.forms import Log, form_from_json
from quant import zoo
from quant.checkpoint import Checkpoint, load_model, open_checkpoint, save_checkpoint
from quant.data import read_jets
from quant.metrics import paired_differences, tagging_errors, tagging_metrics
from studies.tables.rows import write_table

OUT = Path(__file__).resolve().parent.parent / "docs" / "results" / "puppi-log.csv"


def behind_log(checkpoint: Checkpoint, work: Path) -> Checkpoint:
    """The same weights and types, reading numbers that software makes."""
    description = read_json(checkpoint.path / "model.json")
    given = form_from_json(description["model"]["input"])
    assert isinstance(given, Log)
    form = Log(**{field.name: getattr(given, field.name) for field in fields(Log)})
    assert form.input_type is not None
    del description["schema_version"], description["weights_sha256"]
    description["model"]["input"] = form.to_json()
    description["model"]["types"]["momenta"] = form.input_type.ap_fixed()
    return save_checkpoint(
        work / checkpoint.config.name, description, load_file(checkpoint.path / "weights.safetensors")
    )


def own_axis(checkpoint: Checkpoint, work: Path) -> Checkpoint:
    """The same model without the word of the jet, with candidates in any order."""
    description = read_json(checkpoint.path / "model.json")
    del description["schema_version"], description["weights_sha256"]
    description["model"]["input"] |= {"axis": "sum", "order": "any"}
    tensors = load_file(checkpoint.path / "weights.safetensors")
    return save_checkpoint(work / f"{checkpoint.config.name}-sum", description, tensors)


def row(
    name: str, other: str, labels: NDArray[Any], mine: NDArray[np.float64], its: NDArray[np.float64]
) -> dict[str, object]:
    """A line of the table."""
    difference = paired_differences(labels, mine, its)["auc"]
    return {
        "model": name,
        "compared_with": other,
        "jets": len(labels),
        "auc": f"{tagging_metrics(labels, mine)['auc']:.5f}",
        "auc_error": f"{tagging_errors(labels, mine)['auc_error']:.5f}",
        "auc_other": f"{tagging_metrics(labels, its)['auc']:.5f}",
        "difference": f"{difference['value']:.5f}",
        "difference_error": f"{difference['error']:.5f}",
    }


def main() -> None:
    """Compare, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--trained", action="append", default=[], metavar="NAME=RUN")
    given = parser.parse_args()
    trained = dict(text.split("=", 1) for text in given.trained)
    rows = []
    for name in zoo.names():
        checkpoint = open_checkpoint(zoo.resolve(name))
        if getattr(checkpoint.config.model, "input", {}).get("form") != "puppi":
            continue
        jets = read_jets(given.data / "test", constituents=checkpoint.config.constituents)
        labels, momenta = jets.label, jets.constituents
        mine = load_model(checkpoint).scores(momenta)
        with tempfile.TemporaryDirectory() as work:
            others = {"the same weights, log": behind_log(checkpoint, Path(work))}
            others["the same weights, axis from the candidates"] = own_axis(checkpoint, Path(work))
            if name in trained:
                others["trained on log"] = open_checkpoint(Path(trained[name]))
            rows += [
                row(name, what, labels, mine, load_model(other).scores(momenta))
                for what, other in others.items()
            ]
    write_table(OUT, rows, shlex.join(["python", "scripts/compare_puppi_log.py", *sys.argv[1:]]))
    for line in rows:
        print(line)


if __name__ == "__main__":
    main()
