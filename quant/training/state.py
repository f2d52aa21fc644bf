"""The state of a fit in one safetensors file: everything that the next epoch depends on."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path

Tensors = dict[str, Tensor]
#: the validation figure that chooses the best epoch; of a fit whose loss has a further term, loss and term together
Keep = Literal["auc", "loss", "objective"]
#: keys of the figures in a record, and their sign: 1 where more is better
FIGURES: dict[Keep, tuple[str, int]] = {
    "auc": ("auc", 1),
    "loss": ("validation_loss", -1),
    "objective": ("objective", -1),
}

#: what a state file that is no state file, or of another model, ends in
_DAMAGE = (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError)


@dataclass
class FitState:
    """Epochs done so far and the model of the best one.

    Attributes:
        history: one record an epoch, with at least ``auc``; the first is the model as given.
        best: state of the model after the best epoch (the first such epoch).
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    best: Tensors = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """Epochs of training done; -1 before the model was first looked at."""
        return len(self.history) - 1

    def best_figure(self, keep: Keep = "auc") -> float:
        """The figure of the best epoch."""
        return FIGURES[keep][1] * max(_merit(record, keep) for record in self.history)

    def best_record(self, keep: Keep = "auc") -> dict[str, Any]:
        """Validation figures of the model that :meth:`restore_best` gives, as those of an untrained one."""
        found = max(self.history, key=lambda record: _merit(record, keep))
        return {"epoch": 0, "validation_loss": found["validation_loss"], "auc": found["auc"]}

    def add(
        self, record: dict[str, Any], model: nn.Module, keep: Keep = "auc", *, always: bool = False
    ) -> None:
        """Append an epoch; keep the model if it is the best so far by the figure ``keep``, or ``always``."""
        best = max((_merit(earlier, keep) for earlier in self.history), default=-math.inf)
        if always or not self.history or _merit(record, keep) > best:
            self.best = {name: t.detach().clone() for name, t in model.state_dict().items()}
        self.history.append(record)

    def restore_best(self, model: nn.Module) -> None:
        """Put the best epoch into the model."""
        model.load_state_dict(self.best)


def _merit(record: dict[str, Any], keep: Keep) -> float:
    key, sign = FIGURES[keep]
    if key not in record:  # a run that was begun before its records had an objective
        return -math.inf
    return sign * float(record[key])


def save_state(path: Path, state: FitState, model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Replace the state file, whole or not at all."""
    tensors = {f"best.{name}": t for name, t in state.best.items()}
    tensors |= {f"model.{name}": t.detach() for name, t in model.state_dict().items()}
    for index, entries in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{name}": t for name, t in entries.items()}
    # Copies: safetensors refuses tensors that share memory, and state_dict hands out views.
    copies = {name: t.clone().contiguous() for name, t in tensors.items()}
    with atomic_path(path) as temporary:
        save_file(copies, temporary, metadata={"history": json.dumps(state.history)})


def load_state(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> FitState:
    """Continue from a state file: fills model and optimiser.

    Raises:
        BadInput: damaged, or of another model.
    """
    try:
        history, tensors = _read(path)
        model.load_state_dict(_part(tensors, "model."))
        content = optimiser.state_dict()
        entries: dict[int, Tensors] = {}
        for key, tensor in _part(tensors, "optimiser.").items():
            index, name = key.split(".")
            entries.setdefault(int(index), {})[name] = tensor
        content["state"] = entries
        optimiser.load_state_dict(content)
    except _DAMAGE as error:
        raise BadInput(f"{path} cannot be resumed from ({error}). Start again elsewhere.") from error
    return FitState(history, _part(tensors, "best."))


def load_best(path: Path, model: nn.Module) -> FitState:
    """Put the best epoch of a state file into a model.

    Raises:
        BadInput: damaged, or of another model.
    """
    try:
        history, tensors = _read(path)
        state = FitState(history, _part(tensors, "best."))
        state.restore_best(model)
    except _DAMAGE as error:
        raise BadInput(f"{path} cannot be read ({error}): it is damaged, or of another model.") from error
    return state


def _read(path: Path) -> tuple[list[dict[str, Any]], Tensors]:
    with safe_open(path, framework="pt") as file:
        history = json.loads(file.metadata()["history"])
        return history, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict


def _part(tensors: Tensors, prefix: str) -> Tensors:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
