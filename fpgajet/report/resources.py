"""The figure of resources: the share of one SLR that every operator takes, and the guards."""

from __future__ import annotations

from fpgajet.devices import Part, part
from fpgajet.errors import BadInput
from fpgajet.report.latency import level_words, total_row
from fpgajet.report.model import Report
from fpgajet.report.svg import WIDTH, Picture, Scale
from fpgajet.report.words import number

NAMES = (("LUT", "lut"), ("FF", "ff"), ("DSP", "dsp"), ("BRAM", "bram"))
LEFT, RIGHT, ROW = 52.0, WIDTH - 10, 34.0


def resource_bars(report: Report) -> Picture | None:
    """Bars of LUT, FF, DSP and BRAM, one piece per operator."""
    total, device = total_row(report), _device(report)
    if total is None or device is None or not report.operators:
        return None
    shares = {n: (getattr(total, n) or 0) / device.per_slr(n) for _, n in NAMES}
    text = ", ".join(f"{label} {100 * shares[n]:.1f} %" for label, n in NAMES)
    where = f"one of {device.slr} SLRs" if device.slr > 1 else "the device"
    shown = [k for k, row in enumerate(report.operators) if any(getattr(row, n) for _, n in NAMES)]
    bottom = ROW * len(NAMES) + 10
    picture = Picture(
        f"Resources on {device.name}",
        f"{level_words(total)}: share of {where}: {text}; the dashed lines are the guards.",
        height=bottom + 44 + 16.0 * ((len(shown) + 1) // 2),
    )
    guards = report.budget.guards.model_dump() if report.budget else {}
    high = max(1.0, *(1.05 * s for s in shares.values()))
    scale = Scale(0, 100 * high, LEFT, RIGHT - 16)
    for tick in scale.ticks():
        picture.line(scale(tick), 8, scale(tick), bottom, "grid")
        picture.text(scale(tick), bottom + 14, f"{tick:g} %", "label", "middle")
    for k, (label, name) in enumerate(NAMES):
        y, at = 10 + ROW * k, scale(0)
        picture.text(LEFT - 6, y + 16, label, "label", "end")
        for j, row in enumerate(report.operators):
            width = scale(100 * (getattr(row, name) or 0) / device.per_slr(name)) - scale(0)
            picture.bar(at, y, width, 22, j, f"{row.name}: {number(getattr(row, name))} {label}")
            at += width
        if name in guards:
            guard = scale(100 * guards[name])
            picture.line(guard, y - 3, guard, y + 25, "limit")
        picture.text(min(at + 5, RIGHT - 44), y + 16, f"{100 * shares[name]:.1f} %", "label strong")
    picture.text(RIGHT, bottom + 29, f"share of {where}", "label", "end")
    for place, j in enumerate(shown):
        x, y = LEFT + 150 * (place % 2), bottom + 36 + 16 * (place // 2)
        picture.bar(x, y, 14, 11, j)
        picture.text(x + 19, y + 10, report.operators[j].name, "label")
    return picture


def _device(report: Report) -> Part | None:
    total = total_row(report)
    try:
        return part(total.part) if total and total.part else None
    except BadInput:
        return None  # an older report of a part that this version does not know
