"""One row of the table, for a peer or for a model of ours: the same jets, the same figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import write_text
from quant.metrics.classes import class_errors, mean_auc
from quant.metrics.tagging import tagging_errors, tagging_metrics

#: Columns of the table, in their order.
COLUMNS = (
    "model", "tool", "constituents", "classes", "seed", "train_jets", "epochs", "train_cpu_s",
    "auc", "auc_error", "accuracy", "accuracy_error", "weight_bits", "ebops",
    "lut", "lut_by", "dsp", "ff", "ii", "cycles", "period_low_ns", "period_high_ns",
    "permuted", "permutation", "rotation", "boost",
    "simulated", "emulator_differences", "training_differences",
)  # fmt: skip


def physics(label: NDArray[Any], scores: NDArray[Any], classes: Sequence[str]) -> dict[str, float | None]:
    """AUC and accuracy with their statistical errors; of one score, or of one for each of several classes."""
    if scores.shape[1] == 1:
        metrics = tagging_metrics(label, scores[:, 0])
        errors = tagging_errors(label, scores[:, 0])
    else:
        right = (np.argmax(scores, 1) == label).mean()
        metrics = {"auc": mean_auc(label, scores), "accuracy": float(right)}
        errors = dict(class_errors(label, scores, classes))
    names = ("auc", "accuracy")
    return {name: _rounded(metrics[name]) for name in names} | {
        f"{name}_error": _rounded(errors.get(f"{name}_error")) for name in names
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def append(path: Path, row: Mapping[str, Any]) -> None:
    """One more line of JSON; the file is replaced whole, so that a kill loses one row at most."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    write_text(path, before + json.dumps(dict(row)) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows so far, the later of two with the same name."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return list({row["name"]: row for row in map(json.loads, lines)}.values())


def dominated(rows: Sequence[Mapping[str, Any]], cost: str = "lut", gain: str = "auc") -> list[bool]:
    """For every row, whether another has no greater cost and no smaller gain, and is better in one of the two."""
    return [
        any(
            other[cost] <= row[cost]
            and other[gain] >= row[gain]
            and (other[cost] < row[cost] or other[gain] > row[gain])
            for other in rows
        )
        for row in rows
    ]
