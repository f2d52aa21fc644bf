"""References for small taggers: the jet-mass cut and LorentzNet with 120 parameters (arXiv 2310.16121, table 1).

    python scripts/table_references.py --data JETS --out RUNS [--constituents 16 80] [--seeds 1 2 3]
        [--set key=value ...]

JETS holds train, val and test jets. RUNS keeps one directory per row, so the same command continues after a kill and
skips what is done. Rows go to docs/results/references.csv (or --result), rewritten after each.
"""

from __future__ import annotations

import itertools
import shlex
import sys
from pathlib import Path
from typing import Any

from quant.models.lorentznet_published.description import count_parameters
from quant.training.read_settings import read_settings
from studies.tables.rows import float_row, mass_window, seeds_parser, write_table

HERE = Path(__file__).resolve().parent.parent
#: AUC, accuracy and 1 / eps_B at eps_S = 0.3 with 80 constituents
PUBLISHED = {"jet-mass cut": (0.906, None, None), "LorentzNet": (0.966, 0.907, 174)}
DEFAULTS = [
    "model=lorentznet-published",
    "restarts=3",
    "screen_epochs=1",
    "screen_jets=30000",
    "float_epochs=10",
]


def main() -> None:
    """Train what is missing, seed by seed, and keep the table up to date."""
    parser = seeds_parser(__doc__ or "", HERE / "docs/results/references.csv")
    parser.add_argument("--constituents", type=int, nargs="+", default=[16, 80])
    given = parser.parse_args()

    command = shlex.join(["python", "scripts/table_references.py", *sys.argv[1:]])
    windows = {n: mass_window(given.data, n) for n in given.constituents}
    cuts = [
        {"model": "jet-mass cut", "constituents": n, "auc": round(window["auc"], 5)}
        for n, window in windows.items()
    ]
    rows = [with_published(cut) for cut in cuts]
    write_table(given.result, rows, command)
    for n, seed in itertools.product(given.constituents, given.seeds):
        settings = read_settings(None, [*DEFAULTS, *given.assignments, f"constituents={n}", f"seed={seed}"])
        row = float_row(
            settings, given.data, given.out / f"lorentznet-n{n}-seed{seed}", given.validation_jets
        )
        count = count_parameters(settings.hidden)
        rows.append(with_published({"model": "LorentzNet", "parameters": count} | row))
        print(rows[-1], flush=True)
        write_table(given.result, rows, command)


def with_published(row: dict[str, Any]) -> dict[str, Any]:
    """All columns, and what is published where the row has its counterpart: at 80 constituents."""
    columns = (
        "model", "parameters", "constituents", "seed", "train_jets", "test_jets", "epochs", "auc", "accuracy",
        "inverse_background_efficiency_30", "inverse_background_efficiency_50",
    )  # fmt: skip
    published = PUBLISHED[row["model"]] if row["constituents"] == 80 else (None, None, None)
    names = ("published_auc", "published_accuracy", "published_rejection_30")
    return {name: row.get(name) for name in columns} | dict(zip(names, published, strict=True))


if __name__ == "__main__":
    main()
