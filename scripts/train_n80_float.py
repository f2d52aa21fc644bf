"""Float nanoPELICAN at N = 80, C = 2 (published AUC 0.9718(6), arXiv 2310.16121, table 1), on our jets.

    python scripts/train_n80_float.py --data JETS --out RUN

JETS holds train, val and test jets. RUN keeps the state, so the same command continues a killed run. The
result goes to docs/results/npelican-n80-float.json (or --result).
"""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import torch

from fpgajet.files import write_json
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics
from quant.training.data import load_sample, part_of
from quant.training.fit import evaluate
from quant.training.float_phase import trained_seeds
from quant.training.quantisation import LIBRARIES
from quant.training.read_settings import read_settings
from quant.training.run import Recorder, prepare

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Train, measure on the test jets, write the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/npelican-n80-float.json")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    given = parser.parse_args()

    torch.set_num_threads(1)
    defaults = [
        "constituents=80",
        "hidden=2",
        "screen_epochs=3",
        "screen_jets=50000",
        "float_epochs=20",
        "restarts=8",
    ]
    settings = read_settings(None, [*defaults, *given.assignments])
    prepare(given.out, settings, resume=True)
    samples = {
        part: load_sample(part_of(given.data, part), settings.constituents, jets)
        for part, jets in {"train": settings.max_jets, "val": None, "test": None}.items()
    }
    report = Recorder(given.out, lambda fit, record: print(fit, record, flush=True))
    model = trained_seeds(settings, samples["train"], samples["val"], given.out / "state", report)[0].model

    test = samples["test"]
    write_json(
        given.result,
        {
            "command": shlex.join(["python", "scripts/train_n80_float.py", *sys.argv[1:]]),
            "published_auc": 0.9718,
            "float": tagging_metrics(test.labels, evaluate(model, test.momenta).numpy()),
            "mass_cut": mass_window_metrics(test.labels, constituent_mass(test.momenta.numpy())),
            "parameters": settings.architecture.parameters_published,
            "settings": settings.model_dump(mode="json"),
            "versions": {library: version(library) for library in LIBRARIES},
            "data": {part: sample.described() for part, sample in samples.items()},
            "validation": report.history["float"],
        },
    )


if __name__ == "__main__":
    main()
