"""Rows of the published tables: trained unless they are there, and written as one CSV with its command."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from fpgajet.errors import BadInput
from fpgajet.estimate.figures import Figure
from fpgajet.files import read_json, write_json, write_text
from fpgajet.ops.forms import MOMENTA, InputForm
from quant.checkpoint import MODEL, Checkpoint, open_checkpoint
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta
from quant.models.training_settings import TrainingSettings
from quant.training.data import load_sample, part_of
from quant.training.fit import evaluate
from quant.training.float_phase import trained_seeds
from quant.training.run import Recorder, prepare, train

ROW = "row.json"
METRICS = ("auc", "accuracy", "inverse_background_efficiency_30", "inverse_background_efficiency_50")


def finished(settings: TrainingSettings, data: Path, out: Path, command: Sequence[str]) -> Checkpoint:
    """The checkpoint of a whole run in ``out``, trained now unless it is there."""
    if (out / MODEL).is_file():
        return open_checkpoint(out)
    prepare(out, settings, resume=True)
    checkpoint = train(settings, data, out, lambda *_: None, name=out.name, command=command)
    assert checkpoint is not None  # a run to its last stage has one
    return checkpoint


def float_row(
    settings: TrainingSettings,
    data: Path,
    out: Path,
    validation_jets: int | None = None,
    test_jets: int | None = None,
) -> dict[str, Any]:
    """Metrics of a float model on the test jets, trained now unless ``out`` holds them.

    Args:
        settings: of the model's family.
        data: directory with train, val and test jets.
        out: of this row; it keeps the state, so that a killed training goes on.
        validation_jets: so many of them choose the epoch; None means all. test_jets: so many give the metrics.
    """
    if (out / ROW).is_file():
        row = read_json(out / ROW)
        if not isinstance(row, dict):
            raise BadInput(f"{out / ROW} is damaged: remove it.")
        return row
    torch.set_num_threads(1)
    prepare(out, settings, resume=True)
    sizes, form = settings.constituents, settings.form
    train = sample(part_of(data, "train"), sizes, settings.max_jets, form)
    validation = sample(part_of(data, "val"), sizes, validation_jets, form)
    best = trained_seeds(settings, train, validation, out / "state", Recorder(out, _say))[0]
    test = sample(part_of(data, "test"), sizes, test_jets, form)
    scores = evaluate(best.model, test.momenta).numpy()
    row = {
        "constituents": settings.constituents,
        "seed": settings.seed,
        "train_jets": len(train),
        "test_jets": len(test),
        "epochs": settings.float_epochs,
        "validation_loss": round(best.validation_loss, 6),
        **chosen(tagging_metrics(test.labels, scores)),
    }
    write_json(out / ROW, row)
    return row


def mass_window(data: Path, constituents: int) -> dict[str, Any]:
    """The jet-mass cut on the test jets; see :func:`quant.metrics.mass_window_metrics`."""
    test = sample(part_of(data, "test"), constituents, None)
    return mass_window_metrics(test.labels, constituent_mass(test.momenta.numpy()))


def chosen(metrics: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The metrics of the tables, rounded."""
    values = {f"{prefix}{name}": metrics.get(name) for name in METRICS}
    return {name: None if value is None else round(value, 5) for name, value in values.items()}


def with_range(name: str, figure: Figure) -> dict[str, int]:
    """An estimated figure and its 80 % range as three columns."""
    return {
        name: round(figure.value),
        f"{name}_low": round(figure.low),
        f"{name}_high": round(figure.high),
    }


def seeds_parser(doc: str, result: Path) -> argparse.ArgumentParser:
    """The options of a table of trainings, seed by seed; ``doc`` is the script's docstring."""
    parser = argparse.ArgumentParser(description=doc.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--result", type=Path, default=result)
    parser.add_argument("--validation-jets", type=int, help="so many choose the epoch; default: all")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    return parser


@lru_cache(maxsize=6)
def sample(path: Path, constituents: int, max_jets: int | None, form: InputForm = MOMENTA) -> Sample:
    """Jets in memory as a float model sees them, read once for all rows that share them."""
    jets = load_sample(path, constituents, max_jets)
    return jets.with_inputs(seen_momenta(form, jets.momenta.numpy()))


def write_table(path: Path, rows: Sequence[Mapping[str, object]], command: str) -> None:
    """The CSV, with the command that makes it in a first comment line."""
    text = io.StringIO()
    text.write(f"# {command}\n")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _say(fit: str, record: Mapping[str, Any]) -> None:
    print(f"  {fit} {record['epoch']}: AUC {record['auc']:.5f}", flush=True)
