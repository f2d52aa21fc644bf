"""What the detector's free choices and the pTHat windows change, on the same events.

    python scripts/study_data_variants.py [--events 15000]

The reference data set's paper names its detector card but not its version. For each choice published with
Delphes, and for no detector at all: mean multiplicity, AUC of multiplicity and of mass, median pT.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fpgajet.executor import Place, run_tasks
from quant.data import Jets, concatenate
from quant.data.describing.statistics import mass_auc, multiplicity_auc
from quant.data.generation import generator
from quant.data.generation.cards import DELPHES_ATLAS, DetectorCard
from quant.data.generation.pythia import Charges
from quant.data.generation.recipe import Recipe, make_recipe
from quant.data.generation.truth import read_batch

WIDE = {"QCD": (450, 1000), "top": (440, 1000)}


def card(significance: float, ecal: tuple[float, float]) -> DetectorCard:
    """The ATLAS card with another significance of cells and other ECAL cells (eta, degrees)."""
    base = DELPHES_ATLAS
    fine = replace(base.ecal, significance_min=significance, cell_eta=ecal[0], cell_phi_degrees=ecal[1])
    return replace(base, ecal=fine, hcal=replace(base.hcal, significance_min=significance))


VARIANTS: dict[str, tuple[dict[str, object], DetectorCard]] = {
    "default (ECAL 0.05 x 5 deg, significance 1)": ({}, card(1.0, (0.05, 5.0))),
    "significance 2": ({}, card(2.0, (0.05, 5.0))),
    "ECAL 0.1 x 10 deg (one grid, Delphes 3.3.2)": ({}, card(1.0, (0.1, 10.0))),
    "ECAL 0.0174 x 1 deg, significance 2 (Delphes 3.4)": ({}, card(2.0, (0.0174, 1.0))),
    "Level-1 units": ({"mode": "level1"}, card(1.0, (0.05, 5.0))),
    "truth particles": ({"mode": "truth"}, card(1.0, (0.05, 5.0))),
}


def run(task: tuple[str, int, bool], tell: Callable[[str], None]) -> dict[str, Jets]:
    """One class through all variants: the same Pythia events for each."""
    name, events, wide = task
    recipe = make_recipe({"windows": WIDE if wide else {}})
    pythia = generator.start_pythia(recipe, name, 11)
    charges = Charges(pythia.particleData)
    made: dict[str, list[Jets]] = {variant: [] for variant in VARIANTS}
    for batch in range(events // generator.EVENTS_AT_A_TIME):
        records = read_batch(pythia.nextBatch(generator.EVENTS_AT_A_TIME))
        for variant, (changes, detector) in VARIANTS.items():
            if wide and changes:
                continue
            generator.DELPHES_ATLAS = detector  # type: ignore[attr-defined]
            other: Recipe = recipe.model_copy(update=changes)
            rng = np.random.default_rng(batch)
            made[variant].append(generator.jets_of_batch(records, charges, other, name, rng)[0])
    return {variant: concatenate(pieces) for variant, pieces in made.items() if pieces}


def row(label: str, qcd: Jets, top: Jets) -> str:
    """One line of the table."""
    both = concatenate([qcd, top])
    means = " | ".join(f"{jets.multiplicity.mean():.1f}" for jets in (qcd, top))
    medians = " | ".join(f"{np.median(jets.jet[:, 0]):.1f}" for jets in (qcd, top))
    return f"| {label} | {means} | {multiplicity_auc(both):.3f} | {mass_auc(both):.3f} | {medians} |"


def main() -> None:
    """Run every variant, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=15_000, help="Pythia events of each class")
    options = parser.parse_args()
    tasks = [(name, options.events, wide) for wide in (False, True) for name in ("QCD", "top")]
    qcd, top, wide_qcd, wide_top = run_tasks(run, tasks, Place(2))
    print("| variant | QCD const. | top const. | AUC mult. | AUC mass | QCD median pT | top median pT |")
    print("|---|---|---|---|---|---|---|")
    for variant in VARIANTS:
        print(row(variant, qcd[variant], top[variant]))
    plain = next(iter(VARIANTS))
    print(row("default, windows without bias (450-1000, 440-1000)", wide_qcd[plain], wide_top[plain]))


if __name__ == "__main__":
    main()
