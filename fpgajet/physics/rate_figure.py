"""The figure of ``eval --rate``: rate against signal efficiency."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fpgajet.physics.rates import Rates
from fpgajet.plotting import COLOURS, DASHES, physics_axes
from quant.metrics import thinned

POINTS = 600


def plot_rates(curves: Mapping[str, Rates], out: Path, sample: str = "") -> None:
    """Rate of background jets (logarithmic) over signal efficiency, one curve for each tagger.

    Bands are one standard deviation: from the number of jets of both classes and the cross section's error.

    Args:
        sample: what the jets are, written above the axes.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: ``out`` cannot be written.
    """
    with physics_axes(out) as (axis,):
        first = next(iter(curves.values()))
        for number, (name, rates) in enumerate(curves.items()):
            curve = rates.curve
            kept = thinned(curve.signal, POINTS)
            x, y, error = curve.signal[kept], curve.rate_khz[kept], rates.error_khz[kept]
            lowest = curve.before_khz / curve.jets
            colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
            axis.fill_between(
                x, np.maximum(y - error, lowest / 10), y + error, color=colour, alpha=0.18, linewidth=0
            )
            axis.plot(x[y > 0], y[y > 0], color=colour, linestyle=dash, label=name)
        axis.set_yscale("log")
        axis.set_xlim(0, 1)
        axis.set_ylim(
            min(r.curve.before_khz / r.curve.jets for r in curves.values()), 2 * first.curve.before_khz
        )
        axis.set_xlabel(r"signal efficiency $\epsilon_S$")
        axis.set_ylabel(f"rate of {first.background} jets (kHz)")
        axis.set_title(sample, fontsize="x-small", loc="left")
        axis.grid(alpha=0.3)
        exponent = int(np.floor(np.log10(first.luminosity)))
        mantissa = first.luminosity / 10.0**exponent
        axis.legend(
            title=rf"$p_T$ > {first.jet_pt_min:g} GeV, {mantissa:g} $\times$ 10$^{{{exponent}}}$ cm$^{{-2}}$s$^{{-1}}$"
        )
