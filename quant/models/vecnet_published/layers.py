"""The linear layers of a published VecNet: one list, from which the torch model is built and parameters are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quant.models.vecnet_published.hyperparameters import PublishedVecNetHyperparameters

#: logarithms of (E, px, py, pz), the hidden features before the first step
MOMENTUM_WIDTH = 4


@dataclass(frozen=True)
class Layer:
    """A linear map; ``hidden`` layers are followed by norms and the activation."""

    name: str
    inputs: int
    outputs: int
    bias: bool = True
    hidden: bool = True

    def parameters(self, norms: int) -> int:
        """Weights, biases, and scale and shift of each of ``norms`` norms behind it."""
        return self.outputs * (self.inputs + self.bias + 2 * norms * self.hidden)


def layers(h: PublishedVecNetHyperparameters) -> Iterator[Layer]:
    """All layers, in the order in which they act; names are ``<function><step>_<layer>``."""
    s = 1 + (h.scalar_inputs == "jet")
    f = MOMENTUM_WIDTH if h.hidden else 0
    for step in range(1, h.iterations + 1):
        before = s
        if h.scalar:
            invariants = h.vector if h.vector and step > 1 else 1
            yield from mlp(f"phi_s{step}", 2 * s + invariants, h.scalar, h.edge_layers)
            if h.vector and step < h.iterations:
                yield from mlp(f"psi{step}", h.scalar, h.vector, h.psi_layers, last_hidden=False)
            yield from nodes(h, f"s{step}", h.scalar, s)
            s = h.scalar + s * (h.shortcut == "concat")
        if h.hidden:
            of_messages = h.scalar if h.hidden_messages == "messages" else 2 * before
            yield from mlp(f"phi_h{step}", 2 * f + (of_messages if h.scalar else 0), h.hidden, h.edge_layers)
            yield from nodes(h, f"h{step}", h.hidden, f)
            f = h.hidden + f * (h.shortcut == "concat")
    pooled = (s if h.scalar else 0) + f
    yield from mlp("final", pooled, pooled, h.final_layers)
    yield Layer("score", pooled, 1, hidden=False)


def mlp(name: str, inputs: int, width: int, count: int, last_hidden: bool = True) -> Iterator[Layer]:
    """``count`` layers of one width."""
    for number in range(1, count + 1):
        hidden = last_hidden or number < count
        yield Layer(f"{name}_{number}", inputs if number == 1 else width, width, hidden=hidden)


def nodes(h: PublishedVecNetHyperparameters, name: str, width: int, before: int) -> Iterator[Layer]:
    """theta of a constituent's mean message and its features, and the map of a skip between different widths."""
    yield from mlp(f"theta_{name}", width + before, width, h.node_layers)
    if h.shortcut == "skip" and before != width:
        yield Layer(f"skip_{name}", before, width, bias=False, hidden=False)


def count_parameters(h: PublishedVecNetHyperparameters, norms: bool = True) -> int:
    """Trainable numbers; without norms as the paper counts, "all weights and biases in all multi-layer perceptrons"."""
    behind = (h.batch_norm + h.layer_norm) if norms else 0
    return sum(layer.parameters(behind) for layer in layers(h))
