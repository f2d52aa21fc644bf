"""Trigger rates of a tagger on generated jets: rate against signal efficiency, and the threshold of a wanted rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from quant.data import Jets
from quant.metrics import RateCurve, background_errors, rate_curve
from quant.metrics.rates import CROSSINGS_KHZ, CROWDED, LUMINOSITY, crossings_with_a_jet_khz

#: signal efficiencies of the table
EFFICIENCIES = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
#: a pTHat window may begin at this share of the jets' least pT: 1.4 % of QCD jets above 500 GeV are lost at 0.58
SAFE_WINDOW = 0.6


@dataclass(frozen=True)
class Rates:
    """Rates of one tagger.

    Attributes:
        curve: rate and efficiencies at every threshold. background: name of the class.
        luminosity: per cm2 and s. jet_pt_min: GeV. precision: of the score.
        error_khz: [thresholds], of the rate at the threshold's signal efficiency: that of the threshold's rate, and in
            quadrature what the error of the signal efficiency amounts to along the curve.
        warnings: sentences.
    """

    curve: RateCurve
    background: str
    luminosity: float
    jet_pt_min: float
    precision: FixedType
    error_khz: NDArray[np.float64]
    warnings: tuple[str, ...]

    def point(self, index: int) -> dict[str, Any]:
        """What one threshold does. ``threshold`` is the integer of the firmware: accept if score >= threshold."""
        curve = self.curve
        looser = index + 1 < len(curve.thresholds)
        return {
            "threshold": round(float(curve.thresholds[index]) / self.precision.lsb),
            "score": float(curve.thresholds[index]),
            "signal_efficiency": float(curve.signal[index]),
            "background_efficiency": float(curve.background[index]),
            "rate_khz": float(curve.rate_khz[index]),
            "rate_error_khz": float(curve.rate_error_khz[index]),
            "rate_error_at_signal_efficiency_khz": float(self.error_khz[index]),
            "background_jets": round(float(np.cumsum(curve.tied)[index])),
            "tied_background_jets": int(curve.tied[index]),
            "next_looser": {
                "threshold": round(float(curve.thresholds[index + 1]) / self.precision.lsb),
                "rate_khz": float(curve.rate_khz[index + 1]),
                "signal_efficiency": float(curve.signal[index + 1]),
            }
            if looser
            else None,
        }

    def at_signal(self, efficiency: float) -> dict[str, Any]:
        """:meth:`point` of the highest threshold that accepts this share of the signal or more."""
        return {"wanted_signal_efficiency": efficiency, **self.point(self.curve.at_signal(efficiency))}

    def at_rate(self, rate_khz: float) -> dict[str, Any]:
        """:meth:`point` of the lowest threshold whose rate is not above this one; raises BadInput if there is none."""
        return {"wanted_rate_khz": rate_khz, **self.point(self.curve.at_rate(rate_khz))}

    def at_threshold(self, threshold: int) -> dict[str, Any]:
        """What any threshold does, also one that no jet's score equals."""
        lowest = threshold * self.precision.lsb
        passing = int(np.sum(self.curve.thresholds >= lowest))
        if passing:
            return {**self.point(passing - 1), "threshold": threshold}
        one = self.curve.before_khz / self.curve.jets
        return {"threshold": threshold, "signal_efficiency": 0.0, "rate_khz": 0.0, "rate_error_khz": one}

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "luminosity_per_cm2_s": self.luminosity,
            "jet_pt_min_gev": self.jet_pt_min,
            "background": self.background,
            "background_jets": self.curve.jets,
            "rate_before_khz": self.curve.before_khz,
            "crossings_khz": CROSSINGS_KHZ,
            "score_type": str(self.precision),
            "at_signal_efficiency": [self.at_signal(efficiency) for efficiency in EFFICIENCIES],
            "warnings": list(self.warnings),
        }


