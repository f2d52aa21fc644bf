"""PELICAN-nano's checkpoints (github.com/abogatskiy/PELICAN-nano and its refactored fork), read safely.

Layout of the state dict: ``net2to2.eq_layers.0`` with ``coefs`` [1, C, 6] (or ``mixing.weight`` [C, 6]), ``bias`` and
``diag_bias`` [C]; ``agg_2to0`` with ``coefs`` [C, 1, 2] and ``bias`` [1, 1] (or ``mixing.weight`` [1, 2 C] and
``mixing.bias`` [1]); batch norm in ``net2to2.message_layers.0.normlayer`` and ``msg_2to0.normlayer``; powers of n in
``alphas.0``. A training checkpoint holds it as ``model_state`` beside ``args``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.errors import BadInput
from quant.data.reading.boundary import reading, require_regular_file
from quant.importing.foreign import Alphas, ForeignNorm, ForeignNPelican, Real

EQUIVARIANT, SCORE = "net2to2.eq_layers.0.", "agg_2to0."
NORM1, NORM2 = "net2to2.message_layers.0.normlayer.", "msg_2to0.normlayer."
#: PELICAN-nano's own defaults of what changes the formula, and what the formula here is.
SUPPORTED = {
    "activation": "relu",
    "config": ("s", "S"),
    "config_out": ("s", "S"),
    "activate_agg": False,
    "activate_lin": True,
    "activate_agg_out": False,
    "activate_lin_out": False,
    "factorize": False,
    "masked": True,
    "scale": 1.0,
    "beam_mass": 0.0,
}
#: First bytes of an archive, and of a pickle before PyTorch 1.6.
MAGIC = (b"PK\x03\x04", b"\x80")
#: A nanoPELICAN has some hundred numbers; optimiser states and histories are larger.
LARGEST_FILE_BYTES = 1 << 28


def read_state_dict(path: Path, *, nbar: float | None, beams: bool | None) -> ForeignNPelican:
    """The model in a ``.pt`` file.

    Args:
        nbar, beams: what the user says of them; None: what the file says, else PELICAN-nano's defaults, 49 and beams.

    Raises:
        BadInput: no such file, no state dict of a nanoPELICAN, or another formula than arXiv 2310.16121's.
    """
    content = load(path)
    state, arguments = _parts(path, content)
    tensors = {str(name).removeprefix("module."): _array(path, name, value) for name, value in state.items()}
    _require_formula(path, arguments)
    notes = []
    if not arguments:
        notes.append(
            "the file holds no training arguments: ReLU and PELICAN-nano's other defaults were assumed"
        )
    if nbar is None:
        nbar = _number(path, "nobj_avg", arguments.get("nobj_avg", arguments.get("average_nobj", 49.0)))
    if beams is None:
        beams = bool(_number(path, "add_beams", arguments.get("add_beams", True)))
        if "add_beams" not in arguments:
            notes.append(
                "beams were assumed, as PELICAN-nano adds them by default; --no-beams says otherwise"
            )
    if any("quant" in name or "act_layer" in name for name in tensors):
        notes.append("quantisers of the file are not taken over: binary points are found anew")
    constituents = arguments.get("nobj")
    return ForeignNPelican(
        **_weights(path, tensors),
        nbar=nbar,
        beams=beams,
        constituents=constituents if isinstance(constituents, int) and constituents > 0 else None,
        notes=tuple(notes),
    ).checked(path)


def load(path: Path) -> Any:
    """What a ``.pt`` file holds, if that is tensors, numbers and argparse's namespace: nothing else is unpickled."""
    import torch

    if require_regular_file(path) > LARGEST_FILE_BYTES:
        raise BadInput(
            f"{path} has more than {LARGEST_FILE_BYTES >> 20} MB: it is no checkpoint of a nanoPELICAN."
        )
    with reading(path), path.open("rb") as stream:
        start = stream.read(4)
    if not start.startswith(MAGIC):
        raise BadInput(f"{path} is no file that torch.save wrote.")
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the unpickler met
        reason = " ".join(str(error).split())
        if "nsupported" in reason and ("GLOBAL" in reason or "global" in reason or "class" in reason):
            raise BadInput(
                f"{path} holds more than tensors, and nothing else is unpickled. Save the state dict alone, where "
                'PELICAN-nano is installed: torch.save(torch.load(FILE, weights_only=False)["model_state"], NEW).'
            ) from error
        # What torch says may be advice to unpickle the file all the same.
        reason = (
            "it is truncated, damaged or of another program" if "weights_only" in reason else reason[:200]
        )
        raise BadInput(f"{path} cannot be read as a PyTorch checkpoint: {reason}.") from error


def _number(path: Path, name: str, value: Any) -> float:
    """A training argument that must be a number."""
    if not isinstance(value, int | float):
        raise BadInput(f"{path}: the training argument {name} is no number; give it as an option.")
    return float(value)


