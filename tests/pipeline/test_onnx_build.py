"""``fpgajet build`` of an ONNX file that was not made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from fpgajet.errors import BadInput
from fpgajet.files import read_json
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.foreign.hardware import ForeignNetwork, foreign_network
from fpgajet.graph.foreign.run_qonnx import ForeignFile
from fpgajet.graph.load import load, read_model
from fpgajet.ops.forms import GivenFeatures, form_from_json
from fpgajet.pipeline.build import open_context
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.foreign_context import ForeignContext
from fpgajet.pipeline.foreign_events import RANDOM, events_of, random_events
from fpgajet.pipeline.reporter import Silent
from fpgajet.rtl import available
from fpgajet.verify.certificate import certify
from tests.conftest import Run
from tests.estimate.onnx_models import Model

FEATURES, CLASSES = 6, 3
ALL = ["integer reference", "foreign file (qonnx)", "onnxruntime", "qonnx", "csim", "c emulator", "verilog"]
rtl_tools = pytest.mark.skipif(
    not all(available()[tool].present for tool in ("alkaid", "verilator")), reason="the RTL tools are missing"
)


def mlp(
    path: Path,
    batch: int | None = None,
    outputs: int = CLASSES,
    last: bool = True,
    shape: tuple[int, ...] = (FEATURES,),
) -> Path:
    """As Brevitas exports it: quantised input, weights and activations, biases in floating point."""
    m = Model(shape, 3)
    x, width = m.quant("x", 8, 2.0**-4), FEATURES
    for k, after in enumerate((8, outputs)):
        w = m.quant(m.constant(f"w{k}", m.rng.normal(size=(width, after)).astype(np.float32)), 5, 2.0**-3)
        bias = m.constant(f"b{k}", m.rng.normal(size=after).astype(np.float32))
        x, width = m.node("Add", [m.node("MatMul", [x, w]), bias]), after
        if k == 0:
            x = m.quant(m.node("Relu", [x]), 6, 0.25, signed=0)
    return m.save(path, m.quant(x, 8, 0.125) if last else x, batch)


def foreign(path: Path) -> ForeignNetwork:
    return foreign_network(read_foreign(read_model(path), path.name))


@rtl_tools
def test_a_brevitas_mlp_is_built_and_exact_in_all_implementations(tmp_path: Path, fpgajet: Run) -> None:
    mlp(tmp_path / "mlp.onnx")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, 200)
    np.savez(tmp_path / "jets.npz", features=rng.normal(0, 2, (200, FEATURES)), labels=labels)
    common = ("--model", "mlp.onnx", "--no-synth", "--edge-vectors", "300")
    done = fpgajet("build", *common, "--jets", "jets.npz")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "builds" / "mlp-xcvu9p"
    report = read_json(out / "report.json")
    assert report["certificate"]["implementations"] == ALL
    assert report["certificate"]["total_differences"] == 0
    assert report["model"]["yardstick"] == "qonnx's own execution of mlp.onnx, to the last bit"
    proofs = report["certificate"]["proofs"]
    assert len(proofs) == 2  # Verilog and C++
    for proof in proofs:
        assert proof["level"] == "proved" or "too many values to try" in proof["reason"], proof
    assert report["verdict"]["status"] in ("pass", "marginal")
    assert {row["level"] for row in report["hardware"]} >= {"model", "rtl"}
    assert (out / "rtl" / "fpgajet_top.v").is_file()
    with np.load(out / "scores.npz") as scores:
        found = scores["foreign file (qonnx)"]
        assert found.shape == (200, CLASSES)
        share = (found.argmax(1) == labels).mean()
    assert report["physics"]["foreign_file"]["accuracy"] == pytest.approx(share)
    assert report["physics"]["verilog"]["accuracy"] == pytest.approx(share)
    assert report["physics"]["foreign_file"]["auc"] is None

    again = fpgajet("build", *common)  # the same directory without jets: nothing of the physics is left
    assert again.returncode == 0, again.stderr
    assert f"no physics: {RANDOM}" in again.stdout
    assert RANDOM in again.stderr
    text = (out / "report.md").read_text()
    assert RANDOM in text
    assert "## Physics" not in text


def test_wrong_features_are_refused_before_anything_is_written(tmp_path: Path, fpgajet: Run) -> None:
    mlp(tmp_path / "mlp.onnx")
    np.save(tmp_path / "wrong.npy", np.zeros((10, FEATURES + 1)))
    done = fpgajet("build", "--model", "mlp.onnx", "--jets", "wrong.npy")
    assert done.returncode == 2
    assert (
        f"features float64 [10, {FEATURES + 1}]; this model takes numbers [events, {FEATURES}]" in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "builds").exists()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.zeros((4, 2))}, "has the arrays x; name the one"),
        ({"features": np.zeros((0, 2))}, "takes numbers"),
        ({"features": np.full((4, 2), np.nan)}, "not finite"),
        ({"features": np.full((4, 2), 1e300)}, "not finite"),
        ({"features": np.array([["a", "b"]])}, "takes numbers"),
        ({"features": np.array([[{}, {}]])}, "not a NumPy file of numbers"),
        ({"features": np.zeros((4, 2)), "labels": np.zeros(3, int)}, "one integer per event"),
        ({"features": np.zeros((4, 2)), "labels": np.zeros(4)}, "one integer per event"),
        ({"features": np.zeros((4, 2)), "labels": np.arange(4)}, "labels from 0 to 3; this model tells 3"),
        ({"features": np.zeros((4, 2)), "labels": np.ones(4, int)}, "at least two"),
    ],
)
def test_feature_files(tmp_path: Path, arrays: dict[str, Any], words: str) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(BadInput, match=words):
        events_of(tmp_path / "x.npz", (2,), 3, None)


def test_what_is_no_file_of_features(tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text("1 2 3")
    for name, words in (("text.npy", "not a NumPy file"), ("none.npy", "no file")):
        with pytest.raises(BadInput, match=words):
            events_of(tmp_path / name, (2,), 2, None)


@pytest.mark.parametrize("batch", [None, 1, 4])
@pytest.mark.parametrize("shape", [(FEATURES,), (3, FEATURES)])
def test_the_file_itself_agrees_whatever_its_batch(
    tmp_path: Path, batch: int | None, shape: tuple[int, ...]
) -> None:
    path = mlp(tmp_path / "mlp.onnx", batch, shape=shape)
    found = foreign(path)
    assert found.network.input_shape == (shape if len(shape) == 2 else (1, *shape))
    events = random_events(found.network, 1, 30).features
    result = certify(found.network, [ForeignFile(read_model(path), found)], {"x": events}, score_kind="x")
    assert result.total_differences == 0
    assert result.values_compared > len(events)


def test_a_file_that_differs_is_found(tmp_path: Path) -> None:
    path = mlp(tmp_path / "mlp.onnx")
    found, model = foreign(path), read_model(path)
    bias = next(i for i in model.graph.initializer if i.name == "b1")
    bias.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + np.float32(0.2), "b1"))
    events = random_events(found.network, 1, 30).features
    result = certify(found.network, [ForeignFile(model, found)], {"x": events}, score_kind="x")
    assert result.total_differences > 0


def test_the_exported_model_carries_the_form(tmp_path: Path) -> None:
    from fpgajet.graph.export import export

    network = foreign(mlp(tmp_path / "mlp.onnx")).network
    assert load(export(network)).form == GivenFeatures(FEATURES)
    assert form_from_json({"form": "given", "columns": 4}) == GivenFeatures(4)
    with pytest.raises(ValueError, match="at least one column"):
        form_from_json({"form": "given", "columns": 0})


@rtl_tools
def test_a_brevitas_deep_set_is_built_and_exact_in_all_implementations(tmp_path: Path, fpgajet: Run) -> None:
    """As torch's exporter writes it: dynamic batch, external data; scales that are no powers of two."""
    from tests.graph.foreign import brevitas_models

    shape = (brevitas_models.CONSTITUENTS, brevitas_models.FEATURES)
    brevitas_models.export(brevitas_models.DeepSet(), shape, tmp_path / "set.onnx")
    assert (tmp_path / "set.onnx.data").exists()
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(300, *shape)))
    done = fpgajet(
        "build", "--model", "set.onnx", "--no-synth", "--edge-vectors", "300", "--jets", "x.npy", "--json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    names = ["foreign file (float64)" if name == "foreign file (qonnx)" else name for name in ALL]
    assert report["certificate"]["implementations"] == names
    assert report["certificate"]["total_differences"] == 0
    yardstick = report["model"]["yardstick"]
    assert yardstick.startswith(
        "set.onnx in real numbers, executed in float64, to the last bit of every quantiser"
    )
    assert "of 300 events" in yardstick
    assert {"Rescale", "ConstituentSum", "ConstituentMax", "FlatConstituents", "Join", "Activation"} <= {
        stage["op_type"] for stage in report["operators"]
    }


def test_sums_in_front_of_a_function_are_rounded_and_that_is_said(tmp_path: Path) -> None:
    m = Model((4,), 1)
    x = m.quant("x", 6, 0.125)
    w = m.quant(m.constant("w", m.rng.normal(size=(4, 3)).astype(np.float32)), 8, 2.0**-6)
    path = m.save(tmp_path / "m.onnx", m.quant(m.node("Tanh", [m.node("MatMul", [x, w])]), 8, 2.0**-7))
    context = open_context(BuildSettings(model=str(path)), tmp_path / "out", Silent())
    assert isinstance(context, ForeignContext)
    assert [entry.name for entry in context.implementations][:2] == ["onnxruntime", "qonnx"]
    assert "the argument of tanh3 is rounded to ap_fixed<10,4" in context.notes[0]
    words = context.yardstick()
    assert words.startswith(
        "the integer reference, because a constant of m.onnx is rounded; qonnx's own execution"
    )
    assert int(words.split("differs in ")[1].split(" ")[0].replace(",", "")) > 0


def test_a_rounded_bias_of_the_scores_is_a_constant(tmp_path: Path) -> None:
    """It is taken off again before scores are compared, so that the file stays in the certificate."""
    path = mlp(tmp_path / "mlp.onnx", last=False)
    context = open_context(BuildSettings(model=str(path)), tmp_path / "out", Silent())
    assert isinstance(context, ForeignContext)
    assert next(iter(context.implementations)).name == "foreign file (qonnx)"
    (note,) = context.notes
    assert "so that scores differ from those of the file by constants of up to" in note
    found = ForeignFile(read_model(path), context.foreign)
    result = certify(context.foreign.network, [found], {"x": context.features}, score_kind="x")
    assert result.total_differences == 0


def test_the_precision_of_the_input_belongs_to_files_without_one(tmp_path: Path, fpgajet: Run) -> None:
    for model in (str(mlp(tmp_path / "mlp.onnx")), "npelican"):
        done = fpgajet("build", "--model", model, "--input-precision", "ap_fixed<8,4>")
        assert done.returncode == 2
        assert "--input-precision" in done.stderr
        assert "Traceback" not in done.stderr
