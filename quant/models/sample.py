"""Labelled jets in memory, as training and calibration take them: 16 bytes per constituent."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from quant.data.checking.identity import Identity


@dataclass(frozen=True)
class Sample:
    """Jets of one role.

    Attributes:
        momenta: [jets, N, 4] float32, GeV, or what a model takes in their place.
        label: [jets] float64, 1 for top, or the number of the class; with a regression [jets, 1 + targets], the number
            of the class and the wanted outputs, NaN where a jet has none. slots: [jets] int64, real slots.
        name, sha256: where they come from; ``identity``: which jets they are, where that is known.
        taught: probabilities of a teacher, float64 [jets] of the second class or [jets, classes].
    """

    momenta: Tensor
    label: Tensor
    slots: Tensor
    name: str
    sha256: str
    identity: Identity | None = None
    taught: Tensor | None = None

    def __len__(self) -> int:
        return len(self.label)

    def first(self, jets: int) -> Sample:
        """The first jets, unbiased in a file that is mixed; where they lack a class, as many from all of the file."""
        chosen: slice | Tensor = slice(jets)
        labels = self.labels
        if len(np.unique(labels[:jets])) < len(np.unique(labels)):
            chosen = torch.arange(jets) * len(self) // jets
        taught = None if self.taught is None else self.taught[chosen]
        momenta, label, slots = self.momenta[chosen], self.label[chosen], self.slots[chosen]
        return replace(self, momenta=momenta, label=label, slots=slots, taught=taught)

    def with_inputs(self, inputs: NDArray[np.float32]) -> Sample:
        """The same jets with other numbers per constituent, for example those of an input form."""
        return replace(self, momenta=torch.from_numpy(inputs))

    def to(self, device: str) -> Sample:
        """The same jets in the memory of a device."""
        momenta, label, slots = self.momenta.to(device), self.label.to(device), self.slots.to(device)
        taught = None if self.taught is None else self.taught.to(device)
        return replace(self, momenta=momenta, label=label, slots=slots, taught=taught)

    def described(self) -> dict[str, str | int]:
        """For ``model.json``."""
        return {"name": self.name, "jets": len(self), "sha256": self.sha256}

    @property
    def labels(self) -> NDArray[np.int64]:
        """Labels as integers, for the metrics."""
        label = self.label if self.label.dim() == 1 else self.label[:, 0]
        return label.cpu().numpy().astype(np.int64)
