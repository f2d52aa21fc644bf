"""``fpgajet parts``: the FPGAs that fpgajet knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Column

from fpgajet.cli import output


def parts(
    name: Annotated[
        str | None, typer.Argument(help="A part: short, full or card name, or a TOML file. Default: all.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=output.JSON_HELP)] = False,
) -> None:
    """List the FPGA parts with their resources, of the device and of one SLR.

    Example: `fpgajet parts xcvu9p`
    """
    from fpgajet.devices import part
    from fpgajet.devices import parts as all_parts

    chosen = list(all_parts()) if name is None else [part(name)]
    rows: list[dict[str, Any]] = []
    for row in chosen:
        shared = {f"{r}_per_slr": row.per_slr(r) for r in ("lut", "ff", "dsp", "bram", "uram")}
        rows.append(row.model_dump(mode="json") | {"full_name": row.full_name} | shared)
    if json:
        output.print_json(rows if name is None else rows[0])
        return
    headings = ("LUT", "FF", "DSP", "BRAM36", "URAM", "SLRs", "LUT / SLR")
    table = output.narrow_table(
        Column("part", no_wrap=True), *(Column(heading, justify="right") for heading in headings)
    )
    for entry in chosen:
        figures = (entry.lut, entry.ff, entry.dsp, entry.bram36, entry.uram, entry.slr, entry.per_slr("lut"))
        table.add_row(entry.name, *(f"{x:,.0f}" for x in figures))
    output.console.print(table)
    for entry in chosen if name is not None else []:
        output.console.print(f"{entry.family}, full name {entry.full_name}", highlight=False, soft_wrap=True)
        note = f"source: {entry.source}" + (f"; to check: {entry.check}" if entry.check else "")
        output.console.print(note, highlight=False, soft_wrap=True, markup=False)
