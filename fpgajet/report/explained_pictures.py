"""Figures and formula of what a nanoPELICAN computes, for the HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from fpgajet.report.axes import Axes
from fpgajet.report.explained import ExampleJet, Explanation
from fpgajet.report.svg import Picture
from fpgajet.report.tables import Table, table_of
from fpgajet.report.words import number

#: GeV, marked in the figure of thresholds
MASSES = (("m_W", 80.4), ("m_t", 172.5))
#: how the terms of a channel are written
TERMS = {
    "d_ij": "d<sub>ij</sub>",
    "p_i.J": "p<sub>i</sub>·J",
    "p_j.J": "p<sub>j</sub>·J",
    "m_J^2": "m<sub>J</sub><sup>2</sup>",
    "delta p_i.J": "δ<sub>ij</sub> p<sub>i</sub>·J",
    "delta m_J^2": "δ<sub>ij</sub> m<sub>J</sub><sup>2</sup>",
}
MINUS = "\N{MINUS SIGN}"
#: strengths in which the pairs of a jet are drawn
STRENGTHS = 4


def formula_lines(numbers: Mapping[str, float]) -> Iterator[Markup]:
    """The score and each channel as lines of HTML, numbers in GeV^2."""
    channels = sum(1 for name in numbers if name.endswith(" d_ij"))
    score = Markup("w = {}").format(_signed(numbers["b"], first=True))
    for c in range(1, channels + 1):
        terms = (("sum", "Σ<sub>ij</sub> y<sub>ij{}</sub>"), ("trace", "Σ<sub>i</sub> y<sub>ii{}</sub>"))
        for name, term in terms:
            score += Markup(" {} ").format(_signed(numbers[f"v{c} {name}"])) + Markup(term).format(c)
    yield score
    for c in range(1, channels + 1):
        parts = [(numbers[f"a{c} {name}"], Markup(term)) for name, term in TERMS.items()]
        parts += [(numbers[f"b{c}"], Markup("")), (numbers[f"b'{c}"], Markup("δ<sub>ij</sub>"))]
        shown = [(value, term) for value, term in parts if value]
        inside = Markup(" ").join(
            Markup(" ").join(filter(None, (_signed(value, first=k == 0), term)))
            for k, (value, term) in enumerate(shown)
        )
        yield Markup("y<sub>ij{}</sub> = ReLU({})").format(c, inside)


def _signed(value: float, first: bool = False) -> Markup:
    sign = MINUS if value < 0 else ("" if first else "+")
    if value and abs(value) < 1e-3:
        mantissa, power = f"{abs(value):.3e}".split("e")
        return Markup("{}{}·10<sup>{}</sup>").format(
            sign, f"{float(mantissa):.4g}", str(int(power)).replace("-", MINUS)
        )
    return Markup("{}{}").format(sign, number(abs(value)))


def threshold_picture(found: Explanation, sample: str) -> Picture | None:
    """Pair mass at the threshold of each channel against the jet mass."""
    known = [m for t in found.thresholds for m in t.pair_mass if m is not None]
    if not known:
        return None
    shown = "; ".join(
        f"channel {c + 1} passes pairs {'above' if t.above else 'below'} its line"
        for c, t in enumerate(found.thresholds)
    )
    n = found.thresholds[0].multiplicity
    picture = Picture(
        "Which pairs pass",
        f"Pair mass at which each channel switches, against the jet mass, for two constituents with p·J = m_J² / {n} "
        f"each: {shown}.",
        height=280,
    )
    masses = found.thresholds[0].jet_mass
    axes = Axes.frame(
        picture, (masses[0], masses[-1]), (0, 1.1 * max(known)), ("jet mass m_J (GeV)", "pair mass m_ij (GeV)"),
        log_y=False, title=sample,
    )  # fmt: skip
    for name, mass in MASSES:
        at = axes.x(mass)
        picture.line(at, axes.y.start, at, axes.y.stop, "grid")
        picture.text(at + 3, axes.y.start - 6, name, "label")
    entries = []
    for c, threshold in enumerate(found.thresholds):
        css = f"curve c{c % 4 + 1} {('', 'dash', 'dot', 'dash-dot')[c // 4 % 4]}".strip()
        for piece in _pieces(threshold.jet_mass, threshold.pair_mass):
            axes.curve([x for x, _ in piece], [y for _, y in piece], css)
        entries.append((f"channel {c + 1}", css))
    axes.legend(entries)
    return picture


def _pieces(xs: list[float], ys: list[float | None]) -> Iterator[list[tuple[float, float]]]:
    """The parts of a curve between its gaps."""
    piece: list[tuple[float, float]] = []
    for x, y in zip(xs, ys, strict=True):
        if y is None and piece:
            yield piece
            piece = []
        elif y is not None:
            piece.append((x, y))
    if piece:
        yield piece


def jet_picture(jet: ExampleJet) -> Picture:
    """A jet in the eta-phi plane, with the pairs that raise or lower its score most."""
    picture = Picture(
        jet.what[:1].upper() + jet.what[1:],
        f"Score {number(jet.score)}. Constituents by their share of pT; pairs that raise the score (solid) and lower "
        "it (dashed), the wider the more.",
        height=300,
    )
    reach = 1.15 * max([0.2, *map(abs, jet.eta), *map(abs, jet.phi)])
    axes = Axes.frame(picture, (-reach, reach), (-reach, reach), ("Δη", "Δφ"), log_y=False)
    largest = max((abs(value) for *_, value in jet.strongest), default=1.0)
    for i, j, value in sorted(jet.strongest, key=lambda pair: abs(pair[2])):
        strength = min(STRENGTHS, 1 + int(STRENGTHS * abs(value) / largest))
        points = [(axes.x(jet.eta[k]), axes.y(jet.phi[k])) for k in (i, j)]
        picture.path(points, f"pair {'up' if value > 0 else 'down'} s{strength}")
    for eta, phi, share in zip(jet.eta, jet.phi, jet.share, strict=True):
        picture.circle(axes.x(eta), axes.y(phi), 2 + 18 * share**0.5, "constituent")
    return picture


def explained_tables(found: Explanation | None) -> dict[str, Table]:
    """The scores of the example jets as sums, and which share of pairs passes each channel."""
    if found is None:
        return {}
    return {"scores": _score_table(found), "passing": _passing_table(found)}


def _score_table(found: Explanation) -> Table:
    rows = [(j.what, *(number(x, 6) for x in (j.pairs, j.bias, j.rounding, j.score))) for j in found.examples]
    return table_of(("jet", "pairs", "bias", "last rounding", "score"), rows)


def _passing_table(found: Explanation) -> Table:
    rows = [
        (f"channel {c + 1}", f"{100 * p.background:.1f} %", f"{100 * p.signal:.1f} %")
        for c, p in enumerate(found.passing)
    ]
    return table_of(("pairs that pass", "QCD jets", "top jets"), rows)
