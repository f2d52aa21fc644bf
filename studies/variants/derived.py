"""Checkpoints derived from one of the zoo by other types, input and weights: what their scripts share."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from quant.checkpoint import Checkpoint, load_float_model, open_checkpoint, save_checkpoint
from quant.compression.compress_settings import settings_of
from quant.models.family import Description
from quant.models.quantised import QuantisedNetwork
from quant.models.training_settings import TrainingSettings
from quant.seen_jets import write_seen
from quant.training.data import TrainingJets
from quant.training.quantisation import measured, model_json, tensors_of
from quant.zoo import resolve


def options(doc: str, **numbers: int) -> argparse.Namespace:
    """``--data``, ``--out`` and ``--type NAME=AP_FIXED``, as ``data``, ``out`` and the mapping ``types``.

    Args:
        numbers: further options that are whole numbers, with their defaults.
    """
    parser = argparse.ArgumentParser(description=doc.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--type", action="append", default=[], metavar="NAME=AP_FIXED", help="another type of a stage"
    )
    for name, default in numbers.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    given = parser.parse_args()
    given.types = dict(one.split("=", 1) for one in given.type)
    torch.set_num_threads(1)
    return given


@dataclass(frozen=True)
class Derived:
    """What a checkpoint is derived from, and what is known of it before it has weights.

    Attributes:
        name: of the new one. source: of the zoo. description: of the network.
        settings: of the source's training, with those that changed. jets: to train and measure on.
    """

    name: str
    source: Checkpoint
    description: Description
    settings: TrainingSettings
    jets: TrainingJets

    @classmethod
    def of(
        cls,
        source: str,
        name: str,
        data: Path,
        *,
        form: Mapping[str, float],
        types: Mapping[str, str],
        model: Mapping[str, Any] | None = None,
        training: Mapping[str, Any],
    ) -> Derived:
        """From the name of a zoo entry.

        Args:
            form: numbers of the input form that change. types: of stages and parameters, as ap_fixed.
            model: other changes of the description, which are settings of training too. training: settings alone.
        """
        checkpoint, model = open_checkpoint(resolve(source)), model or {}
        given = checkpoint.config.model.model_dump(mode="json")
        given |= {"input": given["input"] | form, "types": given["types"] | types, **model}
        description = checkpoint.config.family.description.model_validate(given)
        changed = {"input": description.form.to_json(), **model, **training}
        settings = settings_of(checkpoint).model_copy(update=changed)
        jets = TrainingJets(data, settings.constituents, description.form)
        return cls(name, checkpoint, description, settings, jets)

    def new_model(self) -> QuantisedNetwork:
        """A quantised model without weights."""
        found: QuantisedNetwork = self.source.config.family.quantised_model(self.description, self.name)
        return found.eval()

    def save(self, model: QuantisedNetwork, out: Path) -> dict[str, Any]:
        """Measure it and write the checkpoint, whose float model is the source's; returns its metrics."""
        floating = load_float_model(self.source).model
        roles = {"train": self.jets.train, "validation": self.jets.validation, "test": self.jets.test}
        command: Sequence[str] = ["python", shlex.quote(sys.argv[0]), *sys.argv[1:]]
        metrics = measured(floating, model, self.jets)
        content = model_json(self.settings, model, roles, metrics, self.name, command)
        learnt = [
            part.identity for part in (roles["train"], roles["validation"]) if part.identity is not None
        ]
        out.mkdir(parents=True, exist_ok=True)
        content["seen_jets"] = write_seen(out, learnt, self.source)
        save_checkpoint(out, content, tensors_of(floating, model))
        return metrics
