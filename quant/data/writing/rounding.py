"""Shorter mantissas, so that a sample of jets is small enough to ship."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGEST_MASS_SQUARED = 0.1  # GeV^2, far below what any pair of hard constituents adds to a jet's mass
FINE_ENERGY_BITS = 17


def mantissa_step(values: Floats, bits: int) -> Floats:
    """The spacing of numbers with ``bits`` significant bits (the leading one included) around each value."""
    return np.asarray(np.ldexp(1.0, np.frexp(values)[1] - bits))


def round_mantissa(values: NDArray[np.floating], bits: int) -> Floats:
    """Round to the nearest number with ``bits`` significant bits."""
    wide = np.asarray(values, dtype=np.float64)
    step = mantissa_step(wide, bits)
    return np.asarray(np.round(wide / step) * step)


def ceil_mantissa(values: Floats, bits: int) -> Floats:
    """Round up to a number with ``bits`` significant bits."""
    step = mantissa_step(values, bits)
    return np.asarray(np.ceil(values / step) * step)


def round_massless(p4: NDArray[np.floating], bits: int) -> NDArray[np.float32]:
    """Round massless four-momenta to ``bits`` significant bits, as massless as they can be with E >= |p|.

    Plain rounding would give a constituent of 200 GeV a mass of several GeV. Each momentum component may
    therefore be one step off its nearest; of the 27 choices the one whose |p| lies closest below a
    representable energy is taken. The few that still have a mass worth noticing get a finer energy. Zero
    slots stay zero.

    Args:
        p4: [..., 4], (E, px, py, pz), E taken as |p|.

    Returns:
        float32 [..., 4].
    """
    momentum = np.asarray(p4[..., 1:], dtype=np.float64)
    nearest = round_mantissa(momentum, bits)
    step = np.where(nearest != 0, mantissa_step(nearest, bits), 0.0)
    best = np.concatenate([np.zeros_like(nearest[..., :1]), nearest], axis=-1)
    best_excess = np.full(momentum.shape[:-1], np.inf)
    # The nearest choice comes first, so that it wins ties.
    for shift in sorted(itertools.product((-1, 0, 1), repeat=3), key=lambda s: sum(map(abs, s))):
        candidate = nearest + step * np.array(shift)
        square = (candidate**2).sum(axis=-1)
        energy = ceil_mantissa(np.sqrt(square), bits)
        # sqrt can round |p| down onto the grid by one part in 2^53.
        energy = np.where(energy**2 < square, energy + mantissa_step(energy, bits), energy)
        relative = np.divide(energy**2 - square, square, out=np.zeros_like(square), where=square > 0)
        better = relative < best_excess
        best_excess = np.where(better, relative, best_excess)
        best[better] = np.concatenate([energy[..., None], candidate], axis=-1)[better]
    square = (best[..., 1:] ** 2).sum(axis=-1)
    massive = best[..., 0] ** 2 - square > LARGEST_MASS_SQUARED
    finer = ceil_mantissa(np.sqrt(square), FINE_ENERGY_BITS)
    best[..., 0] = np.where(massive, finer, best[..., 0])
    return best.astype(np.float32)
