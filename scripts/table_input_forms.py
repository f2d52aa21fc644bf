"""AUC of one nanoPELICAN behind the three input forms, at equal numbers of input bits a constituent.

    python scripts/table_input_forms.py --data JETS [--model npelican-n16-c2] [--inputs-only] [--set key=value ...]

One trained float model reads the test jets through every form: as it is (what the inputs alone cost) and with
6-bit weights and activations, calibrated behind that form and not fine-tuned. Where the range of a form is to be
chosen, it is the best of a few on the validation jets. Rows go to docs/results/input-forms.csv (or --result); the
same command continues after a kill. With --inputs-only the calibration, minutes per row, is left for later.
"""

from __future__ import annotations

import argparse
import csv
import math
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding, from_real, to_real
from fpgajet.ops.forms import InputForm, Log, Momenta, Trigger
from quant.checkpoint import load_float_model, open_checkpoint
from quant.metrics import auc
from quant.models.npelican import NPelicanFamily
from quant.models.npelican.floating import NPelican, PairBatch
from quant.models.sample import Sample
from quant.models.scoring import CHUNK_JETS, FloatModel
from quant.training.data import load_sample, part_of
from quant.training.read_settings import read_settings
from quant.zoo import resolve
from studies.tables.rows import write_table

HERE = Path(__file__).resolve().parent.parent
#: highest energy or pT in GeV that fits
RANGES = (256.0, 512.0, 1024.0)
#: bits a constituent -> bits of (pT, each angle); l needs no more than 10 bits at the finest steps of 1/64
SPLITS = {18: (6, 6), 24: (8, 8), 30: (10, 10), 36: (12, 12)}
TOTALS = {"momenta": (20, 24, 36, 48, 60), "trigger": (18, 24, 30, 36), "log": (18, 24, 30, 36)}


@dataclass(frozen=True)
class Grid:
    """An input form and, for four-momenta, the type of each number."""

    form: InputForm
    precision: FixedType | None = None

    def scores(self, model: FloatModel, momenta: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores of the float model for jets seen through this grid."""
        if self.precision is None:
            return FloatModel(model.model, self.form).scores(momenta)
        p = torch.from_numpy(to_real(from_real(momenta, self.precision), self.precision.fraction))
        with torch.no_grad():
            return np.concatenate(
                [_clipped(model.model, part).numpy() for part in torch.split(p, CHUNK_JETS)]
            )

    @property
    def settings(self) -> list[str]:
        """As assignments for training."""
        if self.precision is not None:
            return [f"bits.momenta={self.precision.bits}", f"bits.momenta_lsb={self.precision.lsb}"]
        return [f"input.{name}={value}" for name, value in self.form.to_json().items()]


def _clipped(model: torch.nn.Module, p: torch.Tensor) -> torch.Tensor:
    """Scores with d_ij = 0 where rounded momenta make it negative, as the hardware has it."""
    assert isinstance(model, NPelican)
    jets = PairBatch.from_momenta(p, 0)
    d = jets.d.clamp_min(0)
    row = d.double().sum(-1)
    scores: torch.Tensor = model.score(PairBatch(d, row, row.sum(-1), jets.slots))
    return scores


def grids(name: str, total: int) -> list[Grid]:
    """All grids of a form with so many bits a constituent; angles reach to pi/4 from the jet's axis."""
    if name == "momenta":
        bits = total // 4
        points = [bits - 1 - round(math.log2(reach)) for reach in RANGES]
        return [
            Grid(Momenta(), FixedType(True, bits, point, Rounding.HALF_EVEN, Overflow.SAT))
            for point in points
        ]
    pt_bits, angle_bits = SPLITS[total]
    half_turn = 4 << (angle_bits - 1)
    if name == "trigger":
        return [Grid(Trigger(reach / 2**pt_bits, pt_bits, half_turn, angle_bits)) for reach in RANGES]
    pt_bits = min(pt_bits, 10)
    steps = [min(64, 2**pt_bits // octaves) for octaves in (10, 13, 16)]
    lsbs = [1024 / 2 ** ((2**pt_bits - 1) / s) for s in steps]
    return [
        Grid(Log(lsb, pt_bits, half_turn, angle_bits, steps=s)) for s, lsb in zip(steps, lsbs, strict=True)
    ]


def main() -> None:
    """Fill in the rows that are missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="npelican-n16-c2")
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/input-forms.csv")
    parser.add_argument("--inputs-only", action="store_true")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    given = parser.parse_args()
    checkpoint = open_checkpoint(resolve(given.model))
    n = checkpoint.config.constituents
    model = load_float_model(checkpoint)
    validation, test = (load_sample(part_of(given.data, part), n) for part in ("val", "test"))

    command = shlex.join(["python", "scripts/table_input_forms.py", *sys.argv[1:]])
    rows = {(row["form"], int(row["bits"])): row for row in read_rows(given.result)}
    for name, total in ((name, total) for name, totals in TOTALS.items() for total in totals):
        row = rows.get((name, total))
        if row is None or not (row["auc_6_bit"] or given.inputs_only):
            grid, row = row_of(model, name, total, validation, test)
            if not given.inputs_only:
                row["auc_6_bit"] = f"{quantised_auc(model, grid, test, given.data, given.assignments):.5f}"
            rows[name, total] = row
            write_table(given.result, list(rows.values()), command)
            print(row, flush=True)


def row_of(
    model: FloatModel, name: str, total: int, validation: Sample, test: Sample
) -> tuple[Grid, dict[str, str]]:
    """The range that is best on the validation jets, and what the inputs alone cost on the test jets."""

    def value(grid: Grid, sample: Sample) -> float:
        return auc(sample.labels, grid.scores(model, sample.momenta.numpy()))

    best = max(grids(name, total), key=lambda grid: value(grid, validation))
    numbers = {key: number for key, number in best.form.to_json().items() if key != "form"}
    text = " ".join(f"{key}={number:.6g}" for key, number in numbers.items()) or str(best.precision)
    found = f"{value(best, test):.5f}"
    return best, {"form": name, "bits": str(total), "auc_inputs_only": found, "auc_6_bit": "", "grid": text}


def quantised_auc(model: FloatModel, grid: Grid, test: Sample, data: Path, assignments: list[str]) -> float:
    """AUC on the test jets with 6-bit weights and activations, calibrated behind this grid."""
    settings = read_settings(None, [f"constituents={test.momenta.shape[1]}", *assignments, *grid.settings])
    sample = load_sample(part_of(data, "train"), settings.constituents, settings.calibration_jets)
    quantised = NPelicanFamily().calibrate(model.model, settings, sample, "table")
    return auc(test.labels, quantised.scores(test.momenta.numpy()))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of an earlier run, none if there was none."""
    if not path.is_file():
        return []
    return list(csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#")))


if __name__ == "__main__":
    main()
