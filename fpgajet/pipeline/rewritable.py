"""Weights of the last layer in registers, where a build asks for that."""

from __future__ import annotations

from typing import Any

from fpgajet.errors import BadInput
from fpgajet.graph.classifiers import classifiers_of, require_classifier
from fpgajet.ops.network import Network
from fpgajet.ops.registers import rewritable
from fpgajet.pipeline.context import BuildContext
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network


def built(context: BuildContext, network: Network) -> Network:
    """The network as it is built: with weights of its classifiers in registers, where that is wanted.

    Raises:
        BadInput: a last layer whose weights cannot lie in registers.
    """
    if not context.settings.rewritable:
        return network
    names = tuple(one.name for one in classifiers_of(network))
    if len(names) == 1:
        require_classifier(network.name, network)
    try:
        return rewritable(network, names)
    except ValueError as error:
        raise BadInput(f"{network.name}: {error}.") from error


def rewritable_reads(context: BuildContext) -> dict[str, Any]:
    """That weights lie in registers; nothing where they do not."""
    return {"rewritable": True} if context.settings.rewritable else {}


def require_rewritable(context: BuildContext) -> None:
    """Check that the last layer of what is built can have its weights in registers.

    Raises:
        BadInput: it cannot.
    """
    built(context, built_network(open_checkpoint(context.source)))
