"""Hardware figures: latency waterfall, resources of one SLR."""

from __future__ import annotations

from fpgajet.devices import Part, part
from fpgajet.errors import BadInput
from fpgajet.report.model import HardwareRow, Report
from fpgajet.report.svg import WIDTH, Picture, Scale
from fpgajet.report.words import LEVELS, number

#: How many fill styles the style sheet has for operators.
FILLS = 5
LEFT, RIGHT, ROW = 112.0, WIDTH - 10, 24.0


def waterfall(report: Report) -> Picture | None:
    """When every step of one jet happens, from the first word in to the score out, and the limit."""
    budget, total = report.budget, _total(report)
    if budget is None or total is None or total.latency_cycles is None or not report.operators:
        return None
    clock = 1000.0 / (total.clock_mhz or budget.clock_mhz)
    start = budget.input_clocks(report.model.constituents) * budget.clock_ns
    steps = [("input links", 0.0, start)]
    for row in report.operators:
        begin = start + clock * (row.start_cycle or 0)
        steps.append((row.name, begin, begin + clock * (row.latency_cycles or 0)))
    end = start + clock * total.latency_cycles
    queue = clock * budget.queue_clocks(round(total.ii or 1))
    if queue:
        steps.append(("other jets", end, end + queue))
    steps.append(("output", end + queue, end + queue + clock * budget.output_clocks))
    last = steps[-1][2]
    picture = Picture(
        "Latency waterfall",
        f"{_level(total)}: from the first word on the links to the last score {number(last)} ns, of "
        f"{number(budget.latency_ns)} ns allowed; one clock is {clock:.3f} ns.",
        height=ROW * len(steps) + 62,
    )
    broken = budget.latency_ns > 3 * last
    scale = Scale(0, last * 1.25 if broken else 1.05 * max(last, budget.latency_ns), LEFT, RIGHT)
    bottom = ROW * len(steps) + 26
    for tick in scale.ticks():
        if broken and tick > last * 1.1:
            continue
        picture.line(scale(tick), 22, scale(tick), bottom, "grid")
        picture.text(scale(tick), bottom + 14, f"{tick:g}", "label", "middle")
    fills = {row.name: f"fill{k % FILLS}" for k, row in enumerate(report.operators)}
    for k, (name, begin, stop) in enumerate(steps):
        y = 24 + ROW * k
        picture.text(LEFT - 6, y + 15, name, "label", "end")
        css = fills.get(name, "around")
        hint = f"{name}: {begin:.1f} to {stop:.1f} ns"
        picture.rectangle(scale(begin), y + 3, scale(stop) - scale(begin), ROW - 8, css, hint)
    at = RIGHT if broken else scale(budget.latency_ns)
    picture.line(at, 18, at, bottom, "limit")
    words = f"limit {number(budget.latency_ns)} ns" + (" (off scale)" if broken else "")
    picture.text(at, 14, words, "limit-label", "end" if at > WIDTH / 2 else "start")
    picture.text(RIGHT, bottom + 29, "time in ns", "label", "end")
    return picture


def resource_bars(report: Report) -> Picture | None:
    """Share of one SLR that every operator takes, and the guards."""
    total, device = _total(report), _device(report)
    if total is None or device is None or not report.operators:
        return None
    names = [("LUT", "lut"), ("FF", "ff"), ("DSP", "dsp"), ("BRAM", "bram")]
    shares = {n: (getattr(total, n) or 0) / device.per_slr(n) for _, n in names}
    text = ", ".join(f"{label} {100 * shares[n]:.1f} %" for label, n in names)
    where = f"one of {device.slr} SLRs" if device.slr > 1 else "the device"
    legend = 16.0 * ((len(report.operators) + 1) // 2)
    picture = Picture(
        f"Resources on {device.name}", f"{_level(total)}: share of {where}: {text}; the dashed lines are the guards.",
        height=34 * len(names) + 50 + legend,
    )  # fmt: skip
    guards = report.budget.guards.model_dump() if report.budget else {}
    high = max(1.0, *(1.05 * s for s in shares.values()))
    scale = Scale(0, 100 * high, 52, RIGHT - 16)
    bottom = 34 * len(names) + 10
    for tick in scale.ticks():
        picture.line(scale(tick), 8, scale(tick), bottom, "grid")
        picture.text(scale(tick), bottom + 14, f"{tick:g} %", "label", "middle")
    for k, (label, name) in enumerate(names):
        y, at = 10 + 34 * k, scale(0)
        picture.text(46, y + 16, label, "label", "end")
        for j, row in enumerate(report.operators):
            width = scale(100 * (getattr(row, name) or 0) / device.per_slr(name)) - scale(0)
            hint = f"{row.name}: {number(getattr(row, name))} {label}"
            picture.rectangle(at, y, width, 22, f"fill{j % FILLS}", hint)
            at += width
        if name in guards:
            guard = scale(100 * guards[name])
            picture.line(guard, y - 3, guard, y + 25, "limit")
        picture.text(min(at + 5, RIGHT - 44), y + 16, f"{100 * shares[name]:.1f} %", "label strong")
    for j, row in enumerate(report.operators):
        x, y = 52 + 150 * (j % 2), bottom + 26 + 16 * (j // 2)
        picture.rectangle(x, y, 12, 10, f"fill{j % FILLS}")
        picture.text(x + 17, y + 9, row.name, "label")
    return picture


def _total(report: Report) -> HardwareRow | None:
    return next((row for row in report.hardware if row.name == "total"), None)


def _level(row: HardwareRow) -> str:
    """Where the figures of a picture come from, as the start of a sentence."""
    name = LEVELS.get(row.level, row.level)
    return name[:1].upper() + name[1:]


def _device(report: Report) -> Part | None:
    total = _total(report)
    try:
        return part(total.part) if total and total.part else None
    except BadInput:
        return None  # an older report of a part that this version does not know
