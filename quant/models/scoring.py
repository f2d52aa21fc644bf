"""Scores of a float model for any number of jets, a chunk at a time."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

CHUNK_JETS = 2048


class FloatModel:
    """A trained float model in evaluation mode."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model.eval()

    def scores(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores w [B] (top quark if above 0) of four-momenta [B, N, 4] in GeV, empty slots last."""
        with torch.no_grad():
            parts = [
                self.model(torch.from_numpy(x[i : i + CHUNK_JETS])).numpy()
                for i in range(0, max(len(x), 1), CHUNK_JETS)
            ]
        return np.concatenate(parts)
