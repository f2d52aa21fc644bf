"""Fits of the model's constants to the published nanoPELICAN firmware."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from statistics import median

from fpgajet.devices import part
from fpgajet.estimate.calibration import calibration
from fpgajet.estimate.figures import Estimate
from fpgajet.estimate.model import estimate_blocks
from fpgajet.estimate.units import resources
from studies.calibration.designs import Design, blocks, npelican_designs
from studies.calibration.fits import Point, Result, leave_one_out, unfitted

TARGETS = ("20p-best-lut", "20p-winograd", "16p-best-lut", "16p-winograd", "16p-ii3")
#: That firmware keeps 12.5 % of the period back, not hls4ml's 27 %.
KNOWN = calibration().model_copy(update={"clock_uncertainty": 0.125})


@cache
def predict(design: Design, known_key: tuple[tuple[str, float], ...] = ()) -> Estimate:
    """The estimate of a published build, with some constants replaced."""
    known = KNOWN.model_copy(update=dict(known_key))
    return estimate_blocks(blocks(design), design.n, part("u250"), 1000 / design.clock_ns, design.ii, known)


def points(measured: str, unit: Callable[[Design], float]) -> list[Point]:
    """Measured figure over ``unit(design)``, for every design that has one."""
    return [
        Point(d.name, d.checkpoint, value / unit(d), d.name in TARGETS)
        for d in npelican_designs()
        if (value := d.measured[measured]) is not None
    ]


def scale(quantity: str, measured: str, unit: Callable[[Design], float]) -> Result:
    """Fit the constant that multiplies ``unit(design)``."""
    return leave_one_out(quantity, points(measured, unit))


def dsp() -> dict[str, Result]:
    """The DSP rules, with nothing fitted: on builds whose weights' share of the DSPs was published, and on all."""
    known = {d.name for d in npelican_designs() if d.dsp_is_known}
    every = points("dsp", lambda d: predict(d).total.dsp.value)
    return {
        "dsp_rules": unfitted("rules", [p for p in every if p.name in known]),
        "dsp": unfitted("rules", every),
    }


def bare(design: Design, **constants: float) -> Estimate:
    """The estimate with constants that leave only what is counted."""
    return predict(design, tuple(sorted(constants.items())))


def csynth_unit(design: Design) -> float:
    """Logic that the HLS report's scale multiplies (tables and products have fixed prices)."""
    known = KNOWN.model_copy(update={"csynth_lut_scale": 1.0})
    nothing = KNOWN.model_copy(update={"csynth_lut_scale": 0.0})
    each = [resources(b, design.ii, k).csynth_lut for k in (known, nothing) for b in blocks(design)]
    return sum(each[:3]) - sum(each[3:])


def csynth_scale() -> Result:
    """Fit of the HLS report's LUTs, errors on the whole figure."""
    found = []
    for d in npelican_designs():
        value = d.measured["csynth_lut"]
        if value is not None:
            fixed = bare(d, csynth_lut_scale=1e-9).csynth.lut.value
            found.append(Point(d.name, d.checkpoint, (value - fixed) / csynth_unit(d), d.name in TARGETS))
    return leave_one_out("csynth_lut_scale", found)


def adder_delay(designs: Sequence[Design]) -> float:
    """The adder delay in ns with the smallest summed error of the latency in cycles."""

    def loss(delay: float) -> float:
        per_group: dict[str, list[float]] = {}
        for d in designs:
            error = abs(bare(d, adder_ns=delay).total.latency_cycles.value - (d.measured["latency"] or 0))
            per_group.setdefault(d.checkpoint, []).append(min(error, 4.0))
        return sum(sum(errors) / len(errors) for errors in per_group.values())

    grid = [k / 100 for k in range(40, 131)]
    lowest = min(loss(delay) for delay in grid)
    best = [delay for delay in grid if loss(delay) <= lowest + 1e-9]
    return round(median(best), 2)


def latency() -> tuple[float, list[tuple[Design, float]]]:
    """Fitted delay, and (design, error in cycles) leaving one design out."""
    designs = [d for d in npelican_designs() if d.measured["latency"] is not None]
    errors = []
    for d in designs:
        delay = adder_delay([other for other in designs if other is not d])
        errors.append((d, bare(d, adder_ns=delay).total.latency_cycles.value - (d.measured["latency"] or 0)))
    return adder_delay(designs), errors


def latency_result(errors: Sequence[tuple[Design, float]]) -> Result:
    """The same errors as ratios, for the interval."""
    found = []
    for d, error in errors:
        measured = d.measured["latency"] or 0.0
        found.append(Point(d.name, d.checkpoint, measured / (measured + error), d.name in TARGETS))
    return unfitted("latency_cycles", found)


def logic_fits(delay: float) -> dict[str, Result]:
    """LUT, FF and DSP by logic synthesis, LUT and FF in the HLS report."""

    def luts(d: Design) -> float:
        return bare(d, adder_ns=delay, lut_scale=1.0).total.lut.value

    lut = scale("lut_scale", "lut", luts)

    def ffs(d: Design) -> float:
        return bare(d, adder_ns=delay, lut_scale=lut.value, ff_per_lut=1.0).total.ff.value

    ff = scale("ff_per_lut", "ff", ffs)
    return {
        "lut": lut,
        "ff": ff,
        "csynth_lut": csynth_scale(),
        "csynth_ff": scale("csynth_ff_scale", "csynth_ff", lambda d: ff.value * ffs(d)),
        **dsp(),
    }
