"""The one jet file format of fpgajet (HDF5), and jets in memory.

Data sets, one row per jet, chunked and compressed:

==================  =====================  ====================================================
``constituents``    float32 [jets, N, 4]   four-momenta (E, px, py, pz) in GeV, falling pT,
                                           unused slots exactly zero and last
``multiplicity``    int16 [jets]           constituents of the jet before truncation to N slots
``label``           uint8 [jets]           index into the attribute ``classes``
``jet``             float32 [jets, 4]      pT [GeV], eta, phi, mass [GeV] of the whole jet
``cross_section``   float32 [jets]         optional, pb: its mean over any jets of a class, drawn
                                           at random, is that class's cross section after all cuts
``parton``          float32 [jets, 4]      optional: pT [GeV], eta, phi, mass [GeV] of the particle of
                                           the hard process that the jet holds whole; zero without one
``features``        float32 [jets, N, F]   optional: numbers of each constituent beside its
                                           momentum, zero in unused slots
==================  =====================  ====================================================

Root attributes: ``layout`` = "fpgajet-jets", ``layout_version`` = 1, ``units`` = "GeV", ``classes`` (JSON
list of names; for tagging, class 0 is background), ``provenance`` (JSON object); with ``features`` an attribute of that
name: a JSON list of objects with ``name``, and ``low`` and ``high``, the range of its values. In memory, features are
further columns of ``constituents``.

Events are the same with ``layout`` = "fpgajet-events": the rows of ``constituents`` are then the reconstructed objects
of an event, float32 [events, N, 5] with the code of the object's type as a fifth number (1 ... for the names in the
attribute ``types``, 0 in empty slots), and ``jet`` is their sum.

A data set may also be a directory of such files ("shards"), read in the order of their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYOUT = "fpgajet-jets"
EVENTS_LAYOUT = "fpgajet-events"
#: what a constituent consists of, and an object of an event
MOMENTUM_COLUMNS, OBJECT_COLUMNS = 4, 5
LAYOUT_VERSION = 1
UNITS = "GeV"
DATASETS = {"constituents": "f4", "multiplicity": "i2", "label": "u1", "jet": "f4"}
CROSS_SECTION, PARTON, FEATURES = "cross_section", "parton", "features"
#: data sets that a file may lack, with the shape of a jet's row
OPTIONAL: dict[str, tuple[int, ...]] = {CROSS_SECTION: (), PARTON: (4,)}
#: the largest multiplicity that int16 holds, and so the most slots that make sense
MOST_CONSTITUENTS = int(np.iinfo(np.int16).max)
#: the ranges of features that mean the same in every jet file; that of z0 depends on a recipe's cut
RANGES = {"charge": (-1.0, 1.0), "particle": (1.0, 5.0), "puppi": (0.0, 1.0)}
#: labels are uint8
MOST_CLASSES = 256


@dataclass(frozen=True)
class Feature:
    """A number of each constituent: its name, and the range of its values."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Jets:
    """A labelled data set of jets in memory: the arrays and attributes of the module's table.

    With ``features``, ``constituents`` is [jets, N, 4 + F]: their values stand behind the four-momenta.
    """

    constituents: NDArray[np.float32]
    multiplicity: NDArray[np.int16]
    label: NDArray[np.uint8]
    jet: NDArray[np.float32]
    classes: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)
    cross_section: NDArray[np.float32] | None = None
    parton: NDArray[np.float32] | None = None
    features: tuple[Feature, ...] = ()

    def __len__(self) -> int:
        return len(self.label)

    @property
    def objects(self) -> bool:
        """Whether the rows are events of objects with types."""
        return not self.features and bool(self.constituents.shape[-1] == OBJECT_COLUMNS)

    @property
    def bare(self) -> NDArray[np.float32]:
        """``constituents`` without their features."""
        return self.constituents[..., : self.constituents.shape[-1] - len(self.features)]

    def __getitem__(self, rows: slice | NDArray[Any]) -> Jets:
        arrays = {name: getattr(self, name)[rows] for name in DATASETS}
        known: dict[str, Any] = {name: values[rows] for name, values in self.optional.items()}
        return Jets(
            **arrays, **known, classes=self.classes, provenance=self.provenance, features=self.features
        )

    @property
    def optional(self) -> dict[str, NDArray[np.float32]]:
        """The arrays of ``OPTIONAL`` that these jets have."""
        given = {name: getattr(self, name) for name in OPTIONAL}
        return {name: values for name, values in given.items() if values is not None}


def concatenate(pieces: Sequence[Jets]) -> Jets:
    """Join pieces that share classes; narrower ones are zero-padded to the widest.

    Optional arrays stay only where every piece has them.
    """
    slots = max(piece.constituents.shape[1] for piece in pieces)
    padded = [with_slots(piece.constituents, slots) for piece in pieces]
    arrays = {
        name: np.concatenate([getattr(p, name) for p in pieces])
        for name in DATASETS
        if name != "constituents"
    }
    known: dict[str, Any] = {
        name: np.concatenate([piece.optional[name] for piece in pieces])
        for name in OPTIONAL
        if all(name in piece.optional for piece in pieces)
    }
    return Jets(
        constituents=np.concatenate(padded),
        **arrays,
        **known,
        classes=pieces[0].classes,
        provenance=pieces[0].provenance,
        features=pieces[0].features,
    )


def with_slots(p4: NDArray[Any], slots: int) -> NDArray[Any]:
    """The array [n, N, columns] cut or zero-padded to [n, slots, columns]."""
    missing = slots - p4.shape[1]
    return np.pad(p4, ((0, 0), (0, missing), (0, 0))) if missing > 0 else p4[:, :slots]


def jet_kinematics(p4: NDArray[np.floating]) -> NDArray[np.float64]:
    """pT [GeV], eta, phi and mass [GeV] of the sum of constituents.

    Args:
        p4: float [n, N, 4 or more], (E, px, py, pz) in GeV first.

    Returns:
        float64 [n, 4].
    """
    energy, px, py, pz = np.moveaxis(p4[..., :4].sum(axis=1, dtype=np.float64), -1, 0)
    pt = np.hypot(px, py)
    mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
    return np.stack([pt, np.arcsinh(pz / np.maximum(pt, 1e-12)), np.arctan2(py, px), mass], axis=1)
