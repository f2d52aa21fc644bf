"""Files that are damaged or malformed: refused by both readers in one sentence that names what is wrong."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from fpgajet.errors import BadInput
from fpgajet.estimate.sources import of_onnx
from fpgajet.graph.export import export
from fpgajet.graph.load import load, read_model
from tests.conftest import Run
from tests.estimate.onnx_models import deep_set, mlp
from tests.networks import random_network

Damage = Callable[[onnx.ModelProto], None]


def by_name(model: onnx.ModelProto, end: str) -> TensorProto:
    return next(i for i in model.graph.initializer if i.name.endswith(end))


def put(tensor: TensorProto, value: float) -> None:
    values = numpy_helper.to_array(tensor).copy()
    values.reshape(-1)[0] = value
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def node(model: onnx.ModelProto, op: str = "Quant") -> NodeProto:
    return next(n for n in model.graph.node if n.op_type == op)


def attribute(model: onnx.ModelProto, name: str, value: object) -> None:
    quant = node(model)
    kept = [a for a in quant.attribute if a.name != name]
    del quant.attribute[:]
    quant.attribute.extend([*kept, helper.make_attribute(name, value)])


def parameter(k: int, value: float) -> Damage:
    def damage(model: onnx.ModelProto) -> None:
        name = node(model).input[k]
        put(next(i for i in model.graph.initializer if i.name == name), value)

    return damage


def external(location: str) -> Damage:
    def damage(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)

    return damage


def cycle(model: onnx.ModelProto) -> None:
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))


#: What every reader refuses, and the words that name it.
DAMAGE: dict[str, tuple[Damage, str]] = {
    "duplicated node": (lambda m: m.graph.node.append(m.graph.node[-1]), "something else in the file makes"),
    "removed node": (lambda m: m.graph.node.remove(node(m)), "which nothing in the file makes"),
    "cycle": (cycle, "a cycle or is unordered"),
    "no outputs": (lambda m: m.graph.ClearField("output"), "has no outputs"),
    "output of nothing": (lambda m: setattr(m.graph.output[0], "name", "z"), "its output 'z'"),
    "node without output": (lambda m: node(m).ClearField("output"), "has no output"),
    "NaN weight": (lambda m: put(max(m.graph.initializer, key=lambda i: len(i.raw_data)), np.nan), "NaN or infinite"),
    "infinite weight": (lambda m: put(max(m.graph.initializer, key=lambda i: len(i.raw_data)), np.inf), "NaN or inf"),
    "scale 0": (parameter(1, 0.0), "its scale 0.0 is not"),
    "negative scale": (parameter(1, -1.0), "its scale -1.0 is not"),
    "infinite scale": (parameter(1, np.inf), "NaN or infinite"),
    "zero point": (parameter(2, 3.0), "its zero point is 3"),
    "0 bits": (parameter(3, 0.0), "its bit width 0 "),
    "-3 bits": (parameter(3, -3.0), "its bit width -3 "),
    "4.5 bits": (parameter(3, 4.5), "its bit width 4.5 "),
    "1e30 bits": (parameter(3, 1e30), r"its bit width 1e\+30 "),
    "unknown rounding mode": (lambda m: attribute(m, "rounding_mode", "NEAREST"), "NEAREST"),
    "rounding mode of a wrong type": (lambda m: attribute(m, "rounding_mode", 3), "'rounding_mode' has the wrong"),
    "sign of a wrong type": (lambda m: attribute(m, "signed", "yes"), "'signed' has the wrong type"),
    "quantiser with two inputs": (lambda m: node(m).input.pop(), "has 3 inputs, not 4"),
    "missing external data": (external("weights.bin"), "'weights.bin', which does not exist"),
    "external data elsewhere": (external("../../etc/passwd"), "outside the model's directory"),
    "absolute external data": (external("/etc/passwd"), "outside the model's directory"),
    "external data that is a directory": (external("folder"), "not a regular file"),
    "external data that is short": (external("short.bin"), "values that it states"),
    "two inputs": (lambda m: m.graph.input.add().CopyFrom(
        helper.make_tensor_value_info("second", TensorProto.FLOAT, [1, 4])), "has 2 inputs"),
    "wrong sizes": (lambda m: m.graph.initializer[0].dims.append(7), "values that it states|not a valid ONNX"),
}  # fmt: skip


@pytest.fixture(params=["own", "foreign"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> onnx.ModelProto:
    if request.param == "own":
        return export(random_network(4))
    return onnx.load(str(mlp(tmp_path / "mlp.onnx", (4, 3, 2))))


def refusal(path: Path, reader: Callable[[Path], object]) -> str:
    with pytest.raises(BadInput) as error:
        reader(path)
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(model: onnx.ModelProto, name: str, tmp_path: Path) -> None:
    damage, words = DAMAGE[name]
    (tmp_path / "folder").mkdir()
    (tmp_path / "short.bin").write_bytes(b"1")
    damage(model)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    said = refusal(path, of_onnx)

    assert re.search(words, said), said
    if any(n.domain == "fpgajet.ops" for n in model.graph.node):
        assert re.search(words, refusal(path, lambda p: load(read_model(p), str(p))))


def test_names_that_are_no_text(model: onnx.ModelProto, tmp_path: Path) -> None:
    name = model.graph.node[0].name.encode()
    content = model.SerializeToString().replace(name, b"\xff" * len(name))
    (tmp_path / "m.onnx").write_bytes(content)
    assert "not UTF-8" in refusal(tmp_path / "m.onnx", of_onnx)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"{}",
        b"PK\x03\x04" + bytes(50),
        b"import os\n" * 20,
        bytes(1000),
    ],
)
def test_files_that_are_something_else(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(content)
    assert "is not a complete ONNX model" in refusal(tmp_path / "m.onnx", of_onnx)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    assert "not a regular file" in refusal(tmp_path / "pipe.onnx", of_onnx)
    (tmp_path / "dir.onnx").mkdir()
    assert "not a regular file" in refusal(tmp_path / "dir.onnx", of_onnx)
    assert "not a regular file" in refusal(Path("/dev/null"), of_onnx)
    assert "does not exist" in refusal(tmp_path / "none.onnx", of_onnx)


def test_external_data_is_read(tmp_path: Path) -> None:
    path = mlp(tmp_path / "one.onnx", (4, 3, 2))
    model = onnx.load(str(path))
    onnx.save(
        model, str(tmp_path / "two.onnx"), save_as_external_data=True, size_threshold=0, location="w.bin"
    )
    assert (tmp_path / "w.bin").exists()
    assert [b.inventory for b in of_onnx(path).blocks] == [
        b.inventory for b in of_onnx(tmp_path / "two.onnx").blocks
    ]


def test_bytes_at_random(tmp_path: Path) -> None:
    """Whatever is done to a file, it is estimated or refused."""
    files = [deep_set(tmp_path / "set.onnx", 4), mlp(tmp_path / "mlp.onnx", (4, 3, 2))]
    (tmp_path / "own.onnx").write_bytes(export(random_network(4)).SerializeToString())
    rng, refused, messages = random.Random(5), 0, []
    for _ in range(150):
        content = bytearray(rng.choice([*files, tmp_path / "own.onnx"]).read_bytes())
        for _ in range(rng.choice((1, 2, 8))):
            place = rng.randrange(len(content))
            content[place : place + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
        (tmp_path / "m.onnx").write_bytes(content)
        try:
            of_onnx(tmp_path / "m.onnx")
        except BadInput as error:
            refused += 1
            messages.append(str(error))
    assert refused > 50
    assert not any("\n" in message for message in messages)


def test_the_command_says_it_and_exits_with_2(fpgajet: Run, tmp_path: Path) -> None:
    model = onnx.load(str(mlp(tmp_path / "mlp.onnx", (4, 3, 2))))
    parameter(1, 0.0)(model)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    done = fpgajet("estimate", "m.onnx")
    assert done.returncode == 2
    assert "its scale 0.0" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
