"""Pictures say what they should: which way bits run, which operators are which, where a limit lies, bands."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fpgajet.devices import part
from fpgajet.estimate import verdict
from fpgajet.report import Report
from fpgajet.report.axes import TITLE_CHARACTERS, _wrapped
from fpgajet.report.bit_widths import bit_widths
from fpgajet.report.latency import beyond_operators, operator_rows, steps, waterfall
from fpgajet.report.model import HardwareRow
from fpgajet.report.plots import boosts, roc, scores
from fpgajet.report.resources import resource_bars
from fpgajet.report.svg import COLOURS, Picture
from tests.report.conftest import row

Values = dict[str, Any]


def elements(picture: Picture | None, name: str, css: str) -> list[dict[str, str]]:
    """Attributes of the elements of one name and class."""
    assert picture is not None
    found = [
        dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(f"<{name} [^>]*>", picture.drawing)
    ]
    return [attributes for attributes in found if attributes["class"] == css]


def shared(values: Values, ii: float, clocks: float) -> Values:
    """The report of a design that shares hardware over time."""
    changed = deepcopy(values)
    changed["hardware"][0] |= {"ii": ii, "latency_cycles": clocks}
    return changed


@pytest.mark.parametrize(("ii", "clocks"), [(1, 15), (6, 27), (1, 14.3)])
def test_the_parts_of_the_latency_add_up(values: Values, ii: float, clocks: float) -> None:
    report = Report.build(shared(values, ii, clocks))
    total, *_ = report.hardware
    rows = list(operator_rows(report))
    assert max((f[0] or 0) + (f[1] or 0) for _, _, f in rows) == pytest.approx(total.latency_cycles)
    parts = steps(report)
    budget = report.budget
    assert budget is not None
    clock = 1000 / budget.clock_mhz
    tagger = [p for p in parts if p.name not in ("input links", "queue", "output")]
    assert max(p.end for p in tagger) - min(p.begin for p in tagger) == pytest.approx(clocks * clock)
    assert parts[0].begin == 0
    slot, device = budget, part(budget.part)
    judged = verdict(total.model_copy(update={"constituents": report.model.constituents}), slot, device)
    assert parts[-1].end == pytest.approx(judged.rows[0].value), "the verdict's latency"
    covered = sorted((p.begin, p.end) for p in parts)
    reached = 0.0
    for begin, end in covered:
        assert begin <= reached + 1e-6, "no gap in the time"
        reached = max(reached, end)


def test_what_is_beyond_the_operators_has_a_name(values: Values) -> None:
    at_ii_6 = beyond_operators(Report.build(shared(values, 6, 27)))
    assert at_ii_6 is not None
    assert at_ii_6[0] == "sharing over time"
    assert at_ii_6[1:] == pytest.approx((14.3, 12.7))
    at_ii_1 = beyond_operators(Report.build(values))
    assert at_ii_1 is not None
    assert at_ii_1[0] == "to whole clocks"
    assert beyond_operators(Report.build(shared(values, 1, 14.3))) is None


def test_a_limit_off_scale_is_an_arrow_not_a_line(values: Values) -> None:
    picture = waterfall(Report.build(values))  # 175 ns of 1,000 ns
    assert elements(picture, "line", "limit") == []
    assert elements(picture, "polyline", "arrow") != []
    values["budget"]["latency_ns"] = 200.0
    picture = waterfall(Report.build(values))
    assert elements(picture, "polyline", "arrow") == []
    assert len(elements(picture, "line", "limit")) == 1


def test_the_most_significant_bit_is_on_the_left(report: Report) -> None:
    picture = bit_widths(report)
    signs, bits = elements(picture, "rect", "bit sign"), elements(picture, "rect", "bit")
    assert len(signs) == 3
    for sign in signs:
        same_edge = [b for b in bits if b["y"] == sign["y"]]
        assert len(same_edge) > 3
        assert float(sign["x"]) < min(float(b["x"]) for b in same_edge)
    assert picture is not None
    weights = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*>2[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+<', picture.drawing)]
    assert len(weights) > 2
    assert weights == sorted(weights, reverse=True), "weights fall from left to right"


def test_thirty_operators_look_different(values: Values) -> None:
    values["operators"] = [row(f"op{k}", k, 1, 1000, 500, 2) for k in range(30)]
    picture = resource_bars(Report.build(values))
    assert picture is not None
    styles: dict[tuple[str, str], list[str]] = {}
    for x, y, css in re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="14.0"[^>]*class="(\w+)"', picture.drawing
    ):
        styles.setdefault((x, y), []).append(css)
    assert len(styles) == 30
    assert len({tuple(style) for style in styles.values()}) == 30


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_every_fill_has_a_colour_of_its_own(scheme: int) -> None:
    style = (Path(__file__).parents[2] / "fpgajet" / "report" / "style.css").read_text()
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--(f\d|outside): (#[0-9a-f]{6})", block))
    assert len(set(colours.values())) == len(colours) == COLOURS + 1
    for k in range(COLOURS):
        assert f".fill{k} {{ fill: var(--f{k}); }}" in style


def test_curves_have_bands_and_the_mass_window_is_drawn(report: Report) -> None:
    picture = roc(report)
    for css in ("band c2-fill", "band c4-fill"):
        (band,) = elements(picture, "polygon", css)
        points = [tuple(map(float, p.split(","))) for p in band["points"].split()]
        upper, lower = points[: len(points) // 2], points[len(points) // 2 :][::-1]
        widths = [below[1] - above[1] for above, below in zip(upper, lower, strict=True)]
        assert min(widths) >= 0
        assert max(widths) > 1
    assert len(elements(picture, "polyline", "curve c4 dash-dot")) == 1
    assert picture is not None
    assert "mass window AUC 0.9000 ± 0.0031" in picture.description


def test_older_reports_have_no_bands(values: Values) -> None:
    for curve in values["physics"]["curves"].values():
        del curve["background_error"]
    picture = roc(Report.build(values))
    assert elements(picture, "polygon", "band c2-fill") == []
    assert picture is not None
    assert "bands" not in picture.description


def test_titles_name_the_sample(report: Report) -> None:
    for picture in (roc(report), scores(report), boosts(report.boosts, report.physics.sample)):
        assert picture is not None
        assert "550 &lt; pT &lt; 650 GeV" in picture.drawing.replace("\N{NO-BREAK SPACE}", " ")


def test_titles_break_after_commas_and_fit() -> None:
    title = "Pythia 8, √s = 14 TeV, delphes-atlas, anti-kT R = 0.8, 550 < pT < 650 GeV"
    lines = _wrapped(title)
    assert len(lines) == 2
    assert lines[0].endswith(",")
    assert all(len(line) <= TITLE_CHARACTERS for line in _wrapped(title * 9))
    assert len(_wrapped(title * 9)) <= 2
    assert _wrapped("") == []


def test_a_row_without_latency_draws_nothing(values: Values) -> None:
    values["hardware"] = [HardwareRow(level="model").model_dump()]
    assert waterfall(Report.build(values)) is None
