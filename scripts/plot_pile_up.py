"""Jets with and without pile-up: multiplicity, mass and pT drawn on one page, and their means.

    python scripts/plot_pile_up.py JETS_0/test JETS_200/test [--out docs/data/pile-up.svg]

Also writes docs/results/pile-up-jets.csv: means with errors, and the AUC of the mass window on the 16 and on all
constituents.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.plotting import COLOURS, check_image, pyplot, save_figure
from quant.data import Jets, read_jets
from quant.metrics import constituent_mass, mass_window_metrics
from studies.tables.rows import write_table

HERE = Path(__file__).resolve().parent.parent
PANELS = (
    ("candidates above 1 GeV", (0, 120)),
    ("jet mass (GeV)", (0, 300)),
    ("jet $p_T$ (GeV)", (500, 1200)),
)


def main() -> None:
    """Draw, and write the means."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("jets", type=Path, nargs=2, help="test jets without and with pile-up")
    parser.add_argument("--out", type=Path, default=HERE / "docs" / "data" / "pile-up.svg")
    parser.add_argument("--result", type=Path, default=HERE / "docs" / "results" / "pile-up-jets.csv")
    given = parser.parse_args()
    check_image(given.out)
    sets = {mean: read_jets(path) for mean, path in zip(("0", "200"), given.jets, strict=True)}
    draw(sets, given.out)
    rows = [row(mean, jets) for mean, jets in sets.items()]
    write_table(given.result, rows, shlex.join(["python", "scripts/plot_pile_up.py", *sys.argv[1:]]))
    print(given.result.read_text(encoding="utf-8"), end="")


def quantities(jets: Jets) -> tuple[Any, ...]:
    """What is drawn, in the order of the panels."""
    return jets.multiplicity, jets.jet[:, 3], jets.jet[:, 0]


def draw(sets: dict[str, Jets], out: Path) -> None:
    """One panel for each quantity; a colour for each class, solid with pile-up and dashed without."""
    figure, axes = pyplot().subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    for panel, (axis, (words, limits)) in enumerate(zip(axes, PANELS, strict=True)):
        for mean, jets in sets.items():
            for index, name in enumerate(jets.classes):
                axis.hist(
                    quantities(jets)[panel][jets.label == index],
                    bins=40,
                    range=limits,
                    histtype="step",
                    density=True,
                    color=COLOURS[index],
                    linestyle="-" if mean == "200" else "--",
                    label=f"{name}, {mean} interactions",
                )
        axis.set_xlabel(words)
        axis.set_ylabel("share per unit")
    axes[2].set_yscale("log")
    axes[0].legend(frameon=False, fontsize="small")
    counts = " and ".join(f"{len(jets):,}" for jets in sets.values())
    figure.suptitle(f"level1-pileup, seeded cone 0.8, 14 TeV, pT > 500 GeV: {counts} jets")
    save_figure(figure, out)


def row(mean: str, jets: Jets) -> dict[str, Any]:
    """Means with their errors, and the mass window."""
    found: dict[str, Any] = {"pile_up": mean, "jets": len(jets)}
    for index, name in enumerate(jets.classes):
        for key, values in zip(("constituents", "mass", "pt"), quantities(jets), strict=True):
            mine = values[jets.label == index].astype(np.float64)
            found[f"{name}_{key}"] = round(float(mine.mean()), 2)
            found[f"{name}_{key}_error"] = round(float(mine.std() / np.sqrt(len(mine))), 2)
            found[f"{name}_{key}_median"] = round(float(np.median(mine)), 2)
    for slots in (16, jets.constituents.shape[1]):
        window = mass_window_metrics(jets.label, constituent_mass(jets.constituents[:, :slots]))
        found[f"mass_window_auc_{slots}"] = round(float(window["auc"] or 0), 4)
        found[f"mass_window_auc_{slots}_error"] = round(float(window["auc_error"] or 0), 4)
        found[f"mass_window_centre_{slots}"] = window["centre"]
    return found


if __name__ == "__main__":
    main()
