"""The network of a checkpoint without torch, for commands that must start at once.

The same network as ``quant.checkpoint.load_model(checkpoint).network()``, which a test holds it to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, from_real
from fpgajet.ops import ConstituentMask, DotProducts, LinEq2to0, LinEq2to2
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from quant.checkpoint import WEIGHTS, Checkpoint


def network_of(checkpoint: Checkpoint) -> Network:
    """The quantised network that a checkpoint describes.

    Raises:
        BadInput: a tensor is missing or has another shape.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config, source = checkpoint.config, checkpoint.path / WEIGHTS
    try:
        tensors = load_file(source)
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{source} cannot be read ({error}): it is truncated. Copy it again.") from error
    n, beams, c, m = config.constituents, config.beams, config.hidden, config.sizes.slots
    types, e = config.fixed_types, config.fixed_exponents
    powers = (np.arange(m + 1)[:, None] / m) ** np.arange(3)

    def constant(name: str, kind: FixedType, table: bool) -> Tensor:
        if f"quantised.{name}" not in tensors:
            raise BadInput(f"{source} has no tensor quantised.{name}: train again.")
        shadow: NDArray[np.float64] = tensors[f"quantised.{name}"]
        real = shadow * 2.0 ** (kind.integer - kind.signed)
        raw = from_real(powers @ real if table else real, kind)
        return Tensor(FixedArray.of_type(raw, kind), kind)

    mix = LinEq2to2(types.activation, types.row_sum, types.total, m, c, e.row, e.total)
    score = LinEq2to0(types.score, m, c, e.sum, e.trace)
    mixing = {
        "weight": constant("weight", types.weight, table=False),
        "bias": constant("bias", types.bias, table=True),
        "diagonal_bias": constant("diagonal_bias", types.bias, table=True),
    }
    last = {
        "weight": constant("score_weight", types.score_weight, table=False),
        "bias": constant("score_bias", types.score_bias, table=True),
    }
    nodes = (
        Node("mask", ConstituentMask(BIT, n, beams), ("momenta",)),
        Node("dots", DotProducts(types.dots, n, beams), ("momenta",)),
        Node("pairs", mix, ("dots", "mask"), mixing),
        Node("score", score, ("pairs", "mask"), last),
    )
    return Network(config.name, "momenta", (n, 4), types.momenta, nodes)
