"""The formula of a nanoPELICAN in LaTeX, and its explanation as a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from fpgajet.report.rendering import render_markdown
from fpgajet.report.words import number

#: how the terms of a channel are written
TERMS = {
    "d_ij": r"\,d_{ij}",
    "p_i.J": r"\,p_i\!\cdot\!J",
    "p_j.J": r"\,p_j\!\cdot\!J",
    "m_J^2": r"\,m_J^2",
    "delta p_i.J": r"\,\delta_{ij}\,p_i\!\cdot\!J",
    "delta m_J^2": r"\,\delta_{ij}\,m_J^2",
}


def explanation_markdown(found: Mapping[str, Any]) -> str:
    """The page of a document of :func:`quant.explanation.document.document`."""
    text = "$$\n" + latex(found["formula"]["quantised"]) + "\n$$"
    return render_markdown("explanation.md.j2", found=found, latex=Markup(text))


def ablation_markdown(found: Mapping[str, Any]) -> str:
    """The page of a VecNet: what is left of the AUC without each kind of channels."""
    return render_markdown("ablation.md.j2", found=found)


def latex(numbers: Mapping[str, float]) -> str:
    """w = b + sum over channels of the sums over pairs and over the diagonal, with its numbers.

    Args:
        numbers: by the names of :func:`quant.explanation.canonical.names`.
    """
    channels = sum(1 for name in numbers if name.endswith(" d_ij"))
    lines = [rf"w &= {_signed(numbers['b'], first=True)}"]
    relus = []
    for c in range(1, channels + 1):
        of_sum, of_trace = (_signed(numbers[f"v{c} {name}"]) for name in ("sum", "trace"))
        lines.append(rf"{of_sum}\sum_{{ij}} y_{{ij{c}}} {of_trace}\sum_i y_{{ii{c}}}")
        terms = [(numbers[f"a{c} {name}"], term) for name, term in TERMS.items()]
        terms += [(numbers[f"b{c}"], ""), (numbers[f"b'{c}"], r"\,\delta_{ij}")]
        inside = "".join(_signed(value) + term for value, term in terms if value)
        relus.append(rf"y_{{ij{c}}} &= \mathrm{{ReLU}}\bigl({inside.lstrip('+')}\bigr)")
    head = " ".join([lines[0], *lines[1:]])
    return r"\begin{aligned}" + "\n" + " \\\\\n".join([head, *relus]) + "\n" + r"\end{aligned}"


def _signed(value: float, first: bool = False) -> str:
    """A number with its sign, in powers of ten where it is small."""
    text = number(abs(value)).replace(",", r"{,}")
    if value and abs(value) < 1e-3:
        mantissa, power = f"{abs(value):.3e}".split("e")
        text = rf"{float(mantissa):.4g}\cdot 10^{{{int(power)}}}"
    sign = "-" if value < 0 else ("" if first else "+")
    return sign + text
