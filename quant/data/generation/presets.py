"""Recipes by name."""

from __future__ import annotations

from typing import Any

from fpgajet.errors import BadInput

#: ``events``: a lepton, missing transverse momentum and jets, for networks of objects (docs/events.md).
#: ``seeded-cone``: wide jets of the CMS correlator trigger, cones of 0.8 around seeds, at 14 TeV with 200
#: interactions per crossing. No upper limit on pT matters, and the windows begin so low that 1.4 % of QCD and 3 % of
#: top jets above 500 GeV are missing (measured with windows from 270 and 280 GeV).
PRESETS: dict[str, dict[str, Any]] = {
    "reference": {},
    "seeded-cone": {
        "mode": "level1-pileup",
        "constituents": 32,
        "collision_energy": 14_000.0,
        "selection": {
            "algorithm": "seeded-cone",
            "radius": 0.8,
            "pt_min": 500.0,
            "pt_max": 3000.0,
            "eta_max": 2.0,
        },
        "windows": {"QCD": [290.0, 3000.0], "top": [320.0, 3000.0]},
        "pileup": {"mean": 200.0},
    },
    "events": {
        "mode": "events",
        "classes": ["ttbar", "Zprime"],
        "constituents": 8,
        "collision_energy": 13_000.0,
    },
}


def preset(name: str) -> dict[str, Any]:
    """The content of a recipe file; raises BadInput for an unknown name."""
    if name not in PRESETS:
        raise BadInput(f"unknown preset {name!r} of jets; there are: {', '.join(PRESETS)}.")
    return PRESETS[name]
