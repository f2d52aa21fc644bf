"""Measure every model of the zoo on the shipped jets, with the errors that the number of jets gives.

    python scripts/zoo_errors.py [MODEL ...]

Writes quant/zoo/shipped_jets.json, which `fpgajet models` shows beside what model.json states: that was measured on
other jets, which are not shipped, and without errors. Models named on the command line are measured again, the
others only where they are missing or their weights have changed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from fpgajet.files import read_json, write_json
from quant.checkpoint import open_checkpoint
from quant.data import shipped_sample
from quant.evaluation import score_checkpoint
from quant.zoo import SHIPPED, names, resolve

KEYS = ("auc", "auc_error", "inverse_background_efficiency_30", "inverse_background_efficiency_30_error")


def main() -> None:
    """Fill in what is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("models", nargs="*")
    given = parser.parse_args()
    torch.set_num_threads(1)
    content: dict[str, Any] = {"command": "python scripts/zoo_errors.py", "models": {}}
    if SHIPPED.is_file():
        content = read_json(SHIPPED)
    models = content["models"]
    for name in names():
        checkpoint = open_checkpoint(resolve(name))
        digest = checkpoint.config.weights_sha256
        if name not in given.models and models.get(name, {}).get("weights_sha256") == digest:
            continue
        model = checkpoint.config.model
        sample = Path(shipped_sample(model.class_names, model.form.objects))
        scored = score_checkpoint(checkpoint, sample)
        models[name] = {"weights_sha256": digest, "file": sample.name, "jets": len(scored.jets)}
        for precision in scored.scores:
            metrics = scored.metrics(precision)
            models[name][precision] = {key: rounded(metrics.get(key)) for key in KEYS}
        print(name, models[name], flush=True)
        content["models"] = {key: models[key] for key in names() if key in models}
        write_json(SHIPPED, content)


def rounded(value: float | int | None) -> float | None:
    """Six significant digits."""
    return None if value is None else float(f"{value:.6g}")


if __name__ == "__main__":
    main()
