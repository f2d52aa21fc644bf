"""Straight lines and helices from the vertex to the calorimeters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cards import DetectorCard
from quant.data.generation.particles import Floats, Particles

GEV_PER_TESLA_METRE = 0.299792458


@dataclass(frozen=True)
class Impact:
    """Where particles meet the calorimeters: eta and phi [n] seen from the origin, and whether they do."""

    eta: Floats
    phi: Floats
    reached: NDArray[np.bool_]


def propagate(p: Particles, card: DetectorCard) -> Impact:
    """Follow straight lines and helices from the vertex to the cylinder's barrel or end cap.

    A particle made outside of the cylinder (a late decay) is not seen, as in Delphes.
    """
    pt = np.maximum(np.hypot(p.px, p.py), 1e-12)
    inside = (np.hypot(p.x, p.y) < card.radius) & (np.abs(p.z) < card.half_length)
    curved = p.charge != 0
    # Path lengths are measured in the transverse plane [m].
    barrel = np.where(
        curved, helix_length(p, pt, card), line_length(p.x, p.y, p.px / pt, p.py / pt, card.radius)
    )
    slope = p.pz / pt
    with np.errstate(divide="ignore", invalid="ignore"):
        end_cap = np.where(slope == 0, np.inf, (np.copysign(card.half_length, slope) - p.z) / slope)
    length = np.minimum(barrel, end_cap)
    reached = inside & np.isfinite(length)
    length = np.where(reached, length, 0.0)

    phi0 = np.arctan2(p.py, p.px)
    turn = np.where(curved, -np.sign(p.charge) * length / helix_radius(pt, p.charge, card), 0.0)
    # Chord of an arc: length * sinc(turn / 2), in the direction halfway through the turn.
    chord = length * np.sinc(turn / (2 * np.pi))
    x = p.x + chord * np.cos(phi0 + turn / 2)
    y = p.y + chord * np.sin(phi0 + turn / 2)
    z = p.z + slope * length
    eta = np.arcsinh(z / np.maximum(np.hypot(x, y), 1e-6))
    return Impact(eta, np.arctan2(y, x), reached)


def helix_radius(pt: Floats, charge: Floats, card: DetectorCard) -> Floats:
    """Radius [m] of the circle in the transverse plane; 1 where there is no charge."""
    strength = np.where(charge == 0, 1.0, np.abs(charge)) * GEV_PER_TESLA_METRE * card.field
    return np.where(charge == 0, 1.0, pt / strength)


def line_length(x: Floats, y: Floats, ux: Floats, uy: Floats, radius: float) -> Floats:
    """Distance from (x, y) along the unit vector (ux, uy) to the circle of ``radius`` around the origin."""
    along = x * ux + y * uy
    room = np.maximum(along**2 + radius**2 - x**2 - y**2, 0.0)
    return np.sqrt(room) - along


def helix_length(p: Particles, pt: Floats, card: DetectorCard) -> Floats:
    """Arc length from the vertex to the barrel, infinite where the circle stays inside of it.

    With psi the angle at the circle's centre c between the particle and the direction of c, the particle
    is inside of the barrel where cos(psi) < k = (R^2 - c^2 - r^2) / (2 r c).
    """
    r = helix_radius(pt, p.charge, card)
    sense = -np.where(p.charge == 0, 1.0, np.sign(p.charge))
    # The centre lies r to the left (sense > 0) of the direction of flight.
    cx = p.x - sense * r * p.py / pt
    cy = p.y + sense * r * p.px / pt
    c = np.maximum(np.hypot(cx, cy), 1e-9)
    k = (card.radius**2 - c**2 - r**2) / (2 * r * c)
    crossing = np.arccos(np.clip(k, -1.0, 1.0))
    psi = np.arctan2(p.y - cy, p.x - cx) - np.arctan2(cy, cx)
    turned = np.mod(sense * psi, 2 * np.pi)
    angle = np.mod(2 * np.pi - crossing - turned, 2 * np.pi)
    return np.where(np.abs(k) < 1.0, r * angle, np.inf)
