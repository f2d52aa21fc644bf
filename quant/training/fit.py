"""One fit: a model, a loss, epochs with a learning-rate schedule, and the best validation epoch.

A fit is a pure function of its arguments, also if it is killed and resumed: the order of
the jets in epoch e, and what dropout drops, come from generators seeded with (seed, fit, e), the learning rate from
the step's number, and after every epoch the whole state goes into one file, replaced atomically.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fpgajet.errors import BadInput
from quant.metrics.classes import mean_auc
from quant.models.loss import class_part, distilled_loss, logit_loss
from quant.models.sample import Sample
from quant.training.schedule import Schedule
from quant.training.sparsity import Sparsity
from quant.training.state import FitState, Keep, load_state, save_state

#: jets evaluated at a time outside training
CHUNK_JETS = 2048

#: (fit, record of an epoch) after every epoch
OnEpoch = Callable[[str, dict[str, Any]], None]
#: (fit, epoch, step, steps, loss so far) several times within an epoch
Tick = Callable[[str, int, int, int, float], None]
#: steps between two ticks
TICK_STEPS = 20
#: nothing is held at zero
FREE = Sparsity()


def no_tick(fit: str, epoch: int, step: int, steps: int, loss: float) -> None:
    """A tick that does nothing."""


@dataclass(frozen=True)
class Fit:
    """What is to be fitted and how.

    Attributes:
        name: unique in its run; also names the state file and seeds the order of jets.
        epochs, rate, batch, seed: see :class:`quant.models.training_settings.TrainingSettings`.
        schedule: of the learning rate, whose highest value is ``rate``.
        keep: by which validation figure the best epoch is chosen.
        teacher_weight: share of the teacher in the loss, where the training jets have its probabilities.
    """

    name: str
    epochs: int
    rate: float
    batch: int
    schedule: Schedule
    seed: int
    keep: Keep = "auc"
    teacher_weight: float = 0.0

    def learning_rate(self, step: int, steps: int) -> float:
        """Rate of optimiser step 0..steps - 1."""
        return self.schedule.rate(self.rate, step, steps, self.epochs)

    def seed_of(self, epoch: int) -> int:
        """Of the order of the jets in an epoch, and of what dropout drops then."""
        text = f"{self.seed}/{self.name}/{epoch}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1

    def order(self, sample: Sample, epoch: int) -> list[Tensor]:
        """The batches of an epoch as row numbers; each sorted by multiplicity, which the pair sums like.

        A last batch of a single jet is left out: it has no variance to normalise with.
        """
        generator = torch.Generator().manual_seed(self.seed_of(epoch))
        rows = torch.randperm(len(sample), generator=generator)  # on the CPU: same everywhere
        rows = rows.to(sample.slots.device)
        return [
            b[torch.argsort(sample.slots[b], stable=True)]
            for b in torch.split(rows, self.batch)
            if len(b) > 1
        ]

    def run(
        self,
        model: nn.Module,
        train: Sample,
        validation: Sample,
        directory: Path,
        report: OnEpoch,
        tick: Tick = no_tick,
        sparsity: Sparsity = FREE,
        known: dict[str, Any] | None = None,
    ) -> FitState:
        """Train ``model`` in place, from its state file if there is one; leave its best epoch in it.

        The model as given counts as epoch 0: fine-tuning never ends below where it began. ``report`` is
        called with the fit's name and a record (epoch, loss, rate, validation_loss, auc) after each epoch,
        those of an earlier process included; ``tick`` several times within one. Model and samples are on one device.
        What ``sparsity`` says is zero stays zero. If it adds to the loss, the best epoch is that of the lowest
        validation loss with this term, where it says so, or else the last one. ``known`` is the record of the model as
        given on the same validation jets, where an earlier fit ended with it.

        Raises:
            BadInput: the loss is no longer finite, or the state file is damaged.
        """
        path = directory / f"{self.name}.safetensors"
        optimiser = torch.optim.AdamW(model.parameters(), lr=self.rate, weight_decay=0.0, fused=True)
        state = load_state(path, model, optimiser) if path.is_file() else FitState()
        for earlier in state.history:
            report(self.name, earlier)
        sparsity.apply(model)
        while state.epochs < self.epochs:
            record: dict[str, Any] = {"epoch": 0}
            if state.history:
                with torch.random.fork_rng():
                    torch.manual_seed(self.seed_of(state.epochs))
                    record = self._epoch(model, optimiser, train, state.epochs, tick, sparsity)
            record |= sparsity.figures(model)
            if known is not None and not state.history:
                record |= known
            else:
                scores = evaluate(model, validation.momenta)
                record["validation_loss"] = float(logit_loss(scores, validation.label))
                record["auc"] = mean_auc(
                    validation.labels, class_part(scores, validation.label).cpu().numpy()
                )
            if sparsity.judges:
                with torch.no_grad():
                    record["objective"] = record["validation_loss"] + float(sparsity.penalty(model))
                state.add(record, model, "objective")
            else:
                state.add(record, model, self.keep, always=sparsity.penalises)
            save_state(path, state, model, optimiser)
            report(self.name, record)
        state.restore_best(model)
        model.eval()
        return state

    def _epoch(
        self,
        model: nn.Module,
        optimiser: torch.optim.Optimizer,
        train: Sample,
        epoch: int,
        tick: Tick,
        sparsity: Sparsity,
    ) -> dict[str, Any]:
        model.train()
        batches = self.order(train, epoch)
        total = torch.zeros((), dtype=torch.float64, device=train.label.device)
        steps = self.epochs * len(batches)
        for number, rows in enumerate(batches):
            step = epoch * len(batches) + number
            rate = self.learning_rate(step, steps)
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = self._loss(model(train.momenta.index_select(0, rows)), train, rows)
            optimiser.zero_grad()
            penalty = sparsity.penalty(model, step / max(steps - 1, 1)) if sparsity.penalises else 0.0
            torch.autograd.backward(loss + penalty)
            optimiser.step()
            sparsity.apply(model)
            total += loss.detach()
            if number % TICK_STEPS == 0:
                tick(self.name, epoch + 1, number, len(batches), float(total) / (number + 1))
        mean = float(total) / len(batches)
        if not math.isfinite(mean):
            raise BadInput(
                f"training diverged in epoch {epoch + 1} of {self.name}: the loss is {mean}. Try a lower "
                "float_rate or quantised_rate."
            )
        return {"epoch": epoch + 1, "loss": mean, "rate": rate}

    def _loss(self, scores: Tensor, train: Sample, rows: Tensor) -> Tensor:
        if train.taught is None:
            return logit_loss(scores, train.label[rows])
        return distilled_loss(scores, train.label[rows], train.taught[rows], self.teacher_weight)


def evaluate(model: nn.Module, momenta: Tensor) -> Tensor:
    """Scores in evaluation mode, without gradients."""
    training = model.training
    model.eval()
    with torch.no_grad():
        scores = torch.cat([model(part) for part in torch.split(momenta, CHUNK_JETS)])
    model.train(training)
    return scores
