"""Whether features of constituents raise the AUC of a Deep Set: the same jets with and without them.

    python scripts/study_features.py JETS --runs RUNS [--features charge,particle,z0]

JETS is a data set with these features. It is split into five folds: each is the test jets of a network that is trained
on the others, once without and once with the features. A run that is there is not trained again, and rows go to
docs/results/features.csv after each training.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

import numpy as np

from quant.data import Jets, read_jets, write_jets
from quant.evaluation import score_checkpoint
from quant.metrics import tagging_errors, tagging_metrics
from quant.training.read_settings import read_settings
from studies.tables.rows import finished, write_table

HERE = Path(__file__).resolve().parent.parent
RESULT = HERE / "docs" / "results" / "features.csv"
FOLDS = 5
#: one in so many of the training jets chooses the epoch
VALIDATION = 8
SETTINGS: dict[str, Any] = {
    "model": "deepsets", "constituents": 16, "screen_epochs": 0, "float_epochs": 40, "quantised_epochs": 3, "batch": 128
}  # fmt: skip


def main() -> None:
    """Train what is missing and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("jets", type=Path)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--features", default="charge,particle,z0")
    given = parser.parse_args()
    features = tuple(given.features.split(","))
    jets = read_jets(given.jets, constituents=SETTINGS["constituents"], features=features)
    told = [given.jets.name, "--runs", given.runs.name, "--features", given.features]
    command = shlex.join(["python", "scripts/study_features.py", *told])
    rows = []
    for fold in range(FOLDS):
        folder = given.runs / f"fold-{fold}"
        write_fold(jets, fold, folder / "jets")
        for names in ((), features):
            rows.append(row(folder, names, fold))
            write_table(RESULT, rows, command)


def write_fold(jets: Jets, fold: int, folder: Path) -> None:
    """Training, validation and test jets of a fold, unless they are there."""
    number = np.arange(len(jets))
    test = number % FOLDS == fold
    validation = ~test & (number // FOLDS % VALIDATION == 0)
    parts = {"train": ~test & ~validation, "val": validation, "test": test}
    for name, chosen in parts.items():
        if not (folder / f"{name}.h5").is_file():
            write_jets(folder / f"{name}.h5", jets[np.flatnonzero(chosen)])


def row(folder: Path, features: tuple[str, ...], fold: int) -> dict[str, Any]:
    """AUC on the test jets of a fold."""
    settings = read_settings(None, [], **SETTINGS, features=list(features) or None)
    out = folder / ("-".join(features) or "momenta")
    checkpoint = finished(settings, folder / "jets", out, [])
    scored = score_checkpoint(checkpoint, folder / "jets" / "test.h5")
    found: dict[str, Any] = {
        "features": " ".join(features),
        "fold": fold,
        "parameters": checkpoint.config.parameters,
        "train_jets": checkpoint.config.training.data["train"][0].jets,
        "test_jets": len(scored.jets),
    }
    for kind, score in scored.scores.items():
        metrics = tagging_metrics(scored.label, score)
        errors = tagging_errors(scored.label, score)
        found |= {
            kind: round(metrics["auc"] or 0.0, 5),
            f"{kind}_error": round(errors["auc_error"] or 0.0, 5),
        }
    return found


if __name__ == "__main__":
    main()
