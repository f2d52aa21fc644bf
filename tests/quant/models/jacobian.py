"""The rank of the Jacobian of a score: how many of a model's parameters are free."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from fpgajet.ops.roles import Meaning, entity
from quant.models.messages.floating import FloatMessages

#: singular values below this share of the largest are rounding errors of float64; tests ask for a clear gap
SMALL = 1e-12


def rank(score: Callable[[Tensor], Tensor], parameters: Sequence[Tensor], x: Tensor, chunk: int = 32) -> int:
    """Rank of d score / d parameters over jets.

    Args:
        score: scores [jets] or [jets, outputs], float64, of inputs [jets, ...]. parameters: what they depend on.
        x: inputs. chunk: jets whose gradients are taken together.

    Raises:
        AssertionError: the singular values leave the rank open.
    """
    rows = []
    for part in torch.split(x, chunk):
        scores = score(part).flatten()
        unit = torch.eye(len(scores), dtype=scores.dtype)
        found = torch.autograd.grad(scores, parameters, unit, is_grads_batched=True, allow_unused=True)
        blocks = [
            torch.zeros(len(scores), p.numel()) if g is None else g.reshape(len(scores), -1)
            for g, p in zip(found, parameters, strict=True)
        ]
        rows.append(torch.cat(blocks, 1))
    jacobian = torch.cat(rows).numpy()
    assert len(jacobian) > jacobian.shape[1], "more jets than parameters"
    jacobian = jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300)
    values = np.linalg.svd(jacobian, compute_uv=False)
    shares = values / values[0]
    count = int((shares > SMALL).sum())
    assert count == len(shares) or shares[count - 1] > 100 * shares[count], shares
    return count


def with_generic_parameters(model: FloatMessages, p: Tensor, seed: int) -> None:
    """Random parameters for which every channel of every layer is above 0 for about half of what it sees.

    A channel that is always off, or always on, would hide parameters.
    """
    generator = torch.Generator().manual_seed(seed)
    biases = {q.stage: name for name, q in model.plan.parameters.items() if q.meaning is Meaning.BIAS}
    with torch.no_grad():
        for name, parameter in model.plan.parameters.items():
            if parameter.meaning is Meaning.WEIGHT:
                weight = torch.randn(parameter.shape, generator=generator, dtype=model.dtype)
                model.get_parameter(name).copy_(weight)
        for node in model.wiring.nodes:
            if node.name not in biases:
                continue
            bias, lifted = model.get_parameter(biases[node.name]), 1e4
            bias.fill_(lifted)
            stages = model.run(p)
            of = entity(model.plan.axes[node.name])
            real = {kind: stages[name] for kind, name in model.plan.masks.items()}
            x = stages[node.name] - lifted
            x = (x[real[of] > 0] if of in real else x).reshape(-1, x.shape[-1])
            where = 0.3 + 0.4 * torch.rand(x.shape[-1], generator=generator, dtype=model.dtype)
            centre = torch.stack([torch.quantile(c, q) for c, q in zip(x.T, where, strict=True)])
            width = (x - centre).abs().mean(0).clamp_min(1e-6)
            for stage in model.plan.scaled.get(node.name, (node.name,)):
                weight = model.get_parameter(f"{stage}_weight")
                weight /= width[:, None]
            bias.copy_(-centre / width)
