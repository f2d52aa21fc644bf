"""``fpgajet build --shared-features --rewritable``: two classifiers, all implementations, and other weights."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet import api
from fpgajet.api.firmware import Built
from fpgajet.cli.build import build as command
from fpgajet.errors import BadInput
from fpgajet.graph.classifiers import classifiers_of
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from fpgajet.ops.registers import register_types, register_values
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.build_settings import BuildSettings, command_text, load_settings
from fpgajet.pipeline.export_targets import run_exports
from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.prove_command import run_prove
from fpgajet.pipeline.unchanged import built_before
from fpgajet.pipeline.weights_flow import raw_weights, weight_writes
from fpgajet.rtl import available
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from tests.transfer_runs import transfer_runs

SMALL = {"part": "xcvu13p", "max_jets": 200, "edge_vectors": 200, "synth": False, "prove": False}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return transfer_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def built(runs: tuple[Path, Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("shared") / "out"
    both = tuple(map(str, runs[:2]))
    return api.build(shared_features=both, rewritable=True, out=out, **SMALL)  # type: ignore[arg-type]


def test_all_implementations_of_all_classifiers_agree(built: Built, runs: tuple[Path, Path, Path]) -> None:
    assert built.exact
    assert built.report.certificate is not None
    found = set(built.report.certificate.implementations)
    present = {name for name, tool in available().items() if tool.present}
    expected = {e.name for e in IMPLEMENTATIONS.certified({"hls", "rtl"}) if present.issuperset(e.tools)}
    assert found == {"integer reference", *expected}
    assert built.report.certificate.events_by_kind["real events"] == 200
    assert "the scores of real events take" in (built.directory / "report.md").read_text()
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
        verilog = (built.directory / "rtl" / "wrapper" / "fpgajet_weights.v").read_text()
        assert re.findall(r"output \[15:0\] (\w+)", verilog) == ["score_zprime", "score_ttH"]
        assert re.findall(r"assign (\w+) = score\[(\d+):(\d+)\]", verilog) == [
            ("score_zprime", "15", "0"), ("score_ttH", "31", "16")
        ]  # fmt: skip


def test_other_weights_are_compared_too(built: Built) -> None:
    certificate = built.report.certificate
    assert certificate is not None
    compared = certificate.weights
    assert (compared["sets"], compared["events"] > 250) == (16, True)
    flows = {"csim", *(["verilog"] if (built.directory / "rtl").is_dir() else [])}
    assert compared["differences"] == dict.fromkeys(flows, 0)
    registers = built.report.model.registers
    assert registers is not None
    assert (registers.weights, registers.bits) == (10, 2 * (4 * 8 + 12))
    assert "16 sets of weights" in (built.directory / "report.md").read_text()
    assert "weights in registers" in (built.directory / "report.html").read_text()


def test_a_run_becomes_writes(built: Built, runs: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The scores of one run come out at the port of the other."""
    found = weight_writes(built.directory, runs[1], "zprime", tmp_path / "writes.json")
    assert found.compared == 600
    document = json.loads((tmp_path / "writes.json").read_text())
    assert document == found.document
    network = Artefacts(BuildDirectory(built.directory)).network
    types, raw = register_types(network), register_values(network)
    for write in document["writes"]:
        kind = types[write["address"]]
        assert write["bits"] == kind.bits
        sign = kind.signed and write["data"] >> (kind.bits - 1)
        raw[write["address"]] = write["data"] - (sign << kind.bits)
    assert [write["address"] for write in document["writes"]] == list(range(5))
    assert document["writes"][4]["name"] == "score_zprime.bias[0]"
    np.testing.assert_array_equal(raw[:5], raw[5:])  # ttH's own are beside them
    assert (register_values(network)[:5] != raw[:5]).any()
    assert document["axi_lite"][-1] == ["0x00000000", "0x00000001"]
    assert [int(address, 16) for address, _ in document["axi_lite"][:-1]] == [
        0x1000 + 4 * k for k in range(5)
    ]
    assert [int(data, 16) & 0xFF for _, data in document["axi_lite"][:4]] == [
        write["data"] for write in document["writes"][:4]
    ]
    if (built.directory / "rtl").is_dir():
        verilog = (built.directory / "rtl" / "wrapper" / "fpgajet_weights_axi_lite.v").read_text()
        assert f"32'h{document['features_sha256'][:8]}" in verilog


