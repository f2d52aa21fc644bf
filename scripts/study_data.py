"""Hold generated jets against what is public about the Top Quark Tagging Reference Dataset.

    python scripts/study_data.py jets/test --real DIR [--plot docs/data/reference.svg]

DIR holds two arrays read from public analyses of the real test set: real_nobj_10k.npz (nobj, is_signal: the
constituents of 10,000 jets) and real_test_pt_labels.npz (pt in GeV, is_signal: all 404,000 jets). Prints every
figure with its target as a Markdown table; exits with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import atomic_path
from quant.data import Jets, read_jets
from quant.data.describing.statistics import auc, mass_auc, multiplicity_auc

QUARTILES = (25, 50, 75)
SPREAD = (5, 25, 50, 75, 95)
# A jet-mass cut on the real set, arXiv:1902.09914's reference value for a single variable.
PUBLISHED_MASS_AUC = 0.906


@dataclass(frozen=True)
class Figure:
    """One number held against the real one; ``low`` and ``high`` bound what is accepted (None: no target)."""

    name: str
    generated: float
    real: float
    low: float | None = None
    high: float | None = None

    @property
    def good(self) -> bool:
        return self.low is None or self.high is None or self.low <= self.generated <= self.high

    def row(self) -> str:
        target = "-" if self.low is None else f"{self.low:.4g} to {self.high:.4g}"
        verdict = "" if self.low is None else "met" if self.good else "**missed**"
        return f"| {self.name} | {self.generated:.4g} | {self.real:.4g} | {target} | {verdict} |"


@dataclass(frozen=True)
class Real:
    """The public arrays, by class: multiplicity and pT [GeV]."""

    multiplicity: tuple[NDArray[np.float64], NDArray[np.float64]]
    pt: tuple[NDArray[np.float64], NDArray[np.float64]]
    multiplicity_auc: float


def read_real(folder: Path) -> Real:
    """Read the two arrays."""
    counted = np.load(folder / "real_nobj_10k.npz", allow_pickle=False)
    momenta = np.load(folder / "real_test_pt_labels.npz", allow_pickle=False)

    def split(values: NDArray[np.generic], signal: NDArray[np.generic]) -> tuple[NDArray, NDArray]:  # type: ignore[type-arg]
        return values[signal == 0].astype(float), values[signal == 1].astype(float)

    return Real(
        split(counted["nobj"], counted["is_signal"]),
        split(momenta["pt"], momenta["is_signal"]),
        auc(counted["is_signal"] == 1, counted["nobj"]),
    )


def compare(jets: Jets, real: Real) -> list[Figure]:
    """Every figure; those with a target first in each group."""
    figures = []
    for index, name in enumerate(jets.classes):
        rows = jets.label == index
        mine, theirs = jets.multiplicity[rows], real.multiplicity[index]
        mean = float(theirs.mean())
        figures.append(
            Figure(f"{name}: mean multiplicity", float(mine.mean()), mean, 0.95 * mean, 1.05 * mean)
        )
        for q in SPREAD:
            quantile = float(np.percentile(mine, q)), float(np.percentile(theirs, q))
            figures.append(Figure(f"{name}: multiplicity, {q} % quantile", *quantile))
        low_share = 100 * float((mine < 20).mean()), 100 * float((theirs < 20).mean())
        figures.append(Figure(f"{name}: fewer than 20 constituents [%]", *low_share))
        for q in QUARTILES:
            value = float(np.percentile(real.pt[index], q))
            made = float(np.percentile(jets.jet[rows, 0], q))
            figures.append(Figure(f"{name}: pT, {q} % quantile [GeV]", made, value, value - 2, value + 2))
    figures.append(
        Figure("AUC of multiplicity alone", multiplicity_auc(jets), real.multiplicity_auc, 0.689, 0.729)
    )
    figures.append(Figure("AUC of jet mass alone", mass_auc(jets), PUBLISHED_MASS_AUC, 0.90, 0.94))
    return figures


def draw(jets: Jets, real: Real, out: Path) -> None:
    """Multiplicity and pT, generated as lines on real as areas."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "fpgajet"
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    panels = (
        (axes[0], jets.multiplicity, real.multiplicity, np.arange(0.5, 121, 3), "constituents"),
        (axes[1], jets.jet[:, 0], real.pt, np.arange(550, 651, 5), "jet $p_T$ [GeV]"),
    )
    colours = ("#3f90da", "#bd1f01")
    for axis, mine, theirs, bins, label in panels:
        for index, name in enumerate(jets.classes):
            style = {"bins": bins, "density": True, "color": colours[index]}
            axis.hist(theirs[index], alpha=0.3, label=f"{name}, real", **style)
            axis.hist(mine[jets.label == index], histtype="step", label=f"{name}, generated", **style)
        axis.set_xlabel(label)
        axis.set_ylabel("share per unit")
    axes[0].legend(frameon=False, fontsize=8)
    for index, name in enumerate(jets.classes):
        mass = jets.jet[jets.label == index, 3]
        axes[2].hist(
            mass, bins=np.arange(0, 301, 5), histtype="step", density=True, color=colours[index], label=name
        )
    axes[2].set_xlabel("jet mass [GeV] (generated; not public)")
    with atomic_path(out) as temporary:
        figure.savefig(temporary, format=out.suffix[1:], metadata={"Date": None})


def main() -> int:
    """Compare, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jets", type=Path, help="generated jets of the classes QCD and top")
    parser.add_argument("--real", type=Path, required=True, help="folder of the public arrays")
    parser.add_argument("--plot", type=Path, help="also draw this .svg")
    options = parser.parse_args()
    jets, real = read_jets(options.jets, constituents=1), read_real(options.real)
    figures = compare(jets, real)
    print(f"{len(jets):,} generated jets\n")
    print("| figure | generated | real | target | |\n|---|---|---|---|---|")
    print("\n".join(figure.row() for figure in figures))
    if options.plot:
        draw(jets, real, options.plot)
    return int(not all(figure.good for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
