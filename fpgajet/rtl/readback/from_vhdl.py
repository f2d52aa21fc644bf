"""The VHDL of a design, proved equal to its Verilog, one pipeline stage at a time.

GHDL synthesises a stage: what it writes is the branch of our library that synthesis tools see, as Verilog with AMD's
primitives. It is compared with the Verilog of the stage as a netlist is (:mod:`fpgajet.rtl.readback.synthesised`). DSP
blocks are cut out there; each set of their parameters is compared too, as polynomials. The registers between the
stages, in ``fpgajet_top``, are not compared here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.files import write_text
from fpgajet.fixed import FixedType
from fpgajet.processes import run
from fpgajet.prove.prover import Prover
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, NotRead
from fpgajet.rtl.readback.machine import Machine
from fpgajet.rtl.readback.modules import Module, read_modules
from fpgajet.rtl.readback.synthesised import compare_netlist
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.rtl.tools.installed import abc_command, ghdl_program, require
from fpgajet.rtl.tools.scratch import run_tool, temporary_folder
from fpgajet.rtl.tools.yosys import DSP_FILE, stage_sources
from fpgajet.rtl.write.design import VHDL, RtlDesign
from fpgajet.scalars import ScalarGraph

STANDARD = "--std=08"
#: Values of the inputs of a block that propose what is to be proved.
SAMPLES, SEED = 64, 5
#: Parameters of blocks in the order in which GHDL puts them into the name of a module.
BLOCKS = {
    "fpgajet_product": ("WA", "SA", "WB", "SB", "WP"),
    "fpgajet_mac": ("WA", "SA", "WB", "SB", "WD", "SD", "PRE", "SIGN", "WP"),
}
_MODULE = re.compile(r"^module (\S+).*?^endmodule\n", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(rf"\b({'|'.join(BLOCKS)})_(\d+(?:_\d+)*)\b")
_PRIMITIVES = re.compile(r"LUT6_2|LUT6|MUXF7|MUXF8|CARRY8")


class StageVhdl(NamedTuple):
    """What was found out about the VHDL of a stage, or of a DSP block with one set of parameters.

    Attributes:
        name: of the entity.
        equal: proved; False: it differs; None: neither is shown.
        reason: why it is not proved, with an input on which the two differ.
        seconds: of the proof.
    """

    name: str
    equal: bool | None
    reason: str
    seconds: float


def prove_vhdl(design: RtlDesign, say: Callable[[str], None] = lambda text: None) -> list[StageVhdl]:
    """Compare every stage, and every DSP block that one of them has, with its Verilog.

    Raises:
        BadInput: the design has no VHDL.
        MissingTool: GHDL, Yosys or its ABC is not installed.
        ToolFailed: one of them does not accept the files.
    """
    if not design.vhdl:
        raise BadInput(f"{design.directory} has no VHDL: `fpgajet rtl --language vhdl` writes it.")
    require("ghdl", "yosys")
    abc_command()
    found: list[StageVhdl] = []
    with temporary_folder("fpgajet-vhdl-") as work:
        files = [design.directory.resolve() / VHDL / name for name in design.vhdl]
        analysis = [ghdl_program(), "-a", STANDARD, *map(str, files)]
        run_tool(analysis, work, "fpgajet-vhdl-", "GHDL does not accept the VHDL", cwd=work)
        blocks: dict[str, str] = {}
        for name in design.stages:
            top = name.removesuffix(".v")
            text, own = _synthesised(work, top)
            blocks |= own
            found.append(_compared(work, top, text, stage_sources(design, name)))
            say(f"{top}: {'proved' if found[-1].equal else found[-1].reason}")
        found += [_block(work, design, name, text) for name, text in sorted(blocks.items())]
    return found


def _synthesised(work: Path, top: str) -> tuple[str, dict[str, str]]:
    """Verilog of a stage without its blocks, and the modules of these."""
    done = run([ghdl_program(), "--synth", STANDARD, "--out=verilog", top], cwd=work)
    if done.status != 0:
        raise ToolFailed(f"GHDL does not synthesise {top}: {done.first_line('error|unhandled')}.")
    modules = {found[1]: found[0] for found in _MODULE.finditer(done.output)}
    blocks = {name: text for name, text in modules.items() if _BLOCK.fullmatch(name)}
    kept = [text for name, text in modules.items() if name not in blocks and not _PRIMITIVES.fullmatch(name)]
    return _BLOCK.sub(_instance, "".join(kept)), blocks


def _parameters(found: re.Match[str]) -> dict[str, int]:
    """Of a block, from its name; GHDL writes negative ones modulo 2**64."""
    values = [int(value) for value in found[2].split("_")]
    names = BLOCKS[found[1]]
    if len(names) != len(values):
        raise ToolFailed(f"GHDL names a DSP block {found[0]}, which is not understood.")
    return {name: v - (1 << 64) if v >> 63 else v for name, v in zip(names, values, strict=True)}


def _instance(found: re.Match[str]) -> str:
    """Module and parameters, as Verilog has them."""
    return f"{found[1]} #({', '.join(f'.{name}({value})' for name, value in _parameters(found).items())})"


def _wrapped(name: str, text: str) -> str:
    """A module with the ports of GHDL's block, which has the block of our Verilog inside."""
    head = text[: text.index(";") + 1]
    ports = re.findall(r"\b([abdpzw])[,)]", head)
    block = _BLOCK.sub(_instance, name)
    return f"{head}\n  {block} block ({', '.join(f'.{port}({port})' for port in ports)});\nendmodule\n"


