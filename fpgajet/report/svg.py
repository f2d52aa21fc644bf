"""A small SVG writer: axes with ticks, lines, bars and text, coloured by the page's style sheet.

Pictures are drawn 360 units wide, so that on a telephone one unit is about one pixel and text stays readable;
colours are CSS classes, so that they follow light and dark mode and print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 360.0
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class Picture:
    """One figure: ``body`` holds SVG elements; ``title`` and ``description`` are its alternative text."""

    title: str
    description: str
    height: float = 250.0
    body: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, css: str = "", anchor: str = "start", turn: float = 0
    ) -> None:
        """A line of text; ``anchor``: start, middle or end."""
        rotation = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
        self.body.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}"{rotation}>{escape(text)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """A straight line."""
        self.body.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>')

    def rectangle(self, x: float, y: float, width: float, height: float, css: str, hint: str = "") -> None:
        """A filled rectangle; ``hint`` shows when pointed at."""
        inside = f"<title>{escape(hint)}</title>" if hint else ""
        self.body.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" class="{css}">'
            f"{inside}</rect>"
        )

    def path(self, points: Sequence[tuple[float, float]], css: str) -> None:
        """A line through points."""
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.body.append(f'<polyline points="{steps}" class="{css}"/>')

    def render(self, name: str) -> str:
        """The figure as HTML; ``name`` makes its ids unique on the page."""
        return (
            f'<figure id="{name}"><svg viewBox="0 0 {WIDTH:g} {self.height:g}" role="img" '
            f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(self.title)}</title>'
            f'<desc id="{name}-d">{escape(self.description)}</desc>{"".join(self.body)}</svg>'
            f"<figcaption>{escape(self.title)}. {escape(self.description)}</figcaption></figure>"
        )


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


@dataclass
class Axes:
    """A frame with ticks inside, as in particle physics plots, and labels at the ends of the axes."""

    picture: Picture
    x: Scale
    y: Scale

    @classmethod
    def frame(
        cls,
        picture: Picture,
        x: tuple[float, float],
        y: tuple[float, float],
        labels: tuple[str, str],
        log_y: bool,
    ) -> Axes:
        """Draw the frame for the ranges ``x`` and ``y``."""
        left, right, top, bottom = 58.0, WIDTH - 10, 22.0, picture.height - 36
        axes = cls(picture, Scale(*x, left, right), Scale(*y, bottom, top, log_y))
        picture.rectangle(left, top, right - left, bottom - top, "frame")
        for value in axes.x.ticks():
            at = axes.x(value)
            picture.line(at, bottom, at, bottom - 5, "tick")
            picture.line(at, top, at, top + 5, "tick")
            picture.text(at, bottom + 15, f"{value:g}", "label", "middle")
        for value in axes.y.ticks():
            at = axes.y(value)
            picture.line(left, at, left + 5, at, "tick")
            picture.line(right, at, right - 5, at, "tick")
            text = f"10{str(round(math.log10(value))).translate(_RAISED)}" if log_y else f"{value:g}"
            picture.text(left - 4, at + 4, text, "label", "end")
        picture.text(right, bottom + 30, labels[0], "label", "end")
        picture.text(12, top, labels[1], "label", "end", turn=-90)
        picture.text(left, top - 7, "fpgajet", "brand")
        return axes

    def curve(self, xs: Sequence[float], ys: Sequence[float], css: str) -> None:
        """A line through the points whose ordinate is inside a logarithmic axis."""
        points = [(x, y) for x, y in zip(xs, ys, strict=True) if not self.y.log or y >= self.y.low]
        self.picture.path([(self.x(x), self.y(y)) for x, y in points], css)

    def steps(self, edges: Sequence[float], heights: Sequence[float], css: str) -> None:
        """A histogram outline."""
        points = [(edges[0], self.y.low)]
        for k, height in enumerate(heights):
            points += [(edges[k], height), (edges[k + 1], height)]
        points.append((edges[-1], self.y.low))
        self.picture.path([(self.x(x), self.y(max(y, self.y.low))) for x, y in points], css)

    def legend(self, entries: Sequence[tuple[str, str]], x: float, y: float) -> None:
        """Samples of lines with their names, from (x, y) of the picture downwards."""
        for k, (name, css) in enumerate(entries):
            at = y + 15 * k
            self.picture.line(x, at - 4, x + 22, at - 4, css)
            self.picture.text(x + 27, at, name, "label")
