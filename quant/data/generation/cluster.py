"""Leading anti-kT jets of many events, with fastjet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.recipe import JetSelection


@dataclass(frozen=True)
class LeadingJets:
    """The leading jet of those events that pass the selection.

    ``event`` int [n] (row of the batch), ``jet`` float64 [n, 4] (pT, eta, phi, mass; GeV), ``members``:
    int [m], rows of the clustered objects, jet by jet, ``sizes`` int [n].
    """

    event: NDArray[np.int64]
    jet: NDArray[np.float64]
    members: NDArray[np.int64]
    sizes: NDArray[np.int64]


def leading_jets(
    event: NDArray[np.int64], p4: NDArray[np.float64], events: int, selection: JetSelection
) -> LeadingJets:
    """Cluster each event's objects and keep its leading jet if it passes ``selection``.

    Args:
        event: int [n], rising: which of the ``events`` an object belongs to.
        p4: float64 [n, 4], (E, px, py, pz) in GeV.
    """
    import awkward as ak
    import fastjet
    import vector

    vector.register_awkward()
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, selection.radius)
    bounds = np.searchsorted(event, np.arange(events + 1))
    columns = {name: p4[:, index] for index, name in enumerate(("E", "px", "py", "pz"))}
    objects = ak.unflatten(ak.zip(columns, with_name="Momentum4D"), np.diff(bounds))
    clusters = fastjet.ClusterSequence(objects, definition)
    jets = clusters.inclusive_jets(selection.pt_min)
    leading = ak.argmax(jets.pt, axis=1, keepdims=True)
    # Events without any jet above pt_min have no leading one: None here, False below.
    jet = ak.firsts(jets[leading])
    inside = (jet.pt < selection.pt_max) & (np.abs(jet.eta) < selection.eta_max)
    rows = np.flatnonzero(ak.to_numpy(ak.fill_none(inside, False)))
    jet = jet[rows]
    members = ak.firsts(clusters.constituent_index(selection.pt_min)[leading])[rows]
    kinematics = [ak.to_numpy(ak.fill_none(column, 0.0)) for column in (jet.pt, jet.eta, jet.phi, jet.mass)]
    sizes = ak.to_numpy(ak.num(members)).astype(np.int64)
    return LeadingJets(
        rows,
        np.stack(kinematics, axis=1),
        ak.to_numpy(ak.flatten(members)).astype(np.int64) + np.repeat(bounds[rows], sizes),
        sizes,
    )
