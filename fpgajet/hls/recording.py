"""The C++ of a project as a list of operations: compiled with types that write down what is computed.

The sources are compiled as they lie in the project, against the headers in ``recorder``, and the program runs once, in
a process of its own. As code that branches on values does not compile, this one run is that of every jet.

A line of the recording is an operation and its operands; the number of the line names its result:

==================================================  =================================================================
``input K SIGNED BITS FRACTION ROUNDING OVERFLOW``  number K of the jet, of that type
``constant V``                                      an integer
``add A B``, ``subtract A B``, ``multiply A B``     exact
``shift A N``                                       A * 2**N
``quantise A F SIGNED BITS TO ROUNDING OVERFLOW``   the raw value, with TO fraction bits, that A with F fraction bits
                                                    becomes; the modes are numbers of AP_RND ... and AP_SAT ...
``less A B``, ``nonzero A``, ``not A``, ``and A B`` one bit
``select C A B``                                    A where C is 1, else B
``table A B ...``                                   a table with these entries, which are constants
``lookup T A``                                      entry A of table T
``stage NAME F A B ...``                            the results of an operator, raw values with F fraction bits;
                                                    ``=`` is what the top function returns
==================================================  =================================================================
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from fpgajet.errors import ToolFailed
from fpgajet.files import write_text
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.folders import ScratchFolder, refuse_links
from fpgajet.hls.backends import COMPILER
from fpgajet.hls.csim import dialect, require_compiler
from fpgajet.hls.project_facts import facts
from fpgajet.hls.resources import firmware_file
from fpgajet.processes import run
from fpgajet.scalars import Op, ScalarGraph
from fpgajet.verify.certificate import DECISION

HEADERS = Path(__file__).parent / "recorder"
#: The header of ours whose text is required, since the recorder has a version of its own.
REPLACED = "fpgajet_select.h"
RETURNED = "="
_ROUNDINGS = {0: Rounding.HALF_UP, 4: Rounding.HALF_EVEN, 5: Rounding.FLOOR}
_OVERFLOWS = {0: Overflow.SAT, 2: Overflow.SAT_SYM, 3: Overflow.WRAP}
MAIN = """\
#include "firmware/TOP.h"

