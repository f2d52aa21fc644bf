"""``fpgajet build``: the whole way from a trained tagger to proved firmware and a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, print_json

EXAMPLE = """
Turn a trained tagger into firmware, prove it exact, and hold it against a trigger budget.

Examples:

    fpgajet build --model npelican --part xcvu9p

    fpgajet build --model runs/my-tagger --part xcvu13p --budget cms-run3-ugt --clock-mhz 240 --out mine

Exit codes: 0 exact and within the budget, 2 bad input, 3 implementations differ, 4 budget missed, 5 a tool is
missing, 6 a tool failed, 7 cannot write, 130 interrupted (run again to continue).
"""


def build(
    model: Annotated[
        str | None, typer.Option(help="Zoo name (`fpgajet models`) or checkpoint directory.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="FPGA, short or full name (`fpgajet parts`).")] = None,
    budget: Annotated[str | None, typer.Option(help="Preset (`fpgajet budgets`) or TOML file.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Target clock; default: the budget's.")] = None,
    backend: Annotated[str | None, typer.Option(help="hls4ml back end: vitis or vivado.")] = None,
    reuse_factor: Annotated[
        int | None, typer.Option(help="Clocks between jets in HLS (hls4ml's ReuseFactor); default: --ii.")
    ] = None,
    flow: Annotated[
        str | None, typer.Option(help="all (HLS, and RTL where its tools are installed), hls or rtl.")
    ] = None,
    multipliers: Annotated[str | None, typer.Option(help="RTL products in dsp, lut or auto.")] = None,
    stages: Annotated[int | None, typer.Option(help="RTL pipeline stages; default: by the clock.")] = None,
    ii: Annotated[
        int | None, typer.Option(help="Clocks between jets, HLS and RTL; above 1 hardware is shared.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="RTL in verilog, or vhdl besides.")] = None,
    synth: Annotated[
        bool | None, typer.Option("--synth/--no-synth", help="Count the RTL's cells with Yosys (minutes).")
    ] = None,
    jets: Annotated[Path | None, typer.Option(help="Labelled jets; default: the shipped sample.")] = None,
    max_jets: Annotated[int | None, typer.Option(help="Use only the first jets of the file.")] = None,
    edge_vectors: Annotated[int | None, typer.Option(help="Edge vectors in the certificate.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the edge vectors.")] = None,
    strict: Annotated[
        bool | None, typer.Option("--strict", help="A marginal verdict counts as missed.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with any of these settings.")] = None,
    out: Annotated[Path | None, typer.Option(help="Build directory; default builds/MODEL-PART.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet.errors import require_extra

    require_extra("torch", "brevitas", "hls4ml", "qonnx", "onnxruntime")
    from fpgajet.pipeline.build import run_build
    from fpgajet.pipeline.settings import load_settings

    given = {
        "model": model,
        "part": part,
        "budget": budget,
        "clock_mhz": clock_mhz,
        "backend": backend,
        "reuse_factor": reuse_factor,
        "flow": flow,
        "multipliers": multipliers,
        "stages": stages,
        "ii": ii,
        "language": language,
        "synth": synth,
        "jets": jets,
        "max_jets": max_jets,
        "edge_vectors": edge_vectors,
        "seed": seed,
        "strict": strict,
    }
    outcome = run_build(load_settings(config, **given), out)
    if as_json:
        print_json(outcome.document)
    else:
        outcome.show()
    outcome.raise_if_failed()
    return 0


build.__doc__ = EXAMPLE
