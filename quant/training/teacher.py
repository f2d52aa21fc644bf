"""Knowledge distillation: a trained network as teacher, whose probabilities the loss compares with beside the labels.

Source: Hinton, Vinyals and Dean, arXiv 1503.02531, section 2, at temperature 1. docs/training.md has the formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from fpgajet.errors import BadInput
from fpgajet.files import read_json, sha256
from fpgajet.ops.forms import InputForm
from quant.checkpoint import MODEL, Checkpoint, load_float_model
from quant.data import read_jets
from quant.data.reading.data_set import shard_paths
from quant.data.reading.jet_file import JetFile
from quant.models.families import family_named
from quant.models.loss import probabilities
from quant.models.scoring import CHUNK_JETS, FloatModel
from quant.models.training_settings import TaughtBy, TrainingSettings
from quant.training.fit import Tick, no_tick
from quant.training.stages import SEEDS, SETTINGS, STATE
from quant.training.state import load_best
from quant.training.transfer import opened
from quant.zoo import ALIASES, names

#: ``teacher_weight`` where the user gives none
USUAL_WEIGHT = 0.5


@dataclass(frozen=True)
class Teacher:
    """A trained float model.

    Attributes:
        path: where it is. name, weights_sha256: of the model; without a checkpoint the hash is that of the state of its
            float training.
        constituents, classes, softmax: read of each jet; classes with a score each; whether scores are probabilities.
        checkpoint: None for a run that ended with its float model.
    """

    path: Path
    name: str
    weights_sha256: str
    model: FloatModel
    constituents: int
    classes: tuple[str, ...]
    softmax: bool = False
    checkpoint: Checkpoint | None = None

    @property
    def form(self) -> InputForm:
        """How it reads a jet."""
        return self.model.form

    def probabilities(
        self, part: Path, max_jets: int | None, classes: tuple[str, ...], tick: Tick = no_tick
    ) -> Tensor:
        """Its probabilities, float64 [jets] of the second class, or [jets, classes] in the order of ``classes``.

        Args:
            part: file of jets or directory of shards. max_jets: only the first. tick: called after every 2,048 jets.

        Raises:
            BadInput: the jets lack what it reads, or it gives scores that are not finite.
        """
        self._require_jets(part)
        jets = read_jets(
            part,
            max_jets=max_jets,
            constituents=self.constituents,
            objects=self.form.objects,
            features=self.form.feature_names,
        ).constituents
        found, steps = [], -(-len(jets) // CHUNK_JETS)
        for step in range(steps):
            scores = self.model.scores(jets[step * CHUNK_JETS : (step + 1) * CHUNK_JETS])
            if not np.isfinite(scores).all():
                raise BadInput(f"the teacher {self.path} gives scores that are not finite: choose another.")
            found.append(probabilities(torch.from_numpy(scores), len(self.classes), self.softmax))
            tick("teacher", 1, step + 1, steps, float("nan"))
        together = torch.cat(found)
        order = [self.classes.index(name) for name in classes]
        return together[:, order] if order else together

    def _require_jets(self, part: Path) -> None:
        for shard in shard_paths(part):
            with JetFile(shard) as file:
                slots, names = file.slots, {feature.name for feature in file.features}
                if file.objects != self.form.objects:
                    kinds = ("jets", "events of objects")
                    reads, holds = kinds[self.form.objects], kinds[file.objects]
                    raise BadInput(
                        f"the teacher {self.path} reads {reads}, and {part} holds {holds}: choose another."
                    )
            if slots < self.constituents:
                raise BadInput(
                    f"the teacher {self.path} reads {self.constituents} constituents, and the jets in {part} have only "
                    f"{slots}: give jets with more constituents, or another --teacher."
                )
            if missing := [name for name in self.form.feature_names if name not in names]:
                raise BadInput(
                    f"the teacher {self.path} reads the feature {missing[0]} of constituents, which {part} lacks: give "
                    "jets with that feature, or another --teacher."
                )


def open_teacher(given: Path | str) -> Teacher:
    """The float model of a checkpoint, of a zoo entry, or of a run that ended with ``--until float``.

    Raises:
        BadInput: it is none of these, or damaged.
    """
    folder, shipped = Path(given), str(given) in (*ALIASES, *names())
    if not shipped and (folder / SETTINGS).is_file() and not (folder / MODEL).is_file():
        return _of_float_run(folder)
    checkpoint = opened(given)
    config = checkpoint.config
    return Teacher(
        path=checkpoint.path,
        name=config.name,
        weights_sha256=config.weights_sha256,
        model=load_float_model(checkpoint),
        constituents=config.constituents,
        classes=config.model.class_names,
        softmax=getattr(config.model, "softmax", False),
        checkpoint=checkpoint,
    )


def _of_float_run(folder: Path) -> Teacher:
    try:
        content = read_json(folder / SETTINGS)
        family = family_named(content.get("model") if isinstance(content, dict) else None)
        settings: TrainingSettings = family.settings.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"{folder / SETTINGS} is not a training's ({error.errors()[0]['msg']}).") from error
    state = folder / STATE / "float.safetensors"
    if settings.seeds > 1:
        if not (folder / SEEDS).is_file():
            raise BadInput(f"{folder}: its float training has not finished. Continue it with --resume.")
        try:
            best = int(read_json(folder / SEEDS)["seeds"][0]["seed"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BadInput(f"{folder / SEEDS} is damaged: it names no best seed.") from error
        state = folder / STATE / f"seed-{best}" / f"float-seed-{best}.safetensors"
    if not state.is_file():
        raise BadInput(f"{folder} has no trained float model yet. Continue it with --resume.")
    model = family.new_float(settings)
    if load_best(state, model).epochs < settings.float_epochs:
        raise BadInput(f"{folder}: its float training has not finished. Continue it with --resume.")
    scores = FloatModel(family.trained(model), settings.form)
    hashed, name = sha256(state), folder.resolve().name
    return Teacher(folder, name, hashed, scores, settings.constituents, settings.class_names)


def with_teacher(settings: TrainingSettings, teacher: Teacher) -> TrainingSettings:
    """The settings of a training with a teacher.

    Raises:
        BadInput: it tells other classes apart.
    """
    if set(teacher.classes) != set(settings.class_names):
        theirs, own = (
            ", ".join(names) or "two classes by one score"
            for names in (teacher.classes, settings.class_names)
        )
        raise BadInput(
            f"the teacher {teacher.path} tells {theirs} apart, and this training {own}: choose another --teacher."
        )
    weight = USUAL_WEIGHT if settings.teacher_weight is None else settings.teacher_weight
    who = TaughtBy(name=teacher.name, weights_sha256=teacher.weights_sha256)
    return settings.model_copy(update={"teacher": who, "teacher_weight": weight})


def require_teacher(settings: TrainingSettings, teacher: Teacher | None) -> None:
    """Check that a training has the teacher that its settings name.

    Raises:
        BadInput: it has another one, or none; or a weight of one that does not exist.
    """
    named = settings.teacher
    if named is None and settings.teacher_weight is not None:
        raise BadInput("teacher_weight is the share of a teacher in the loss: name one with --teacher.")
    if named is not None and teacher is None:
        raise BadInput(f"this training has {named.name} as teacher: give its directory with --teacher.")
    if named is not None and teacher is not None and teacher.weights_sha256 != named.weights_sha256:
        raise BadInput(f"{teacher.path} is not the {named.name} that is this training's teacher.")
