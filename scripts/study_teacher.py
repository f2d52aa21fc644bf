"""nanoPELICAN with a teacher and without: AUC over seeds.

    python scripts/study_teacher.py --data JETS --runs RUNS [--teacher vecnet-n16-s8v2h4] [--weights 0 0.5]
        [--seeds 1 2 3] [--set key=value ...]

JETS holds train, val and test jets. The network is npelican-n16-c2-log, trained more briefly than that of the zoo.
A seed has the same starts with every weight. RUNS keeps one run per row, so the same command goes on after a kill and
skips what is done. Rows go to docs/results/teacher.csv (or --result) one by one; the first is the teacher itself.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fpgajet import api
from quant.checkpoint import MODEL, open_checkpoint
from quant.metrics.classes import metrics_of_scores
from quant.training.data import load_sample, part_of
from quant.training.teacher import Teacher, open_teacher
from quant.zoo import resolve
from studies.tables.rows import write_table

HERE = Path(__file__).resolve().parent.parent
STUDENT = "npelican-n16-c2-log"
#: beside what makes the student what it is: shorter than its own training in the zoo
SHORTER = (
    "max_jets=20000", "restarts=6", "screen_epochs=3", "screen_jets=10000", "float_epochs=12", "batch=128",
    "quantised_epochs=1", "calibration_starts=4", "calibration_searches=1", "calibration_sweeps=2",
    "calibration_jets=3000",
)  # fmt: skip
OWN = ("hidden", "input", "bits", "symmetric", "unit_pair_weight", "quantised_rate", "float_rate")
REJECTION = "inverse_background_efficiency_30"
Row = dict[str, object]


def main() -> None:
    """Train what is missing and keep the table up to date."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--teacher", default="vecnet-n16-s8v2h4")
    parser.add_argument("--weights", type=float, nargs="+", default=[0.0, 0.5])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/teacher.csv")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    given = parser.parse_args()
    command = ["python", "scripts/study_teacher.py", *sys.argv[1:]]
    rows = [teacher_row(open_teacher(given.teacher), given.data)]
    for seed in given.seeds:
        for weight in given.weights:
            out = given.runs / f"weight-{weight:g}-seed-{seed}"
            settings = [*_own(), *SHORTER, *given.assignments, f"seed={seed}"]
            if weight:
                settings.append(f"teacher_weight={weight}")
            if not (out / MODEL).is_file():
                teacher = given.teacher if weight else None
                api.train(
                    given.data, out, settings=settings, resume=out.is_dir(), teacher=teacher, command=command
                )
            rows.append(row(out, weight, seed))
            write_table(given.result, rows, shlex.join(command))
            print(rows[-1], flush=True)


def _own() -> list[str]:
    """The settings of the zoo's entry that say what the network is."""
    settings = open_checkpoint(resolve(STUDENT)).config.training.settings
    return [f"{key}={json.dumps(settings[key])}" for key in OWN]


def teacher_row(teacher: Teacher, data: Path) -> Row:
    """The float model of the teacher on the test jets."""
    sample = load_sample(part_of(data, "test"), teacher.constituents)
    found = metrics_of_scores(sample.labels, teacher.model.scores(sample.momenta.numpy()), ())
    return _row(teacher.name, "", "", "", {"float": found})


def row(out: Path, weight: float, seed: int) -> Row:
    """One training."""
    training = open_checkpoint(out).config
    metrics = training.metrics.model_dump(by_alias=True)
    return _row(STUDENT, weight, seed, training.training.data["train"][0].jets, metrics)


def _row(
    model: str, weight: object, seed: object, jets: object, metrics: Mapping[str, Mapping[str, Any]]
) -> Row:
    found: Row = {"model": model, "teacher_weight": weight, "seed": seed, "train_jets": jets}
    for precision in ("float", "quantised"):
        for key in ("auc", REJECTION):
            value = metrics.get(precision, {}).get(key)
            found[f"{key}_{precision}"] = "" if value is None else round(value, 6)
    return found


if __name__ == "__main__":
    main()
