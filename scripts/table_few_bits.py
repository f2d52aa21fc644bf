"""Few constituents and few bits: float and 6-bit AUC of nanoPELICAN over seeds, beside published values.

    python scripts/table_few_bits.py --data JETS --out RUNS [--constituents 8 12 16 20 32] [--hidden 2 4]
        [--seeds 1 2 3] [--set key=value ...]

JETS holds train, val and test jets. RUNS keeps one checkpoint per row, so the same command continues after a
kill and skips what is done. Rows go to docs/results/few-bits.csv (or --result), rewritten after each run, with a
picture beside them.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from pathlib import Path

from quant.checkpoint import Checkpoint
from quant.models.npelican.description import NPelicanDescription
from quant.training.read_settings import read_settings
from studies.tables.plots import Series, draw, points
from studies.tables.rows import chosen, finished, write_table

HERE = Path(__file__).resolve().parent.parent
#: AUC of a public 2026 study on the Top Quark Tagging Reference Dataset: (N, C) -> float, 6-bit
PUBLISHED = {
    (8, 2): (0.9306, 0.9229), (12, 2): (0.9517, 0.9415), (16, 2): (0.9531, 0.9514),
    (20, 2): (0.9561, 0.9547), (32, 2): (0.9598, 0.9485), (8, 4): (0.9385, 0.9290),
    (12, 4): (0.9578, 0.9528), (16, 4): (0.9632, 0.9570), (20, 4): (0.9657, 0.9618), (32, 4): (0.9626, 0.9550),
}  # fmt: skip


def main() -> None:
    """Train what is missing, seed by seed, and keep the table up to date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--constituents", type=int, nargs="+", default=[8, 12, 16, 20, 32])
    parser.add_argument("--hidden", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/few-bits.csv")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    given = parser.parse_args()

    command = ["python", "scripts/table_few_bits.py", *sys.argv[1:]]
    rows: list[dict[str, object]] = []
    for seed, n, c in itertools.product(given.seeds, given.constituents, given.hidden):
        sizes = [f"constituents={n}", f"hidden={c}", f"seed={seed}"]
        settings = read_settings(None, [*given.assignments, *sizes])
        checkpoint = finished(settings, given.data, given.out / f"n{n}-c{c}-seed{seed}", command)
        rows.append(row(checkpoint))
        write_table(given.result, rows, shlex.join(command))
        draw(given.result.with_suffix(".svg"), series(rows), "constituents")
        print(rows[-1], flush=True)


def row(checkpoint: Checkpoint) -> dict[str, object]:
    """One line of the table."""
    config = checkpoint.config
    assert isinstance(config.model, NPelicanDescription)
    values: dict[str, object] = {
        "constituents": config.constituents,
        "hidden": config.model.hidden,
        "seed": config.training.seed,
        "train_jets": config.training.data["train"][0].jets,
        "test_jets": config.training.data["test"][0].jets,
    }
    values |= chosen(config.metrics.float_, "float_") | chosen(config.metrics.quantised, "quantised_")
    values["quantised_distinct_scores"] = config.metrics.quantised["distinct_scores"]
    window = config.metrics.mass_cut["auc"]
    values["mass_window_auc"] = None if window is None else round(window, 5)
    unknown: tuple[float | None, float | None] = (None, None)
    published = PUBLISHED.get((config.constituents, config.model.hidden), unknown)
    return values | {"published_float_auc": published[0], "published_quantised_auc": published[1]}


def series(rows: list[dict[str, object]]) -> list[Series]:
    """AUC over N, float and quantised, ours by seed and as published."""
    found = []
    for colour, (c, precision) in enumerate(itertools.product((2, 4), ("float", "quantised"))):
        marker = "o" if precision == "float" else "v"
        name = f"C = {c}, {'float' if precision == 'float' else '6 bits'}"
        own = points(rows, "constituents", f"{precision}_auc", hidden=c)
        public = [
            (n, aucs[precision == "quantised"]) for (n, hidden), aucs in PUBLISHED.items() if hidden == c
        ]
        found.append(Series(f"{name}, generated jets", own, colour, marker=marker))
        found.append(Series(f"{name}, published", public, colour, True, marker))
    return found


if __name__ == "__main__":
    main()