def test_what_does_not_fit_the_firmware_is_refused(
    built: Built, runs: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    build = BuildDirectory(built.directory)
    for run, name, message in (
        (runs[2], "zprime", r"the features of other are not those of .*: in the layer"),
        (runs[1], None, "--classifier score_zprime or score_ttH"),
        (runs[1], "other", "--classifier score_zprime or score_ttH"),
    ):
        with pytest.raises(BadInput, match=message):
            weight_writes(build.root, run, name, tmp_path / "writes.json")
    network = Artefacts(build).network
    place, *_ = classifiers_of(network)
    run = built_network(open_checkpoint(runs[1]))
    last = run.output

    def with_last(**changes: Any) -> Network:
        return replace(run, nodes=(*run.nodes[:-1], replace(last, **changes)))

    weight = last.tensors["weight"]
    finer = replace(weight.type, bits=weight.type.bits + 1, fraction=weight.type.fraction + 1)
    odd = Tensor(FixedArray(2 * weight.values.raw + 1, finer.fraction), finer)
    wider = replace(weight.type, bits=weight.type.bits + 2)
    large = Tensor(FixedArray(weight.values.raw * 0 + wider.highest, wider.fraction), wider)
    for tensor in (odd, large):
        other = with_last(tensors={**last.tensors, "weight": tensor})
        with pytest.raises(BadInput, match=r"score_zprime.weight\[0,0\] is .* in b, which .* does not hold"):
            raw_weights(network, place, other, "b")
    coarse = replace(last.operator.output, fraction=last.operator.output.fraction - 1)
    with pytest.raises(BadInput, match=r"another type of the score.*--freeze types"):
        raw_weights(network, place, with_last(operator=replace(last.operator, output=coarse)), "b")
    assert not (tmp_path / "writes.json").exists()
    for refused in (
        lambda: run_exports(build.root, ["ports"], edges=100),
        lambda: run_prove(build.root),
    ):
        with pytest.raises(BadInput, match="weights in registers"):
            refused()


def test_features_of_its_own_are_refused_before_anything_is_written(
    runs: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="the features of other are not those of zprime: in the layer"):
        api.build(shared_features=(str(runs[0]), str(runs[2])), out=tmp_path / "out")
    with pytest.raises(BadInput, match="a decision bit is that of one score"):
        api.build(shared_features=tuple(map(str, runs[:2])), out=tmp_path / "out", threshold=3)
    with pytest.raises(BadInput, match="outputs of one name"):
        api.build(shared_features=(str(runs[0]), str(runs[0])), out=tmp_path / "out")
    with pytest.raises(BadInput, match="ends with LinEq2to0"):
        api.build("npelican-n8-c2", rewritable=True, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_settings_and_command_line() -> None:
    with pytest.raises(BadInput, match="model or shared_features"):
        load_settings(None, model="a", shared_features=("b", "c"))
    with pytest.raises(BadInput, match="one set of weights"):
        load_settings(None, rewritable=True, threshold=3)
    with pytest.raises(BadInput, match="two runs or more"):
        load_settings(None, shared_features=("b",))
    settings = BuildSettings(shared_features=("b", "c"), part="xcvu13p")
    text = command_text(settings, Path("out"))
    assert text == "fpgajet build --part xcvu13p --out out --shared-features b c"
    assert built_before(settings, None, None, "") is None
    for given in ({"runs": ["a"]}, {"shared_features": True}):
        with pytest.raises(BadInput, match="takes names of runs"):
            command(**given)
