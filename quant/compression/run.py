"""The steps of a compression, each from checkpoint to checkpoint, and how they are resumed.

One directory holds it all: ``settings.json`` and a folder for every step, which becomes an ordinary checkpoint. A
finished step is not made again; inside an unfinished one ``step.json`` and the states of its fits lead on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import nn

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import MODEL, Checkpoint, load_float_model, load_model, open_checkpoint
from quant.compression.magnitude import smallest
from quant.compression.pieces import is_gone, joined, least_harmful, masks, without, zeros_of
from quant.compression.settings import CompressSettings, narrowed, settings_of
from quant.models.structure import Structure
from quant.training.finish import STATE, Jets, finish, fit_of
from quant.training.fit import Report, Tick, no_tick
from quant.training.run import Recorder
from quant.training.settings import Settings
from quant.training.sparsity import Sparsity

STEP = "step.json"
#: the model as it was given
GIVEN = "given"


@dataclass(frozen=True)
class Step:
    """One row of the table.

    Attributes:
        name: of its folder. method: ptq, magnitude, channels or aggregators. detail: what was done, for people.
    """

    name: str
    method: str
    detail: str


def removals(source: Checkpoint, settings: CompressSettings) -> dict[Structure, int]:
    """How many pieces of each kind go: as many as asked for, but one stays.

    Raises:
        BadInput: the model has none of a kind that could go.
    """
    found, model = {}, load_float_model(source).model
    for structure in settings.structured:
        pieces = source.config.family.removable(settings_of(source), structure)
        there = sum(not is_gone(model, piece) for piece in pieces)
        if there < 2:
            raise BadInput(f"{source.config.name} has only one of its {structure} left, which must stay.")
        found[structure] = min(settings.removals, there - 1)
    return found


def steps_of(source: Checkpoint, settings: CompressSettings) -> int:
    """How many steps there are, that of the given model included.

    Raises:
        BadInput: the model's family cannot do what is asked for.
    """
    family = source.config.family
    if not family.has_quantised:
        raise BadInput(f"{family.name} has no quantised form, so there is nothing to compress.")
    if settings.prune and not family.prunable(settings_of(source)):
        raise BadInput(f"{family.name} does not say which of its weights may be pruned: give --prune none.")
    return 1 + len(settings.bits) + len(settings.prune) + sum(removals(source, settings).values())


@dataclass(frozen=True)
class Compression:
    """All steps of one model.

    Attributes:
        settings: what to do. source: the checkpoint to do it to. jets: train, validation and test.
        out: directory of the steps. command: what the user typed, for the record.
        begin: called with the name of each step before it is made.
        report, tick: see :meth:`quant.training.fit.Fit.run`.
    """

    settings: CompressSettings
    source: Checkpoint
    jets: Jets
    out: Path
    command: Sequence[str]
    report: Report
    begin: Callable[[str], None] = lambda name: None
    tick: Tick = no_tick

    def run(self) -> Iterator[tuple[Step, Checkpoint]]:
        """Every step, those that are there read again.

        Raises:
            BadInput: nothing can be pruned, unusable jets or a damaged state. CannotWrite: no room.
        """
        torch.set_num_threads(1)
        counts = removals(self.source, self.settings)
        yield Step(GIVEN, GIVEN, ""), self.source
        yield from self.post_training()
        yield from self.magnitude()
        for structure, count in counts.items():
            yield from self.structured(structure, count)

    def post_training(self) -> Iterator[tuple[Step, Checkpoint]]:
        """Calibration alone, at each width: the baseline."""
        family, start = self.source.config.family, self._training()
        for width in self.settings.bits:
            step = Step(f"step-ptq-{width}", "ptq", f"{width} bits")
            chosen = narrowed(start, family.narrowed, width).model_copy(update={"quantised_epochs": 0})
            yield step, self._made(step, partial(self._quantised, step, chosen))

    def magnitude(self) -> Iterator[tuple[Step, Checkpoint]]:
        """The smallest weights of the step before become zero, the others are trained on."""
        family, before = self.source.config.family, self.source
        for share in self.settings.prune:
            step = Step(f"step-magnitude-{share:g}", "magnitude", f"{share:.0%} zero")

            def make(step: Step = step, share: float = share, before: Checkpoint = before) -> Checkpoint:
                settings = self._of(before)
                found = smallest(load_model(before), family.prunable(settings), share)
                zero = {name: torch.from_numpy(mask) for name, mask in found.items()}
                model = load_float_model(before).model
                return self._retrained(step, settings, model, joined(zeros_of(settings, model), zero))

            before = self._made(step, make)
            yield step, before

    def structured(self, structure: Structure, count: int) -> Iterator[tuple[Step, Checkpoint]]:
        """One piece after another goes, the least harmful first."""
        before = self.source
        for number in range(1, count + 1):
            settings = self._of(before)
            step = self._choice(f"step-{structure}-{number}", structure, before, settings)

            def make(
                step: Step = step, before: Checkpoint = before, settings: Settings = settings
            ) -> Checkpoint:
                model = load_float_model(before).model
                pieces = self.source.config.family.removable(settings, structure)
                piece = next(p for p in pieces if f"without {p.name}" == step.detail)
                zero = zeros_of(settings, model)
                if not piece.settings:
                    return self._retrained(step, settings, model, joined(zero, masks(piece)))
                smaller, chosen = without(model, piece, settings)
                return self._retrained(step, chosen, smaller, zeros_of(chosen, smaller))

            before = self._made(step, make)
            yield step, before

    def _choice(self, name: str, structure: Structure, before: Checkpoint, settings: Settings) -> Step:
        """The step that removes the least harmful piece; once chosen, it is kept on disk."""
        kept = self.out / name / STEP
        if kept.is_file():
            content = read_json(kept)
            if not isinstance(content, dict) or not isinstance(content.get("detail"), str):
                raise BadInput(f"{kept} is damaged: remove {kept.parent}, its step will be made again.")
            return Step(name, str(structure), content["detail"])
        self.begin(name)
        family, model = self.source.config.family, load_float_model(before).model
        sample = self.jets.seen(self.jets.validation.first(self.settings.judged_jets))
        pieces = family.removable(settings, structure)
        piece = least_harmful(model, pieces, sample, family.prunable(settings))
        step = Step(name, str(structure), f"without {piece.name}")
        write_json(kept, {"detail": step.detail})
        return step

    def _made(self, step: Step, make: Callable[[], Checkpoint]) -> Checkpoint:
        folder = self.out / step.name
        if (folder / MODEL).is_file():
            return open_checkpoint(folder)
        self.begin(step.name)
        return make()

    def _retrained(
        self, step: Step, settings: Settings, model: nn.Module, zero: dict[str, torch.Tensor]
    ) -> Checkpoint:
        """Float training with zeros held, then quantised as any model is."""
        sparsity = Sparsity(zero, tuple(self.source.config.family.prunable(settings)), self.settings.l1)
        fit = fit_of(settings, "float", settings.float_epochs, settings.float_rate)
        samples = self.jets.seen(self.jets.train), self.jets.seen(self.jets.validation)
        folder = self.out / step.name
        recorder = Recorder(folder, self.report)
        fit.run(model, *samples, folder / STATE, recorder, self.tick, sparsity)
        return self._finish(step, settings, model, recorder, sparsity)

    def _quantised(self, step: Step, settings: Settings) -> Checkpoint:
        model = load_float_model(self.source).model
        sparsity = Sparsity(zeros_of(settings, model))
        return self._finish(step, settings, model, Recorder(self.out / step.name, self.report), sparsity)

    def _finish(
        self, step: Step, settings: Settings, model: nn.Module, recorder: Report, sparsity: Sparsity
    ) -> Checkpoint:
        name = f"{self.settings.source}-{step.name.removeprefix('step-')}"
        made = finish(
            settings, model, self.jets, self.out / step.name, recorder,
            name=name, command=self.command, tick=self.tick, sparsity=sparsity,
        )  # fmt: skip
        assert made is not None  # only an earlier last stage gives None
        return made

    def _training(self) -> Settings:
        settings: Settings = self.source.config.family.settings.model_validate(self.settings.training)
        return settings

    def _of(self, checkpoint: Checkpoint) -> Settings:
        """Settings of retraining a checkpoint: those of the source, but for what an earlier step removed."""
        return self._training() if checkpoint is self.source else settings_of(checkpoint)
