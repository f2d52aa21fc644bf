"""Jets for training, in memory, as compact as the network needs them: 16 bytes a constituent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fpgajet.errors import BadInput
from fpgajet.files import sha256
from quant.data.layout import read_jets, shard_paths

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Sample:
    """Jets of one role.

    Attributes:
        momenta: [jets, N, 4] float32, GeV, or what a model takes in their place.
        label: [jets] float64, 1 for top. slots: [jets] int64, real slots.
        name, sha256: where they come from.
    """

    momenta: Tensor
    label: Tensor
    slots: Tensor
    name: str
    sha256: str

    def __len__(self) -> int:
        return len(self.label)

    def first(self, jets: int) -> Sample:
        """The first jets; files are mixed, so these are unbiased."""
        return Sample(self.momenta[:jets], self.label[:jets], self.slots[:jets], self.name, self.sha256)

    def with_inputs(self, inputs: NDArray[np.float32]) -> Sample:
        """The same jets with other numbers a constituent, for example those of an input form."""
        return replace(self, momenta=torch.from_numpy(inputs))

    def to(self, device: str) -> Sample:
        """The same jets in the memory of a device."""
        tensors = (self.momenta.to(device), self.label.to(device), self.slots.to(device))
        return Sample(*tensors, self.name, self.sha256)

    def described(self) -> dict[str, str | int]:
        """For ``model.json``."""
        return {"name": self.name, "jets": len(self), "sha256": self.sha256}

    @property
    def labels(self) -> NDArray[np.int64]:
        """Labels as integers, for the metrics."""
        return self.label.cpu().numpy().astype(np.int64)


def load_sample(path: Path, constituents: int, max_jets: int | None = None) -> Sample:
    """Read a jet file or a directory of shards.

    Raises:
        BadInput: unreadable jets, or labels that are not two classes.
    """
    jets = read_jets(path, constituents=constituents, max_jets=max_jets)
    if len(jets.classes) != 2 or set(np.unique(jets.label)) != {0, 1}:
        raise BadInput(f"{path}: tagging needs two classes, both present; it holds {list(jets.classes)}.")
    momenta = torch.from_numpy(jets.constituents)
    hashes = "".join(sha256(shard) for shard in shard_paths(path))
    return Sample(
        momenta=momenta,
        label=torch.from_numpy(jets.label.astype(np.float64)),
        slots=(momenta[:, :, 0] != 0).sum(1),
        name=path.name,
        sha256=hashlib.sha256(hashes.encode()).hexdigest(),
    )


def part_of(directory: Path, part: str) -> Path:
    """``directory/part`` or ``directory/part.h5``: where the training, validation or test jets are.

    Raises:
        BadInput: neither exists.
    """
    for candidate in (directory / part, directory / f"{part}.h5"):
        if candidate.exists():
            return candidate
    raise BadInput(
        f"{directory} holds neither {part}/ nor {part}.h5. Make jets with `fpgajet data generate`; a data "
        f"directory has the parts {', '.join(PARTS)}."
    )
