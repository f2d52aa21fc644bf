"""Figures of resources: the share of one SLR that a design takes, with the guards, and what each operator takes."""

from __future__ import annotations

from fpgajet.devices import Part, part
from fpgajet.errors import BadInput
from fpgajet.report.latency import by_operator, judged_row, level_words, total_row
from fpgajet.report.model import HardwareRow, Report
from fpgajet.report.svg import WIDTH, Picture, Scale
from fpgajet.report.words import number

NAMES = (("LUT", "lut"), ("FF", "ff"), ("DSP", "dsp"), ("BRAM", "bram"))
LEFT, RIGHT, ROW = 52.0, WIDTH - 10, 34.0


def resource_bars(report: Report) -> Picture | None:
    """Bars of LUT, FF, DSP and BRAM of the judged design; one piece per operator where these are known."""
    total, device = judged_row(report), _device(report)
    if total is None or device is None:
        return None
    shares = {n: (getattr(total, n) or 0) / device.per_slr(n) for _, n in NAMES}
    known = {n: _words(total, n, shares[n]) for _, n in NAMES}
    where = f"one of {device.slr} SLRs" if device.slr > 1 else "the device"
    pieces = list(report.operators) if by_operator(report) else [total]
    shown = [k for k, row in enumerate(pieces) if any(getattr(row, n) for _, n in NAMES)]
    shown = shown if len(pieces) > 1 else []
    bottom = ROW * len(NAMES) + 10
    picture = Picture(
        f"Resources on {device.name}",
        f"{level_words(total)}: share of {where}: {', '.join(f'{label} {known[n]}' for label, n in NAMES)}; "
        "the dashed lines are the guards.",
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
        for j, row in enumerate(pieces):
            width = scale(100 * (getattr(row, name) or 0) / device.per_slr(name)) - scale(0)
            picture.bar(at, y, width, 22, j, f"{row.name}: {number(getattr(row, name))} {label}")
            at += width
        if name in guards:
            guard = scale(100 * guards[name])
            picture.line(guard, y - 3, guard, y + 25, "limit")
        picture.text(min(at + 5, RIGHT - 64), y + 16, known[name], "label strong")
    picture.text(RIGHT, bottom + 29, f"share of {where}", "label", "end")
    _legend(picture, report, shown, bottom + 36)
    return picture


def composition(report: Report) -> Picture | None:
    """What each operator takes of the estimate, where the verdict rests on a design that does not say."""
    total = total_row(report)
    if total is None or not report.operators or by_operator(report):
        return None
    shown = [k for k, row in enumerate(report.operators) if any(getattr(row, n) for _, n in NAMES)]
    names = [(label, n) for label, n in NAMES if getattr(total, n)]
    bottom = ROW * len(names) + 10
    picture = Picture(
        "Composition",
        f"{level_words(total)}: share of each operator in the resources that it estimates; the figures above are of "
        "another design of the same network.",
        height=bottom + 44 + 16.0 * ((len(shown) + 1) // 2),
    )
    scale = Scale(0, 100, LEFT, RIGHT - 16)
    for tick in scale.ticks():
        picture.text(scale(tick), bottom + 14, f"{tick:g} %", "label", "middle")
    for k, (label, name) in enumerate(names):
        y, at = 10 + ROW * k, scale(0)
        picture.text(LEFT - 6, y + 16, label, "label", "end")
        whole = sum(getattr(row, name) or 0 for row in report.operators) or 1.0
        for j, row in enumerate(report.operators):
            share = 100 * (getattr(row, name) or 0) / whole
            picture.bar(at, y, scale(share) - scale(0), 22, j, f"{row.name}: {share:.1f} % of {label}")
            at += scale(share) - scale(0)
    picture.text(RIGHT, bottom + 29, "share of the estimate", "label", "end")
    _legend(picture, report, shown, bottom + 36)
    return picture


def _words(total: HardwareRow, name: str, share: float) -> str:
    return "not counted" if getattr(total, name) is None else f"{100 * share:.1f} %"


def _legend(picture: Picture, report: Report, shown: list[int], top: float) -> None:
    for place, j in enumerate(shown):
        x, y = LEFT + 150 * (place % 2), top + 16 * (place // 2)
        picture.bar(x, y, 14, 11, j)
        picture.text(x + 19, y + 10, report.operators[j].name, "label")


def _device(report: Report) -> Part | None:
    total = judged_row(report)
    try:
        return part(total.part) if total and total.part else None
    except BadInput:
        return None  # an older report of a part that this version does not know
