#!/usr/bin/env python3
"""Draw the diagrams of the documentation site: docs/assets/way.svg, layer.svg and sharing.svg.

    python scripts/draw_diagrams.py

Text stands on filled boxes or in a grey that both a white and a dark page show, so one file serves both modes.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from fpgajet.files import write_text
from studies.docs_tables.markers import DOCS

BLUE, GREEN, ORANGE, VIOLET, GREY = "#2f6fb0", "#1f7a5c", "#b3561b", "#7447a8", "#7d8590"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    "<title>{title}</title><style>text{{font:14px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#fff;"
    "text-anchor:middle}}.note{{fill:#7d8590;font-size:13px}}.left{{text-anchor:start}}.small{{font-size:12px}}"
    "</style><defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' "
    "orient='auto'><path d='M0 0 8 4 0 8z' fill='#7d8590'/></marker></defs>\n"
)


def box(x: float, y: float, width: float, height: float, lines: list[str], colour: str) -> str:
    """A filled box with centred lines of text."""
    found = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{colour}"/>'
    top = y + height / 2 - 8.5 * (len(lines) - 1) + 5
    for k, line in enumerate(lines):
        css = ' class="small"' if k else ""
        found += f'<text x="{x + width / 2}" y="{top + 17 * k}"{css}>{escape(line)}</text>'
    return found + "\n"


def arrow(*points: tuple[float, float]) -> str:
    """A line with a tip at its last point."""
    steps = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{steps}" fill="none" stroke="{GREY}" stroke-width="1.6" marker-end="url(#tip)"/>\n'


def line(*points: tuple[float, float]) -> str:
    """A line without a tip."""
    return arrow(*points).replace(' marker-end="url(#tip)"', "")


def note(x: float, y: float, text: str, css: str = "") -> str:
    """Grey text beside the boxes."""
    return f'<text x="{x}" y="{y}" class="note {css}">{escape(text)}</text>\n'


def way() -> str:
    """The way of the data, from jets to verdict."""
    width, height = 760, 392
    parts = [
        box(20, 16, 210, 46, ["jets", "(E, px, py, pz) in GeV"], GREY),
        box(275, 16, 210, 46, ["float training", "PyTorch"], BLUE),
        box(530, 16, 210, 46, ["quantised fine-tuning", "the hardware's own arithmetic"], BLUE),
        arrow((230, 39), (271, 39)), arrow((485, 39), (526, 39)),
        arrow((635, 62), (635, 80), (380, 80), (380, 100)),
        box(250, 104, 260, 46, ["network: a list of operators", "exact integers define every bit"], VIOLET),
        arrow((380, 150), (380, 178)), arrow((300, 150), (300, 164), (125, 164), (125, 178)),
        arrow((460, 150), (460, 164), (635, 164), (635, 178)),
        box(20, 182, 210, 46, ["QONNX file", "onnxruntime, qonnx"], GREEN),
        box(275, 182, 210, 46, ["hls4ml C++", "compiled by g++"], GREEN),
        box(530, 182, 210, 46, ["Verilog or VHDL", "simulated clock by clock"], GREEN),
        arrow((125, 228), (125, 256)), arrow((380, 228), (380, 256)), arrow((635, 228), (635, 256)),
        box(20, 260, 720, 46, ["certificate: all implementations, every stage, bit for bit",
                               "20,000 jets and 50,000 edge vectors; a proof for all inputs where one is found"],
            ORANGE),
        arrow((380, 306), (380, 330)),
        box(20, 334, 720, 46, ["report: physics with errors, latency and resources with ranges, verdict",
                               "against the budget of a trigger"], VIOLET),
    ]  # fmt: skip
    return _page(width, height, "From jets to verdict", parts)


def layer() -> str:
    """A nanoPELICAN: pairs, six aggregators, channels, score."""
    width, height = 760, 330
    parts = [
        box(16, 128, 120, 60, ["N momenta", "p_i"], GREY),
        arrow((136, 158), (164, 158)),
        box(168, 128, 130, 60, ["N x N products", "d_ij = p_i . p_j"], BLUE),
    ]
    names = ["d_ij", "p_i . J", "p_j . J", "m_J²", "δ_ij p_i . J", "δ_ij m_J²"]
    for k, name in enumerate(names):
        y = 18 + 50 * k
        parts += [
            arrow((298, 158), (336, y + 18)),
            box(340, y, 118, 36, [name], GREEN),
            line((458, y + 18), (500, 158)),
        ]
    parts += [
        box(500, 118, 110, 80, ["C channels", "weights, biases,", "ReLU"], ORANGE),
        arrow((610, 158), (634, 158)),
        box(638, 118, 110, 80, ["score", "sums over ij", "and over i = j"], VIOLET),
        note(399, 324, "six aggregators that no permutation of constituents changes"),
        note(555, 222, "a linear map, C x 6"),
        note(227, 212, "Lorentz invariant"),
    ]
    return _page(width, height, "A nanoPELICAN", parts)


def sharing() -> str:
    """Four products of a jet with initiation interval 1 and with interval 2."""
    width, height, cell = 760, 284, 74
    colours = [BLUE, ORANGE, GREEN]
    parts = []
    for left, title, units, interval in (
        (20, "II 1: four multipliers", 4, 1),
        (400, "II 2: two multipliers", 2, 2),
    ):
        parts.append(note(left, 24, title, "left"))
        for unit in range(units):
            y = 44 + 44 * unit
            parts.append(note(left, y + 23, f"x{unit + 1}", "left"))
            for clock in range(4):
                jet, turn = divmod(clock, interval)
                product = unit * interval + turn
                parts.append(
                    box(left + 34 + (cell + 8) * clock, y, cell, 36, [f"jet {jet + 1}", f"product {product + 1}"],
                        colours[jet % 3] if jet < 3 else VIOLET)
                )  # fmt: skip
        base = 44 + 44 * units + 16
        for clock in range(4):
            parts.append(note(left + 34 + (cell + 8) * clock + cell / 2, base, f"clock {clock + 1}"))
    parts.append(note(20, 268, "A new jet every clock needs hardware for every product.", "left"))
    parts.append(note(400, 268, "A new jet every second clock uses a multiplier twice.", "left"))
    return _page(width, height, "Sharing over time", parts)


def _page(width: int, height: int, title: str, parts: list[str]) -> str:
    return HEAD.format(width=width, height=height, title=title) + "".join(parts) + "</svg>\n"


def main() -> None:
    for name, draw in (("way", way), ("layer", layer), ("sharing", sharing)):
        write_text(DOCS / "assets" / f"{name}.svg", draw())


if __name__ == "__main__":
    main()
