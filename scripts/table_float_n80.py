"""Float nanoPELICAN with 80 constituents, tables 1 and 2 of arXiv 2310.16121, on our jets, beside the published values.

    python scripts/table_float_n80.py --data JETS --out RUNS [--hidden 1 2 3 10] [--alpha 0 1] [--seeds 1 2 3]
        [--set key=value ...]

JETS holds train, val and test jets. RUNS keeps one directory per row, so the same command continues after a kill
and skips what is done. Rows go to docs/results/float-n80.csv (or --result), rewritten after each; the picture
float-n80.svg beside it shows them with the published values. With ``--set preset=paper`` a row is one seed trained by
the paper's regime, for as many seeds as --seeds names; docs/training.md takes means and spreads over them.
"""

from __future__ import annotations

import itertools
import shlex
import sys
from pathlib import Path
from typing import Any

from quant.training.read_settings import read_settings
from studies.tables.plots import Series, draw, points
from studies.tables.rows import float_row, mass_window, seeds_parser, write_table

HERE = Path(__file__).resolve().parent.parent
#: (C, alpha) -> AUC, its uncertainty, 1 / eps_B at eps_S = 0.3: mean of the best 5 of 25 seeds
PUBLISHED = {
    (1, 0): (0.950, 0.002, 81), (2, 0): (0.9718, 0.0006, 243), (3, 0): (0.9730, 0.0004, 256),
    (10, 0): (0.9748, 0.0001, 327), (1, 1): (0.960, 0.002, 150), (2, 1): (0.9745, 0.0001, 368),
    (3, 1): (0.9752, 0.0002, 384), (10, 1): (0.9764, 0.0001, 448),
}  # fmt: skip
#: without a preset
DEFAULTS = ["constituents=80", "restarts=8", "screen_epochs=3", "screen_jets=50000", "float_epochs=20"]


def main() -> None:
    """Train what is missing, seed by seed, and keep the table up to date."""
    parser = seeds_parser(__doc__ or "", HERE / "docs/results/float-n80.csv")
    parser.add_argument("--hidden", type=int, nargs="+", default=[1, 2, 3, 10])
    parser.add_argument("--alpha", type=int, nargs="+", choices=(0, 1), default=[0, 1])
    given = parser.parse_args()

    command = shlex.join(["python", "scripts/table_float_n80.py", *sys.argv[1:]])
    rows: list[dict[str, Any]] = []
    preset = any(assignment.startswith("preset=") for assignment in given.assignments)
    for seed, c, alpha in itertools.product(given.seeds, given.hidden, given.alpha):
        chosen = [f"hidden={c}", f"seed={seed}", *(["alpha=true"] if alpha else [])]
        if preset:
            chosen += ["seeds=1", "best_seeds=1"]  # a row is one seed
        settings = read_settings(None, [*([] if preset else DEFAULTS), *given.assignments, *chosen])
        row = float_row(
            settings, given.data, given.out / f"c{c}{'-alpha' * alpha}-seed{seed}", given.validation_jets
        )
        auc, spread, rejection = PUBLISHED[c, alpha]
        row = {"hidden": c, "alpha": alpha, "parameters": settings.architecture.parameters_published} | row
        row |= {"mass_window_auc": round(mass_window(given.data, 80)["auc"], 5)}
        row |= {"published_auc": auc, "published_spread": spread, "published_rejection_30": rejection}
        rows.append(row)
        print(row, flush=True)
        write_table(given.result, rows, command)
        draw(given.result.with_suffix(".svg"), series(rows), "parameters", log=True)


def series(rows: list[dict[str, Any]]) -> list[Series]:
    """AUC over the number of parameters, ours by seed and as published."""
    kinds = [("nPELICAN", 0, "o"), ("nPELICAN$_N$", 1, "s")]
    ours = [
        Series(
            f"{name}, generated jets", points(rows, "parameters", "auc", alpha=alpha), alpha, marker=marker
        )
        for name, alpha, marker in kinds
    ]
    published = [
        Series(
            f"{name}, published",
            [(10 * c + 1 + 7 * a, auc) for (c, a), (auc, _, _) in PUBLISHED.items() if a == alpha],
            alpha,
            published=True,
            marker=marker,
        )
        for name, alpha, marker in kinds
    ]
    return [*ours, *published]


if __name__ == "__main__":
    main()
