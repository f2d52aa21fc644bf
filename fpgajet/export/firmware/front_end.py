"""A tagger cut in two: its front end, which works on one candidate, and the rest, which works on a whole jet."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.ops.forms.log import Log
from fpgajet.ops.network import Network
from fpgajet.ops.puppi_log import PuppiLog
from fpgajet.rtl.design import emit
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.write.design import RtlDesign


@dataclass(frozen=True)
class Halves:
    """Verilog of both halves.

    Attributes:
        front: one candidate (the word of the jet, and its own) to its numbers.
        rest: the numbers of all candidates to the score.
    """

    front: RtlDesign
    rest: RtlDesign


def cut(network: Network) -> tuple[Network, Network]:
    """The front end for one candidate, and the network behind it, which reads what the front end gives.

    Together they are the network: the front end works on every candidate alike, with the word of the jet.

    Raises:
        BadInput: the network has no front end.
    """
    first, *others = network.nodes
    if not isinstance(first.operator, PuppiLog) or any(network.input_name in node.inputs for node in others):
        raise BadInput(
            f"{network.name} reads whole jets: only the input form puppi, with the axis in the jet's word and "
            "candidates in falling pT, has a front end that works on one word after the other. Leave --front-end away."
        )
    one = replace(first, operator=replace(first.operator, constituents=1))
    shape = (network.form.header_rows + 1, network.input_shape[1])
    front = replace(network, name=f"{network.name}: front end", input_shape=shape, nodes=(one,))
    form = Log(**{field.name: getattr(network.form, field.name) for field in fields(Log)})
    rest = Network(
        f"{network.name}: behind the front end",
        first.name,
        (network.constituents, form.columns),
        first.operator.output,
        tuple(others),
        form,
    )
    return front, rest


def emit_halves(network: Network, folder: Path, design: RtlDesign, multipliers: str = "dsp") -> Halves:
    """Write Verilog of both halves, for the clock, the part and the interval of a design of the whole network.

    Raises:
        BadInput: see :func:`cut`.
        MissingTool, CannotWrite: see :func:`fpgajet.rtl.design.emit`.
    """
    front, rest = cut(network)
    options = RtlOptions(multipliers=multipliers, ii=design.ii)
    return Halves(
        emit(front, folder / "front", design.clock_mhz, design.part),
        emit(rest, folder / "rest", design.clock_mhz, design.part, options),
    )


def resized(found: tuple[Format, ...], wanted: tuple[Format, ...], signal: str) -> str:
    """Verilog that makes the bits of one candidate on the bus of the rest from those that the front end gives.

    Args:
        found, wanted: formats on both sides, lowest bits first. signal: what holds the bits of the front end.
    """
    parts, low = [], 0
    for given, target in zip(found, wanted, strict=True):
        high = low + given.width - 1
        fill, part = target.width - given.width, f"{signal}[{high}:{low}]"
        if fill < 0:
            part = f"{signal}[{low + target.width - 1}:{low}]"
        if fill > 0:
            sign = f"{signal}[{high}]" if given.signed else "1'b0"
            part = f"{{{{{fill}{{{sign}}}}}, {part}}}"
        parts.append(part)
        low += given.width
    return "{" + ", ".join(reversed(parts)) + "}"
