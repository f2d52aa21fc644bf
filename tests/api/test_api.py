"""The Python interface: light to import, documented by examples that run, results that show themselves."""

from __future__ import annotations

import doctest
import html
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnx
import pytest

import fpgajet
from fpgajet import api
from fpgajet.errors import BadInput, Mismatch
from fpgajet.files import sha256, write_json
from fpgajet.graph.collapse import collapse
from fpgajet.graph.export import export as to_onnx
from fpgajet.pipeline.export_flow import Export
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.prove_flow import Outcome
from fpgajet.prove.proof import Level, Proof
from fpgajet.rtl import emit
from fpgajet.rtl.options import RtlOptions
from quant.checkpoint import load_model, open_checkpoint
from quant.data import write_jets
from quant.zoo import resolve
from tests.search.spaces import SPACE
from tests.search.test_space import written
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


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_command_line_starts_without_numbers(option: str) -> None:
    """No numpy and nothing that needs it, so that `fpgajet --help` is quick."""
    code = (
        "import sys\nfrom fpgajet.__main__ import main\n"
        f"sys.argv[1:] = [{option!r}]\n"
        "try:\n    main()\nfinally:\n    print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "typer" in loaded
    assert not loaded & {"numpy", "torch", "onnx", "h5py", "hls4ml", "brevitas"}


def test_the_package_and_the_function_estimate_share_a_name() -> None:
    importlib.import_module("fpgajet.estimate")
    assert fpgajet.estimate.COVERAGE == 0.8
    assert repr(fpgajet.estimate("npelican-n8-c2")) == repr(api.estimate("npelican-n8-c2"))
    for name in ("export", "prove", "search"):
        assert callable(importlib.import_module(f"fpgajet.{name}").__call__)
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
    written(work, {"space": {name: SPACE["space"][name] for name in ("constituents", "bits.weight")}})
    return {
        "space": work / "space.toml",
        "work": work,
        "data": work / "jets",
        "sample": shipped_sample(),
        "examples": examples,
        "build_with_verilog": verilog_build(work / "built"),
    }


def verilog_build(root: Path) -> Path:
    """A directory as `fpgajet build --flow rtl` leaves it, as far as a proof and an export read it."""
    network = collapse(load_model(open_checkpoint(resolve("npelican-n8-c2"))).network())
    (root / "checkpoint").mkdir(parents=True)
    onnx.save(to_onnx(network), str(root / "model.onnx"))
    emit(network, root / "rtl", 240.0, "xcvu9p", RtlOptions())
    writes = {"model.onnx": sha256(root / "model.onnx")}
    write_json(root / "build.json", {"settings": {}, "stages": {"model": {"writes": writes}}})
    return root


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


@pytest.mark.slow
def test_the_script_of_the_docs_runs(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("True ")
    assert "+ certificate" in done.stdout


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


def test_a_refuted_proof_is_a_result_that_can_be_raised() -> None:
    refuted = Proof("rtl", Level.REFUTED, "output 0 differs", 5, 2, 70, 0.1, event=3)
    proved = api.Proved(Path("b"), (Outcome(refuted, Path("b/counterexample.npy")),))
    assert (proved.level, repr(proved)) == ("refuted", "<proof of b: refuted>")
    assert "output 0 differs" in page(proved)
    with pytest.raises(Mismatch, match=r"counterexample\.npy"):
        proved.raise_if_refuted()
    with pytest.raises(Mismatch, match=r"raw input \[1, 2\], which is no physical jet"):
        api.Proved(Path("b"), (Outcome(refuted, None, [1, 2]),)).raise_if_refuted()


def test_an_export_shows_its_files(tmp_path: Path) -> None:
    (tmp_path / "tagger.h").write_text("int tagger(void);")
    shown = page(api.Exported((Export(tmp_path, "tagger_v1", 1234),)))
    assert "tagger.h" in shown
    assert "1,234 events" in shown


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
    with pytest.raises(BadInput, match="is not a build directory"):
        fpgajet.prove("nowhere")
    with pytest.raises(BadInput, match="not vhdl"):
        fpgajet.export("nowhere", target="vhdl")
    with pytest.raises(BadInput, match="at least 1"):
        fpgajet.export("nowhere", version=0)
