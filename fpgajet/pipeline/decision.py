"""The threshold of the decision bit: given, or that of a wanted background rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.pipeline.build_settings import BuildSettings
from quant.data import Jets

if TYPE_CHECKING:
    from fpgajet.pipeline.context import BuildContext

#: without a decision bit, a budget's rate is that at this signal efficiency
SIGNAL_EFFICIENCY = 0.8
_KEPT = (
    "threshold",
    "wanted_rate_khz",
    "rate_khz",
    "rate_error_khz",
    "signal_efficiency",
    "tied_background_jets",
)


def decision_of(settings: BuildSettings, source: Path, jets: Jets, data: Path) -> dict[str, Any]:
    """The threshold as an integer, and with a wanted rate what it does; empty where no decision bit is asked for.

    Args:
        source: the checkpoint. jets: labelled, cut to the model's constituents, from ``data``.

    Raises:
        BadInput: the score never reaches the threshold or never falls below it, no cross sections, or no threshold
            with such a low rate.
    """
    if settings.threshold is None and settings.rate_khz is None:
        return {}
    from fpgajet.physics.rates import rates_of
    from quant.checkpoint import load_model, open_checkpoint, require_two_classes

    checkpoint = open_checkpoint(source)
    require_two_classes(checkpoint, "the decision bit of --threshold and --rate-khz")
    model = load_model(checkpoint)
    precision = model.wiring.nodes[-1].operator.output
    if settings.rate_khz is None:
        assert settings.threshold is not None
        if not precision.lowest < settings.threshold <= precision.highest:
            raise BadInput(
                f"the threshold {settings.threshold} decides nothing: scores of {source.name} are integers from "
                f"{precision.lowest} to {precision.highest} (type {precision})."
            )
        return {"threshold": settings.threshold}
    scores = model.scores(jets.constituents)
    rates = rates_of(jets, scores, precision, data, luminosity=settings.luminosity)
    found = rates.at_rate(settings.rate_khz)
    return {key: found[key] for key in _KEPT} | {
        "luminosity_per_cm2_s": settings.luminosity,
        "jet_pt_min_gev": rates.jet_pt_min,
        "warnings": list(rates.warnings),
    }


def rate_of(context: BuildContext, score: NDArray[np.float64]) -> dict[str, Any]:
    """Rate of background jets in kHz, its error and which threshold it belongs to; empty without cross sections.

    Args:
        score: [jets], of the quantised model on the build's jets.
    """
    if context.sample.cross_section is None:
        return {}
    from fpgajet.physics.rates import rates_of

    precision = context.network.output.operator.output
    rates = rates_of(context.sample, score, precision, context.jets, luminosity=context.settings.luminosity)
    threshold = context.threshold
    if threshold is None:
        point, where = rates.at_signal(SIGNAL_EFFICIENCY), f"at a signal efficiency of {SIGNAL_EFFICIENCY:g}"
        error = point["rate_error_at_signal_efficiency_khz"]
    else:
        point, where = rates.at_threshold(threshold), f"of the decision bit, threshold {threshold}"
        error = point["rate_error_khz"]
    text = f"{where}, {rates.background} jets above {rates.jet_pt_min:g} GeV, {rates.luminosity:.3g} per cm2 and s"
    return {"khz": point["rate_khz"], "error_khz": error, "where": text, "warnings": list(rates.warnings)}
