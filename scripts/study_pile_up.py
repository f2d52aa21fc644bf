"""Taggers with and without pile-up: AUC, and the rate of background jets at 80 % signal efficiency.

    python scripts/study_pile_up.py JETS_0 JETS_200 --runs RUNS [--models npelican-n16-c2 vecnet-n8-s8v2]

JETS_0 and JETS_200 each hold train, val and test jets, made with `fpgajet data generate --preset seeded-cone` and a
mean of 0 and 200 interactions. Each model of the zoo is taken as it is shipped (trained on other jets, without
pile-up), and trained anew on each set with its own settings and few epochs, as the sets are small. Every one is
measured on both sets of test jets. Rows go to docs/results/pile-up.csv; a run that is there is not trained again.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from fpgajet.cli.rates import rates_for
from quant.checkpoint import Checkpoint, open_checkpoint
from quant.evaluation import score_checkpoint
from quant.metrics import constituent_mass, mass_window, tagging_errors, tagging_metrics
from quant.training.read_settings import read_settings
from quant.zoo import resolve
from studies.tables.rows import finished, write_table

HERE = Path(__file__).resolve().parent.parent
RESULT = HERE / "docs" / "results" / "pile-up.csv"
EFFICIENCY = 0.8
#: the sets are small: smaller batches and more epochs, so that there are as many steps as in other trainings
EPOCHS = {
    "batch": 128,
    "screen_jets": 5000,
    "screen_epochs": 10,
    "float_epochs": 40,
    "calibration_jets": 2000,
}


def trained(name: str, data: Path, runs: Path, label: str, command: list[str], seed: int) -> Checkpoint:
    """The model of the zoo trained on ``data`` with its own architecture and bits."""
    shipped = open_checkpoint(resolve(name)).config.training.settings
    values = {**shipped, **EPOCHS, "max_jets": None, "seed": seed}
    settings = read_settings(None, [], **{key: value for key, value in values.items() if value is not None})
    return finished(settings, data, runs / f"{name}-{label}-seed{seed}", command)


def row(checkpoint: Checkpoint, name: str, trained_on: str, mean: str, test: Path) -> dict[str, Any]:
    """One tagger on one set of test jets."""
    scored = score_checkpoint(checkpoint, test)
    label, score = scored.jets.label, scored.scores["quantised"]
    metrics, errors = tagging_metrics(label, score), tagging_errors(label, score)
    rates = rates_for(scored, test, None, None)
    at = rates.at_signal(EFFICIENCY)
    window = mass_window(label, constituent_mass(scored.jets.constituents))
    mass, mass_errors = tagging_metrics(label, window.scores), tagging_errors(label, window.scores)
    return {
        "model": name,
        "trained_on": trained_on,
        "train_jets": checkpoint.config.training.data["train"][0].jets,
        "pile_up": mean,
        "test_jets": len(label),
        "auc": round(metrics["auc"] or 0.0, 5),
        "auc_error": round(errors["auc_error"] or 0.0, 5),
        "signal_efficiency": round(at["signal_efficiency"], 4),
        "rate_khz": float(f"{at['rate_khz']:.5g}"),
        "rate_error_khz": float(f"{at['rate_error_at_signal_efficiency_khz']:.3g}"),
        "threshold": at["threshold"],
        "rate_before_khz": float(f"{rates.curve.before_khz:.5g}"),
        "mass_window_auc": round(mass["auc"] or 0.0, 5),
        "mass_window_auc_error": round(mass_errors["auc_error"] or 0.0, 5),
    }


def main() -> None:
    """Train what is missing, evaluate, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "jets", type=Path, nargs=2, help="directories with train, val, test: without, with pile-up"
    )
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["npelican-n16-c2", "vecnet-n8-s8v2"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    command = ["python", "scripts/study_pile_up.py", *sys.argv[1:]]
    sets = dict(zip(("0", "200"), given.jets, strict=True))
    rows = []
    for name in given.models:
        models = {"as shipped": open_checkpoint(resolve(name))}
        for mean, data in sets.items():
            models[f"pile-up {mean}"] = trained(name, data, given.runs, mean, command, given.seed)
            print(f"trained {name} with pile-up {mean}", flush=True)
        for trained_on, checkpoint in models.items():
            for mean, data in sets.items():
                rows.append(row(checkpoint, name, trained_on, mean, data / "test"))
                write_table(given.result, rows, shlex.join(command))
                print(rows[-1], flush=True)


if __name__ == "__main__":
    main()