def _parts(path: Path, content: Any) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """The state dict and the training arguments."""
    arguments: Any = {}
    if isinstance(content, Mapping) and not _is_state(content):
        arguments = content.get("args", {})
        content = next((content[key] for key in ("model_state", "state_dict") if key in content), content)
    if not isinstance(content, Mapping) or not _is_state(content):
        raise BadInput(
            f"{path} holds no state dict of PELICAN-nano: no {EQUIVARIANT}coefs and no {EQUIVARIANT}mixing.weight."
        )
    given = vars(arguments) if isinstance(arguments, argparse.Namespace) else arguments
    return content, dict(given) if isinstance(given, Mapping) else {}


def _is_state(content: Mapping[Any, Any]) -> bool:
    names = (
        f"{prefix}{EQUIVARIANT}{name}"
        for prefix in ("", "module.")
        for name in ("coefs", "coefs00", "mixing.weight")
    )
    return any(name in content for name in names)


def _array(path: Path, name: Any, value: Any) -> Real:
    import torch

    if not isinstance(name, str) or not isinstance(value, torch.Tensor) or value.is_complex():
        raise BadInput(f"{path}: {name} is no tensor of real numbers.")
    with reading(path):
        return np.asarray(value.detach().to(torch.float64).cpu().numpy())


def _require_formula(path: Path, arguments: Mapping[str, Any]) -> None:
    for name, wanted in SUPPORTED.items():
        given = arguments.get(name, wanted)
        accepted = wanted if isinstance(wanted, tuple) else (wanted,)
        known = isinstance(given, bool | int | float | str) and given in accepted
        if given is not wanted and not known:
            allowed = " or ".join(map(str, accepted))
            raise BadInput(f"{path} was trained with {name} = {given!r}; nanoPELICAN here has {allowed}.")


def _weights(path: Path, tensors: dict[str, Real]) -> dict[str, Any]:
    """The fields of :class:`ForeignNPelican` that are weights."""
    if f"{EQUIVARIANT}coefs00" in tensors:
        raise BadInput(
            f"{path} was trained with factorize = True; its weights are products that cannot be imported."
        )

    def taken(name: str, shape: tuple[int, ...]) -> Real:
        if name not in tensors:
            raise BadInput(f"{path} lacks the tensor {name}.")
        if tensors[name].size != int(np.prod(shape)):
            raise BadInput(f"{path}: {name} has shape {list(tensors[name].shape)}, expected {list(shape)}.")
        return tensors[name].reshape(shape)

    c = tensors[f"{EQUIVARIANT}bias"].size if f"{EQUIVARIANT}bias" in tensors else 0
    if c < 1:
        raise BadInput(f"{path} lacks the tensor {EQUIVARIANT}bias.")
    if f"{EQUIVARIANT}mixing.weight" in tensors:
        weight, score_weight, score_bias = (
            f"{EQUIVARIANT}mixing.weight",
            f"{SCORE}mixing.weight",
            f"{SCORE}mixing.bias",
        )
    else:
        weight, score_weight, score_bias = f"{EQUIVARIANT}coefs", f"{SCORE}coefs", f"{SCORE}bias"
    return {
        "weight": taken(weight, (c, 6)),
        "bias": taken(f"{EQUIVARIANT}bias", (c,)),
        "diagonal_bias": taken(f"{EQUIVARIANT}diag_bias", (c,)),
        "score_weight": taken(score_weight, (c, 2)),
        "score_bias": taken(score_bias, (1,)),
        "norm1": _norm(tensors, NORM1, 1, taken),
        "norm2": _norm(tensors, NORM2, c, taken),
        "alphas": _alphas(path, tensors, c, taken),
    }


def _norm(tensors: dict[str, Real], prefix: str, channels: int, taken: Any) -> ForeignNorm:
    if not any(name.startswith(prefix) for name in tensors):
        return ForeignNorm.identity(channels)
    names = ("running_mean", "running_var", "weight", "bias")
    return ForeignNorm(*(taken(f"{prefix}{name}", (channels,)) for name in names))


def _alphas(path: Path, tensors: dict[str, Real], channels: int, taken: Any) -> Alphas | None:
    present = [f"{prefix}alphas.0" in tensors for prefix in (EQUIVARIANT, SCORE)]
    if not any(present):
        return None
    aggregators = taken(f"{EQUIVARIANT}alphas.0", (5,)) if present[0] else np.zeros(5)
    score = taken(f"{SCORE}alphas.0", (channels, 2)) if present[1] else np.zeros((channels, 2))
    if (score != score[0]).any():
        raise BadInput(
            f"{path}: {SCORE}alphas.0 differs from channel to channel; nPELICAN_N of arXiv 2310.16121 (and here) "
            "has one power for the sum and one for the trace."
        )
    return Alphas(aggregators, score[0])
