"""How well builds with a regression find pT, beside a constant and the jet itself.

    python scripts/regression.py BUILD ... --out docs/results/regression.csv

Each build is one of ``fpgajet build`` with the shipped jets of five classes. It gives a row of its float model and one
of its quantised model, whose figures are those of the C simulation and of the Verilog. The first line of the file holds
the commands in the records of the models.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.files import read_json
from quant.data import read_jets, shipped_sample
from quant.data.reading.shipped import FIVE
from quant.data.targets import true_values
from quant.metrics.regression import bias_and_resolution
from studies.tables.rows import write_table

ROWS = {"float": "float model", "quantised": "quantised model, C simulation, Verilog"}
CHECKED = ("events", "implementations", "differing", "ii", "cycles")


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    rows = [row for build in given.builds for row in rows_of_build(build)] + list(rows_without_network())
    command = "; ".join(command_of(build) for build in given.builds)
    write_table(
        given.out,
        rows,
        f"{command}; then fpgajet build --part xcvu13p --ii 4 --no-synth --no-prove --edge-vectors 3000 for each, and "
        "scripts/regression.py",
    )


def command_of(build: Path) -> str:
    """How the model was trained, without the paths of a machine."""
    command: str = read_json(build / "checkpoint" / "model.json")["training"]["command"]
    return re.sub(r"\S*/(?=[^/\s]+)", "", command)


def rows_of_build(build: Path) -> Iterator[dict[str, Any]]:
    """Float and quantised model; the second with what the certificate says."""
    report, physics, certificate = (
        read_json(build / f"{name}.json") for name in ("report", "physics", "certificate")
    )
    rtl = next(level for level in report["hardware"] if (level["level"], level["name"]) == ("rtl", "total"))
    checked = (
        certificate["total_events"],
        len(certificate["implementations"]),
        certificate["total_differences"],
        int(rtl["ii"]),
        int(rtl["latency_cycles"]),
    )
    for key, found_by in ROWS.items():
        found = physics[key]
        if key == "quantised" and not found == physics["csim"] == physics["verilog"]:
            raise SystemExit(f"{build}: implementations have other figures than the quantised model")
        figures = dict.fromkeys(CHECKED, "") if key == "float" else dict(zip(CHECKED, checked, strict=True))
        quality = {name: f"{found[name]:.4f}" for name in ("accuracy", "auc")}
        yield row(report["model"]["name"], found_by, found["regression"]["pt"]) | quality | figures


def rows_without_network() -> Iterator[dict[str, Any]]:
    """What needs no network: the median of the true values, and the pT of the whole jet."""
    jets = read_jets(shipped_sample(FIVE))
    true = true_values(jets, "pt", "the shipped jets")
    found = {
        "a constant: the median of the true pT": np.full(len(true), np.nanmedian(true)),
        "the jet's own pT (all constituents)": jets.jet[:, 0].astype(np.float64),
    }
    for name, values in found.items():
        figures = bias_and_resolution(true, values)
        kept = {key: value for key, value in figures.items() if not key.endswith("_error")}
        yield row("", name, kept) | dict.fromkeys(("accuracy", "auc", *CHECKED), "")


def row(model: str, found_by: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Bias and resolution in percent, with errors where there are any."""
    found: dict[str, Any] = {"model": model, "found_by": found_by, "jets": figures["jets"]}
    for key in ("bias", "resolution"):
        error = figures.get(f"{key}_error")
        found[f"{key}_percent"] = f"{100 * figures[key]:.2f}"
        found[f"{key}_error"] = "" if error is None else f"{100 * error:.2f}"
    return found


if __name__ == "__main__":
    main()
