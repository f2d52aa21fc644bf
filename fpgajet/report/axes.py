"""Axes of a picture: a frame with ticks, curves, histogram outlines and a legend."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from fpgajet.report.svg import WIDTH, Picture, Scale

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


#: of a title, that fit the frame's width
TITLE_CHARACTERS = 48


def raised(exponent: int) -> str:
    """A whole number as an exponent."""
    return str(exponent).translate(_RAISED)


def _wrapped(title: str) -> list[str]:
    """At most two lines, broken after commas only."""
    unbroken = title.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    return textwrap.wrap(unbroken, TITLE_CHARACTERS, max_lines=2, placeholder=" ...", break_on_hyphens=False)


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
        title: str = "",
    ) -> Axes:
        """Draw the frame for the ranges ``x`` and ``y``; ``title`` says above it what the jets are."""
        lines = _wrapped(title)
        left, right, top, bottom = 58.0, WIDTH - 10, 22.0 + 14 * len(lines), picture.height - 36
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
            text = f"10{raised(round(math.log10(value)))}" if log_y else f"{value:g}"
            picture.text(left - 4, at + 4, text, "label", "end")
        picture.text(right, bottom + 30, labels[0], "label", "end")
        picture.text(12, top, labels[1], "label", "end", turn=-90)
        picture.text(left, 15, "fpgajet", "brand")
        for k, line in enumerate(lines):
            picture.text(left, 29 + 14 * k, line, "label")
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

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], css: str) -> None:
        """The area between two curves, cut off at the axis."""
        upper = [(self.x(x), self.y(y)) for x, y in zip(xs, high, strict=True)]
        lower = [(self.x(x), self.y(y)) for x, y in zip(xs, low, strict=True)]
        self.picture.polygon([*upper, *reversed(lower)], css)

    def legend(self, entries: Sequence[tuple[str, str]]) -> None:
        """Samples of lines with their names, in the upper left corner of the frame."""
        x = self.x.start + 10
        for k, (name, css) in enumerate(entries):
            at = self.y.stop + 18 + 15 * k
            self.picture.line(x, at - 4, x + 22, at - 4, css)
            self.picture.text(x + 27, at, name, "label")
