"""The figure of bit widths: every edge of the network with its fixed-point type."""

from __future__ import annotations

from fpgajet.fixed import FixedType
from fpgajet.report.model import Report
from fpgajet.report.svg import WIDTH, Picture, Scale


def bit_widths(report: Report) -> Picture | None:
    """Every edge of the network: what makes it, from what, and the sign, integer and fraction bits it has."""
    stages = report.model.stages
    if not stages:
        return None
    types = [FixedType.from_ap_fixed(s.type) for s in stages]
    high = max(*(t.integer for t in types), 1)
    low = min(*(-t.fraction for t in types), 0)
    scale = Scale(low, high, 14, WIDTH - 10)
    row = 54.0
    picture = Picture(
        "Bit widths",
        "One bar an edge, most significant bit on the right: dark the sign, light the others; the line is the "
        "binary point. "
        + "; ".join(f"{s.stage} {t.bits} bits" for s, t in zip(stages, types, strict=True))
        + ".",
        height=row * len(stages) + 14,
    )
    for k, (stage, precision) in enumerate(zip(stages, types, strict=True)):
        y = row * k + 6
        source = f" from {', '.join(stage.inputs)}" if stage.inputs else ""
        picture.text(14, y + 12, f"{stage.stage}", "label strong")
        picture.text(WIDTH - 10, y + 12, f"{stage.op_type}{source}", "label", "end")
        for bit in range(-precision.fraction, precision.integer):
            css = "bit sign" if precision.signed and bit == precision.integer - 1 else "bit"
            picture.rectangle(scale(bit) + 0.5, y + 17, scale(bit + 1) - scale(bit) - 1, 11, css)
        picture.line(scale(0), y + 14, scale(0), y + 31, "point")
        shape = " x ".join(str(n) for n in stage.shape)
        picture.text(14, y + 42, f"{_short(precision)}", "label")
        picture.text(WIDTH - 10, y + 42, shape, "label", "end")
    return picture


def _short(precision: FixedType) -> str:
    return precision.ap_fixed().replace("AP_", "").replace(",", ", ")
