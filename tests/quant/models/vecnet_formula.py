"""The score of one jet by VecNet's formula (arXiv 2202.06941, section 2.4), written out one pair after the other."""

from __future__ import annotations

import torch
from torch import Tensor

from quant.models.vecnet_published.floating import VecNet
from quant.models.vecnet_published.graphs import METRIC

Pairs = dict[tuple[int, int], Tensor]


def score_of_one_jet(model: VecNet, jet: Tensor) -> float:
    """The score of a jet [N, 4] with at least one constituent."""
    return Formula(model, [x.double() for x in jet if x[0] != 0]).score()


class Formula:
    """The constituents' features, step by step."""

    def __init__(self, model: VecNet, p: list[Tensor]) -> None:
        self.model, self.sizes, self.p = model, model.sizes, p
        total = torch.stack(p).sum(0)
        self.s = [log_of((x * x * METRIC).sum()[None]) for x in p]
        if self.sizes.scalar_inputs == "jet":
            self.s = [
                torch.cat([s, log_of((x * total * METRIC).sum()[None])])
                for s, x in zip(self.s, p, strict=True)
            ]
        self.h, self.v = [log_of(x) for x in p], [[x] for x in p]
        self.near = [self.neighbours(i) for i in range(len(p))]

    def score(self) -> float:
        n = self.sizes
        for step in range(1, n.iterations + 1):
            if n.graph == "dynamic":
                self.near = [self.neighbours(i) for i in range(len(self.p))]
            self.step(step)
        rows = [
            torch.cat(([s] if n.scalar else []) + ([h] if n.hidden else []))
            for s, h in zip(self.s, self.h, strict=True)
        ]
        pooled = self.chain("final", torch.stack(rows).mean(0))
        return float(self.model.layers["score"](pooled.float()[None])) / 2

    def step(self, step: int) -> None:
        n, pairs = self.sizes, [(i, j) for i in range(len(self.p)) for j in self.near[i]]
        messages: Pairs = {}
        s, v = self.s, self.v
        if n.scalar:
            for i, j in pairs:
                sizes = torch.tensor([interval(a, b) for a, b in zip(v[i], v[j], strict=True)])
                messages[i, j] = self.chain(f"phi_s{step}", torch.cat([s[i], s[j], log_of(sizes)]))
            self.s = self.updated(f"s{step}", s, messages, n.scalar)
        if n.vector and step < n.iterations:
            self.v = [self.moved(step, i, messages) for i in range(len(self.p))]
        if n.hidden:
            passed = {}
            for i, j in pairs:
                of_scalars = [messages[i, j]] if n.scalar else []
                if n.scalar and n.hidden_messages == "scalars":
                    of_scalars = [s[i], s[j]]
                passed[i, j] = self.chain(f"phi_h{step}", torch.cat([self.h[i], self.h[j], *of_scalars]))
            self.h = self.updated(f"h{step}", self.h, passed, n.hidden)

    def moved(self, step: int, i: int, messages: Pairs) -> list[Tensor]:
        """The vectors of constituent i; the first step clones its momentum."""
        result = []
        for a in range(self.sizes.vector):
            v = [vectors[a if len(vectors) > 1 else 0] for vectors in self.v]
            change = torch.zeros(4, dtype=torch.float64)
            for j in self.near[i]:
                weight = float(self.chain(f"psi{step}", messages[i, j])[a])
                if self.sizes.psi_end == "softsign":
                    weight /= 1 + abs(weight)
                change += (v[i] - v[j]) * weight / len(self.near[i])
            result.append(v[i] + change)
        return result

    def updated(self, name: str, before: list[Tensor], messages: Pairs, width: int) -> list[Tensor]:
        """theta and the shortcut, for all constituents."""
        result = []
        for i, old in enumerate(before):
            rows = (
                torch.stack([messages[i, j] for j in self.near[i]]) if self.near[i] else torch.zeros(1, width)
            )
            new = {"mean": rows.mean(0), "sum": rows.sum(0), "max": rows.amax(0)}[self.sizes.aggregation]
            if self.sizes.node_layers:
                new = self.chain(f"theta_{name}", torch.cat([new, old]))
            if self.sizes.shortcut == "concat":
                new = torch.cat([new, old])
            if self.sizes.shortcut == "skip":
                projection = f"skip_{name}"
                new = new + (self.model.layers[projection](old) if len(old) != len(new) else old)
            result.append(new)
        return result

    def neighbours(self, i: int) -> list[int]:
        others = [j for j in range(len(self.p)) if j != i]
        if self.sizes.graph == "full":
            return others
        far = {j: sum(abs(interval(a, b)) for a, b in zip(self.v[i], self.v[j], strict=True)) for j in others}
        return sorted(others, key=lambda j: far[j])[: self.sizes.neighbours]

    def chain(self, function: str, x: Tensor) -> Tensor:
        for number in range(1, self.model.counts.get(function, 0) + 1):
            x = self.model.layers[f"{function}_{number}"](x[None].float())[0]
        return x


def interval(a: Tensor, b: Tensor) -> float:
    """(a - b)^2 of two four-vectors."""
    return float(((a - b) ** 2 * METRIC).sum())


def log_of(z: Tensor) -> Tensor:
    """sign(z) log(1 + |z|)."""
    return (torch.sign(z) * torch.log(z.abs() + 1)).float()
