"""A quantised model of any family: the hardware operators themselves, evaluated and trained in torch.

Nothing of a network is written down here a second time: ``forward`` of every operator in ``fpgajet.ops``
runs on float64 tensors through :class:`TorchArithmetic`, so scores equal the integer reference bit for bit.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fpgajet.ops.network import Network
from quant.arithmetic import TorchArithmetic
from quant.models.scoring import one_or_several
from quant.models.wiring import Wiring, assemble

#: jets evaluated at a time: [256, 16, 16, 2] float64 is 1 MiB
CHUNK_JETS = 256


class QuantisedNetwork(nn.Module):
    """Shadow parameters (float64), given by the subclass, and the quantisers in front of them.

    Args:
        wiring: the operators and the parameters behind their constants.
        name: name of the exported network.
    """

    def __init__(self, wiring: Wiring, name: str) -> None:
        super().__init__()
        self.wiring, self.name = wiring, name
        self._tables = {key: torch.from_numpy(values) for key, values in wiring.tables.items()}

    @abstractmethod
    def real(self, parameter: str) -> Tensor:
        """Real values of a parameter before quantisation: a weight, or the table that it stands for."""

    def _constant(self, name: str) -> Tensor:
        return self._tables[name] if name in self._tables else self.real(name)

    def run(self, given: dict[str, Tensor], upto: str | None = None) -> dict[str, Tensor]:
        """Every stage that follows from the ``given`` ones, as far as ``upto`` (by default the score)."""
        a, stages = TorchArithmetic(), dict(given)
        for node in self.wiring.nodes:
            if node.name in stages:
                continue
            constants = {
                tensor: a.quantise(tensor, self._constant(parameter), self.wiring.types[parameter])
                for tensor, parameter in self.wiring.constants.get(node.name, {}).items()
            }
            stages[node.name] = node.operator.forward(a, [stages[i] for i in node.inputs], constants)
            if node.name == upto:
                break
        return stages

    def given(self, x: Tensor) -> dict[str, Tensor]:
        """The input stage: features [B, N, F] of the input form, any float type, on the input grid in float64."""
        precision = self.wiring.input_type
        return {self.wiring.input_name: TorchArithmetic().quantise("input", x.to(torch.float64), precision)}

    def forward(self, x: Tensor) -> Tensor:
        """Scores (float64) of features [B, N, F] of the input form: w [B], or [B, classes]."""
        return one_or_several(self.run(self.given(x))[self.wiring.nodes[-1].name])

    def stages(self, x: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Every stage by name, input included, of features [B, N, F] of the input form."""
        with torch.no_grad():
            parts = [self.run(self.given(torch.from_numpy(c))) for c in _chunks(x)]
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in parts[0]}

    def scores(self, p: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores [B] (or [B, classes]) of four-momenta [B, N, 4] in GeV, without keeping the other stages."""
        features = self.wiring.form.features(p)
        with torch.no_grad():
            return np.concatenate([self(torch.from_numpy(c)).numpy() for c in _chunks(features)])

    def network(self) -> Network:
        """The network with its quantised constants: what is exported and built."""
        return assemble(self.name, self.wiring, lambda parameter: self.real(parameter).detach().numpy())


def _chunks(x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [x[i : i + CHUNK_JETS] for i in range(0, max(len(x), 1), CHUNK_JETS)]
