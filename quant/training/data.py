"""Reading the jets of a training run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fpgajet.errors import BadInput
from fpgajet.ops.forms import InputForm
from quant.data import read_jets
from quant.data.checking.features import check_features
from quant.data.checking.identity import identity
from quant.data.classes import class_numbers
from quant.data.targets import wanted_outputs
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class TrainingJets:
    """The jets of a data directory as a run reads them, each part once.

    Attributes:
        data: directory with train, val and test jets. constituents: read of each jet.
        form: the input form. max_jets: use only the first training jets.
        classes: names of the classes with a score each; none: two classes, background first.
        regressed: values that further outputs find.
        taught: probabilities of a teacher for the training jets, see :class:`quant.models.sample.Sample`.
    """

    data: Path
    constituents: int
    form: InputForm
    max_jets: int | None = None
    classes: tuple[str, ...] = ()
    regressed: tuple[str, ...] = ()
    taught: Tensor | None = None

    @cached_property
    def train(self) -> Sample:
        """Training jets, as they come."""
        return replace(self._load("train", self.max_jets), taught=self.taught)

    @cached_property
    def validation(self) -> Sample:
        """Validation jets, as they come."""
        return self._load("val")

    @cached_property
    def test(self) -> Sample:
        """Test jets, as they come."""
        return self._load("test")

    def _load(self, part: str, max_jets: int | None = None) -> Sample:
        names = self.classes, self.regressed
        read = self.form.objects, self.form.feature_names
        return load_sample(part_of(self.data, part), self.constituents, max_jets, *names, *read)

    def seen(self, sample: Sample) -> Sample:
        """Four-momenta as the input form delivers them: what a float model is given."""
        return sample.with_inputs(seen_momenta(self.form, sample.momenta.numpy()))

    def read(self, sample: Sample) -> Sample:
        """Features of the input form: what a quantised model is given."""
        return sample.with_inputs(self.form.features(sample.momenta.numpy()))


def load_sample(
    path: Path,
    constituents: int,
    max_jets: int | None = None,
    classes: Sequence[str] = (),
    regressed: Sequence[str] = (),
    objects: bool = False,
    features: Sequence[str] = (),
) -> Sample:
    """Read a jet file or a directory of shards; with ``objects``, of events; with ``features``, these too.

    Raises:
        BadInput: unreadable jets, impossible features, labels that are not two classes or not those
            ``classes``, or no true values.
    """
    jets = read_jets(path, constituents=constituents, max_jets=max_jets, objects=objects, features=features)
    check_features(jets, source=str(path))
    label: NDArray[Any] = jets.label
    if classes:
        label = class_numbers(jets, classes, path)
    elif len(jets.classes) != 2 or set(np.unique(jets.label)) != {0, 1}:
        several = " Name them in the setting classes to give each a score." if len(jets.classes) > 2 else ""
        raise BadInput(
            f"{path}: tagging needs two classes, both present; it holds {list(jets.classes)}.{several}"
        )
    if regressed:
        label = np.concatenate([label[:, None], wanted_outputs(jets, regressed, path)], 1)
    momenta = torch.from_numpy(jets.constituents)
    which = identity(path, max_jets)
    return Sample(
        momenta=momenta,
        label=torch.from_numpy(label.astype(np.float64)),
        slots=(momenta[:, :, 0] != 0).sum(1),
        name=path.name,
        sha256=which.sha256,
        identity=which,
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
