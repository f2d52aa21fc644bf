"""Write an hls4ml project: our headers, test bench, test vectors; complete for csynth and cosim."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.files import write_json, write_text
from fpgajet.fixed import from_real
from fpgajet.folders import atomic_folder
from fpgajet.graph.classifiers import classifiers_of
from fpgajet.hls.backends import BACKENDS
from fpgajet.hls.decision import add_decision
from fpgajet.hls.resources import firmware_file
from fpgajet.hls.tcl import Target, write_tcl
from fpgajet.hls.weights import add_weights
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_values
from fpgajet.quoting import comment, identifier
from fpgajet.verify.certificate import DECISION

#: What the C simulation needs to know about a project, beside its sources.
STAGES_FILE = "fpgajet_stages.json"
#: In ``firmware``: names for the scores of several classifiers.
CLASSIFIERS = "fpgajet_classifiers.h"


def project_name(network: Network) -> str:
    """Name of the top function: the model's name as a C identifier."""
    return identifier(network.name)


def write_project(
    model: onnx.ModelProto,
    network: Network,
    out: Path,
    *,
    part: str,
    clock_mhz: float,
    backend: str = "vitis",
    reuse_factor: int = 1,
    vectors: NDArray[np.float32],
    threshold: int | None = None,
) -> None:
    """Write the project to ``out``, replacing what is there only once the new one is complete.

    Args:
        model: the QONNX model.
        network: the same model, loaded; source of types and of the expected scores.
        out: project directory.
        part: full part name, as the vendor tool wants it.
        clock_mhz: target clock.
        backend: ``vitis`` or ``vivado``.
        reuse_factor: initiation interval of the whole design in clocks; above 1, pair operators share
            their hardware.
        vectors: jets of the test bench, features of the input form, float32 [jets, N, F].
        threshold: also write a bit ``decision``: score >= threshold, as integers.

    Raises:
        BadInput: unknown back end, or a reuse factor that the operators do not support.
        CannotWrite: the directory cannot be written.
    """
    if backend not in BACKENDS:
        raise BadInput(f"unknown backend {backend!r}; choose one of {', '.join(BACKENDS)}.")
    with atomic_folder(out) as fresh:
        _generate(model, network, fresh, part, clock_mhz, backend, reuse_factor)
        _add_test_bench(network, fresh, vectors, decides=threshold is not None)
        add_weights(fresh, project_name(network), network)
        if threshold is not None:
            add_decision(fresh, project_name(network), network, threshold)


def _generate(
    model: onnx.ModelProto,
    network: Network,
    out: Path,
    part: str,
    clock_mhz: float,
    backend: str,
    reuse_factor: int,
) -> None:
    """Let hls4ml convert and write; its prints are kept in a log beside the sources."""
    from hls4ml.converters import convert_from_onnx_model

    from fpgajet.hls.register import give_arguments, register

    register()
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            hls_model = convert_from_onnx_model(
                with_constant_shapes(model),
                output_dir=str(out),
                project_name=project_name(network),
                backend=BACKENDS[backend].hls4ml,
                part=part,
                clock_period=round(1000.0 / clock_mhz, 4),
                hls_config=hls_config(model, network, reuse_factor),
                # The C simulation must read the same weights as synthesis: the headers, not text files.
                write_weights_txt=False,
            )
            hls_model.config.trace_output = True
            give_arguments(hls_model)
            hls_model.write()
    except ValueError as error:
        raise BadInput(f"hls4ml cannot convert {network.name}: {error}.") from error
    write_text(out / "hls4ml.log", printed.getvalue())
    _name_classifiers(network, out / "firmware" / CLASSIFIERS)
    _partition_input(out / "firmware" / f"{project_name(network)}.cpp")
    # hls4ml notes the absolute output directory; a project must not depend on where it was made.
    config = out / "hls4ml_config.yml"
    write_text(config, config.read_text().replace(str(out), "."))
    # hls4ml draws its stamp at random; equal builds are to be equal files.
    drawn, stamp = hls_model.config.config["Stamp"], _stamp(model, part, clock_mhz, backend, reuse_factor)
    for path in (config, out / "build_lib.sh"):
        mode = path.stat().st_mode
        write_text(path, path.read_text().replace(drawn, stamp))
        path.chmod(mode)
    write_tcl(out, Target(project_name(network), backend, part, clock_mhz))


