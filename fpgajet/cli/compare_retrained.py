"""``fpgajet compare --retrain`` and ``--data-efficiency``: taggers that are trained again, on folds or on few jets."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.cli.evaluate import HEADINGS
from fpgajet.cli.output import console, messages, narrow_table, print_json
from fpgajet.errors import BadInput, require_extra
from fpgajet.executor import Place
from fpgajet.files import write_json, write_text


def sizes_of(text: str | None, retrain: bool) -> list[int]:
    """Numbers of training jets, ascending; none for folds.

    Raises:
        BadInput: no numbers, or folds are asked for too.
    """
    if text is None:
        return []
    if retrain:
        raise BadInput("--retrain is for folds, and --data-efficiency for few jets: give one of them.")
    try:
        sizes = sorted({int(word) for word in text.replace(",", " ").split()})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 2:
        raise BadInput(f"--data-efficiency {text!r}: give numbers of jets from 2, as 1000,3000,10000.")
    return sizes


def compare_retrained(
    models: Sequence[str],
    data: Path,
    out: Path,
    *,
    folds: int,
    sizes: Sequence[int],
    repeats: int,
    seed: int,
    max_jets: int | None,
    assignments: Sequence[str],
    workers: int,
    cluster: str | None,
    plot: Path | None,
    json: bool,
) -> None:
    """Train, summarise, write ``compare.json`` and ``compare.csv`` into ``out``, print."""
    require_extra("torch", "brevitas", "scipy")
    from fpgajet.physics.data_efficiency import plot_data_efficiency
    from fpgajet.plotting import check_image
    from quant.checkpoint import open_checkpoint, require_two_classes
    from quant.comparison.retrained import claim, summary, taggers_of, train_all
    from quant.comparison.splits import fold_splits, size_splits
    from quant.data.checking.identity import identity
    from quant.training.data import part_of
    from quant.zoo import resolve

    if plot:
        if not sizes:
            raise BadInput("--plot draws the curves of --data-efficiency; folds have none.")
        check_image(plot)
    checkpoints = [open_checkpoint(resolve(model)) for model in models]
    for checkpoint in checkpoints:
        require_two_classes(checkpoint, "`fpgajet compare`")
    taggers = taggers_of(checkpoints, assignments)
    jets = {part: identity(part_of(data, part)).sha256 for part in ("train", "val")}
    what = {"sizes": list(sizes), "repeats": repeats} if sizes else {"folds": folds, "max_jets": max_jets}
    claim(out, taggers, {**what, "seed": seed, "jets": jets})
    most = max(one.settings.constituents for one in taggers)
    if sizes:
        splits = size_splits(data, out / "jets", sizes, repeats, most, seed)
    else:
        splits = fold_splits(data, out / "jets", folds, most, max_jets, seed)

    def say(line: str) -> None:
        messages.print(line, highlight=False, markup=False, soft_wrap=True)

    runs = train_all(out, taggers, splits, Place(workers, cluster), say)
    command = "fpgajet " + " ".join(sys.argv[1:])
    report = {"command": command, **what, "seed": seed, **summary(runs, folds=not sizes), "runs": runs}
    write_json(out / "compare.json", report)
    write_text(out / "compare.csv", table(runs, command))
    if plot:
        plot_data_efficiency(report["taggers"], plot)
    if json:
        print_json(report)
        return
    _print(report, f"{folds} folds" if not sizes else f"{repeats} subsets of each size")
    for name in ("compare.json", "compare.csv"):
        console.print(str(out / name), highlight=False, soft_wrap=True)


def table(runs: Sequence[dict[str, Any]], command: str) -> str:
    """One row for each run and precision, behind a comment line with the command."""
    text = io.StringIO()
    text.write(f"# {command}\n")
    writer = csv.DictWriter(text, list(runs[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(runs)
    return text.getvalue()


def _print(report: dict[str, Any], what: str) -> None:
    for precision in ("float", "quantised"):
        rows = [row for row in report["taggers"] if row["precision"] == precision]
        metrics = list(rows[0]["metrics"])
        title = f"{precision}, trained again on {what}: mean ± its error"
        shown = narrow_table("", "jets", *(HEADINGS[m] for m in metrics), title=title)
        for row in rows:
            cells = [value_text(metric, found) for metric, found in row["metrics"].items()]
            shown.add_row(row["model"], f"{row['training_jets']:,}", *cells)
        console.print(shown)
    if report["differences"]:
        shown = narrow_table(
            "", "jets", "AUC", "probability", "", title="differences of AUC, paired, quantised"
        )
        for row in report["differences"]:
            if row["precision"] == "quantised":
                found = row["metrics"]["auc"]
                chance = "-" if found["probability"] is None else f"{found['probability']:.2g}"
                about = f"{row['of']} - {row['minus']}", f"{row['training_jets']:,}"
                shown.add_row(*about, value_text("auc", found), chance, found["verdict"] or "too few runs")
        console.print(shown)
        console.print(
            "probability: of a difference at least so large if there were none (Student's t).",
            highlight=False,
        )


def value_text(metric: str, found: dict[str, Any], between: str = " ") -> str:
    """A value with its error, ``between`` the two; a dash where there is no value."""
    if found["value"] is None:
        return "-"
    digits = digits_of(metric, found["error"])
    error = "" if found["error"] is None else f"{between}± {found['error']:.{digits}f}"
    return f"{found['value']:.{digits}f}{error}"


def digits_of(metric: str, error: float | None) -> int:
    """Decimals that suit the error."""
    if metric in ("auc", "accuracy"):
        return 4 if not error else min(6, max(4, 1 - math.floor(math.log10(error))))
    return 2 if metric == "ant_factor" else 1
