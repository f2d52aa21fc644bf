"""How much a tagger's AUC depends on the detector: one float model on jets of every detector mode.

    python scripts/study_detector_mode.py --model RUN --jets delphes-atlas=DIR truth=DIR level1=DIR

RUN is the directory of scripts/train_n80_float.py (trained on delphes-atlas jets). The jets are held out and
made with ``fpgajet data generate --mode MODE``. Prints a table; the result goes to
docs/results/detector-modes.json (or --result). The statistical error of an AUC is DeLong's, simplified to
Hanley and McNeil's formula (Radiology 143 (1982) 29).
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from pathlib import Path

import numpy as np
import torch

from fpgajet.files import read_json, write_json
from quant.data import read_jets
from quant.metrics import tagging_metrics
from quant.models.npelican.floating import NPelican
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.models.scoring import FloatModel
from quant.training.stages import SETTINGS

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Evaluate, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--jets", nargs="+", required=True, metavar="MODE=DIR")
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/detector-modes.json")
    given = parser.parse_args()

    torch.set_num_threads(1)
    settings = NPelicanSettings.model_validate(read_json(given.model / SETTINGS))
    model = load_best(given.model, settings)
    rows = []
    for item in given.jets:
        mode, _, place = item.partition("=")
        jets = read_jets(place, constituents=settings.constituents)
        metrics = tagging_metrics(jets.label, model.scores(jets.constituents))
        assert metrics["auc"] is not None  # the files hold both classes
        mass = tagging_metrics(jets.label, jets.jet[:, 3])["auc"]
        row = {
            "mode": mode,
            "jets": len(jets),
            "auc": metrics["auc"],
            "auc_error": auc_error(metrics["auc"], jets.label),
        }
        row |= {key: metrics[key] for key in ("accuracy", "inverse_background_efficiency_30")}
        rows.append(row | {"auc_of_the_mass": mass})
        print("  ".join(f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in rows[-1].items()))
    command = shlex.join(["python", "scripts/study_detector_mode.py", *sys.argv[1:]])
    write_json(given.result, {"command": command, "constituents": settings.constituents, "rows": rows})


def load_best(run: Path, settings: NPelicanSettings) -> FloatModel:
    """The float model that a run ended with, from its state."""
    from safetensors.torch import load_file

    model = NPelican(settings.architecture, settings.normaliser)
    tensors = load_file(run / "state" / "float.safetensors")
    best = {key.removeprefix("best."): t for key, t in tensors.items() if key.startswith("best.")}
    model.load_state_dict(best)
    return FloatModel(model)


def auc_error(auc: float, label: np.ndarray) -> float:
    """Standard error of an AUC from the numbers of signal and background jets."""
    signal, background = int((label == 1).sum()), int((label == 0).sum())
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (signal - 1) * (q1 - auc**2) + (background - 1) * (q2 - auc**2)
    return math.sqrt(variance / (signal * background))


if __name__ == "__main__":
    main()
