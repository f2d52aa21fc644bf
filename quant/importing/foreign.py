"""The numbers of a foreign nanoPELICAN, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput

Real = NDArray[np.float64]

#: Least and largest normaliser of sums; the mean number of constituents is some ten.
NBAR = (1e-2, 1e6)
#: eps of batch norm in PELICAN-nano
EPS = 1e-5


@dataclass(frozen=True)
class ForeignNorm:
    """Batch norm in evaluation: gamma (x - mean) / sqrt(variance + eps) + beta; each [channels]."""

    mean: Real
    variance: Real
    gamma: Real
    beta: Real

    @classmethod
    def identity(cls, channels: int) -> ForeignNorm:
        """No normalisation."""
        return cls.affine(np.zeros(channels), np.ones(channels), np.zeros(channels))

    @classmethod
    def affine(cls, mean: Real, scale: Real, shift: Real) -> ForeignNorm:
        """scale (x - mean) + shift."""
        return cls(mean, np.full_like(mean, 1.0 - EPS), scale, shift)

    @property
    def scale(self) -> Real:
        """gamma / sqrt(variance + eps)."""
        return np.asarray(self.gamma / np.sqrt(self.variance + EPS))


@dataclass(frozen=True)
class Alphas:
    """Powers of n / Nbar of nPELICAN_N: [5] of the aggregators with sums, [2] of sum and trace of the last layer."""

    aggregators: Real
    score: Real


@dataclass(frozen=True)
class Fixture:
    """Jets that came with the weights: ``momenta`` [B, M, 4] in GeV, beams included, and ``scores`` w [B]."""

    momenta: Real
    scores: Real


@dataclass(frozen=True)
class ForeignNPelican:
    """A nanoPELICAN (arXiv 2310.16121, section 3) as others store it.

    Attributes:
        weight: [C, 6] on the aggregators x_ij, delta_ij S_i, S_j, S_i, T, delta_ij T, with means over Nbar.
        bias, diagonal_bias: [C]. score_weight: [C, 2] on sum / Nbar^2 and trace / Nbar. score_bias: [1].
        norm1, norm2: batch norm of d [1] and of y [C].
        nbar: Nbar. beams: whether (1, 0, 0, +-1) stand before the constituents.
        constituents: N, or None if the file does not say. alphas: of nPELICAN_N.
        notes: what was assumed or left out, in sentences. fixture: jets with scores that came along.
    """

    weight: Real
    bias: Real
    diagonal_bias: Real
    score_weight: Real
    score_bias: Real
    norm1: ForeignNorm
    norm2: ForeignNorm
    nbar: float
    beams: bool
    constituents: int | None = None
    alphas: Alphas | None = None
    notes: tuple[str, ...] = ()
    fixture: Fixture | None = None

    @property
    def hidden(self) -> int:
        """C."""
        return len(self.bias)

    def checked(self, source: object) -> ForeignNPelican:
        """Itself, if shapes fit together and every number is finite.

        Raises:
            BadInput: naming what does not fit.
        """
        c = self.hidden
        shapes: dict[str, tuple[int, ...]] = {
            "weight": (c, 6),
            "bias": (c,),
            "diagonal_bias": (c,),
            "score_weight": (c, 2),
            "score_bias": (1,),
        }
        arrays: dict[str, tuple[Any, tuple[int, ...]]] = {
            name: (getattr(self, name), s) for name, s in shapes.items()
        }
        for name, channels in (("norm1", 1), ("norm2", c)):
            norm = getattr(self, name)
            arrays |= {f"{name}.{f.name}": (getattr(norm, f.name), (channels,)) for f in fields(norm)}
        if self.alphas is not None:
            arrays |= {
                "alphas.aggregators": (self.alphas.aggregators, (5,)),
                "alphas.score": (self.alphas.score, (2,)),
            }
        for name, (array, shape) in arrays.items():
            if array.shape != shape:
                raise BadInput(f"{source}: {name} has shape {list(array.shape)}, expected {list(shape)}.")
            if not np.isfinite(array).all():
                raise BadInput(f"{source}: {name} holds NaN or infinite numbers.")
        if (self.norm1.variance <= -EPS).any() or (self.norm2.variance <= -EPS).any():
            raise BadInput(f"{source}: a variance of batch norm is negative.")
        low, high = NBAR
        if not low <= self.nbar <= high:
            raise BadInput(f"{source}: Nbar is {self.nbar}, it must be positive, from {low:g} to {high:g}.")
        return self
