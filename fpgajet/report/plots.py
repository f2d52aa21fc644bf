"""Physics figures: ROC curves, score distributions, equivariance under boosts."""

from __future__ import annotations

from fpgajet.report.axes import Axes
from fpgajet.report.model import Boosts, Report
from fpgajet.report.svg import Picture
from fpgajet.report.words import measured

#: Line styles: colour and dashes differ, so that curves are told apart without colour as well.
STYLES = {
    "float": "curve c1",
    "quantised": "curve c2 dash",
    "csim": "curve c3 dot",
    "jet_mass": "curve c4 dash-dot",
}
#: Curves with an error band. Float and quantised fluctuate together, so that two bands would say nothing more.
BANDS = {"quantised": "band c2-fill", "jet_mass": "band c4-fill"}


def roc(report: Report) -> Picture | None:
    """Background against signal efficiency, logarithmic, with bands of one standard deviation."""
    physics = report.physics
    curves = {
        n: physics.curves[n] for n in STYLES if n in physics.curves and physics.curves[n].signal_efficiency
    }
    if not curves:
        return None
    rows = physics.rows()
    areas = [
        f"{physics.title(n)} AUC {measured(rows[n].auc, rows[n].auc_error)}" for n in curves if n in rows
    ]
    banded = [physics.title(n) for n in BANDS if n in curves and curves[n].background_error]
    bands = f"; bands: one standard deviation from the number of jets ({', '.join(banded)})" if banded else ""
    picture = Picture(
        "ROC curves", f"Background against signal efficiency; {', '.join(areas)}; lower is better{bands}.",
        height=280,
    )  # fmt: skip
    lowest = min((b for c in curves.values() for b in c.background_efficiency if b > 0), default=1e-3)
    floor = max(10.0**-4, min(1e-2, lowest))
    axes = Axes.frame(
        picture, (0, 1), (floor, 1), ("signal efficiency ε_S", "background efficiency ε_B"),
        log_y=True, title=physics.sample,
    )  # fmt: skip
    for name, css in BANDS.items():
        if name in curves and curves[name].background_error:
            curve = curves[name]
            middle, error = curve.background_efficiency, curve.background_error
            low, high = ([b + k * e for b, e in zip(middle, error, strict=True)] for k in (-1, 1))
            axes.band(curve.signal_efficiency, low, high, css)
    for name, curve in curves.items():
        axes.curve(curve.signal_efficiency, curve.background_efficiency, STYLES[name])
    axes.legend([(physics.title(n), STYLES[n]) for n in curves])
    return picture


def scores(report: Report) -> Picture | None:
    """Normalised distributions of the score for signal and background."""
    curves = report.physics.curves
    name = next((n for n in ("csim", "quantised", "float") if n in curves and curves[n].score_edges), None)
    if name is None:
        return None
    curve = curves[name]
    shapes = []
    for counts in (curve.score_signal, curve.score_background):
        total = sum(counts) or 1.0
        shapes.append([c / total for c in counts])
    picture = Picture(
        "Score distributions",
        f"{report.physics.title(name)}: top jets (solid) and QCD jets (dashed), each normalised to 1; "
        f"{len(curve.score_signal)} bins.",
        height=280,
    )
    least = min(h for shape in shapes for h in shape if h > 0)
    axes = Axes.frame(
        picture,
        (curve.score_edges[0], curve.score_edges[-1]),
        (max(1e-5, 0.5 * least), 3.0),
        ("score (top if above 0)", "share of jets per bin"),
        log_y=True,
        title=report.physics.sample,
    )
    axes.steps(curve.score_edges, shapes[0], "curve c1")
    axes.steps(curve.score_edges, shapes[1], "curve c2 dash")
    axes.legend([("top", "curve c1"), ("QCD", "curve c2 dash")])
    return picture


def boosts(data: Boosts | None, sample: str = "") -> Picture | None:
    """Change of the score under boosts against their speed."""
    if data is None or not data.beta:
        return None
    picture = Picture(
        "Equivariance violation under boosts",
        f"{data.label or 'Relative change of the score'} against the boost's speed; median"
        + (" and 90 % quantile." if data.quantile_90 else "."),
        height=280,
    )
    top = 1.1 * max([*data.median, *data.quantile_90, 1e-9])
    axes = Axes.frame(
        picture, (0, max(1.0, *data.beta)), (0, top),
        ("speed of the boost β = v/c", "|change of score| / std. deviation"), log_y=False, title=sample,
    )  # fmt: skip
    axes.curve(data.beta, data.median, "curve c1")
    entries = [("median", "curve c1")]
    if data.quantile_90:
        axes.curve(data.beta, data.quantile_90, "curve c2 dash")
        entries.append(("90 % quantile", "curve c2 dash"))
    axes.legend(entries)
    return picture
