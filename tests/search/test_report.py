"""The report of a search: fronts, importances, table, page."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from fpgajet.search import study as stored
from fpgajet.search.importances import coefficients
from fpgajet.search.known_designs import published_designs, zoo_designs
from fpgajet.search.objectives import dominates, objectives_of, pareto_front
from fpgajet.search.pictures import _places
from fpgajet.search.report import write_report
from fpgajet.search.results import best
from fpgajet.search.worker import Work, work
from tests.search.spaces import formula, settings, started

VALUES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


@given(VALUES)
def test_a_front_is_what_nothing_dominates(rows: list[tuple[int, int]]) -> None:
    aims = objectives_of(["auc", "lut"])
    front = pareto_front(rows, aims)
    assert front
    for index, row in enumerate(rows):
        better = [other for other in rows if other[0] >= row[0] and other[1] <= row[1] and other != row]
        assert (index in front) == (not better)
    assert not any(dominates(rows[a], rows[b], aims) for a in front for b in front)


def test_objectives_are_named_once_and_known() -> None:
    for names, message in (
        (["lutt"], "did you mean lut"),
        ([], "one or more"),
        (["lut", "lut"], "each once"),
    ):
        with pytest.raises(BadInput, match=message):
            objectives_of(names)


def test_coefficients_of_a_linear_figure() -> None:
    rng = np.random.default_rng(3)
    params = [{"a": int(a), "b": bool(b), "c": "x", "d": 1} for a, b in rng.integers(0, 2, (40, 2)) * (9, 1)]
    values = np.array([2.0 * row["a"] - 3.0 * row["b"] for row in params])
    found = coefficients(params, values)
    assert set(found) == {"a", "b"}
    a, b = (np.std([float(row[name]) for row in params]) for name in "ab")
    assert found["a"] == pytest.approx(2 * a / values.std())
    assert found["b"] == pytest.approx(-3 * b / values.std())


def test_places_on_an_axis() -> None:
    assert _places([2, None, 4, 3]) == ([0.0, None, 1.0, 0.5], ("2", "4"))
    assert _places([True, False]) == ([1.0, 0.0], ("false", "true"))
    assert _places([7, 7])[0] == [0.0, 0.0]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search of a formula."""
    out = tmp_path_factory.mktemp("report") / "small"
    started(out, sampler="random")
    work(Work(out, out, 14), run=formula)
    return out


def test_page_table_and_importances(searched: Path) -> None:
    own = started(searched, sampler="random")
    written = write_report(
        searched, own, None, "fpgajet search report small", ["npelican-n8-c2", "vecnet-n16-h8"]
    )
    page = (searched / "search.html").read_text()
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert "http" not in re.sub(r"xmlns=\S+", "", page)
    assert "npelican-n8-c2" in page
    assert "vecnet-n16-h8" not in page, "another family"
    assert "N=16, Winograd" in page
    assert "public reference set" in page
    lines = (searched / "search.csv").read_text().splitlines()
    assert lines[0] == "# fpgajet search report small"
    rows = list(csv.DictReader(lines[1:]))
    assert [row["trial"] for row in rows] == [str(row.number) for row in written.rows]
    assert {row["trial"] for row in rows if row["front"] == "true"} == {
        str(row.number) for row in written.rows if row.front
    }
    lut = written.importances["lut"]
    assert sum(share for share, _ in lut.values()) == pytest.approx(1)
    assert set(list(lut)[:2]) == {"hidden", "bits.weight"}, "the formula has no other"
    assert lut["hidden"][1] is not None
    assert lut["hidden"][1] > 0
    json.dumps(written.importances)


def test_the_best_are_of_the_front_by_the_first_objective(searched: Path) -> None:
    own = started(searched, sampler="random")
    rows = write_report(searched, own, None, "x", []).rows
    for first in ("auc", "lut"):
        chosen = best(rows, 3, own.model_copy(update={"objectives": (first,)}))
        values = [row.figures[first] for row in rows if row.front]
        assert [row.figures[first] for row in chosen] == sorted(values, reverse=first == "auc")[:3]


def test_a_report_of_nothing(tmp_path: Path) -> None:
    own = started(tmp_path)
    with pytest.raises(BadInput, match=r"no journal\.log"):
        write_report(tmp_path, own, None, "x", [])
    stored.open_study(tmp_path, own)
    written = write_report(tmp_path, own, None, "x", [])
    page = (tmp_path / "search.html").read_text()
    assert written.rows == []
    assert "no trials yet" in page
    assert "No trial keeps budget and physics floor" in page


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    own = started(tmp_path)
    (tmp_path / stored.JOURNAL).write_text("{not json\n{}\n")
    with pytest.raises(BadInput, match="the journal is damaged"):
        write_report(tmp_path, own, None, "x", [])


def test_designs_beside_a_front_are_of_its_family() -> None:
    (design,) = zoo_designs(settings(), ["npelican-n8-c2", "npelican-n16-c4-five", "vecnet-n16-h8"])
    assert design.auc == pytest.approx(0.9488, abs=1e-4)
    assert 5_000 < design.lut < 20_000
    source, published = published_designs(settings())
    assert "Vivado" in source
    assert {one.lut for one in published} == {41_763, 47_346, 60_747}
