"""Pictures of a search: AUC against a cost, and parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fpgajet.report.axes import Axes
from fpgajet.report.svg import WIDTH, Picture
from fpgajet.report.words import number
from fpgajet.search.known_designs import Design
from fpgajet.search.objectives import OBJECTIVES, pareto_front
from fpgajet.search.results import Row

#: colours are those of the report's style sheet; marks differ in shape too
STYLE = """
.trial { fill: var(--f3); fill-opacity: .7; } .missed { fill: none; stroke: var(--f3); }
.best { fill: var(--c2); } .zoo { fill: var(--c1); } .published { fill: var(--c4); }
.way { fill: none; stroke: var(--f3); stroke-width: .7; stroke-opacity: .5; }
.best-way { fill: none; stroke: var(--c2); stroke-width: 1.4; } .best-line { fill: none; stroke: var(--c2); }
"""
#: of the AUC axis: this share of the range of the front and of the other designs is left below and above it
MARGIN = 0.1


def front_picture(rows: Sequence[Row], cost: str, designs: Sequence[Design]) -> Picture | None:
    """AUC against ``lut`` or ``latency``: trials, those that no feasible other beats in both, and other designs."""
    complete = [row for row in rows if row.state == "complete"]
    feasible = [row for row in complete if row.feasible]
    if not feasible:
        return None
    aims = [OBJECTIVES["auc"], OBJECTIVES[cost]]
    names = ["auc", cost]
    front = [feasible[index] for index in pareto_front([row.values(names) for row in feasible], aims)]
    front.sort(key=lambda row: row.values([cost]))
    shown = [*(row.values(names) for row in front), *([one.auc, getattr(one, cost)] for one in designs)]
    lowest, highest = min(auc for auc, _ in shown), max(auc for auc, _ in shown)
    room = MARGIN * max(highest - lowest, 1e-2)
    furthest = 1.05 * max([value for _, value in shown] + [row.values([cost])[0] for row in feasible])
    label = {"lut": "LUT (estimate)", "latency": "latency (ns, estimate)"}[cost]
    picture = Picture(
        f"AUC against {'LUT' if cost == 'lut' else 'latency'}",
        f"{len(feasible)} feasible trials (discs), {len(complete) - len(feasible)} that miss budget or floor (rings), "
        f"the front of both (line, {len(front)} trials), the zoo (squares), published designs (triangles). Trials "
        "have validation jets, the zoo its own test jets, published designs the public reference set. "
        "Trials below the axis stand on its edge.",
        height=300,
    )
    axes = Axes.frame(
        picture, (0.0, furthest), (lowest - room, highest + room), (label, "AUC, quantised"), log_y=False
    )
    for row in complete:
        auc, value = row.values(names)
        css = "trial" if row.feasible else "missed"
        picture.circle(axes.x(value), axes.y(auc), 2.2, css, _hint(f"trial {row.run}", auc, value, cost))
    axes.curve([r.values([cost])[0] for r in front], [r.values(["auc"])[0] for r in front], "best-line")
    for row in front:
        auc, value = row.values(names)
        picture.circle(axes.x(value), axes.y(auc), 3.2, "best", _hint(f"trial {row.run}", auc, value, cost))
    for design in designs:
        _design(axes, design, cost)
    return picture


def _design(axes: Axes, design: Design, cost: str) -> None:
    value = getattr(design, cost)
    x, y = axes.x(value), axes.y(design.auc)
    if design.published:
        axes.picture.polygon([(x - 4, y + 3.5), (x + 4, y + 3.5), (x, y - 4)], "published")
    else:
        axes.picture.rectangle(x - 3, y - 3, 6, 6, "zoo", _hint(design.name, design.auc, value, cost))


def _hint(name: str, auc: float, value: float, cost: str) -> str:
    return f"{name}: AUC {auc:.4f}, {value:,.0f} {'LUT' if cost == 'lut' else 'ns'}"


def parallel_coordinates(
    rows: Sequence[Row], axes: Sequence[str], objectives: Sequence[str]
) -> Picture | None:
    """Every complete trial as a line over axes of the space and objectives, those of the front on top."""
    complete = sorted((row for row in rows if row.state == "complete"), key=lambda row: row.front)
    columns = [(name, [row.params.get(name) for row in complete]) for name in axes]
    columns += [(name, [row.figures.get(name) for row in complete]) for name in objectives]
    if len(complete) < 2:
        return None
    picture = Picture(
        "Parallel coordinates",
        f"{len(complete)} complete trials, those of the front in colour and on top; from the lowest value of each axis "
        "(below) to its highest. A line has a gap where a trial does not have the axis.",
        height=330,
    )  # fmt: skip
    top, bottom, left = 34.0, picture.height - 145, 44.0
    step = (WIDTH - left - 24) / max(len(columns) - 1, 1)
    heights = []
    for index, (name, values) in enumerate(columns):
        x = left + step * index
        places, ends = _places(values)
        heights.append([None if place is None else bottom - place * (bottom - top) for place in places])
        picture.line(x, top, x, bottom, "tick")
        lower = 13 * (index % 2)  # neighbours do not touch
        picture.text(x, top - 6 - lower, ends[1], "label", "middle")
        picture.text(x, bottom + 14 + lower, ends[0], "label", "middle")
        picture.text(x + 4, bottom + 38, name, "label", "end", turn=-60)
    for index_of_row, row in enumerate(complete):
        css = "best-way" if row.front else "way"
        points: list[tuple[float, float]] = []
        for index, column in enumerate(heights):
            place = column[index_of_row]
            if place is not None:
                points.append((left + step * index, place))
            if (place is None or index == len(heights) - 1) and len(points) > 1:
                picture.path(points, css)
            points = [] if place is None else points
    return picture


def _places(values: Sequence[Any]) -> tuple[list[float | None], tuple[str, str]]:
    """Heights 0 .. 1 of values in their order, and what stands at the two ends."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        low, high = min(known, default=0.0), max(known, default=1.0)
        size = (high - low) or 1.0
        return [None if v is None else (v - low) / size for v in values], (number(low, 3), number(high, 3))
    names = sorted({str(value).lower() for value in known})
    size = max(len(names) - 1, 1)
    places = [None if v is None else names.index(str(v).lower()) / size for v in values]
    return places, (names[0][:7], names[-1][:7])
