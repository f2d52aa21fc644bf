"""Scores of a float model for any number of jets, a chunk at a time."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fpgajet.ops.forms import MOMENTA, InputForm

CHUNK_JETS = 2048

A = TypeVar("A", Tensor, NDArray[np.float64])


def seen_momenta(form: InputForm, p: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four-momenta, float32 [B, N, 4], that are left of ``p`` in an input form."""
    return form.seen(p)


def one_or_several(scores: A) -> A:
    """[B] of a single score [B, 1]; several as they are."""
    return scores[:, 0] if scores.shape[1] == 1 else scores


class FloatModel:
    """A trained float model in evaluation mode, which sees four-momenta as its input form delivers them."""

    def __init__(self, model: nn.Module, form: InputForm = MOMENTA) -> None:
        self.model, self.form = model.eval(), form

    def scores(self, p: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores w [B] (top quark if above 0), or [B, classes], of four-momenta [B, N, 4] in GeV, empty slots last."""
        x = seen_momenta(self.form, p)
        with torch.no_grad():
            parts = [
                self.model(torch.from_numpy(x[i : i + CHUNK_JETS])).numpy()
                for i in range(0, max(len(x), 1), CHUNK_JETS)
            ]
        return np.concatenate(parts)
