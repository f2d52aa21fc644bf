"""The network of a checkpoint without torch, for commands that must start at once.

The same network as ``quant.checkpoint.load_model(checkpoint).network()``, which a test holds it to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.network import Network
from quant.checkpoint import WEIGHTS, Checkpoint
from quant.models.wiring import assemble, full_scale, type_of


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
    m, types = config.sizes.slots, config.fixed_types
    powers = (np.arange(m + 1)[:, None] / m) ** np.arange(3)

    def real(parameter: str) -> NDArray[np.float64]:
        if f"quantised.{parameter}" not in tensors:
            raise BadInput(f"{source} has no tensor quantised.{parameter}: train again.")
        values: NDArray[np.float64] = tensors[f"quantised.{parameter}"]
        values = values * full_scale(type_of(types, parameter))
        return values if "weight" in parameter else powers @ values

    return assemble(config.name, config.sizes, types, config.fixed_exponents, real)
