"""The Python interface: light to import, documented by examples that run, results that show themselves."""

from __future__ import annotations

import doctest
import html
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fpgajet
from fpgajet import api
from fpgajet.errors import BadInput
from fpgajet.pipeline.jets import shipped_sample
from quant.data import write_jets
from tests.toy_jets import toy_jets

FUNCTIONS = [getattr(api, name) for name in fpgajet.__all__ if name != "__version__"]


def test_importing_loads_nothing_else() -> None:
    """Python's own modules aside; torch and numpy are not among them."""
    code = "import sys; before = set(sys.modules); import fpgajet; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "fpgajet" in loaded
    assert [name for name in done.stdout.split() if name.startswith("fpgajet")] == ["fpgajet"]
    assert loaded <= sys.stdlib_module_names | {"fpgajet"}


def test_the_package_and_the_function_estimate_share_a_name() -> None:
    importlib.import_module("fpgajet.estimate")
    assert fpgajet.estimate.COVERAGE == 0.8
    assert repr(fpgajet.estimate("npelican-n8-c2")) == repr(api.estimate("npelican-n8-c2"))
    with pytest.raises(AttributeError, match="no attribute 'estimat'"):
        fpgajet.estimat  # noqa: B018
    assert set(fpgajet.__all__) <= set(dir(fpgajet))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the examples take for granted."""
    work = tmp_path_factory.mktemp("api")
    for seed, name in enumerate(("train", "val", "test")):
        write_jets(work / "jets" / f"{name}.h5", toy_jets(400, 6, seed))
    examples = Path(__file__).with_name("reports")
    return {"work": work, "data": work / "jets", "sample": shipped_sample(), "examples": examples}


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_the_examples_run(function: Any, names: dict[str, Any]) -> None:
    module = importlib.import_module(function.__module__)
    (example,) = doctest.DocTestFinder(recurse=False).find(
        function, function.__name__, globs=vars(module) | names
    )
    assert example.examples, "a function of the interface has an example"
    found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example)
    assert found.failed == 0


def page(result: Any) -> str:
    """What a notebook shows, out of its frame."""
    frame = result._repr_html_()
    assert frame.startswith("<iframe sandbox srcdoc=")
    return html.unescape(frame.split('srcdoc="')[1].split('"')[0])


def test_results_show_the_tables_of_the_report() -> None:
    estimated = page(fpgajet.estimate("npelican-n8-c2", budget="cms-p2-ct-l2"))
    assert "Operators" in estimated
    assert "LUT of one SLR" in estimated
    reports = Path(__file__).with_name("reports") / "csynth.xml"
    judged = page(fpgajet.verdict(reports, "cms-p2-ct-l2", multiplicity=8))
    assert "67,890" in judged
    assert "[hls-csynth, csynth.xml]" in judged
    evaluated = page(fpgajet.evaluate("npelican-n8-c2", shipped_sample(), max_jets=300))
    assert evaluated.count(" ± ") >= 4


def test_a_name_with_markup_stays_text() -> None:
    metrics = {"float": {"auc": 0.5}}
    shown = page(api.Trained(Path("run"), "<script>x</script>", "quantised", metrics))
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_errors_are_ours_and_nothing_exits() -> None:
    with pytest.raises(BadInput, match="no-such-model"):
        fpgajet.evaluate("no-such-model", shipped_sample())
    with pytest.raises(BadInput, match="unknown key 'sped'"):
        fpgajet.build("npelican", sped=3)
    with pytest.raises(BadInput, match="until is 'tomorrow'"):
        fpgajet.train("jets", "run", until="tomorrow")
    with pytest.raises(BadInput):
        fpgajet.load_jets("nowhere.h5")
