"""Detector parameters as data, in the form of a Delphes card.

The default values are those published with Delphes for ATLAS (J. de Favereau et al., JHEP 02 (2014) 057,
card `delphes_card_ATLAS`), in which the Top Quark Tagging Reference Dataset was made. Two of them changed
between Delphes versions, and the data set's paper does not say enough to tell: the significance of a cell
(1.0 in 3.3.2, 2.0 later) and the ECAL cells. Here they are those that come closest to the multiplicity of
10,000 real jets (docs/data.md).
"""

from __future__ import annotations

from dataclasses import dataclass

# Rows of every table below: (upper edge in |eta|, values); beyond the last edge there is no detector.
Steps = tuple[tuple[float, tuple[float, ...]], ...]


@dataclass(frozen=True)
class TrackSpecies:
    """Tracking of one kind of charged particle.

    ``efficiency``: per |eta| step, (below 1 GeV, 1 to 100 GeV, above 100 GeV); zero below
    ``DetectorCard.track_pt_min``. ``resolution``: per |eta| step, (a, b) of the relative
    sigma(pT)/pT = sqrt(a^2 + (b pT)^2), pT in GeV.
    """

    efficiency: Steps
    resolution: Steps


@dataclass(frozen=True)
class Calorimeter:
    """One calorimeter of cells in (eta, phi).

    ``resolution``: per |eta| step, (a, b, c) of sigma^2 = (a E)^2 + b^2 E + c^2 in GeV^2. A cell counts
    if its energy is above ``energy_min`` [GeV] and above ``significance_min`` times its resolution.
    """

    cell_eta: float
    cell_phi_degrees: float
    energy_min: float
    significance_min: float
    resolution: Steps


@dataclass(frozen=True)
class DetectorCard:
    """A cylinder in a solenoid field [T], radius and half length [m], tracks and two calorimeters."""

    field: float
    radius: float
    half_length: float
    track_pt_min: float
    hadron: TrackSpecies
    electron: TrackSpecies
    muon: TrackSpecies
    ecal: Calorimeter
    hcal: Calorimeter


DELPHES_ATLAS = DetectorCard(
    field=2.0,
    radius=1.15,
    half_length=3.51,
    track_pt_min=0.1,
    hadron=TrackSpecies(
        efficiency=((1.5, (0.70, 0.95, 0.95)), (2.5, (0.60, 0.85, 0.85))),
        resolution=((0.5, (0.06, 1.3e-3)), (1.5, (0.10, 1.7e-3)), (2.5, (0.25, 3.1e-3))),
    ),
    electron=TrackSpecies(
        efficiency=((1.5, (0.73, 0.95, 0.99)), (2.5, (0.50, 0.83, 0.90))),
        resolution=((0.5, (0.03, 1.3e-3)), (1.5, (0.05, 1.7e-3)), (2.5, (0.15, 3.1e-3))),
    ),
    muon=TrackSpecies(
        efficiency=((1.5, (0.75, 0.99, 0.99)), (2.5, (0.70, 0.98, 0.98))),
        resolution=((0.5, (0.01, 1.0e-4)), (1.5, (0.015, 1.5e-4)), (2.5, (0.025, 3.5e-4))),
    ),
    ecal=Calorimeter(
        cell_eta=0.05,
        cell_phi_degrees=5.0,
        energy_min=0.5,
        significance_min=1.0,
        resolution=((3.2, (0.0017, 0.101, 0.0)), (4.9, (0.0350, 0.285, 0.0))),
    ),
    hcal=Calorimeter(
        cell_eta=0.1,
        cell_phi_degrees=10.0,
        energy_min=1.0,
        significance_min=1.0,
        resolution=((1.7, (0.0302, 0.5205, 1.59)), (3.2, (0.0500, 0.706, 0.0)), (4.9, (0.0942, 1.0, 0.0))),
    ),
)