int main(int, char **given) { return recorder::record(TOP, INPUTS, OUTPUTS, given[1]); }
"""
#: Seconds after which compiler or program are stopped.
LONGEST = 1800.0


class NotRecorded(Exception):
    """The C++ cannot be read as operations; the text says why."""


@dataclass(frozen=True)
class Recording:
    """What a top function computes.

    Attributes:
        lines: operation and operands.
        stages: by name, fraction bits and numbers of the lines of its values.
    """

    lines: tuple[tuple[str, ...], ...]
    stages: Mapping[str, tuple[int, tuple[int, ...]]]

    def nodes(self, graph: ScalarGraph, wanted: tuple[int, ...], known: Mapping[int, int]) -> list[int]:
        """Nodes of some lines.

        Args:
            graph: gets the nodes.
            wanted: numbers of lines.
            known: lines whose nodes are known, the inputs among them.

        Raises:
            NotRecorded: an operation that has no exact definition here, or an input that is not known.
            ValueError: a type of more than 53 bits, or an address that can leave its table.
        """
        found = dict(known)
        needed: set[int] = set()
        open_lines = list(wanted)
        while open_lines:
            number = open_lines.pop()
            if number not in needed and number not in found:
                needed.add(number)
                open_lines += self._operands(number)
        for number in sorted(needed):
            if self.lines[number][0] != "table":
                found[number] = self._node(graph, number, found)
        return [found[number] for number in wanted]

    def _operands(self, number: int) -> list[int]:
        name, *words = self.lines[number]
        counted = {"input": 0, "constant": 0, "shift": 1, "quantise": 1}.get(name, len(words))
        return [int(word) for word in words[:counted]]

    def _node(self, g: ScalarGraph, number: int, found: Mapping[int, int]) -> int:  # noqa: PLR0911
        name, *words = self.lines[number]
        x = [int(word) for word in words]
        match name:
            case "constant":
                return g.constant(x[0])
            case "shift":
                return g.shift(found[x[0]], x[1])
            case "quantise":
                return g.quantise(found[x[0]], x[1], _type(*x[2:]))
            case "not":
                return g.subtract(g.constant(1), found[x[0]])
            case "and":
                return g.gate(found[x[0]], found[x[1]])
            case "lookup":
                entries = [g.nodes[found[int(word)]] for word in self.lines[x[0]][1:]]
                if any(entry.op is not Op.CONSTANT for entry in entries):
                    raise NotRecorded("a table of values that are no constants")
                return g.lookup(g.table(entry.number for entry in entries), found[x[1]])
            case "add" | "subtract" | "multiply" | "less" | "nonzero" | "select":
                return int(getattr(g, name)(*(found[a] for a in x)))
        raise NotRecorded(f"line {number}: {name}")


def _type(signed: int, bits: int, fraction: int, rounding: int, overflow: int) -> FixedType:
    if rounding not in _ROUNDINGS or overflow not in _OVERFLOWS:
        raise NotRecorded(
            "a rounding or overflow mode without a definition here (AP_RND_ZERO, AP_SAT_ZERO, ...)"
        )
    if signed and bits == 1:
        raise NotRecorded("a signed type of one bit")
    if _OVERFLOWS[overflow] is Overflow.SAT_SYM and not signed:
        raise NotRecorded("symmetric saturation of an unsigned type")
    return FixedType(bool(signed), bits, fraction, _ROUNDINGS[rounding], _OVERFLOWS[overflow])


@functools.cache
def _checked() -> tuple[str, ...]:
    """Reading beyond an array stops the recording, where the compiler has this check."""
    with ScratchFolder("fpgajet-record-") as work:
        main = work / "main.cpp"
        write_text(main, "int main() {}\n")
        options = ("-fsanitize=address",)
        return options if run([COMPILER, *options, "-o", work / "main", main], timeout=60).status == 0 else ()


def record(project: Path, input_type: FixedType, *, synthesis: bool = False) -> Recording:
    """Compile the C++ of a project and write down what it computes.

    Args:
        project: as written by :func:`fpgajet.hls.project.write_project`; it stays as it is.
        input_type: of the numbers of a jet.
        synthesis: what a synthesis tool reads, with ``__SYNTHESIS__`` defined; then no stage is recorded.

    Raises:
        MissingTool: no g++ on PATH.
        BadInput: not a project written by fpgajet, or one with links or special files in it.
        NotRecorded: the sources do not compile against the recorder, or compute with other types.
    """
    require_compiler()
    found = facts(project)
    refuse_links(project)
    header = project / "firmware" / "nnet_utils" / REPLACED
    if header.is_file() and header.read_bytes() != firmware_file(REPLACED).read_bytes():
        raise NotRecorded(f"{REPLACED} was changed")
    name = found["project"]
    sizes = {"INPUTS": prod(found["input"]), "OUTPUTS": prod(found["stages"][found["output"]])}
    with ScratchFolder("fpgajet-record-") as work:
        main, program, written = work / "main.cpp", work / "record", work / "recording.txt"
        text = MAIN.replace("TOP", name)
        for word, size in sizes.items():
            text = text.replace(word, str(size))
        write_text(main, text)
        command: list[str | Path] = [COMPILER, "-O0", *_checked(), *dialect(), "-w", f"-I{HEADERS}", "-I."]
        command += ["-include", HEADERS / "fpgajet_record.h", *(["-D__SYNTHESIS__"] if synthesis else [])]
        command += ["-o", program, f"firmware/{name}.cpp", main]
        try:
            done = run(command, cwd=project, timeout=LONGEST)
            if done.status != 0:
                raise NotRecorded(
                    f"the C++ does not compile against recording types: {done.first_line('error:|undefined')}"
                )
            done = run([program, written], cwd=work, timeout=LONGEST)
        except ToolFailed as error:
            raise NotRecorded(str(error)) from error
        if done.status != 0:
            raise NotRecorded(f"the recording stopped: {done.first_line('.')}")
        lines = tuple(tuple(line.split()) for line in written.read_text(encoding="utf-8").splitlines())
    stages: dict[str, tuple[int, tuple[int, ...]]] = {}
    for operation, *words in lines:
        if operation == "input" and _type(*map(int, words[1:])) != input_type:
            raise NotRecorded(f"the numbers of a jet are not of the type {input_type}")
        if operation == "stage":
            if words[0] in stages:
                raise NotRecorded(f"the stage {words[0]} is recorded twice")
            stages[words[0]] = int(words[1]), tuple(int(word) for word in words[2:])
    return Recording(lines, {n: s for n, s in stages.items() if n != DECISION})
