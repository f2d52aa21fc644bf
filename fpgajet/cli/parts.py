"""``fpgajet parts``: the FPGAs that fpgajet knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column

from fpgajet.cli import output

if TYPE_CHECKING:
    from fpgajet.devices.open_parts import OpenPart


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
    from fpgajet.devices.open_parts import find_open_part, open_parts

    routable = None if name is None else find_open_part(name)
    if routable is not None:
        if json:
            output.print_json(routable.model_dump(mode="json"))
            return
        _show_open([routable])
        note = f"source: {routable.source}" + (f"; to check: {routable.check}" if routable.check else "")
        output.console.print(f"full name {routable.full_names[0]}; {note}", highlight=False, soft_wrap=True)
        return
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
    if name is None:
        output.console.print("Placed and routed by open tools (`fpgajet rtl --target`):", highlight=False)
        _show_open(open_parts())
    for entry in chosen if name is not None else []:
        output.console.print(f"{entry.family}, full name {entry.full_name}", highlight=False, soft_wrap=True)
        note = f"source: {entry.source}" + (f"; to check: {entry.check}" if entry.check else "")
        output.console.print(note, highlight=False, soft_wrap=True, markup=False)


def _show_open(chosen: Sequence[OpenPart]) -> None:
    headings = ("LUT4", "FF", "DSP 18x18", "BRAM18")
    table = output.narrow_table(
        Column("part", no_wrap=True), *(Column(heading, justify="right") for heading in headings)
    )
    for entry in chosen:
        table.add_row(entry.name, *(f"{x:,}" for x in (entry.lut, entry.ff, entry.dsp, entry.bram18)))
    output.console.print(table)
