"""``fpgajet prove``: Verilog and C++ of a build equal to the reference for all inputs."""

from __future__ import annotations

from pathlib import Path
from types import NoneType

from fpgajet.errors import BadInput, require_extra
from fpgajet.folders import atomic_folder, exclusive, require_own
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.certify_weights import refuse_registers
from fpgajet.pipeline.paths import BuildDirectory, existing_build
from fpgajet.pipeline.prove_cpp import has_project, prove_project
from fpgajet.pipeline.prove_flow import Outcome, prove_build
from fpgajet.pipeline.prove_netlist import prove_counted, refuse_others
from fpgajet.pipeline.record import read_record
from fpgajet.pipeline.reporter import Reporter, Silent, reported

#: Seconds after which a comparison is given up: several times what the largest network that is proved takes.
TIMEOUT = 900.0


def run_prove(
    build_dir: Path,
    reporter: Reporter | None = None,
    *,
    trust: bool = False,
    keep: Path | None = None,
    netlist: bool = False,
    timeout: float | None = TIMEOUT,
) -> tuple[Outcome, ...]:
    """Prove the Verilog and the C++ that lie in a build; writes counterexamples, and ``rtl/netlist.json``.

    Args:
        build_dir: made by ``fpgajet build``.
        reporter: hears when the proof begins and ends.
        trust: compile and run C++ that belongs to another user too.
        keep: folder that is made or replaced, for files from which the proof of the C++ can be checked.

            Those of statements of the Verilog go to ``keep`` with ``-verilog`` added to the name.
        netlist: also prove what Yosys counts; its files go to ``keep`` with ``-netlist`` added to the name.
        timeout: seconds that the comparison of each with the reference may take, or None. What is not proved then is
            "not decided". Reading and compiling, and the netlist of Yosys, are not limited.

    Returns:
        An outcome for the Verilog and one for the C++, as far as they are there, and one for the netlist.

    Raises:
        BadInput: not a build, one with neither Verilog nor C++, or one of another user without ``trust``;
            ``timeout`` is not above 0.
        MissingTool: alkaid is not installed, or no compiler, or for the netlist no Yosys with ABC.
    """
    if timeout is not None and not timeout > 0:
        raise BadInput(
            f"--timeout {timeout}: give a number of seconds above 0, or 0 on the command line for no limit."
        )
    build = existing_build(build_dir)
    verilog, cpp = (build.verilog / "design.json").is_file(), has_project(build)
    if not verilog and not cpp:
        raise BadInput(f"{build_dir} has neither Verilog nor C++: `fpgajet rtl {build_dir}` writes Verilog.")
    if netlist and not verilog:
        raise BadInput(
            f"{build_dir} has no Verilog, of which Yosys could make a netlist: run `fpgajet rtl` on it."
        )
    if cpp:
        require_own(build_dir, trust=trust, what="its C++")
    if verilog:
        require_extra("alkaid")
    network = Artefacts(build).network
    refuse_registers(network, "`fpgajet prove`")
    outcomes = []
    with exclusive(build_dir), reported(reporter or Silent(), "prove"):
        if verilog:
            outcomes.append(
                _prove_verilog(build, network, keep and keep.with_name(f"{keep.name}-verilog"), timeout)
            )
        if cpp:
            outcomes.append(prove_project(build, network, keep, timeout))
        if netlist:
            outcomes.append(prove_counted(build, keep and keep.with_name(f"{keep.name}-netlist")))
    return tuple(outcomes)


def _prove_verilog(
    build: BuildDirectory, network: Network, keep: Path | None, seconds: float | None
) -> Outcome:
    settings = read_record(build.root).get("settings", {})
    options = {key: settings[key] for key in ("multipliers", "stages") if key in settings}
    if type(options.get("stages")) not in (int, NoneType):
        raise BadInput(f"{build.record} is not the record of a build: its setting stages is no whole number.")
    if keep is None:
        return prove_build(build, options, network, seconds=seconds)
    refuse_others(keep, r"\d{5}\.json")
    with atomic_folder(keep) as folder:
        return prove_build(build, options, network, keep=folder, seconds=seconds)
