"""Float VecNet as published (arXiv 2202.06941, section 2.4), at full precision.

For every step, with neighbours j of i and psi_log(z) = sign(z) log(1 + |z|):

    m^s_ij = phi_s([s_i, s_j, psi_log (v_i,a - v_j,a)^2 for every a])
    v_i,a <- v_i,a + mean_j (v_i,a - v_j,a) psi(m^s_ij)_a
    m^h_ij = phi_h([h_i, h_j, m^s_ij])                            or [h_i, h_j, s_i, s_j]
    s_i <- theta_s([aggregate_j m^s_ij, s_i]),  h_i <- theta_h([aggregate_j m^h_ij, h_i])

Without node layers theta gives the aggregated messages. The last step moves no vectors, which nothing would read.
Logarithms keep GeV^2 and GeV in the range of a linear layer; the paper does not say how it scales them. Real
constituents and their pairs are rows of compact tensors, so norms and means need no masks.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from quant.models.vecnet_published.graphs import METRIC, complete, intervals, nearest
from quant.models.vecnet_published.hyperparameters import PublishedVecNetHyperparameters
from quant.models.vecnet_published.layers import layers

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}


class VecNet(nn.Module):
    """Float VecNet: features in float32, vectors and intervals in float64.

    Args:
        sizes: the hyperparameters. dropout: behind the hidden layers of the final MLP, in training.
    """

    def __init__(self, sizes: PublishedVecNetHyperparameters, dropout: float = 0.0) -> None:
        super().__init__()
        self.sizes, self.dropout = sizes, dropout
        self.layers = nn.ModuleDict()
        self.counts: dict[str, int] = {}  # layers of each function
        for layer in layers(sizes):
            parts: list[nn.Module] = [nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)]
            if layer.hidden:
                if sizes.batch_norm:
                    parts.append(nn.BatchNorm1d(layer.outputs))
                if sizes.layer_norm:
                    parts.append(nn.LayerNorm(layer.outputs))
                parts.append(ACTIVATIONS[sizes.activation]())
            self.layers[layer.name] = nn.Sequential(*parts)
            function = layer.name.rpartition("_")[0]
            self.counts[function] = self.counts.get(function, 0) + 1

    def forward(self, p: Tensor) -> Tensor:
        """Scores w [B] (float64), half the logit, of four-momenta [B, N, 4] in GeV."""
        p = p.double()
        real = p[:, :, 0] != 0
        jet = real.nonzero()[:, 0]  # [V], the jet of every node
        s, h = self.scalars(p, real), log_of(p[real])
        v = p[real][:, None]  # [V, 1, 4]
        i, j = self.pairs(v, real)
        for step in range(1, self.sizes.iterations + 1):
            if self.sizes.graph == "dynamic" and step > 1:
                i, j = self.pairs(v, real)
            before, messages = s, s[:0]
            if self.sizes.scalar:
                invariants = log_of(intervals(v[i], v[j]))
                messages = self.mlp(f"phi_s{step}", torch.cat([s[i], s[j], invariants], 1))
                if self.sizes.vector and step < self.sizes.iterations:
                    v = self.moved(step, v, messages, i, j)
                s = self.update(f"s{step}", s, self.aggregate(messages, i, len(s)))
            if self.sizes.hidden:
                seen = [h[i], h[j]]
                if self.sizes.scalar:
                    of_messages = self.sizes.hidden_messages == "messages"
                    seen += [messages] if of_messages else [before[i], before[j]]
                passed = self.mlp(f"phi_h{step}", torch.cat(seen, 1))
                h = self.update(f"h{step}", h, self.aggregate(passed, i, len(h)))
        features = torch.cat([s] * bool(self.sizes.scalar) + [h] * bool(self.sizes.hidden), 1)
        pooled = mean(features, jet, len(p))
        for number in range(1, self.sizes.final_layers + 1):
            pooled = self.layers[f"final_{number}"](pooled)
            pooled = functional.dropout(pooled, self.dropout, self.training)
        logit: Tensor = self.layers["score"](pooled)
        return logit[:, 0].double() / 2

    def scalars(self, p: Tensor, real: Tensor) -> Tensor:
        """s before the first step, [V, 1 or 2]: logarithms of p_i^2, and of p_i . P."""
        square = p**2 @ METRIC.to(p.device)
        found = [square]
        if self.sizes.scalar_inputs == "jet":
            found.append((p * p.sum(1, keepdim=True)) @ METRIC.to(p.device))
        return log_of(torch.stack(found, 2)[real])

    def pairs(self, v: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """Numbers [E] of the nodes i that receive and j that send, of vectors [V, C, 4]."""
        if self.sizes.graph == "full":
            connected = complete(real)
        else:
            padded = v.new_zeros(*real.shape, *v.shape[1:])
            padded[real] = v.detach()
            connected = nearest(padded, real, self.sizes.neighbours)
        number = torch.cumsum(real.flatten(), 0).reshape(real.shape) - 1
        jet, i, j = connected.nonzero(as_tuple=True)
        return number[jet, i], number[jet, j]

    def moved(self, step: int, v: Tensor, messages: Tensor, i: Tensor, j: Tensor) -> Tensor:
        """Vectors [V, C, 4] after the step; the first one clones the momentum into all channels."""
        weight = self.mlp(f"psi{step}", messages)
        if self.sizes.psi_end == "softsign":
            weight = functional.softsign(weight)
        return v + mean((v[i] - v[j]) * weight.double()[:, :, None], i, len(v))

    def update(self, name: str, before: Tensor, collected: Tensor) -> Tensor:
        """theta and the shortcut."""
        after = collected
        if self.sizes.node_layers:
            after = self.mlp(f"theta_{name}", torch.cat([collected, before], 1))
        if self.sizes.shortcut == "concat":
            return torch.cat([after, before], 1)
        if self.sizes.shortcut == "skip":
            projection = f"skip_{name}"
            return after + (self.layers[projection](before) if projection in self.layers else before)
        return after

    def aggregate(self, messages: Tensor, i: Tensor, nodes: int) -> Tensor:
        """Mean, sum or largest message [V, F] of every node's neighbours; 0 of none."""
        if self.sizes.aggregation == "mean":
            return mean(messages, i, nodes)
        total = messages.new_zeros(nodes, messages.shape[1])
        if self.sizes.aggregation == "sum":
            return total.index_add(0, i, messages)
        return total.scatter_reduce(0, i[:, None].expand_as(messages), messages, "amax", include_self=False)

    def mlp(self, function: str, x: Tensor) -> Tensor:
        for number in range(1, self.counts[function] + 1):
            x = self.layers[f"{function}_{number}"](x)
        return x


def mean(x: Tensor, owner: Tensor, owners: int) -> Tensor:
    """Means [owners, ...] of the rows of x that belong to each owner; 0 of none."""
    count = torch.bincount(owner, minlength=owners).clamp_min(1).to(x.dtype)
    total = x.new_zeros(owners, *x.shape[1:]).index_add(0, owner, x)
    return total / count.reshape(-1, *[1] * (x.dim() - 1))


def log_of(z: Tensor) -> Tensor:
    """psi_log(z), in float32."""
    return (z.sign() * z.abs().log1p()).float()
