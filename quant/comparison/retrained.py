"""Taggers that are trained again, several times each, and what their metrics say: a study in a directory.

A tagger stands for its settings: each is trained on every split with the same settings and seed of the split. The
error of a mean over K folds is sqrt((1 / K + 1 / (K - 1)) s^2), with s^2 the variance over the folds: folds share
training jets, so the usual s^2 / K is too small (Nadeau and Bengio, Machine Learning 52, 239, 2003). Over subsets
without common jets it is s^2 / K. Differences are paired by split, and judged with Student's t of K - 1 degrees.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.executor import Place, run_tasks
from fpgajet.files import read_json, write_json
from quant.checkpoint import MODEL, Checkpoint, open_checkpoint
from quant.comparison.jackknife import METRICS
from quant.comparison.splits import Split
from quant.models.training_settings import TrainingSettings
from quant.training.read_settings import read_settings

STUDY = "study.json"
#: probabilities of a difference at least so large where there is none, of three and two standard deviations
CLEAR, HINT = 0.0027, 0.0455

Runs = list[dict[str, Any]]


@dataclass(frozen=True)
class Tagger:
    """What is trained again: a name, and settings."""

    name: str
    settings: TrainingSettings


def taggers_of(checkpoints: Sequence[Checkpoint], assignments: Sequence[str]) -> list[Tagger]:
    """The settings of checkpoints, with some of them set anew for all.

    Raises:
        BadInput: a setting that does not fit, two taggers of one name, or one that was not trained from nothing.
    """
    found: list[Tagger] = []
    for checkpoint in checkpoints:
        config = checkpoint.config
        given = {key: value for key, value in config.training.settings.items() if value is not None}
        settings = read_settings(None, assignments, **given | {"max_jets": None})
        if getattr(settings, "transfer", None) is not None:
            raise BadInput(
                f"{config.name} was trained from another model: it cannot be trained again from nothing."
            )
        if settings.teacher is not None:
            raise BadInput(
                f"{config.name} was trained with a teacher: it cannot be trained again without it."
            )
        if any(config.name == other.name for other in found):
            raise BadInput(f"two taggers have the name {config.name}: give each once.")
        found.append(Tagger(config.name, settings))
    return found


def claim(out: Path, taggers: Sequence[Tagger], facts: dict[str, Any]) -> None:
    """Make the directory of a study, or go on with the one that is there; more taggers may be added.

    Raises:
        BadInput: it holds another study.
    """
    models = {one.name: one.settings.model_dump(mode="json") for one in taggers}
    known: dict[str, Any] = (
        read_json(out / STUDY) if (out / STUDY).is_file() else {"facts": facts, "models": {}}
    )
    differing = [name for name, settings in models.items() if known["models"].get(name, settings) != settings]
    if known["facts"] != facts or differing:
        what = ", ".join(differing) or ", ".join(
            key for key in facts if known["facts"].get(key) != facts[key]
        )
        raise BadInput(f"{out} holds another study ({what}): give its options to go on, or another --out.")
    write_json(out / STUDY, {"facts": facts, "models": known["models"] | models})


def train_all(
    out: Path, taggers: Sequence[Tagger], splits: Sequence[Split], place: Place, say: Callable[[str], None]
) -> Runs:
    """Train what has not been trained yet; one row for each tagger, split and precision.

    Each run lives in ``out/runs/NAME/SPLIT`` and continues from its last epoch.

    Raises:
        BadInput: unusable jets, or a training that diverged. ToolFailed: a worker died.
    """
    tasks = [(one, split, out / "runs" / one.name / split.data.name) for one in taggers for split in splits]
    found = run_tasks(_train, tasks, place, told=say)
    return list(itertools.chain.from_iterable(found))


def _train(task: tuple[Tagger, Split, Path], tell: Callable[[str], None]) -> Runs:
    """One run; the seed of its training is that of its settings plus the number of the split."""
    from quant.training.run import prepare, train

    tagger, split, run = task
    if not (run / MODEL).is_file():
        seed = tagger.settings.seed + split.repeat - 1
        settings = tagger.settings.model_copy(update={"seed": seed})
        prepare(run, settings, resume=True)
        train(settings, split.data, run, lambda fit, record: None, name=f"{tagger.name}-{split.data.name}")
    config = open_checkpoint(run).config
    precisions = {"float": config.metrics.float_, "quantised": config.metrics.quantised}
    tell(f"{tagger.name}, {split.data.name}: AUC {precisions['quantised']['auc']:.4f}")
    rows = []
    for precision, metrics in precisions.items():
        rejection = metrics["inverse_background_efficiency_30"]
        values = dict(metrics) | {"ant_factor": None if rejection is None else rejection / config.parameters}
        row = {"model": tagger.name, "training_jets": split.training_jets, "repeat": split.repeat}
        row |= {"precision": precision, "run": f"runs/{tagger.name}/{split.data.name}"}
        rows.append(row | {metric: values[metric] for metric in METRICS})
    return rows


def summary(runs: Runs, folds: bool) -> dict[str, Any]:
    """Means with errors of every tagger at every number of training jets, and paired differences of taggers."""
    cells: dict[tuple[str, int, str], Runs] = {}
    for row in runs:
        size = 0 if folds else row["training_jets"]  # folds differ by a jet
        cells.setdefault((row["precision"], size, row["model"]), []).append(row)
    means, differences = [], []
    for (precision, _, model), rows in cells.items():
        about = {"model": model, "precision": precision, "training_jets": rows[0]["training_jets"]}
        values = {metric: _mean([row[metric] for row in rows], folds) for metric in METRICS}
        means.append(about | {"runs": len(rows), "metrics": values})
    for (one, rows), (other, others) in itertools.combinations(cells.items(), 2):
        if one[:2] != other[:2]:
            continue
        paired = {row["repeat"]: row for row in others}
        about = {
            "of": one[2],
            "minus": other[2],
            "precision": one[0],
            "training_jets": rows[0]["training_jets"],
        }
        pairs = [(row, paired[row["repeat"]]) for row in rows if row["repeat"] in paired]
        values = {
            metric: _judged([_minus(a[metric], b[metric]) for a, b in pairs], folds) for metric in METRICS
        }
        differences.append(about | {"metrics": values})
    return {"taggers": means, "differences": differences}


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _mean(values: Sequence[float | None], folds: bool) -> dict[str, Any]:
    """Mean, spread (standard deviation) and error of the mean; None where a run could not say."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 2:
        only = known[0] if len(known) == len(values) == 1 else None
        return {"value": only, "spread": None, "error": None}
    count, spread = len(known), float(np.std(known, ddof=1))
    share = 1 / count + (1 / (count - 1) if folds else 0.0)
    return {"value": float(np.mean(known)), "spread": spread, "error": spread * math.sqrt(share)}


def _judged(values: Sequence[float | None], folds: bool) -> dict[str, Any]:
    """The same of differences, with the probability of one so large by chance, and what that amounts to."""
    from scipy.special import stdtr

    found = _mean(values, folds)
    if found["error"] is None:
        return found | {"probability": None, "verdict": None}
    if found["error"] == 0.0:
        probability = 1.0 if found["value"] == 0.0 else 0.0
    else:
        probability = float(2 * stdtr(len(values) - 1, -abs(found["value"]) / found["error"]))
    verdict = "differ" if probability < CLEAR else "perhaps" if probability < HINT else "noise"
    return found | {"probability": probability, "verdict": verdict}
