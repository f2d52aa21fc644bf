"""``fpgajet build --shared-features``: one firmware, two classifiers, all implementations, one report."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet import api
from fpgajet.api.firmware import Built
from fpgajet.cli.build import build as command
from fpgajet.errors import BadInput
from fpgajet.pipeline.build_settings import BuildSettings, command_text, load_settings
from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.pipeline.unchanged import built_before
from fpgajet.rtl import available
from tests.transfer_runs import transfer_runs

SMALL = {"part": "xcvu13p", "max_jets": 200, "edge_vectors": 200, "synth": False, "prove": False}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return transfer_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def built(runs: tuple[Path, Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("shared") / "out"
    return api.build(shared_features=tuple(map(str, runs[:2])), out=out, **SMALL)  # type: ignore[arg-type]


def test_all_implementations_of_all_classifiers_agree(built: Built, runs: tuple[Path, Path, Path]) -> None:
    assert built.exact
    assert built.report.certificate is not None
    found = set(built.report.certificate.implementations)
    present = {name for name, tool in available().items() if tool.present}
    expected = {e.name for e in IMPLEMENTATIONS if e.certified and present.issuperset(e.tools)}
    assert found == {"integer reference", *expected}
    with np.load(built.directory / "scores.npz") as scores:
        assert set(scores) >= {"integer_reference", "torch"}
        together = scores["integer_reference"]
    assert together.shape == (200, 2)
    assert (together[:, 0] != together[:, 1]).any()


def test_the_report_says_what_is_shared(built: Built, runs: tuple[Path, Path, Path]) -> None:
    model = built.report.model
    assert model.features is not None
    assert [(one.run, one.stage, one.first, one.count) for one in model.classifiers] == [
        ("zprime", "score_zprime", 0, 1), ("ttH", "score_ttH", 1, 1)
    ]  # fmt: skip
    assert model.features.stages[-1] == "pool"
    assert model.parameters == model.features.parameters + sum(one.parameters for one in model.classifiers)
    names = [row.name for row in built.report.operators]
    assert names.count("own1") == 1
    alone = api.estimate(runs[0], part="xcvu13p", clock_mhz=360)
    (features,) = {
        round(sum(op.lut.value for op in alone.figures.operators if op.name in model.features.stages))
    }
    assert model.features.lut == pytest.approx(features, rel=1e-3)
    text = (built.directory / "report.md").read_text()
    assert "| features, once for all | 9 stages |" in text
    assert "## Classifiers" in text
    assert "<h2>Classifiers</h2>" in (built.directory / "report.html").read_text()


def test_outputs_have_the_names_of_runs(built: Built) -> None:
    header = (built.directory / "hls" / "firmware" / "fpgajet_classifiers.h").read_text()
    assert re.findall(r"unsigned (\w+) = (\d+);", header) == [("score_zprime", "0"), ("score_ttH", "1")]
    if (built.directory / "rtl").is_dir():
        verilog = (built.directory / "rtl" / "wrapper" / "fpgajet_classifiers.v").read_text()
        assert re.findall(r"output \[15:0\] (\w+)", verilog) == ["score_zprime", "score_ttH"]
        assert re.findall(r"assign (\w+) = score\[(\d+):(\d+)\]", verilog) == [
            ("score_zprime", "15", "0"), ("score_ttH", "31", "16")
        ]  # fmt: skip


def test_features_of_its_own_are_refused_before_anything_is_written(
    runs: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="the features of other are not those of zprime: in the layer"):
        api.build(shared_features=(str(runs[0]), str(runs[2])), out=tmp_path / "out")
    with pytest.raises(BadInput, match="a decision bit is that of one score"):
        api.build(shared_features=tuple(map(str, runs[:2])), out=tmp_path / "out", threshold=3)
    with pytest.raises(BadInput, match="outputs of one name"):
        api.build(shared_features=(str(runs[0]), str(runs[0])), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_settings_and_command_line() -> None:
    with pytest.raises(BadInput, match="model or shared_features"):
        load_settings(None, model="a", shared_features=("b", "c"))
    with pytest.raises(BadInput, match="two runs or more"):
        load_settings(None, shared_features=("b",))
    settings = BuildSettings(shared_features=("b", "c"), part="xcvu13p")
    text = command_text(settings, Path("out"))
    assert text == "fpgajet build --part xcvu13p --out out --shared-features b c"
    assert built_before(settings, None, None, "") is None
    for given in ({"runs": ["a"]}, {"shared_features": True}):
        with pytest.raises(BadInput, match="takes names of runs"):
            command(**given)
