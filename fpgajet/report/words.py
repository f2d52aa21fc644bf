"""Words and number formats that all writers share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpgajet.report.model import ModelFacts

STATUS = {"pass": "PASS", "marginal": "MARGINAL", "fail": "FAIL"}
SYMBOLS = {"pass": "✓", "marginal": "≈", "fail": "✗"}

IMPLEMENTATIONS = {
    "float": "float",
    "quantised": "quantised",
    "csim": "C simulation",
    "jet_mass": "mass window",
}

#: What the errors of the physics table are.
ERROR_WORDS = (
    "Errors are one standard deviation from the number of jets; the difference between quantised and float is taken "
    "jet by jet, so its error is paired."
)
#: What the mass window of that table is, which events do not have.
REFERENCE_WORDS = (
    " The reference is a two-sided window of the mass of those constituents that "
    "the tagger sees; its centre is chosen on one half of the jets and applied to the other."
)
#: What the two latencies of a report are.
LATENCY_WORDS = (
    "The latency judged here runs from the first word on the input links to the last score out; the latency of the "
    "tagger alone, from its last input to its score, is part of it."
)

LEVELS = {
    "model": "analytical model",
    "model-csynth": "expected HLS report",
    "rtl": "our RTL, cells not counted",
    "rtl-synthesis": "RTL synthesis (Yosys)",
    "routed": "place and route (nextpnr)",
    "hls-csynth": "HLS report",
    "vivado-synthesis": "logic synthesis (Vivado)",
    "vivado-implementation": "place and route (Vivado)",
}


def number(value: float | None, digits: int = 4) -> str:
    """A number with ``digits`` significant digits and thousands separators; whole numbers above that stay
    whole; "-" for none."""
    if value is None:
        return "-"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    if decimals <= 0:
        return f"{round(value):,}"
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if float(value).is_integer() else text


def measured(value: float | None, error: float | None, digits: int = 4, sign: bool = False) -> str:
    """A value with its statistical error, rounded to two digits of the error; without one as :func:`number`.

    Args:
        digits: of a value without error. sign: whether a positive value has a sign.
    """
    if value is None or error is None or error <= 0 or not math.isfinite(error):
        return ("+" if sign and value and value > 0 else "") + number(value, digits)
    decimals = max(0, 1 - math.floor(math.log10(error)))
    text = f"{value:{'+' if sign else ''},.{decimals}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return f"{text} ± {error:,.{decimals}f}"


def quantity(value: float, unit: str) -> str:
    """A number with its unit; shares as per cent."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{number(value, 4)} {unit}".strip()


def spread(low: float | None, high: float | None, digits: int = 4, to: str = " - ") -> str:
    """A range, "low - high"; empty where both ends are the same or none is known."""
    if low is None or high is None or low == high:
        return ""
    return f"{number(low, digits)}{to}{number(high, digits)}"


def counts(model: ModelFacts) -> str:
    """How large a model is, and what of it the build computes in another way."""
    text = f"{model.parameters} parameters"
    if model.parameters_absorbed is not None:
        text += f" ({model.parameters_absorbed} after absorption)"
    if model.collapsed:
        text += f"; sums over pairs in O(N): {', '.join(model.collapsed)}"
    return text
