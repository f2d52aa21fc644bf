"""The figure of bit widths: every edge of the network with its fixed-point type."""

from __future__ import annotations

from fpgajet.fixed import FixedType
from fpgajet.report.axes import raised
from fpgajet.report.model import Report
from fpgajet.report.svg import WIDTH, Picture, Scale

LEFT, RIGHT, ROW = 14.0, WIDTH - 10, 54.0


def bit_widths(report: Report) -> Picture | None:
    """Each edge as a bar of bits over their weights, the most significant bit on the left as numbers are written."""
    stages = report.model.stages
    if not stages:
        return None
    types = [FixedType.from_ap_fixed(s.type) for s in stages]
    high = max(*(t.integer for t in types), 1)
    low = min(*(-t.fraction for t in types), 0)
    scale = Scale(low, high, RIGHT, LEFT)
    bottom = ROW * len(stages) + 8
    picture = Picture(
        "Bit widths",
        "One bar per edge of the network, most significant bit on the left: dark the sign, light the others; the line "
        "is the binary point. "
        + "; ".join(f"{s.stage} {t.bits} bits" for s, t in zip(stages, types, strict=True))
        + ".",
        height=bottom + 34,
    )
    for bit in scale.ticks():
        if bit < high and float(bit).is_integer():
            middle = (scale(bit) + scale(bit + 1)) / 2
            picture.line(middle, bottom - 5, middle, bottom, "tick")
            picture.text(middle, bottom + 13, f"2{raised(round(bit))}", "label", "middle")
    picture.text(RIGHT, bottom + 28, "weight of the bit", "label", "end")
    for k, (stage, precision) in enumerate(zip(stages, types, strict=True)):
        y = ROW * k + 6
        source = f" from {', '.join(stage.inputs)}" if stage.inputs else ""
        picture.text(LEFT, y + 12, stage.stage, "label strong")
        picture.text(RIGHT, y + 12, f"{stage.op_type}{source}", "label", "end")
        for bit in range(-precision.fraction, precision.integer):
            css = "bit sign" if precision.signed and bit == precision.integer - 1 else "bit"
            picture.rectangle(scale(bit + 1) + 0.5, y + 17, scale(bit) - scale(bit + 1) - 1, 11, css)
        picture.line(scale(0), y + 14, scale(0), y + 31, "point")
        picture.text(LEFT, y + 42, precision.ap_fixed().replace("AP_", "").replace(",", ", "), "label")
        picture.text(RIGHT, y + 42, " x ".join(str(n) for n in stage.shape), "label", "end")
    return picture
