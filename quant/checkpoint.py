"""Checkpoints: a directory of ``model.json`` (what it is, how it was made) and ``weights.safetensors``.

``float.*`` tensors are the float model's parameters and running statistics, ``quantised.*`` the shadow
parameters in front of the quantisers. Nothing is ever unpickled. Opening and listing needs no torch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path, read_json, sha256, write_json
from quant.checkpoint_schema import SCHEMA_VERSION, CheckpointConfig

if TYPE_CHECKING:
    import torch

    from quant.models.quantised import QuantisedNetwork
    from quant.models.scoring import FloatModel

MODEL, WEIGHTS = "model.json", "weights.safetensors"
#: prefixes of tensor names in the weights file
FLOAT, QUANTISED = "float.", "quantised."


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose description was read and checked; the weights are read by ``load_*``."""

    path: Path
    config: CheckpointConfig

    def sha256(self) -> str:
        """One hash of everything the network depends on: both files."""
        both = sha256(self.path / MODEL) + sha256(self.path / WEIGHTS)
        return hashlib.sha256(both.encode()).hexdigest()


def open_checkpoint(path: Path | str) -> Checkpoint:
    """Read and check ``model.json``, and that the weights are those it was written with.

    Raises:
        BadInput: a file is missing, truncated or does not fit the schema.
    """
    path = Path(path)
    if not (path / MODEL).is_file():
        raise BadInput(
            f"{path} is not a checkpoint: it holds no {MODEL}. Name one that `fpgajet train` finished."
        )
    content = read_json(path / MODEL)
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise BadInput(
            f"{path / MODEL} has schema version {version}; this fpgajet reads version {SCHEMA_VERSION}. "
            "Train again, or use the fpgajet that wrote it."
        )
    try:
        config = CheckpointConfig.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"{path / MODEL} is not a valid description of a model: {_first(error)}.") from error
    if not (path / WEIGHTS).is_file():
        raise BadInput(f"{path} lacks {WEIGHTS}: copy the checkpoint again, as a whole directory.")
    if sha256(path / WEIGHTS) != config.weights_sha256:
        raise BadInput(
            f"{path / WEIGHTS} is truncated or belongs to another {MODEL} (its SHA-256 differs): copy the "
            "checkpoint again, as a whole directory."
        )
    return Checkpoint(path, config)


def require_two_classes(checkpoint: Checkpoint, command: str) -> None:
    """For what needs one score, with top jets above and QCD jets below.

    Raises:
        BadInput: the model has one score for each of several classes.
    """
    if names := checkpoint.config.model.class_names:
        raise BadInput(
            f"{command} takes taggers of two classes, and {checkpoint.config.name} tells {', '.join(names)} apart. "
            "`fpgajet eval` and `fpgajet build` take it."
        )


def _first(error: ValidationError) -> str:
    """The first complaint of pydantic in one line: where, and what."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def save_checkpoint(
    path: Path | str, description: dict[str, Any], tensors: dict[str, torch.Tensor]
) -> Checkpoint:
    """Write a checkpoint; ``model.json`` goes last, so a directory with one is complete.

    Args:
        path: directory, made if need be.
        description: ``model.json`` without ``schema_version`` and ``weights_sha256``.
        tensors: by prefixed name.

    Raises:
        BadInput: the description does not fit the schema. CannotWrite: the directory cannot be written.
    """
    from safetensors.torch import save_file

    path = Path(path)
    with atomic_path(path / WEIGHTS) as temporary:
        save_file({name: t.detach().contiguous() for name, t in tensors.items()}, temporary)
    weights = {"schema_version": SCHEMA_VERSION, "weights_sha256": sha256(path / WEIGHTS)}
    config = CheckpointConfig.model_validate(weights | description)
    write_json(path / MODEL, config.model_dump(by_alias=True))
    return Checkpoint(path, config)


def load_model(checkpoint: Checkpoint) -> QuantisedNetwork:
    """The quantised model: ``.network()``, ``.stages(x)``, ``.scores(x)``.

    Raises:
        BadInput: tensors are missing, unknown or of another shape.
    """
    config = checkpoint.config
    model = config.family.quantised_model(config.model, config.name)
    _fill(model, checkpoint, QUANTISED)
    return model


def load_float_model(checkpoint: Checkpoint) -> FloatModel:
    """The float model it was made from: ``.scores(x)``.

    Raises:
        BadInput: tensors are missing, unknown or of another shape.
    """
    from quant.models.scoring import FloatModel

    model = checkpoint.config.family.float_model(checkpoint.config.model)
    _fill(model, checkpoint, FLOAT)
    return FloatModel(model, checkpoint.config.model.form)


def _fill(model: torch.nn.Module, checkpoint: Checkpoint, prefix: str) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    source = checkpoint.path / WEIGHTS
    try:
        tensors = load_file(source)
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{source} cannot be read ({error}): it is truncated. Copy it again.") from error
    given = {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
    wanted = model.state_dict()
    for name in sorted(wanted.keys() | given.keys()):
        have, want = (tuple(t[name].shape) if name in t else "nothing" for t in (given, wanted))
        if have != want:
            raise BadInput(f"{source}: tensor {prefix}{name} has shape {have}, the model needs {want}.")
        if not bool(given[name].isfinite().all()):
            raise BadInput(f"{source}: tensor {prefix}{name} holds NaN or infinite values.")
    model.load_state_dict(given)
