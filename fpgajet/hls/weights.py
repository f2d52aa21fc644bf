"""Weights in registers: in an hls4ml project they are arguments of the top function."""

from __future__ import annotations

import re
from pathlib import Path

from fpgajet.errors import ToolFailed
from fpgajet.files import read_settings_text, write_text
from fpgajet.ops.network import Network
from fpgajet.ops.registers import registers_of

#: Of the C simulation: takes other weights, as numbers, in the order of their addresses.
SETTER = "fpgajet_set_weights"


def add_weights(project: Path, name: str, network: Network) -> None:
    """Let the top function read weights as wires, the test bench give those of the build, and the C simulation any.

    Args:
        project: as hls4ml has just written it, with our test bench. name: of the top function.

    Raises:
        ToolFailed: hls4ml wrote other code than this version of fpgajet knows.
    """
    registers = registers_of(network)
    if not registers:
        return
    firmware = project / "firmware"
    source = firmware / f"{name}.cpp"
    found = re.findall(r"^    (\w+) (\w+)\[(\d+)\]", _arguments(source), re.MULTILINE)[-len(registers) :]
    wanted = [(register.tensor, register.count) for register in registers]
    if [(re.sub(r"\d+$", "", variable), int(count)) for _, variable, count in found] != wanted:
        raise ToolFailed(_unknown(source))
    variables = [variable for _, variable, _ in found]
    pragmas = "".join(
        f"    #pragma HLS ARRAY_PARTITION variable={v} complete\n    #pragma HLS INTERFACE ap_none port={v}\n"
        for v in variables
    )
    _edit(source, r"(    #pragma HLS INTERFACE ap_vld port=[\w,]+ *\n)", rf"\1{pragmas}")
    bench = project / f"{name}_test.cpp"
    headers = "".join(f'#include "firmware/weights/{v}.h"\n' for v in variables)
    _edit(bench, r'(#include "firmware/nnet_utils/nnet_helpers\.h"\n)', rf"\1{headers}")
    _edit(bench, rf"{name}\(jet, score\);", f"{name}(jet, score, {', '.join(variables)});")
    start, lines = 0, []
    for kind, variable, count in found:
        lines += [
            f"    for (unsigned k = 0; k < {count}; k++)",
            f"        {variable}[k] = {kind}(values[{start} + k]);",
        ]
        start += int(count)
    setter = "\n".join([f'extern "C" void {SETTER}(const double *values) {{', *lines, "}"])
    bridge = project / f"{name}_bridge.cpp"
    write_text(
        bridge,
        f"{read_settings_text(bridge)}\n// Other weights than those of the build, by address.\n{setter}\n",
    )


def _arguments(path: Path) -> str:
    """The text between the brackets of the top function."""
    found = re.search(r"\nvoid \w+\(\n([\s\S]*?)\n\) \{", read_settings_text(path))
    if found is None:
        raise ToolFailed(_unknown(path))
    return found[1]


def _edit(path: Path, pattern: str, replacement: str) -> None:
    """Replace a pattern that must occur once."""
    text, made = re.subn(pattern, replacement, read_settings_text(path))
    if made != 1:
        raise ToolFailed(_unknown(path))
    write_text(path, text)


def _unknown(path: Path) -> str:
    return (
        f"{path.name} is not what fpgajet expects hls4ml to write, so its weights cannot be made arguments: use the "
        "hls4ml version of constraints.txt, or build without --rewritable."
    )
