"""Greedy narrowing against taking the last bit of all types at once, without any training; and with fine-tuning.

    python scripts/compare_narrowing.py MODEL --data jets --out docs/results/narrowing.csv
    python scripts/compare_narrowing.py MODEL --data jets --fine-tuned runs/narrow

Greedy narrowing is that of `fpgajet compress --lut`, judged on validation jets; the figures are of the test jets. The
second command adds the steps of such a run to the table that the first one wrote, measured on the same jets.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import estimate
from fpgajet.ops.network import Network
from quant.checkpoint import MODEL, Checkpoint, load_model, open_checkpoint
from quant.compression.compress_settings import settings_of
from quant.compression.moves import GIVEN, Kind, Move, Narrowed, moved, types_of
from quant.compression.narrowing import Narrowing
from quant.compression.steps import NARROW
from quant.metrics import auc
from quant.models.sample import Sample
from quant.training.data import TrainingJets
from quant.zoo import resolve
from studies.tables.rows import write_table

LEVELS = (0.9, 0.85, 0.8, 0.75, 0.7)
WHOLE = ("address", "table")


def lut(network: Network) -> float:
    """Estimated on the xcvu13p at 360 MHz."""
    return estimate(network, part("xcvu13p"), 360.0).total.lut.value


def greedy(checkpoint: Checkpoint, start: Narrowed, jets: Sample) -> Iterator[tuple[str, Narrowed]]:
    """Models of :data:`LEVELS` of the LUTs."""
    family = checkpoint.config.family
    search = Narrowing(family, family.prunable(settings_of(checkpoint)), lut, jets)
    size = lut(start.model.network())
    for level in LEVELS:
        start, _ = search.down_to(start, level * size)
        yield f"greedy, {100 * level:.0f} % of the LUT", start


def uniform(checkpoint: Checkpoint, start: Narrowed) -> Iterator[tuple[str, Narrowed]]:
    """Every type without its last one to four bits."""
    for bits in range(1, 5):
        for name in types_of(start.description):
            if name != GIVEN and name not in WHOLE:
                start = moved(checkpoint.config.family, start, Move(Kind.LAST_BIT, name), {})
        yield f"{bits} bits less everywhere", start


def earlier(table: Path) -> tuple[str, list[dict[str, Any]]]:
    """First command of a table, and its rows without those of fine-tuned steps."""
    with table.open(newline="", encoding="utf-8") as file:
        first = next(file).removeprefix("# ").partition(";")[0].strip()
        return first, [row for row in csv.DictReader(file) if "fine-tuning" not in row["method"]]


def fine_tuned(run: Path, size: float) -> Iterator[tuple[str, Narrowed]]:
    """Steps of greedy narrowing, of which each was fine-tuned, the largest first; ``size``: LUTs as given."""
    found = [open_checkpoint(path.parent) for path in run.glob(f"{NARROW}*/{MODEL}")]
    steps = [Narrowed(one.config.model, load_model(one), {}) for one in found]
    for luts, step in sorted(((lut(one.model.network()), one) for one in steps), key=lambda pair: -pair[0]):
        yield f"greedy with fine-tuning, {100 * luts / size:.0f} % of the LUT", step


def main() -> None:
    """A row for each model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/results/narrowing.csv"))
    parser.add_argument("--fine-tuned", type=Path, help="run of fpgajet compress --lut: add only its steps")
    parser.add_argument("--judged", type=int, default=4000, help="validation jets that steps are judged on")
    parser.add_argument("--test", type=int, default=20000, help="test jets of the table")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = open_checkpoint(resolve(arguments.model))
    own = settings_of(checkpoint)
    jets = TrainingJets(arguments.data, own.constituents, own.form)
    test = jets.test.first(arguments.test)
    start = Narrowed(checkpoint.config.model, load_model(checkpoint), {})
    rows: list[dict[str, Any]] = []
    command = f"python {shlex.join(sys.argv)}"

    def add(method: str, model: Narrowed) -> None:
        found = auc(test.labels, model.model.scores(test.momenta.numpy()))
        rows.append({"method": method, "lut": round(lut(model.model.network())), "auc": round(found, 5)})
        print(rows[-1], flush=True)
        write_table(arguments.out, rows, command)

    if arguments.fine_tuned is not None:
        first, rows = earlier(arguments.out)
        measured = auc(test.labels, start.model.scores(test.momenta.numpy()))
        if rows[0]["auc"] != str(round(measured, 5)):
            raise BadInput(
                f"{arguments.out} was measured on other jets: {rows[0]['auc']} and {measured:.5f}."
            )
        command = f"{first}; {command}"
        for method, model in fine_tuned(arguments.fine_tuned, lut(start.model.network())):
            add(method, model)
        return
    add("as given", start)
    for method, model in uniform(checkpoint, start):
        add(method, model)
    for method, model in greedy(checkpoint, start, jets.validation.first(arguments.judged)):
        add(method, model)


if __name__ == "__main__":
    main()
