"""The front of greedy narrowing: each step narrows the model before it, trains on what is left, and is a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import Checkpoint, load_float_model, load_model, save_checkpoint
from quant.compression.compress_settings import CompressSettings, settings_of
from quant.compression.moves import Kind, Move, Narrowed, moved
from quant.compression.narrowing import Cost, Judge, Narrowing
from quant.models.training_settings import TrainingSettings
from quant.seen_jets import write_seen
from quant.training.data import TrainingJets
from quant.training.fit import OnEpoch, Tick
from quant.training.float_phase import fit_of
from quant.training.quantisation import measured, model_json, tensors_of
from quant.training.sparsity import Held, Sparsity
from quant.training.stages import STATE

#: what a checkpoint has lost since it was given, and what a step that is being made takes away
MOVES, FOUND = "moves.json", "found.json"


@dataclass
class Front:
    """Narrower and narrower models of one checkpoint.

    Attributes:
        source: what is narrowed. training: settings of fine-tuning. settings: how far to go.
        jets: train, validation and test. cost: estimated LUT of a network. tick: see
            :meth:`quant.training.fit.Fit.run`.
    """

    source: Checkpoint
    training: TrainingSettings
    settings: CompressSettings
    jets: TrainingJets
    cost: Cost
    tick: Tick

    def next_target(self, before: Checkpoint) -> float | None:
        """LUTs of the step after this one; None where as few as wanted are reached."""
        size = self.cost(load_model(before).network())
        wanted = self.settings.lut
        if wanted is not None and size <= wanted:
            return None
        target = size * (1 - self.settings.narrowed_by)
        return target if wanted is None else max(target, wanted)

    def ended(self, before: Checkpoint, after: Checkpoint) -> bool:
        """Whether nothing is left to take away, or more AUC is lost than may be."""
        models = [load_model(one) for one in (before, after)]
        if self.cost(models[1].network()) >= self.cost(models[0].network()):
            return True
        if self.settings.auc_loss is None:
            return False
        given = Judge(load_model(self.source), self.jets.validation)
        return given.loss(models[1]) > self.settings.auc_loss

    def step(
        self, before: Checkpoint, lut: float, out: Path, report: OnEpoch, *, name: str, command: Sequence[str]
    ) -> Checkpoint:
        """Narrow a model to so many LUTs, train what is left on, and write the checkpoint.

        Which bits and digits go is kept in the directory, so that a killed step goes on where it was.

        Raises:
            BadInput: nothing can be taken away, unusable jets or a damaged state. CannotWrite: no room.
        """
        taken = _taken(before)
        start = Narrowed(before.config.model, load_model(before), _held(before, taken))
        end, new = self._narrowed(start, lut, out)
        settings = self._settings(end)
        jets = replace(self.jets, form=settings.form)
        parts = jets.read(jets.train), jets.read(jets.validation)
        fit = fit_of(settings, "quantised", settings.quantised_epochs, settings.quantised_rate)
        zero = Sparsity.of(end.model, self._weights).zero
        fit.run(end.model, *parts, out / STATE, report, self.tick, Held(zero, values=end.held))
        floating = load_float_model(before).model
        roles = {"train": jets.train, "validation": jets.validation, "test": jets.test}
        content = model_json(settings, end.model, roles, measured(floating, end.model, jets), name, command)
        learnt_from = [part.identity for part in (jets.train, jets.validation) if part.identity is not None]
        content["seen_jets"] = write_seen(out, learnt_from, before)
        write_json(out / MOVES, _as_json([*taken, *new]))
        return save_checkpoint(out, content, tensors_of(floating, end.model))

    def _narrowed(self, start: Narrowed, lut: float, out: Path) -> tuple[Narrowed, list[Move]]:
        family = self.source.config.family
        if (out / FOUND).is_file():
            new = _moves(out / FOUND)
            for move in new:
                start = moved(family, start, move, self._weights)
            return start, new
        sample = self.jets.validation.first(self.settings.narrowing_jets)
        found = Narrowing(family, self._weights, self.cost, sample).down_to(start, lut)
        write_json(out / FOUND, _as_json(found[1]))
        return found

    @property
    def _weights(self) -> Mapping[str, NDArray[np.int64]]:
        return self.source.config.family.prunable(self.training)

    def _settings(self, end: Narrowed) -> TrainingSettings:
        """Those of fine-tuning, with the input form of now."""
        if not hasattr(self.training, "input"):
            return self.training
        return self.training.model_copy(update={"input": end.description.form.to_json()})


def _taken(checkpoint: Checkpoint) -> list[Move]:
    """What earlier steps have taken away."""
    return _moves(checkpoint.path / MOVES) if (checkpoint.path / MOVES).is_file() else []


def _held(checkpoint: Checkpoint, taken: Sequence[Move]) -> dict[str, tuple[Tensor, Tensor]]:
    """Weights that have lost digits, and their values."""
    model, config = load_model(checkpoint), checkpoint.config
    numbers = config.family.prunable(settings_of(checkpoint))
    held: dict[str, tuple[Tensor, Tensor]] = {}
    for move in taken:
        if move.kind is Kind.DIGIT:
            mask = torch.from_numpy(numbers[move.name] == move.number)
            values = model.get_parameter(move.name).detach().clone()
            held[move.name] = (held[move.name][0] | mask if move.name in held else mask), values
    return held


def _as_json(moves: Sequence[Move]) -> list[list[str | int]]:
    return [[move.kind, move.name, move.number] for move in moves]


def _moves(path: Path) -> list[Move]:
    """Steps as they were kept.

    Raises:
        BadInput: damaged.
    """
    try:
        return [Move(Kind(kind), str(name), int(number)) for kind, name, number in read_json(path)]
    except (TypeError, ValueError) as error:
        raise BadInput(f"{path} is damaged: remove {path.parent} and give --resume.") from error