def rates_of(
    jets: Jets,
    score: NDArray[np.float64],
    precision: FixedType,
    data: Path | str,
    *,
    luminosity: float = LUMINOSITY,
    jet_pt_min: float | None = None,
) -> Rates:
    """Rates of a tagger.

    Args:
        jets: of two classes, with cross sections. score: [jets], the quantised tagger's.
        precision: of the score. data: where the jets come from, for messages.
        luminosity: per cm2 and s. jet_pt_min: jets below it are left out, signal and background; GeV.

    Raises:
        BadInput: no cross sections, a threshold below the sample's own, or no jets of a class above it.
    """
    section = jets.cross_section
    if section is None:
        raise BadInput(
            f"{data} holds jets without cross sections, so no rate follows from them. Jets made by "
            "`fpgajet data generate` of this version have them; converted jets and older files do not."
        )
    facts = _Facts(jets)
    lowest = facts.pt_min if facts.pt_min is not None else float(jets.jet[:, 0].min())
    threshold = lowest if jet_pt_min is None else jet_pt_min
    if threshold < lowest:
        raise BadInput(
            f"{data} holds jets above {lowest:g} GeV only, so there is no rate for a threshold of {threshold:g} GeV: "
            "generate jets with a lower selection.pt_min, or ask for a higher --jet-pt-min."
        )
    chosen = jets.jet[:, 0] >= threshold
    if len(np.unique(jets.label[chosen])) < 2:
        raise BadInput(
            f"{data} has no jets of one class above {threshold:g} GeV: generate more, or lower it."
        )
    label = jets.label[chosen]
    # The cross section is that of all background jets in the sample: those above the threshold have their share of it.
    share = float((label == 0).sum() / (jets.label == 0).sum())
    curve = rate_curve(
        label,
        score[chosen],
        section[chosen] * share,
        luminosity=luminosity,
        relative_error=facts.relative_error,
    )
    counts = int((label == 0).sum()), int((label == 1).sum())
    along = background_errors(curve.background, curve.signal, counts, np.arange(len(curve.signal)))
    binomial = np.sqrt(curve.background * (1 - curve.background) / counts[0])
    extra = np.sqrt(np.maximum(along**2 - binomial**2, 0.0)) * curve.before_khz
    return Rates(
        curve,
        jets.classes[0],
        luminosity,
        float(threshold),
        precision,
        np.hypot(curve.rate_error_khz, extra),
        tuple(facts.warnings(threshold, curve)),
    )


class _Facts:
    """What the provenance says of the background; it may come from anyone, so that nothing of it is relied upon."""

    def __init__(self, jets: Jets) -> None:
        recipe = _mapping(jets.provenance.get("recipe"))
        # A recipe of events selects objects, not a jet: there is no threshold of its own.
        selection = {} if jets.objects else _mapping(recipe.get("selection"))
        self.name = jets.classes[0]
        self.pt_min, self.pt_max = _number(selection.get("pt_min")), _number(selection.get("pt_max"))
        window = _mapping(jets.provenance.get("pthat_windows_gev")).get(self.name)
        self.window = _number(window[0]) if isinstance(window, list) and window and not jets.objects else None
        made = _mapping(_mapping(jets.provenance.get("cross_sections")).get(self.name))
        sigma, error = _number(made.get("generated_pb")), _number(made.get("generated_error_pb"))
        self.relative_error = error / sigma if sigma and error and 0 < error < sigma else 0.0

    def warnings(self, threshold: float, curve: RateCurve) -> list[str]:
        found = []
        if self.window is not None and self.window > SAFE_WINDOW * threshold:
            found.append(
                f"{self.name} events begin at pTHat = {self.window:g} GeV, too close to the jet threshold of "
                f"{threshold:g} GeV: some jets are missing, and the rate is a lower limit. Windows from "
                f"{SAFE_WINDOW * threshold:.0f} GeV on lose 2 % at most."
            )
        if self.pt_max is not None and self.pt_max < 2 * threshold:
            found.append(
                f"the sample ends at {self.pt_max:g} GeV: this is the rate of jets between {threshold:g} and "
                f"{self.pt_max:g} GeV and not of all above the threshold"
            )
        if curve.before_khz > CROWDED * CROSSINGS_KHZ:
            capped = crossings_with_a_jet_khz(curve.before_khz)
            found.append(
                f"before the tagger there are {curve.before_khz / CROSSINGS_KHZ:.2g} such jets per bunch crossing on "
                f"average; a trigger counts crossings, of which {capped:,.0f} kHz have one or more, and never more "
                f"than {CROSSINGS_KHZ:,.0f} kHz"
            )
        return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
