"""``fpgajet data convert``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli import output
from fpgajet.cli.data.progress import Json, names_of, progress_bar
from fpgajet.errors import BadInput

#: what was done to jets, in the words of the last line
WORDS = {
    "dropped": "unphysical jets left out",
    "repeated": "repeated jets left out",
    "beams": "freed of their two beam rows (E, 0, 0, +-pz)",
    "recounted": "with a multiplicity that contradicts the constituents, counted anew",
    "reordered": "sorted",
    "truncated": "shortened",
}


def convert(
    sources: Annotated[list[Path], typer.Argument(help="Files of a public format.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Jet file to write.", show_default=False)],
    source_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="zenodo, pelican, hls4ml, root, numpy, energyflow, parquet or csv; default: by content.",
        ),
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit of the source's momenta: GeV or MeV.")] = "GeV",
    constituents: Annotated[int, typer.Option(help="Leading constituents kept of each jet.")] = 200,
    drop_unphysical: Annotated[bool, typer.Option(help="Leave such jets out instead of stopping.")] = False,
    class_name: Annotated[str | None, typer.Option(help="Class of a NanoAOD-like sample.")] = None,
    classes: Annotated[
        str | None, typer.Option(help="Names of all classes, in the order of their labels.")
    ] = None,
    tree: Annotated[str | None, typer.Option(help="Name of the ROOT tree.")] = None,
    features: Annotated[
        str | None,
        typer.Option(help="Of constituents: charge=part_charge,d0=part_d0:-20:20 (docs/data.md)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Convert a public format to fpgajet's jet file: units checked, constituents sorted, nothing guessed.

    Example: `fpgajet data convert test.h5 --out jets/reference-test.h5`
    """
    from quant.data.conversion.convert import convert as convert_files
    from quant.data.conversion.features import wanted_features
    from quant.data.conversion.options import ConversionOptions

    options = ConversionOptions(
        format=source_format,
        unit=unit,
        constituents=constituents,
        drop_unphysical=drop_unphysical,
        class_name=class_name,
        classes=named(classes, "--classes"),
        tree=tree,
        features=wanted_features(named(features, "--features")),
    )
    with progress_bar("converting", None, "jets") as update:
        summary = convert_files(sources, out, options, update)
    if as_json:
        counts = {key: summary.changes[key] for key in WORDS}
        output.print_json({"out": str(out), **asdict(summary), "changes": counts, **counts})
        return
    said = ", ".join(
        f"{summary.changes[key]:,} {words}" for key, words in WORDS.items() if summary.changes[key]
    )
    lines = [
        f"{summary.jets:,} jets of {', '.join(summary.classes)} ({', '.join(summary.formats)}) written to {out}"
        + (f"; {said}" if said else ""),
        *summary.notes,
    ]
    for line in lines:
        output.console.print(line, highlight=False, soft_wrap=True, markup=False)


def named(given: str | None, option: str) -> tuple[str, ...]:
    """The names that an option lists; raises BadInput where it was given without any."""
    names = () if given is None else names_of(given)
    if given is not None and not names:
        what = option.removeprefix("--")
        raise BadInput(f"{option} is empty: name the {what}, or leave the option out.")
    return names
