"""The parts of the latency, which add up to the total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.links import last_jet
from fpgajet.report.model import Report
from fpgajet.report.svg import WIDTH, Picture, Scale
from fpgajet.report.words import LEVELS, number

LEFT, RIGHT, ROW = 112.0, WIDTH - 10, 24.0


@dataclass(frozen=True)
class Step:
    """One part of the latency.

    Attributes:
        name: for people. begin, end: in ns after the first word on the input links.
        operator: index of the operator, or None for what is outside of the operators.
    """

    name: str
    begin: float
    end: float
    operator: int | None = None


def total_row(report: Report) -> HardwareRow | None:
    """The whole design at the level that the rows of operators belong to."""
    return next((row for row in report.hardware if row.name == "total"), None)


def judged_row(report: Report) -> HardwareRow | None:
    """The whole design at the level on which the verdict rests: tiles and pictures show these figures."""
    level = report.verdict.level if report.verdict else ""
    rows = [row for row in report.hardware if row.level == level]
    return rows[0] if rows else total_row(report)


def by_operator(report: Report) -> bool:
    """Whether the verdict rests on figures that are known operator by operator."""
    total = total_row(report)
    return bool(report.operators) and total is not None and judged_row(report) is total


def level_words(row: HardwareRow) -> str:
    """Where the figures of a picture come from, as the start of a sentence."""
    name = LEVELS.get(row.level, row.level)
    return name[:1].upper() + name[1:]


def beyond_operators(report: Report) -> tuple[str, float, float] | None:
    """What the total has beyond its operators: its name, the clock it starts in, and its clocks.

    Operators start and end within clocks; the total is whole clocks, and hardware that is shared over time
    adds its own. None where there is nothing to add.
    """
    total = total_row(report)
    if total is None or total.latency_cycles is None or not report.operators:
        return None
    end = max((row.start_cycle or 0.0) + (row.latency_cycles or 0.0) for row in report.operators)
    clocks = total.latency_cycles - end
    if clocks < 5e-4:  # starts are rounded to a thousandth of a clock
        return None
    return ("sharing over time" if (total.ii or 1) > 1 else "to whole clocks"), end, clocks


def steps(report: Report) -> list[Step]:
    """Every part of the latency of an event's last jet, from the first word in to the last score out.

    The tagger is one part where the verdict rests on a design whose operators are not known one by one.
    """
    budget, total = report.budget, judged_row(report)
    if budget is None or total is None or total.latency_cycles is None:
        return []
    clock = 1000.0 / (total.clock_mhz or budget.clock_mhz)
    # The jet's own word arrives over the links too, where the input form has one.
    slots = next((row.constituents for row in report.hardware if row.constituents), report.model.constituents)
    last = last_jet(budget, slots, round(total.ii or 1), clock)
    start = clock * last.entered
    found = [Step("input links", 0.0, clock * last.complete)]
    if last.queue:
        found.append(Step("queue", clock * last.complete, start))
    end = start + clock * total.latency_cycles
    found += _operator_steps(report, start, clock) if by_operator(report) else [Step("tagger", start, end, 0)]
    found.append(Step("output", end, last.latency_ns(total.latency_cycles)))
    return found


def _operator_steps(report: Report, start: float, clock: float) -> Iterator[Step]:
    for k, row in enumerate(report.operators):
        begin = start + clock * (row.start_cycle or 0)
        yield Step(row.name, begin, begin + clock * (row.latency_cycles or 0), k)
    rest = beyond_operators(report)
    if rest is not None:
        name, first, clocks = rest
        yield Step(name, start + clock * first, start + clock * (first + clocks))


def waterfall(report: Report) -> Picture | None:
    """When every part happens, and the limit; a limit far beyond the picture is an arrow, not a line."""
    parts, budget, total = steps(report), report.budget, judged_row(report)
    if not parts or budget is None or total is None:
        return None
    last, limit = parts[-1].end, budget.latency_ns
    off_scale = limit > 3 * last
    picture = Picture(
        "Latency waterfall",
        f"{level_words(total)}: from the first word on the links to the last score {number(last)} ns, of "
        f"{number(limit)} ns allowed; one clock is {1000.0 / (total.clock_mhz or budget.clock_mhz):.3f} ns.",
        height=ROW * len(parts) + 62,
    )
    scale = Scale(0, last * 1.15 if off_scale else 1.05 * max(last, limit), LEFT, RIGHT)
    bottom = ROW * len(parts) + 26
    for tick in scale.ticks():
        if off_scale and scale(tick) > RIGHT - 24:
            continue  # the sign for the broken axis stands there
        picture.line(scale(tick), 22, scale(tick), bottom, "grid")
        picture.text(scale(tick), bottom + 14, f"{tick:g}", "label", "middle")
    for k, step in enumerate(parts):
        y = 24 + ROW * k
        picture.text(LEFT - 6, y + 15, step.name, "label", "end")
        hint = f"{step.name}: {step.begin:.1f} to {step.end:.1f} ns"
        width = scale(step.end) - scale(step.begin)
        picture.bar(scale(step.begin), y + 3, width, ROW - 8, step.operator, hint)
    picture.text(RIGHT, bottom + 29, "time in ns", "label", "end")
    if off_scale:
        _arrow(picture, f"limit {number(limit)} ns, off scale", bottom)
    else:
        at = scale(limit)
        picture.line(at, 18, at, bottom, "limit")
        picture.text(at, 14, f"limit {number(limit)} ns", "limit-label", "end" if at > WIDTH / 2 else "start")
    return picture


def _arrow(picture: Picture, words: str, bottom: float) -> None:
    """The axis is broken, and the limit lies beyond its end."""
    picture.text(RIGHT - 26, 14, words, "limit-label", "end")
    picture.path([(RIGHT - 22, 10), (RIGHT, 10)], "arrow")
    picture.path([(RIGHT - 6, 5), (RIGHT, 10), (RIGHT - 6, 15)], "arrow")
    for x in (RIGHT - 7, RIGHT - 3):
        picture.line(x - 2, bottom + 5, x + 2, bottom - 5, "tick")


def operator_rows(report: Report) -> Iterator[tuple[str, str, list[float | None]]]:
    """Name, type, and start, clocks, LUT, FF and DSP of every part of the design."""
    for row in report.operators:
        yield row.name, row.op_type, [row.start_cycle, row.latency_cycles, row.lut, row.ff, row.dsp]
    rest = beyond_operators(report)
    if rest is not None:
        name, first, clocks = rest
        yield name, "", [first, clocks, None, None, None]
