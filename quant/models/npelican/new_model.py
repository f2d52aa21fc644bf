"""The untrained float model of an architecture."""

from __future__ import annotations

from functools import partial

from quant.models.npelican.architecture import AlphaStart, Architecture
from quant.models.npelican.compiled import CompiledScores
from quant.models.npelican.floating import NPelican
from quant.models.npelican.plain import plain_scores
from quant.models.npelican.scaled import ChannelScaledNPelican, ScaledNPelican


def new_model(
    architecture: Architecture,
    nbar: float,
    hidden_bias: float = 0.3,
    dropout: float = 0.0,
    alpha_start: AlphaStart = "sums",
    alpha_channels: bool = False,
    compiled: bool = False,
) -> NPelican:
    """nPELICAN or nPELICAN_N, untrained.

    Args:
        nbar, hidden_bias: see :class:`quant.models.npelican.floating.NPelican`.
        dropout: share of the entries of x and z that are dropped in training mode. The fused sums cannot express it,
            so training then takes the plain formula, which needs N x N x 6 C numbers per jet and several times as long,
            or the compiled loop.
        alpha_start: whether the powers of nPELICAN_N that start between 0 and 1 are those of sums or of means.
        alpha_channels: whether every channel of nPELICAN_N has its own two powers in the last layer.
        compiled: whether scores come from a loop over pairs in C, on the CPU.

    Raises:
        MissingTool, ToolFailed: ``compiled`` without a C compiler, or with one that fails.
    """
    scaled = ChannelScaledNPelican if alpha_channels else ScaledNPelican
    model = (scaled if architecture.alpha else NPelican)(architecture, nbar, hidden_bias)
    if isinstance(model, ScaledNPelican) and alpha_start == "means":
        model.start_as_means()
    if compiled:
        model.all_scores = CompiledScores(model, dropout)
    elif dropout:
        model.training_scores = partial(plain_scores, model, dropout=dropout)
    return model
