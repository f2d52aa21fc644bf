"""Physics figures: ROC curves, score distributions, equivariance under boosts."""

from __future__ import annotations

from fpgajet.report.axes import Axes
from fpgajet.report.model import Boosts, Report
from fpgajet.report.svg import Picture
from fpgajet.report.words import IMPLEMENTATIONS, number

#: Line styles: colour and dashes differ, so that curves are told apart without colour as well.
STYLES = {"float": "curve c1", "quantised": "curve c2 dash", "csim": "curve c3 dot"}


def roc(report: Report) -> Picture | None:
    """Background against signal efficiency, logarithmic."""
    curves = {n: c for n, c in report.physics.curves.items() if c.signal_efficiency and n in STYLES}
    if not curves:
        return None
    metrics = {
        "float": report.physics.float_,
        "quantised": report.physics.quantised,
        "csim": report.physics.csim,
    }
    areas = [f"{IMPLEMENTATIONS[n]} AUC {number(m.auc, 4)}" for n in curves if (m := metrics[n]) is not None]
    picture = Picture(
        "ROC curves", f"Background against signal efficiency; {', '.join(areas)}; lower is better."
    )
    lowest = min((b for c in curves.values() for b in c.background_efficiency if b > 0), default=1e-3)
    floor = max(10.0**-4, min(1e-2, lowest))
    axes = Axes.frame(picture, (0, 1), (floor, 1), ("signal efficiency", "background efficiency"), log_y=True)
    for name, curve in curves.items():
        axes.curve(curve.signal_efficiency, curve.background_efficiency, STYLES[name])
    axes.legend([(IMPLEMENTATIONS[n], STYLES[n]) for n in curves], 68, 44)
    return picture


def scores(report: Report) -> Picture | None:
    """Normalised distributions of the score for signal and background."""
    name = next(
        (n for n in ("csim", "quantised", "float") if n in report.physics.curves
         and report.physics.curves[n].score_edges), None,
    )  # fmt: skip
    if name is None:
        return None
    curve = report.physics.curves[name]
    shapes = []
    for counts in (curve.score_signal, curve.score_background):
        total = sum(counts) or 1.0
        shapes.append([c / total for c in counts])
    picture = Picture(
        "Score distributions",
        f"{IMPLEMENTATIONS[name]}: top jets (solid) and QCD jets (dashed), normalised; "
        f"{len(curve.score_signal)} bins.",
    )
    least = min(h for shape in shapes for h in shape if h > 0)
    axes = Axes.frame(
        picture,
        (curve.score_edges[0], curve.score_edges[-1]),
        (max(1e-5, 0.5 * least), 3.0),
        ("score", "jets per bin / all"),
        log_y=True,
    )
    axes.steps(curve.score_edges, shapes[0], "curve c1")
    axes.steps(curve.score_edges, shapes[1], "curve c2 dash")
    axes.legend([("top", "curve c1"), ("QCD", "curve c2 dash")], 68, 40)
    return picture


def boosts(data: Boosts | None) -> Picture | None:
    """Change of the score under boosts against their speed."""
    if data is None or not data.beta:
        return None
    picture = Picture(
        "Equivariance violation under boosts",
        f"{data.label or 'Relative change of the score'} against the boost's speed; median"
        + (" and 90 % quantile." if data.quantile_90 else "."),
    )
    top = 1.1 * max([*data.median, *data.quantile_90, 1e-9])
    axes = Axes.frame(picture, (0, max(1.0, *data.beta)), (0, top), ("|beta|", "violation"), log_y=False)
    axes.curve(data.beta, data.median, "curve c1")
    entries = [("median", "curve c1")]
    if data.quantile_90:
        axes.curve(data.beta, data.quantile_90, "curve c2 dash")
        entries.append(("90 % quantile", "curve c2 dash"))
    axes.legend(entries, 68, 40)
    return picture
