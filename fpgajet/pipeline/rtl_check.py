"""``fpgajet rtl --check``: the Verilog as it lies in a build, simulated against the model that the build recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.folders import exclusive, require_own
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_types
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.pipeline.rtl_flow import MODEL, model_is_recorded, model_network, test_jets
from fpgajet.rtl.build import check_vhdl, compare
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.installed import require
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.write.design import DESIGN_FILE, RtlDesign


@dataclass(frozen=True)
class Checked:
    """Jets that were simulated; none of them differs. vhdl: those simulated in VHDL, 0 where there is none."""

    compared: int
    vhdl: int


def check_rtl(
    build_dir: Path, jets: int, reporter: Reporter | None = None, *, trust: bool = False
) -> Checked:
    """Simulate the Verilog in ``build_dir/rtl`` and write nothing.

    Args:
        jets: how many; see :func:`fpgajet.pipeline.rtl_flow.test_jets`.
        trust: also with files of another user: what Verilator compiles runs with the rights of the caller.

    Raises:
        BadInput: no Verilog, ``model.onnx`` is not the one that the build recorded, or files of another user.
        MissingTool: Verilator or g++ is not installed.
        Mismatch: a score, a valid bit or a decision differs, or a file is not as it was written.
        ToolFailed: the Verilog, as it was written, does not compile.
    """
    network = model_network(build_dir)
    design = RtlDesign.read(BuildDirectory(build_dir).verilog)
    if not model_is_recorded(build_dir):
        raise BadInput(
            f"{build_dir / MODEL} is not the one that the build recorded, so it says nothing about the Verilog: "
            "`fpgajet build` writes it again."
        )
    require_own(build_dir, trust=trust, what="its Verilog")
    require("verilator", "g++")
    listener = reporter or Silent()
    with exclusive(build_dir), reported(listener, "rtl"):
        changed = design.changed()
        try:
            _require_ports(network, design)
            given = test_jets(network, jets)
            differences = compare(network, VerilogSimulation(design), given)
            vhdl = check_vhdl(network, design, given, listener.line)
        except (ToolFailed, Mismatch) as error:
            if not changed:
                raise
            raise Mismatch(f"{_named(changed)}, and {error}") from error
    _refuse(design, changed, len(given), differences + (vhdl["differences"] if vhdl else 0))
    return Checked(len(given), vhdl["compared"] if vhdl else 0)


def _require_ports(network: Network, design: RtlDesign) -> None:
    """The buses that ``design.json`` states are those of the model."""
    given, score = network.input_type, network.output.operator.output
    held = register_types(network)
    inputs = [given] * (len(design.jet) - len(held)) + held
    jet = tuple(Format(kind.signed, kind.bits, kind.fraction) for kind in inputs)
    out = tuple(Format(score.signed, score.bits, score.fraction) for _ in design.score)
    if (design.jet, design.score) != (jet, out):
        raise Mismatch(
            f"{design.directory / DESIGN_FILE} states other types of jet or score than the model has."
        )


def _refuse(design: RtlDesign, changed: Sequence[str], compared: int, differences: int) -> None:
    found = f"gives another score than the reference for {differences} of {compared} jets"
    again = "`fpgajet rtl` writes it again."
    if changed and differences:
        raise Mismatch(f"{_named(changed)}: the Verilog in {design.directory} {found}; {again}")
    if changed:
        raise Mismatch(
            f"{_named(changed)}: the {compared} jets simulated do not show a difference. `fpgajet prove` says "
            f"whether there is any; {again}"
        )
    if differences:
        raise Mismatch(f"The Verilog in {design.directory} {found}.")


def _named(changed: Sequence[str]) -> str:
    names = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
    return f"{names} {'is' if len(changed) == 1 else 'are'} not as written"
