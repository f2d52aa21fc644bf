"""A small SVG writer: lines, bars and text, coloured by the page's style sheet.

Pictures are drawn 360 units wide, so that on a telephone one unit is about one pixel and text stays readable;
colours are CSS classes, so that they follow light and dark mode and print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

WIDTH = 360.0
#: fill styles of operators in the style sheet: colours, and hatchings for those that come after
COLOURS, HATCHINGS = 10, 2


@dataclass
class Picture:
    """One figure: ``body`` holds SVG elements; ``title`` and ``description`` are its alternative text."""

    title: str
    description: str
    height: float = 250.0
    body: list[Markup] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, css: str = "", anchor: str = "start", turn: float = 0
    ) -> None:
        """A line of text; ``anchor``: start, middle or end."""
        rotation = Markup(' transform="rotate({:g} {:.1f} {:.1f})"').format(turn, x, y) if turn else ""
        element = Markup('<text x="{:.1f}" y="{:.1f}" class="{}" text-anchor="{}"{}>{}</text>')
        self.body.append(element.format(x, y, css, anchor, rotation, text))

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """A straight line."""
        element = Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>')
        self.body.append(element.format(x1, y1, x2, y2, css))

    def rectangle(self, x: float, y: float, width: float, height: float, css: str, hint: str = "") -> None:
        """A filled rectangle; ``hint`` shows when pointed at."""
        inside = Markup("<title>{}</title>").format(hint) if hint else ""
        element = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}">{}</rect>')
        self.body.append(element.format(x, y, max(width, 0), height, css, inside))

    def bar(
        self, x: float, y: float, width: float, height: float, operator: int | None, hint: str = ""
    ) -> None:
        """A rectangle in the style of operator number ``operator``; None: outside of the operators.

        There are :data:`COLOURS` colours; after them they come again, hatched, so that operators stay distinct.
        """
        if operator is None:
            self.rectangle(x, y, width, height, "around", hint)
            return
        hatching, colour = divmod(operator, COLOURS)
        self.rectangle(x, y, width, height, f"fill{colour}", hint)
        if hatching:
            self.rectangle(x, y, width, height, f"hatch{min(hatching, HATCHINGS)}", hint)

    def polygon(self, points: Sequence[tuple[float, float]], css: str) -> None:
        """A filled outline."""
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.body.append(Markup('<polygon points="{}" class="{}"/>').format(steps, css))

    def path(self, points: Sequence[tuple[float, float]], css: str) -> None:
        """A line through points."""
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.body.append(Markup('<polyline points="{}" class="{}"/>').format(steps, css))

    def circle(self, x: float, y: float, radius: float, css: str, hint: str = "") -> None:
        """A disc; ``hint`` shows when pointed at."""
        inside = Markup("><title>{}</title></circle>").format(hint) if hint else Markup("/>")
        element = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="{}"{}')
        self.body.append(element.format(x, y, radius, css, inside))

    @property
    def drawing(self) -> Markup:
        """All elements, as they stand inside ``<svg>``."""
        return Markup("").join(self.body)


@dataclass(frozen=True)
class Scale:
    """From values to units of the picture, linear or logarithmic."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Position of a value; values outside are put on the edge."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Round values: decades, or about five steps of 1, 2 or 5."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**k for k in range(first, last + 1)]
        raw = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]
