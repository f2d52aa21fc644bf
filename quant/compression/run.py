"""The steps of a compression, each from one checkpoint to the next, and how they are resumed.

One directory holds it all: ``settings.json`` and a folder for every step, which becomes an ordinary checkpoint. A
finished step is not made again; inside an unfinished one ``step.json`` and the states of its fits lead on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from pydantic import ValidationError
from torch import nn

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import MODEL, Checkpoint, load_float_model, load_model, open_checkpoint
from quant.checkpoint_schema import Metrics
from quant.compression.compress_settings import CompressSettings, narrowed, settings_of
from quant.compression.front import Front
from quant.compression.magnitude import smallest
from quant.compression.narrowing import Cost
from quant.compression.pieces import joined, least_harmful, masks, without, zeros_of
from quant.compression.steps import GIVEN, Step, removals
from quant.models.structure import Structure
from quant.models.training_settings import TrainingSettings
from quant.training.data import TrainingJets
from quant.training.fit import OnEpoch, Tick, no_tick
from quant.training.float_phase import fit_of
from quant.training.quantisation import measured, quantise
from quant.training.run import Recorder
from quant.training.sparsity import Sparsity
from quant.training.stages import STATE

STEP = "step.json"
#: of the given model
METRICS = "given.json"


@dataclass(frozen=True)
class Compression:
    """All steps of one model.

    Attributes:
        settings: what to do. source: the checkpoint to do it to. jets: train, validation and test.
        out: directory of the steps. command: what the user typed, for the record.
        begin: called with the name of each step before it is made.
        report, tick: see :meth:`quant.training.fit.Fit.run`.
        cost: estimated LUT of a network, which greedy narrowing follows.
    """

    settings: CompressSettings
    source: Checkpoint
    jets: TrainingJets
    out: Path
    command: Sequence[str]
    report: OnEpoch
    begin: Callable[[str], None] = lambda name: None
    tick: Tick = no_tick
    cost: Cost | None = None

    def run(self) -> Iterator[tuple[Step, Checkpoint]]:
        """Every step; finished ones are read again.

        Raises:
            BadInput: nothing can be pruned, unusable jets or a damaged state. CannotWrite: no room.
        """
        torch.set_num_threads(1)
        counts = removals(self.source, self.settings)
        yield Step(GIVEN, GIVEN, ""), self._given()
        yield from self.post_training()
        yield from self.magnitude()
        for structure, count in counts.items():
            yield from self.structured(structure, count)
        if self.settings.narrows and self.cost is not None:
            yield from self.narrowed(self.cost)

    def _given(self) -> Checkpoint:
        """The source with its metrics on these test jets, which need not be those it was made with."""
        kept = self.out / METRICS
        if not kept.is_file():
            self.begin(GIVEN)
            models = load_float_model(self.source).model, load_model(self.source)
            write_json(kept, measured(*models, self.jets))
        try:
            metrics = Metrics.model_validate(read_json(kept))
        except ValidationError as error:
            raise BadInput(f"{kept} is damaged: remove it and give --resume.") from error
        return replace(self.source, config=self.source.config.model_copy(update={"metrics": metrics}))

    def post_training(self) -> Iterator[tuple[Step, Checkpoint]]:
        """Calibration alone, at each width: the baseline."""
        for width in self.settings.bits:
            name = f"step-ptq-{width}"
            made = self._made(name, partial(self._quantised, name, width))
            yield Step(name, "ptq", f"{width} bits"), made

    def magnitude(self) -> Iterator[tuple[Step, Checkpoint]]:
        """The smallest weights of the step before become zero, the others are trained on."""
        before = self.source
        for share in self.settings.prune:
            name = f"step-magnitude-{share:g}"
            before = self._made(name, partial(self._pruned, name, share, before))
            yield Step(name, "magnitude", f"{100 * share:g}% zero"), before

    def structured(self, structure: Structure, count: int) -> Iterator[tuple[Step, Checkpoint]]:
        """One piece after another goes, the least harmful first."""
        before = self.source
        for number in range(1, count + 1):
            name = f"step-{structure}-{number}"
            before = self._made(name, partial(self._removed, name, structure, before))
            yield Step(name, str(structure), f"without {self._chosen(name)}"), before

    def narrowed(self, cost: Cost) -> Iterator[tuple[Step, Checkpoint]]:
        """One bit or digit after another goes where most LUTs are saved for the AUC, then the rest is trained on."""
        settings = self._of(self.source)
        front = Front(self.source, settings, self.settings, self.jets, cost, self.tick)
        before = self.source
        while (lut := front.next_target(before)) is not None:
            name = f"step-narrow-{lut:.0f}"
            after = self._made(name, partial(self._fine_tuned, name, front, before, lut))
            yield Step(name, "narrow", f"{lut:,.0f} LUT"), after
            if front.ended(before, after):
                return
            before = after

    def _fine_tuned(self, name: str, front: Front, before: Checkpoint, lut: float) -> Checkpoint:
        folder = self.out / name
        return front.step(
            before, lut, folder, Recorder(folder, self.report),
            name=f"{self.settings.source}-{name.removeprefix('step-')}", command=self.command,
        )  # fmt: skip

    def _made(self, name: str, make: Callable[[], Checkpoint]) -> Checkpoint:
        folder = self.out / name
        if (folder / MODEL).is_file():
            return open_checkpoint(folder)
        self.begin(name)
        return make()

    def _quantised(self, name: str, width: int) -> Checkpoint:
        training, model = self._of(self.source), load_float_model(self.source).model
        settings = narrowed(training, self.source.config.family.narrowed, width)
        settings = settings.model_copy(update={"quantised_epochs": 0})
        sparsity = Sparsity(zeros_of(settings, model))
        return self._quantise(name, settings, model, Recorder(self.out / name, self.report), sparsity)

    def _pruned(self, name: str, share: float, before: Checkpoint) -> Checkpoint:
        settings, model = self._of(before), load_float_model(before).model
        found = smallest(load_model(before), before.config.family.prunable(settings), share)
        zero = {key: torch.from_numpy(mask) for key, mask in found.items()}
        return self._retrained(name, settings, model, joined(zeros_of(settings, model), zero))

    def _removed(self, name: str, structure: Structure, before: Checkpoint) -> Checkpoint:
        settings, model = self._of(before), load_float_model(before).model
        family = before.config.family
        pieces = family.removable(settings, structure)
        if not (self.out / name / STEP).is_file():
            sample = self.jets.seen(self.jets.validation.first(self.settings.judged_jets))
            piece = least_harmful(model, pieces, sample, family.prunable(settings))
            write_json(self.out / name / STEP, {"without": piece.name})
        chosen = self._chosen(name)
        piece = next(piece for piece in pieces if piece.name == chosen)
        zero = zeros_of(settings, model)
        if not piece.settings:
            return self._retrained(name, settings, model, joined(zero, masks(piece)))
        smaller, fewer = without(model, piece, settings)
        return self._retrained(name, fewer, smaller, zeros_of(fewer, smaller))

    def _chosen(self, name: str) -> str:
        """The piece that a step goes without: chosen once, then kept on disk."""
        content = read_json(self.out / name / STEP)
        if not isinstance(content, dict) or not isinstance(content.get("without"), str):
            raise BadInput(
                f"{self.out / name / STEP} is damaged: remove {self.out / name} and give --resume."
            )
        return str(content["without"])

    def _retrained(
        self, name: str, settings: TrainingSettings, model: nn.Module, zero: dict[str, torch.Tensor]
    ) -> Checkpoint:
        """Float training with zeros held, then quantised as any model is."""
        sparsity = Sparsity(zero, tuple(self.source.config.family.prunable(settings)), self.settings.l1)
        fit = fit_of(settings, "float", settings.float_epochs, settings.float_rate)
        samples = self.jets.seen(self.jets.train), self.jets.seen(self.jets.validation)
        folder = self.out / name
        recorder = Recorder(folder, self.report)
        fit.run(model, *samples, folder / STATE, recorder, self.tick, sparsity)
        return self._quantise(name, settings, model, recorder, sparsity)

    def _quantise(
        self, name: str, settings: TrainingSettings, model: nn.Module, recorder: OnEpoch, sparsity: Sparsity
    ) -> Checkpoint:
        made = quantise(
            settings, model, self.jets, self.out / name, recorder,
            name=f"{self.settings.source}-{name.removeprefix('step-')}",
            command=self.command, tick=self.tick, sparsity=sparsity, source=self.source,
        )  # fmt: skip
        assert made is not None  # only an earlier last stage gives None
        return made

    def _of(self, checkpoint: Checkpoint) -> TrainingSettings:
        """Settings of retraining a checkpoint: those asked for, but for what an earlier step removed."""
        if checkpoint is not self.source:
            return settings_of(checkpoint)
        settings: TrainingSettings = checkpoint.config.family.settings.model_validate(self.settings.training)
        return settings
