"""``fpgajet prove``: Verilog and C++ of a build equal to the reference for all inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Prove that Verilog and C++ in a build directory compute the reference's score for every input, not only on events.

The Verilog files are read back; the C++ is compiled with types that write down what is computed. Both are compared with
the integer reference by algebra and enumeration. This runs C++ of the build directory: use it on C++ that you made or
trust. Files of another user need `--trust`. Changes nothing but `counterexample.npy` and `counterexample-cpp.npy`.

`--timeout` limits each of the two comparisons. What is not proved by then is not decided: the reason says so, and the
operators that are proved stay proved.

`--netlist` also synthesises every pipeline stage with Yosys, as for the count of cells, and proves the netlist equal to
the Verilog (minutes); `rtl/netlist.json` lists the stages.

Examples:

    fpgajet prove builds/npelican-xcvu9p

    fpgajet prove builds/npelican-xcvu9p --netlist

    fpgajet prove builds/event-gat-n6-xcvu9p --timeout 60

    fpgajet prove builds/npelican-xcvu9p --keep proof    # then: python scripts/check_proof.py proof

Exit codes: 0 proved, or not proved for a stated reason, 2 bad input, 3 refuted, 5 a tool is missing.
"""


def prove(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    trust: Annotated[bool, typer.Option("--trust", help="Also with files of another user.")] = False,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", help="Folder for files that check the proofs: C++; with -verilog, statements."
        ),
    ] = None,
    netlist: Annotated[
        bool, typer.Option("--netlist", help="Also prove the netlists whose cells Yosys counts.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=0, help="Seconds for each comparison with the reference; 0: no limit."),
    ] = 900,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet import api
    from fpgajet.cli.reporter import reporter

    proved = api.prove(
        build_dir,
        reporter=reporter(),
        trust=trust,
        keep=keep,
        netlist=netlist,
        timeout=timeout or None,
    )
    proved.raise_if_refuted()
    if as_json:
        print_json(proved.as_dict())
    else:
        console.print(proved.sentence, highlight=False)
    return 0


prove.__doc__ = EXAMPLE
