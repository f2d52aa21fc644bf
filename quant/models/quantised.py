"""Quantised nanoPELICAN: the hardware operators themselves, evaluated and trained in torch.

Nothing of the network is written down here a second time: ``forward`` of every operator in ``fpgajet.ops``
runs on float64 tensors through :class:`TorchArithmetic`, so scores equal the integer reference bit for bit.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fpgajet.fixed import FixedType, Rounding
from fpgajet.ops.network import Network, Node
from quant.arithmetic import TorchArithmetic
from quant.models.config import Architecture, Exponents, Types
from quant.models.folding import Folded
from quant.models.wiring import CONSTANTS, assemble, full_scale, operators, type_of

#: jets evaluated at a time: [256, 16, 16, 2] float64 is 1 MiB
CHUNK_JETS = 256


class QuantisedNPelican(nn.Module):
    """Shadow parameters (float64) and the quantisers in front of them.

    Parameters are kept in units of their type's range (a full-scale 6-bit weight is 1), so that one learning
    rate suits all. Biases are quadratics in u = n / M, quantised separately for every n into the tables that
    the hardware holds.

    Args:
        architecture, types, exponents: see :mod:`quant.models.config`.
        name: name of the exported network.
    """

    def __init__(
        self, architecture: Architecture, types: Types, exponents: Exponents, name: str = "npelican"
    ) -> None:
        super().__init__()
        self.architecture, self.types, self.exponents, self.name = architecture, types, exponents, name
        c = architecture.hidden
        shapes = {"weight": (c, 6), "bias": (3, c), "diagonal_bias": (3, c)}
        shapes |= {"score_weight": (c, 2), "score_bias": (3, 1)}
        for parameter, shape in shapes.items():
            self.register_parameter(parameter, nn.Parameter(torch.zeros(shape, dtype=torch.float64)))
        m = architecture.slots
        self._powers = (torch.arange(m + 1, dtype=torch.float64)[:, None] / m) ** torch.arange(3)

    def set_from(self, folded: Folded) -> None:
        """Start from the real numbers of a float model.

        Rounding an activation down loses half a step on average in each of many pairs; half a step more
        bias makes it rounding to nearest, at no cost.
        """
        e, m = self.exponents, self.architecture.slots
        activation = self.types.activation
        lost = activation.lsb / 2 if activation.rounding is Rounding.FLOOR else 0.0
        sums = 2.0 ** np.array([0, e.row, e.row, e.row, e.total, e.total])
        per_power = float(m) ** np.arange(3)[:, None]
        real = {
            "weight": folded.weight * sums,
            "bias": folded.bias * per_power + np.array([[lost], [0], [0]]),
            "diagonal_bias": folded.diagonal_bias * per_power,
            "score_weight": folded.score_weight * 2.0 ** np.array([e.sum, e.trace]),
            "score_bias": folded.score_bias[:, None] * per_power,
        }
        with torch.no_grad():
            for name, values in real.items():
                self.get_parameter(name).copy_(torch.from_numpy(values / full_scale(self._type(name))))

    def _type(self, name: str) -> FixedType:
        return type_of(self.types, name)

    def _real(self, name: str) -> Tensor:
        """Weights, or the table of a bias over n, in real units before quantisation."""
        values = self.get_parameter(name) * full_scale(self._type(name))
        return values if "weight" in name else self._powers @ values

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The network's operators, without their constants."""
        return operators(self.architecture, self.types, self.exponents)

    def run(self, given: dict[str, Tensor], upto: str = "score") -> dict[str, Tensor]:
        """Every stage that follows from the ``given`` ones, for example from mask and dots."""
        a, stages = TorchArithmetic(), dict(given)
        for node in self.nodes:
            if node.name in stages:
                continue
            constants = {
                name: a.quantise(name, self._real(source), self._type(source))
                for name, source in CONSTANTS.get(node.name, {}).items()
            }
            stages[node.name] = node.operator.forward(a, [stages[i] for i in node.inputs], constants)
            if node.name == upto:
                break
        return stages

    def momenta(self, p: Tensor) -> Tensor:
        """The input quantiser: [B, N, 4] in GeV, any float type, to float64 on the input grid."""
        return TorchArithmetic().quantise("momenta", p.to(torch.float64), self.types.momenta)

    def forward(self, p: Tensor) -> Tensor:
        """Scores w [B] (float64) of four-momenta [B, N, 4] in GeV."""
        return self.run({"momenta": self.momenta(p)})["score"][:, 0]

    def stages(self, x: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Every stage by name, input included, of four-momenta [B, N, 4] in GeV."""
        with torch.no_grad():
            parts = [self.run({"momenta": self.momenta(torch.from_numpy(c))}) for c in _chunks(x)]
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in parts[0]}

    def scores(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores [B] of four-momenta [B, N, 4] in GeV, without keeping the other stages."""
        with torch.no_grad():
            return np.concatenate([self(torch.from_numpy(c)).numpy() for c in _chunks(x)])

    def network(self) -> Network:
        """The network with its quantised constants: what is exported and built."""
        return assemble(
            self.name,
            self.architecture,
            self.types,
            self.exponents,
            lambda parameter: self._real(parameter).detach().numpy(),
        )


def _chunks(x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [x[i : i + CHUNK_JETS] for i in range(0, max(len(x), 1), CHUNK_JETS)]
