"""The dataset card: what a user must know before trusting a set of jets, in one Markdown page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from quant.data.describing.statistics import mass_auc, multiplicity_auc
from quant.data.jets import Jets
from quant.data.reading.data_set import read_jets, shard_paths

# Enough jets for three digits of every number on the card.
JETS_LOOKED_AT = 100_000


def dataset_card(path: Path) -> str:
    """A card (Markdown) of the jet file or directory of shards ``path``."""
    jets = read_jets(path, constituents=1, max_jets=JETS_LOOKED_AT, objects=None)
    files = shard_paths(path)
    name = path.name if path.is_dir() else path.stem
    return "\n".join(
        [
            f"# Dataset card: {name}",
            "",
            "Simulated jets in fpgajet's HDF5 layout (docs/data.md). Four-momenta (E, px, py, pz) in GeV.",
            "",
            *counts_table(jets),
            "",
            *separation(jets),
            f"Figures of the first {len(jets):,} jets, in {len(files)} file(s); print them again with "
            f"`fpgajet data info {path.name}`.",
            "",
            "## How it was made",
            "",
            "```json",
            json.dumps(jets.provenance, indent=2, sort_keys=True),
            "```",
            "",
            *CAUTION,
        ]
    )


CAUTION = (
    "## What it is not",
    "",
    "- Not the Top Quark Tagging Reference Dataset: its recipe was followed, its jets were not copied. See "
    "docs/data.md for where the two differ.",
    "- No pile-up (except in the mode level1-pileup), no multiple interactions unless the recipe above switches "
    "them on; a parametrised detector, not a full simulation. Do not quote physics results from it.",
    "- Pythia 8 and fastjet made these jets: cite arXiv:2203.11601 and arXiv:1111.6097, for the detector's "
    "parameters JHEP 02 (2014) 057, for the recipe SciPost Phys. 7 (2019) 014.",
    "",
)


def counts_table(jets: Jets) -> list[str]:
    """One row a class: number, multiplicity, pT, mass."""
    lines = [
        "| class | jets | mean multiplicity | pT quartiles [GeV] | median mass [GeV] |",
        "|---|---|---|---|---|",
    ]
    for index, name in enumerate(jets.classes):
        rows = jets.label == index
        if not rows.any():
            lines.append(f"| {name} | 0 | - | - | - |")
            continue
        quartiles = " / ".join(f"{value:.1f}" for value in np.percentile(jets.jet[rows, 0], [25, 50, 75]))
        mean, mass = jets.multiplicity[rows].mean(), np.median(jets.jet[rows, 3])
        lines.append(f"| {name} | {int(rows.sum()):,} | {mean:.1f} | {quartiles} | {mass:.1f} |")
    return lines


def separation(jets: Jets) -> list[str]:
    """What a single variable separates, where there are two classes."""
    if len(jets.classes) != 2 or len(np.unique(jets.label)) != 2:
        return []
    return [
        f"AUC of the jet mass alone {mass_auc(jets):.4f}, of the multiplicity alone "
        f"{multiplicity_auc(jets):.4f}.",
        "",
    ]