def _compared(work: Path, top: str, text: str, sources: tuple[list[Path], list[Path]]) -> StageVhdl:
    started = time.perf_counter()
    netlist = work / f"{top}.v"
    write_text(netlist, text)
    equal, reason, _ = compare_netlist(top, sources, netlist, work / "miter.aig")
    return StageVhdl(top, equal, reason, round(time.perf_counter() - started, 1))


def _block(work: Path, design: RtlDesign, name: str, text: str) -> StageVhdl:
    """Both blocks as polynomials in their inputs: a multiplier is too much for SAT."""
    started = time.perf_counter()
    write_text(work / "block.v", text)
    write_text(work / "wrapped.v", _wrapped(name, text))
    graph = ScalarGraph()
    library = str(design.directory.resolve() / DSP_FILE)
    sides = [read_modules(work, files, name) for files in (["wrapped.v", library], ["block.v"])]
    signs = _parameters(_match(name))
    words: dict[str, Word] = {}
    for port, bits in sorted(sides[0][name].inputs.items()):
        # Of a port that is read with a sign, one; z and w are sums modulo the width of the result.
        kind = FixedType(bool(signs.get(f"S{port.upper()}", 1)) and len(bits) > 1, len(bits), 0)
        words[port] = Word(graph.input(len(words), kind), len(bits))
    try:
        verilog, vhdl = (_result(modules, name, graph, words) for modules in sides)
    except NotRead as error:
        return StageVhdl(name, None, str(error), round(time.perf_counter() - started, 1))
    given = [graph.nodes[word.node] for word in words.values()]
    rng = np.random.default_rng(SEED)
    samples = np.stack([rng.integers(n.lowest, n.highest + 1, SAMPLES) for n in given], axis=-1)
    prover = Prover(graph, samples, nested=False)
    prover.reference([verilog])
    left = prover.prove([verilog], [vhdl])
    equal = not left or (None if not left[0].differs else False)
    reason = "" if equal else "has no form in common" if equal is None else "differs in a sample"
    return StageVhdl(name, equal, reason, round(time.perf_counter() - started, 1))


def _match(name: str) -> re.Match[str]:
    found = _BLOCK.fullmatch(name)
    assert found is not None
    return found


def _result(modules: dict[str, Module], top: str, graph: ScalarGraph, words: dict[str, Word]) -> int:
    """Node of the output p, as a number with sign."""
    given: dict[Given, WordBit] = {
        Given(port, place): (word, place) for port, word in words.items() for place in range(word.width)
    }
    inside = Hierarchy(modules, top, lambda port, place, time: Given(port, place))
    numbers = Numbers(graph)
    return numbers.signed(Machine(inside, numbers, given, {}).output("p", 0))