def _name_classifiers(network: Network, path: Path) -> None:
    """Where the scores of each of several classifiers begin in the output of the top function, as constants."""
    found = classifiers_of(network)
    if len(found) == 1:
        return
    lines = [f"static const unsigned {one.name} = {one.first}; // {one.count}, {one.type}" for one in found]
    guard = "FPGAJET_CLASSIFIERS_H_"
    text = "// Where the scores of each classifier begin. Generated by fpgajet.\n\n"
    text += f"#ifndef {guard}\n#define {guard}\n\n"
    namespace = (
        "namespace fpgajet_classifiers {\n" + "\n".join(lines) + "\n} // namespace fpgajet_classifiers\n"
    )
    write_text(path, f"{text}{namespace}\n#endif\n")


def _partition_input(top: Path) -> None:
    """Let the top function divide the jet as the operators that read it do: hls4ml would reshape it into one word."""
    text, made = re.subn(
        r"#pragma HLS ARRAY_RESHAPE (variable=\w+ complete)",
        r"#pragma HLS ARRAY_PARTITION \1",
        top.read_text(),
    )
    if made != 1:
        raise ToolFailed(
            f"{top.name} is not what fpgajet expects hls4ml to write: use the hls4ml version of constraints.txt."
        )
    write_text(top, text)


def _stamp(model: onnx.ModelProto, *settings: object) -> str:
    """Eight hexadecimal digits from what a project is made of."""
    content = model.SerializeToString(deterministic=True) + repr(settings).encode()
    return hashlib.sha256(content).hexdigest()[:8]


def hls_config(model: onnx.ModelProto, network: Network, reuse_factor: int) -> dict[str, Any]:
    """Explicit precision for the input and a trace of every stage; nothing is left to 'auto'."""
    layers: dict[str, Any] = {node.name: {"Trace": True} for node in network.nodes}
    layers[model.graph.input[0].name] = {"Precision": {"result": network.input_type.ap_fixed()}}
    defaults = {
        "Precision": {"default": network.output.operator.output.ap_fixed()},
        "ReuseFactor": reuse_factor,
        "PipelineStyle": "pipeline",
        "PipelineInterval": reuse_factor if reuse_factor > 1 else None,
        "Strategy": "Latency",
    }
    return {"Model": defaults, "LayerName": layers}


def with_constant_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """hls4ml looks up the shape of every input of a node, initialisers included, in ``value_info``."""
    complete = onnx.ModelProto()
    complete.CopyFrom(model)
    known = {value.name for value in complete.graph.value_info}
    complete.graph.value_info.extend(
        helper.make_tensor_value_info(i.name, i.data_type, list(i.dims))
        for i in complete.graph.initializer
        if i.name not in known
    )
    return complete


def _add_test_bench(network: Network, out: Path, vectors: NDArray[np.float32], *, decides: bool) -> None:
    """Our self-checking test bench and its vectors, under the names hls4ml's Tcl scripts expect."""
    project, shapes = project_name(network), network.shapes()
    sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    text = firmware_file("testbench.cpp").read_text()
    for key, value in {
        "PROJECT": project,
        "MODEL": comment(network.name),
        "N_INPUTS": sizes[network.input_name],
        "N_OUTPUTS": sizes[network.output.name],
    }.items():
        text = text.replace(f"@{key}@", str(value))
    write_text(out / f"{project}_test.cpp", text)

    raw = from_real(vectors, network.input_type)
    scores = network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].real
    for name, rows in (("tb_input_features", vectors), ("tb_output_predictions", scores)):
        lines = (" ".join(repr(float(v)) for v in row.ravel()) for row in rows)
        write_text(out / "tb_data" / f"{name}.dat", "\n".join(lines) + "\n")

    stages = {node.name: list(shapes[node.name]) for node in network.nodes}
    if decides:
        stages[DECISION] = [1]
    write_json(
        out / STAGES_FILE,
        {
            "project": project,
            "input": list(network.input_shape),
            "output": network.output.name,
            "stages": stages,
        }
        | ({"registers": len(registers)} if (registers := register_values(network)).size else {}),
    )
