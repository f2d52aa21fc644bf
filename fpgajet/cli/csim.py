"""``fpgajet csim``: compile the C++ that lies in a build and compare it with everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Compile the C++ as it lies in a build directory, and compare torch, integer reference, onnxruntime, qonnx
and C simulation on real jets and edge vectors, stage by stage. For regression tests: changes nothing.

The C++ in BUILD_DIR/hls is compiled and run with your rights; no script and no library of the directory is. Use it only
on C++ that you made or trust. Files of another user need `--trust`.

Examples:

    fpgajet csim builds/npelican-xcvu9p

    fpgajet csim builds/npelican-xcvu9p --events my_jets.h5 --json

Exit codes: 0 all equal, 3 a difference (the first wrong stage is named), 2 bad input, 5 no g++, 6 g++ failed.
"""


def csim(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    events: Annotated[
        Path | None,
        typer.Option(help="Jets instead of the shipped sample: jet file, or .npy [jets, N, 4] in GeV."),
    ] = None,
    edge_vectors: Annotated[
        int, typer.Option(help="How many edge vectors to add.", min=10, max=10_000_000)
    ] = 50_000,
    seed: Annotated[int, typer.Option(help="Seed of the edge vectors.")] = 20231216,
    trust: Annotated[bool, typer.Option("--trust", help="Also with files of another user.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet.cli.reporter import reporter
    from fpgajet.errors import Mismatch, require_extra
    from fpgajet.pipeline.paths import BuildDirectory

    trained = () if BuildDirectory(build_dir).foreign.exists() else ("torch", "brevitas")
    require_extra(*trained, "hls4ml", "qonnx", "onnxruntime")
    from fpgajet.pipeline.certify import describe_mismatch
    from fpgajet.pipeline.csim import run_csim

    certificate = run_csim(build_dir, events, edge_vectors, seed, reporter(), trust=trust)
    document = certificate.document()
    if as_json and certificate.total_differences == 0:
        print_json(document)
    elif not as_json:
        table = Table("implementation", "differing values")
        for name in certificate.implementations:
            differences = certificate.differences.get(name)
            table.add_row(name, "(the definition)" if differences is None else f"{differences:,}")
        # A title of the table would break a long path over lines.
        console.print(f"C simulation of {build_dir}", markup=False, highlight=False, soft_wrap=True)
        console.print(table)
        console.print(
            f"{certificate.total_events:,} events, {certificate.values_compared:,} values compared, "
            f"{certificate.distinct_scores:,} distinct scores of {next(iter(certificate.events))}",
            highlight=False,
        )
    if certificate.total_differences:
        raise Mismatch(describe_mismatch(certificate))
    return 0


csim.__doc__ = EXAMPLE
