"""Jets of the CMS Phase-2 Level-1 trigger with eight classes, as the training of its jet tagger reads them.

One jet a row: lists ``jet_puppicand_pt``, ``_eta``, ``_phi``, ``_mass`` of its candidates (``jet_pfcand_...`` in older
files), and numbers that say what it was matched to: ``jet_genmatch_pt`` (0 without a match), ``jet_genmatch_hflav`` and
``_pflav`` (flavour by hadrons and by partons), ``jet_muflav``, ``jet_elflav``, ``jet_tauflav`` and ``jet_taucharge``.
A jet that is of no class, or of two, is left out, as in that training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSES = ("b", "charm", "light", "gluon", "taup", "taum", "muon", "electron")
PREFIXES = ("jet_puppicand_", "jet_pfcand_")
FIELDS = ("pt", "eta", "phi", "mass")
MATCHES = (
    "jet_genmatch_pt", "jet_genmatch_hflav", "jet_genmatch_pflav", "jet_muflav", "jet_elflav", "jet_tauflav",
    "jet_taucharge",
)  # fmt: skip
#: hadron flavours of b and charm; the parton flavour of gluons, and those of light jets
BOTTOM, CHARM, GLUON, LIGHT = 5, 4, 21, (0, 1, 2, 3)


def level1_columns(branches: set[str]) -> tuple[str, ...] | None:
    """Names of the branches (pt, eta, phi, mass) of the candidates, or None where the file is not of this layout."""
    for prefix in PREFIXES:
        columns = tuple(f"{prefix}{field}" for field in FIELDS)
        if branches.issuperset((*columns, *MATCHES)):
            return columns
    return None


def level1_labels(matches: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """The class of every jet, an index into ``CLASSES``; -1 for jets of none.

    Args:
        matches: the branches ``MATCHES``, [jets] each.
    """
    pt, hadron, parton, muon, electron, tau, charge = (matches[name] for name in MATCHES)
    leptons = np.stack([muon != 0, electron != 0, tau != 0])
    single = leptons.sum(0) == 1
    jet = ~leptons.any(0)
    light = jet & (hadron == 0)
    of_class = {
        "b": jet & (hadron == BOTTOM),
        "charm": jet & (hadron == CHARM),
        "light": light & np.isin(np.abs(parton), LIGHT),
        "gluon": light & (parton == GLUON),
        "taup": single & (tau == 1) & (charge > 0),
        "taum": single & (tau == 1) & (charge < 0),
        "muon": single & (muon == 1),
        "electron": single & (electron == 1),
    }
    found = np.full(len(pt), -1)
    for number, name in enumerate(CLASSES):
        found[of_class[name] & (pt > 0)] = number
    return found


def level1_momenta(pt: Any, eta: Any, phi: Any, mass: Any) -> NDArray[np.float64]:
    """(E, px, py, pz), [jets, slots, 4], of candidates [jets, slots]; zeros where pt is 0."""
    pt, eta, phi, mass = (np.asarray(values, np.float64) for values in (pt, eta, phi, mass))
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    p4 = np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1)
    return np.where(pt[..., None] > 0, p4, 0.0)
