"""Reading Pythia's event record in bulk: stable particles, and the resonances with their quarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.particles import Particles

MILLIMETRE = 1e-3
LONGEST_CHAIN = 60


@dataclass(frozen=True)
class Records:
    """Event records of a batch, flat: one entry a line of a record.

    ``event``, ``pdg``, ``status``, ``daughters`` [n, 2] (indices into these arrays, -1: none);
    ``p4`` float64 [n, 4] (E, px, py, pz), ``vertex`` [n, 3] in m.
    """

    events: int
    event: NDArray[np.int64]
    pdg: NDArray[np.int64]
    status: NDArray[np.int64]
    daughters: NDArray[np.int64]
    p4: NDArray[np.float64]
    vertex: NDArray[np.float64]


def read_batch(batch: Any) -> Records:
    """Flatten what ``pythia.nextBatch`` returns (an awkward array) into numpy arrays."""
    import awkward as ak

    particles = batch.prt
    lengths = ak.to_numpy(ak.num(particles))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    flat = ak.flatten(particles)
    momentum, vertex = flat.p, flat.vProd

    def vertex_column(name: str) -> NDArray[np.float64]:
        return np.asarray(ak.to_numpy(ak.fill_none(vertex[name], 0.0)), dtype=np.float64) * MILLIMETRE

    event = np.repeat(np.arange(len(lengths)), lengths)
    links = np.stack([ak.to_numpy(flat.daughter1), ak.to_numpy(flat.daughter2)], axis=1).astype(np.int64)
    return Records(
        events=len(lengths),
        event=event,
        pdg=ak.to_numpy(flat.id).astype(np.int64),
        status=ak.to_numpy(flat.status).astype(np.int64),
        daughters=np.where(links > 0, links + starts[event][:, None], -1),
        p4=np.stack([ak.to_numpy(momentum[name]) for name in ("e", "px", "py", "pz")], axis=1),
        vertex=np.stack([vertex_column(name) for name in ("px", "py", "pz")], axis=1),
    )


def stable_particles(records: Records, charge_of: dict[int, float]) -> Particles:
    """The final-state particles of ``records``; ``charge_of`` gives each PDG code's charge in e."""
    rows = np.flatnonzero(records.status > 0)
    codes, member = np.unique(records.pdg[rows], return_inverse=True)
    charges = np.array([charge_of[int(code)] for code in codes], dtype=np.float64)
    energy, px, py, pz = records.p4[rows].T
    x, y, z = records.vertex[rows].T
    return Particles(records.event[rows], records.pdg[rows], charges[member], px, py, pz, energy, x, y, z)


@dataclass(frozen=True)
class Resonances:
    """Resonances that decay to quarks: ``event`` [n], and the (pz-signed) directions that a jet must hold.

    ``eta``, ``phi``: [n, parts], the resonance itself first, then its quarks. ``p4`` [n, 4]: (E, px, py, pz) of
    the resonance in GeV, just before it decays.
    """

    event: NDArray[np.int64]
    eta: NDArray[np.float64]
    phi: NDArray[np.float64]
    p4: NDArray[np.float64]


def hadronic_resonances(records: Records, pdg: int) -> Resonances:
    """Every hard-process ``pdg`` (6 top, 23 Z, 24 W) with the quarks of its decay, b included."""
    born = np.flatnonzero((np.abs(records.pdg) == pdg) & (records.status == -22))
    resonance = last_copy(records, born)
    children = records.daughters[resonance]
    parts = [resonance]
    if pdg == 6:
        first_is_w = np.abs(records.pdg[children[:, 0]]) == 24
        w = last_copy(records, np.where(first_is_w, children[:, 0], children[:, 1]))
        parts.append(np.where(first_is_w, children[:, 1], children[:, 0]))
        children = records.daughters[w]
    parts += [children[:, 0], children[:, 1]]
    index = np.stack(parts, axis=1)
    quarks = (np.abs(records.pdg[index[:, 1:]]) <= 5).all(axis=1) & (index >= 0).all(axis=1)
    energy_px_py_pz = records.p4[index[quarks]]
    px, py, pz = (energy_px_py_pz[..., i] for i in (1, 2, 3))
    eta = np.arcsinh(pz / np.maximum(np.hypot(px, py), 1e-9))
    return Resonances(
        records.event[resonance[quarks]], eta, np.arctan2(py, px), records.p4[resonance[quarks]]
    )


def last_copy(records: Records, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Follow each particle through its copies (recoils, radiation) to the one that decays."""
    for _ in range(LONGEST_CHAIN):
        daughters = records.daughters[index]
        same = (records.pdg[daughters] == records.pdg[index][:, None]) & (daughters >= 0)
        following = np.where(same[:, 0], daughters[:, 0], np.where(same[:, 1], daughters[:, 1], index))
        if (following == index).all():
            break
        index = following
    return index
