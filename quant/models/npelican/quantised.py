"""Quantised nanoPELICAN: its parameters, and how they start from a float model."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from fpgajet.fixed import FixedType, Rounding
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.folding import Folded
from quant.models.npelican.multiplicity import TERMS, Multiplicity
from quant.models.npelican.types import Exponents, Types
from quant.models.npelican.wiring import powers_of_two, wiring
from quant.models.quantised import QuantisedNetwork
from quant.models.wiring import full_scale


class QuantisedNPelican(QuantisedNetwork):
    """Parameters are kept in units of their type's range (a full-scale 6-bit weight is 1), so that one learning
    rate suits all. Biases are coefficients of functions of n, quantised separately for every n into the tables
    that the hardware holds; so are the weights of nPELICAN_N.

    Args:
        architecture, types, exponents: see :mod:`quant.models.npelican.types`.
        name: name of the exported network.
        alphas: of nPELICAN_N, see :class:`quant.models.npelican.multiplicity.Multiplicity`: constants here.
    """

    def __init__(
        self,
        architecture: Architecture,
        types: Types,
        exponents: Exponents,
        name: str = "npelican",
        alphas: tuple[float, ...] | None = None,
    ) -> None:
        super().__init__(wiring(architecture, types, exponents), name)
        self.architecture, self.types, self.exponents = architecture, types, exponents
        c, k = architecture.hidden, architecture.scores
        self.multiplicity = Multiplicity(architecture.slots, alphas, k)
        shapes = {"weight": (c, 6), "score_weight": (c, 2 * k)}
        shapes |= {name: (self.multiplicity.terms(name), k if name == "score_bias" else c) for name in TERMS}
        for parameter, shape in shapes.items():
            self.register_parameter(parameter, nn.Parameter(torch.zeros(shape, dtype=torch.float64)))
        of_n = {name: self.multiplicity.basis(name) for name in TERMS}
        of_n |= {"weight": self.multiplicity.weights, "score_weight": self.multiplicity.score_weights}
        self._of_n = {name: torch.from_numpy(values) for name, values in of_n.items()}

    def set_from(self, folded: Folded) -> None:
        """Start from the real numbers of a float model.

        Rounding an activation down loses half a step on average in each of many pairs; half a step more
        bias makes it rounding to nearest, at no cost. So it is with terms of rows, of which a pair has two.
        """
        e = self.exponents
        lost = _lost(self.types.activation) + 2 * _lost(self.types.term)
        sums = 2.0 ** np.array([0, e.row, e.row, e.row, e.total, e.total])
        first = {name: np.eye(self.multiplicity.terms(name))[:, :1] for name in ("bias", "diagonal_bias")}
        real = {
            "weight": folded.weight * sums,
            "bias": folded.bias + lost * first["bias"],
            "diagonal_bias": folded.diagonal_bias + _lost(self.types.term) * first["diagonal_bias"],
            "score_weight": folded.score_weight
            * 2.0 ** np.repeat([e.sum, e.trace], self.architecture.scores),
            "score_bias": folded.score_bias,
        }
        with torch.no_grad():
            for name, values in real.items():
                unit = full_scale(self.wiring.types[name])
                self.get_parameter(name).copy_(torch.from_numpy(values / unit))

    def real(self, parameter: str) -> Tensor:
        """A weight, or a table over n; see :func:`quant.models.npelican.wiring.real_values`."""
        precision = self.wiring.types[parameter]
        values = self.get_parameter(parameter) * full_scale(precision)
        if parameter == "weight" and self.architecture.symmetric:
            mean = (values[:, 2:3] + values[:, 3:4]) / 2
            values = torch.cat([values[:, :2], mean, mean, values[:, 4:]], 1)
        if parameter == "weight" and self.architecture.unit_pair_weight:
            fixed = torch.from_numpy(
                powers_of_two(values[:, :1].detach().numpy(), precision)
            )  # has no gradient
            values = torch.cat([fixed, values[:, 1:]], 1)
        if "weight" in parameter:
            return self._of_n[parameter][:, None] * values if self.architecture.alpha else values
        return self._of_n[parameter] @ values


def _lost(precision: FixedType | None) -> float:
    """What a quantiser takes away on average; nothing where there is none."""
    return precision.lsb / 2 if precision is not None and precision.rounding is Rounding.FLOOR else 0.0
