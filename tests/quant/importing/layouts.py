"""Random nanoPELICANs, and files of them in the layouts of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from quant.importing.foreign import Alphas, ForeignNorm, ForeignNPelican


def random_model(
    hidden: int = 2,
    *,
    seed: int = 0,
    beams: bool = True,
    norm: bool = True,
    alphas: bool = False,
    nbar: float = 49.0,
) -> ForeignNPelican:
    """Weights as float32 holds them, so that every layout can store them exactly."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> Any:
        return rng.normal(0, 0.5, shape).astype(np.float32).astype(np.float64)

    def batch_norm(channels: int) -> ForeignNorm:
        if not norm:
            return ForeignNorm.identity(channels)
        return ForeignNorm(
            normal(channels), np.abs(normal(channels)) + 0.5, normal(channels), normal(channels)
        )

    return ForeignNPelican(
        weight=normal(hidden, 6),
        bias=normal(hidden),
        diagonal_bias=normal(hidden),
        score_weight=normal(hidden, 2),
        score_bias=normal(1),
        norm1=batch_norm(1),
        norm2=batch_norm(hidden),
        nbar=nbar,
        beams=beams,
        alphas=Alphas(normal(5), normal(2)) if alphas else None,
    )


def state_dict(
    model: ForeignNPelican, *, refactored: bool = False, prefix: str = ""
) -> dict[str, torch.Tensor]:
    """As PELICAN-nano's ``model.state_dict()``."""
    c = model.hidden
    equivariant, score = "net2to2.eq_layers.0.", "agg_2to0."
    arrays = {f"{equivariant}bias": model.bias, f"{equivariant}diag_bias": model.diagonal_bias}
    if refactored:
        arrays[f"{equivariant}mixing.weight"] = model.weight
        arrays[f"{score}mixing.weight"] = model.score_weight.reshape(1, 2 * c)
        arrays[f"{score}mixing.bias"] = model.score_bias
    else:
        arrays[f"{equivariant}coefs"] = model.weight[None]
        arrays[f"{score}coefs"] = model.score_weight[:, None]
        arrays[f"{score}bias"] = model.score_bias[None]
    if model.alphas is not None:
        arrays[f"{equivariant}alphas.0"] = model.alphas.aggregators[None]
        arrays[f"{score}alphas.0"] = np.tile(model.alphas.score, (c, 1))
    for name, norm in (("net2to2.message_layers.0.", model.norm1), ("msg_2to0.", model.norm2)):
        if (norm.gamma != 1).any():
            arrays |= {
                f"{name}normlayer.running_mean": norm.mean,
                f"{name}normlayer.running_var": norm.variance,
                f"{name}normlayer.weight": norm.gamma,
                f"{name}normlayer.bias": norm.beta,
                f"{name}normlayer.num_batches_tracked": np.array(7),
            }
    return {f"{prefix}{name}": torch.from_numpy(np.array(a, dtype=np.float32)) for name, a in arrays.items()}


def write_header(path: Path, model: ForeignNPelican, constituents: int = 3, **changes: str) -> None:
    """As the firmware's ``weights.h``."""

    def listed(values: Any) -> str:
        return "{" + ", ".join(f"{value: .17e}" for value in np.ravel(values)) + "}"

    def rows(norm: ForeignNorm) -> str:
        return (
            "{" + ", ".join(listed(row) for row in np.stack([norm.mean, norm.scale, norm.beta], axis=1)) + "}"
        )

    c = model.hidden
    values = {
        "norm_t invnave": f"{1 / model.nbar:.17g}",
        "norm_t invnave2": f"{1 / model.nbar**2:.17g}",
        "bn_t batch1_2to2[3]": listed([model.norm1.mean, model.norm1.scale, model.norm1.beta]),
        "w1_t w1_2to2[NHIDDEN*6]": listed(model.weight),
        "bias_t b1_2to2[NHIDDEN]": listed(model.bias),
        "bias_t b1_diag_2to2[NHIDDEN]": listed(model.diagonal_bias),
        f"bn_t batch2_2to0[{c}][3]": rows(model.norm2),
        "w2_t w2_2to0[NHIDDEN*2*NOUT]": listed(model.score_weight),
        "bias_t b2_2to0[NOUT]": listed(model.score_bias),
    } | changes
    lines = ['#include "../nPELICAN.h"', f"//nobj: {constituents}", "/* invnave = 3; */"]
    lines += [f"{name} = {value};" for name, value in values.items() if value]
    path.write_text("\n".join(lines) + "\n")


def arrays(model: ForeignNPelican, *, keras: bool = False) -> dict[str, Any]:
    """As the HGQ port's fixture (PyTorch's orientation) or exported contract (Keras')."""
    names = {"w1": model.weight, "w2": model.score_weight.reshape(1, -1)}
    if keras:
        names = {"w1_2to2": model.weight.T, "w2_2to0": model.score_weight.reshape(-1, 1)}
    names |= {"b1": model.bias, "b1_diag": model.diagonal_bias, "b2": model.score_bias}
    for k, norm in ((1, model.norm1), (2, model.norm2)):
        names |= {f"bn{k}_mean": norm.mean, f"bn{k}_var": norm.variance}
        names |= {f"bn{k}_gamma": norm.gamma, f"bn{k}_beta": norm.beta}
    return {name: np.asarray(value, dtype=np.float32) for name, value in names.items()}
