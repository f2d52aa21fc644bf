"""A bit beside the score: accept the jet or not. Written into the generated top function when a build asks for it."""

from __future__ import annotations

import re
from pathlib import Path

from fpgajet.errors import ToolFailed
from fpgajet.files import read_settings_text, write_text
from fpgajet.ops.network import Network
from fpgajet.verify.certificate import DECISION

_PORT = f"ap_uint<1> &{DECISION}"


def add_decision(project: Path, name: str, network: Network, threshold: int) -> None:
    """Give the top function an output ``decision``: score >= threshold, both as the integers in their bits.

    Top function, prototype, bridge and test bench change; every other file stays. The bit is one more traced stage
    of the C simulation.

    Args:
        project: as hls4ml has just written it, with our test bench. name: of the top function.

    Raises:
        ToolFailed: hls4ml wrote other code than this version of fpgajet knows.
    """
    precision = network.output.operator.output
    kind = "ap_int" if precision.signed else "ap_uint"
    width = precision.bits
    firmware = project / "firmware"
    source = firmware / f"{name}.cpp"
    output = _found(source, r"result_t (\w+)\[1\]")
    _edit(source, (rf"(result_t {output}\[1\])\n\)", rf"\1,\n    {_PORT}\n)"))
    _edit(
        source,
        (r"(#pragma HLS INTERFACE ap_vld port=[\w,]+)", rf"\1,{DECISION}"),
        (r"\n}\n\s*$", _body(output, kind, width, threshold)),
    )
    _edit(firmware / f"{name}.h", (rf"(result_t {output}\[1\])\n\)", rf"\1,\n    {_PORT}\n)"))
    bridge = project / f"{name}_bridge.cpp"
    call = rf"(    {name}\((\w+),({output}_ap))\);"
    _edit(bridge, (call, rf"    ap_uint<1> {DECISION};\n\1,{DECISION});"), count=2)
    storage = r"(    nnet::trace_type_size = element_size;[\s\S]*?)(\n})"
    entry = (
        f'\n    nnet::trace_outputs->insert(std::pair<std::string, void *>("{DECISION}", '
        "(void *) malloc(1 * element_size)));"
    )
    _edit(bridge, (storage, rf"\1{entry}\2"))
    bench = project / f"{name}_test.cpp"
    _edit(
        bench,
        (rf"(        )({name}\(jet, score)\);", rf"\1ap_uint<1> {DECISION};\n\1\2, {DECISION});"),
        (
            r"(        events\+\+;)",
            f"        {kind}<{width}> bits = score[0].range();\n"
            f"        if ({DECISION} != (bits >= {threshold})) {{\n"
            "            if (differences++ < 10)\n"
            '                std::cerr << "DIFFERENT: jet " << events << " decision" << std::endl;\n'
            r"        }\n\1",
        ),
    )


def _body(output: str, kind: str, width: int, threshold: int) -> str:
    return (
        f"\n    {kind}<{width}> score_bits = {output}[0].range();\n"
        f"    {DECISION} = score_bits >= {threshold};\n"
        "#ifndef __SYNTHESIS__\n"
        f'    nnet::save_layer_output<ap_uint<1>>(&{DECISION}, "{DECISION}", 1);\n'
        "#endif\n}\n"
    )


def _found(path: Path, pattern: str) -> str:
    match = re.search(pattern, read_settings_text(path))
    if match is None:
        raise ToolFailed(_unknown(path))
    return match[1]


def _edit(path: Path, *changes: tuple[str, str], count: int = 1) -> None:
    """Replace each pattern, which must occur ``count`` times."""
    text = read_settings_text(path)
    for pattern, replacement in changes:
        text, made = re.subn(pattern, replacement, text)
        if made != count:
            raise ToolFailed(_unknown(path))
    write_text(path, text)


def _unknown(path: Path) -> str:
    return (
        f"{path.name} is not what fpgajet expects hls4ml to write, so no decision bit can be added: use the hls4ml "
        "version of constraints.txt, or build without --threshold."
    )
