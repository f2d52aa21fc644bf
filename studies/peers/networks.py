"""Networks of HGQ2: JEDI-linear (arXiv 2508.15468) and Deep Sets (arXiv 1703.06114), every weight with its own width.

The layers of JEDI-linear are those of its authors' published models, with fewer channels. Imports of keras and HGQ2 are
inside the functions, so that the tables can be made without them.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from math import log2
from typing import Any, Literal

from fpgajet.errors import require_extra

Kind = Literal["jedi-linear", "jedi-linear-ordered", "deep-sets"]
KINDS: tuple[Kind, ...] = ("jedi-linear", "jedi-linear-ordered", "deep-sets")


@dataclass(frozen=True)
class Peer:
    """What is trained.

    Attributes:
        kind: ``jedi-linear-ordered`` has activations of other widths in every slot, and so depends on their order.
        constituents: slots that are read. classes: 2, or more of them.
        channels: of every hidden layer. bits: of weights and activations at the start, without sign.
    """

    kind: Kind
    constituents: int
    classes: int = 2
    channels: int = 16
    bits: int = 7

    @property
    def name(self) -> str:
        """For folders and tables."""
        five = f"-{self.classes}classes" if self.classes > 2 else ""
        start = f"-b{self.bits}" if self.bits != 7 else ""
        return f"{self.kind}-n{self.constituents}-w{self.channels}{start}{five}"

    def run(self, seed: int, jets: int, epochs: int) -> str:
        """Name of one training."""
        return f"{self.name}-s{seed}-{jets}jets-{epochs}epochs"

    @property
    def outputs(self) -> int:
        """One logit for two classes, else one per class."""
        return 1 if self.classes == 2 else self.classes


def one_thread() -> None:
    """Have keras run with one thread, on JAX unless ``KERAS_BACKEND`` says torch; before the first import of keras.

    Raises:
        MissingTool: HGQ2 or keras is not installed.
    """
    require_extra("hgq", "keras")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    if os.environ["KERAS_BACKEND"] == "torch":
        import torch

        torch.set_num_threads(1)


def network(peer: Peer) -> Any:
    """The untrained keras model: [jets, constituents, 3] to [jets, outputs]."""
    one_thread()
    import keras
    from hgq.config import QuantizerConfig
    from hgq.layers import QAdd, QEinsumDenseBatchnorm, QSum

    slots, channels = peer.constituents, peer.channels

    def each(x: Any, **options: Any) -> Any:
        """A layer on every constituent."""
        shape = (slots, channels)
        return QEinsumDenseBatchnorm("bnc,cC->bnC", shape, bias_axes="C", activation="relu", **options)(x)

    def whole(x: Any, width: int, activation: str | None = "relu") -> Any:
        """A layer on the jet."""
        return QEinsumDenseBatchnorm("bc,cC->bC", width, bias_axes="C", activation=activation)(x)

    with ExitStack() as scopes:
        for scope in _scopes(peer):
            scopes.enter_context(scope)
        inputs = keras.layers.Input((slots, 3))
        mean = 2.0 ** -round(log2(slots))
        x = each(inputs, iq_conf=QuantizerConfig(place="datalane", round_mode="RND"))
        if peer.kind == "deep-sets":
            x = each(each(x))
        else:
            average = QSum(axes=1, scale=mean, keepdims=True)(x)
            shared = QEinsumDenseBatchnorm("bnc,cC->bnC", (1, channels), bias_axes="C", activation="relu")(
                average
            )
            x = each(QAdd()([each(x), shared]))
        x = QSum(axes=1, scale=mean, keepdims=False)(x)
        x = whole(whole(x, channels), channels)
        outputs = whole(x, peer.outputs, None)
    return keras.Model(inputs, outputs)


def _scopes(peer: Peer) -> list[Any]:
    """The authors' settings: widths are trained, activations wrap, weights saturate."""
    from hgq.config import LayerConfigScope, QuantizerConfigScope
    from hgq.constraints import MinMax
    from hgq.regularizers import MonoL1

    little = MonoL1(1e-8)
    axis = None if peer.kind == "jedi-linear-ordered" else (-1,)
    return [
        QuantizerConfigScope(default_q_type="kbi", b0=peer.bits, i0=0, overflow_mode="wrap", br=little),
        QuantizerConfigScope(
            default_q_type="kif",
            place="datalane",
            f0=peer.bits,
            overflow_mode="wrap",
            fr=little,
            ic=MinMax(0, 12),
        ),
        QuantizerConfigScope(place=("weight", "bias"), overflow_mode="SAT_SYM"),
        QuantizerConfigScope(place="datalane", heterogeneous_axis=axis),
        LayerConfigScope(beta0=0.0),
    ]
