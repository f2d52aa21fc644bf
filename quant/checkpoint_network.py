"""The network of a checkpoint without torch, for commands that must start at once.

The same network as ``quant.checkpoint.load_model(checkpoint).network()``, which a test holds it to.
"""

from __future__ import annotations

from fpgajet.errors import BadInput
from fpgajet.graph.collapse import collapse
from fpgajet.ops.network import Network
from quant.checkpoint import QUANTISED, WEIGHTS, Checkpoint


def network_of(checkpoint: Checkpoint) -> Network:
    """The quantised network that a checkpoint describes.

    Raises:
        BadInput: a tensor is missing or has another shape.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config, source = checkpoint.config, checkpoint.path / WEIGHTS
    try:
        stored = load_file(source)
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{source} cannot be read ({error}): it is truncated. Copy it again.") from error
    tensors = {k.removeprefix(QUANTISED): t for k, t in stored.items() if k.startswith(QUANTISED)}
    try:
        return config.family.network(config.model, tensors, config.name)
    except KeyError as error:
        raise BadInput(f"{source} has no tensor {QUANTISED}{error.args[0]}: train again.") from error


def built_network(checkpoint: Checkpoint) -> Network:
    """What a build makes of :func:`network_of`: the same function, bit for bit, with sums over pairs in O(N) where
    :mod:`fpgajet.graph.collapse` can."""
    return collapse(network_of(checkpoint))
