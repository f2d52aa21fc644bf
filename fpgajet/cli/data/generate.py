"""``fpgajet data generate``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgajet.cli import output
from fpgajet.cli.data.progress import Json, names_of, progress_bar
from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from quant.data.generation.recipe import Recipe


def generate(
    out: Annotated[Path, typer.Option(help="Directory for the jet files.", show_default=False)],
    jets: Annotated[int, typer.Option(help="Jets in all, equally many of each class.")] = 20_000,
    processes: Annotated[int, typer.Option(min=0, help="Processes, or jobs; 0 is one per core.")] = 0,
    cluster: Annotated[str | None, typer.Option(help=output.CLUSTER_HELP)] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other, independent jets.")] = 1,
    config: Annotated[Path | None, typer.Option(help="Recipe in TOML or JSON; see docs/data.md.")] = None,
    mode: Annotated[
        str | None, typer.Option(help="delphes-atlas, truth, level1, level1-pileup or events.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Recipe by name: reference, seeded-cone or events.")
    ] = None,
    pile_up: Annotated[
        float | None, typer.Option(min=0.0, help="Mean interactions per crossing; implies level1-pileup.")
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(help="Of QCD, top, W, Z, g, q, or of events (docs/events.md); background first."),
    ] = None,
    constituents: Annotated[int | None, typer.Option(help="Leading constituents kept of each jet.")] = None,
    features: Annotated[
        str | None,
        typer.Option(help="Of constituents, beside momenta: charge, particle, z0, puppi (docs/data.md)."),
    ] = None,
    shard_jets: Annotated[int, typer.Option(help="Jets per file; part of what the seed means.")] = 5_000,
    as_json: Json = False,
) -> None:
    """Generate top and QCD jets (needs `fpgajet[gen]`), by the recipe of the reference data set.

    Repeat the command after an interruption and it continues. The same seed gives the same files,
    whatever the number of processes and wherever they run.

    Example: `fpgajet data generate --out jets/train --jets 400000 --seed 1`
    """
    from fpgajet.executor import Place
    from fpgajet.files import write_text
    from quant.data.describing.card import dataset_card
    from quant.data.generation.order import Order
    from quant.data.generation.production import produce

    if processes == 0:
        processes = os.cpu_count() or 1
    order = Order(
        recipe_of(config, mode, classes, constituents, preset, pile_up, features), jets, seed, shard_jets
    )
    started = time.monotonic()
    first: list[int] = []
    with progress_bar("generating", jets, "jets") as update:

        def report(done: int) -> None:
            first.append(done)
            update(done)

        shards = produce(out, order, place=Place(processes, cluster), progress=report)
    seconds = time.monotonic() - started
    made = jets - first[0]
    card = out / "card.md"
    write_text(card, dataset_card(out))
    facts = {"out": str(out), "files": len(shards), "jets": jets, "made_now": made, "card": str(card)}
    facts |= {"seconds": round(seconds, 2), "jets_per_second": round(made / seconds, 1)}
    if as_json:
        output.print_json(facts)
        return
    output.console.print(
        f"{jets:,} jets in {len(shards)} file(s) under {out} ({made:,} now, {made / seconds:.0f} jets/s);"
        f" dataset card: {card}",
        highlight=False,
        soft_wrap=True,
    )


def recipe_of(
    config: Path | None,
    mode: str | None,
    classes: str | None,
    constituents: int | None,
    preset: str | None = None,
    pile_up: float | None = None,
    features: str | None = None,
) -> Recipe:
    """The recipe of ``--config`` or ``--preset``, with the options given on the command line over it."""
    from quant.data.generation.presets import preset as preset_named
    from quant.data.generation.recipe import make_recipe, read_recipe

    if config is not None and preset is not None:
        raise BadInput("--config and --preset both name a recipe: give one of them.")
    if pile_up is not None and mode not in (None, "level1-pileup"):
        raise BadInput(f"--pile-up needs the mode level1-pileup, not {mode}.")
    content = read_recipe(config).model_dump(mode="json") if config is not None else {}
    if preset is not None:
        content = dict(preset_named(preset))
    if pile_up is not None:
        content["mode"] = "level1-pileup"
        content["pileup"] = {**content.get("pileup", {}), "mean": pile_up}
    given = {"mode": mode, "constituents": constituents}
    content |= {key: value for key, value in given.items() if value is not None}
    if classes is not None:
        content["classes"] = list(names_of(classes))
    if features is not None:
        content["features"] = list(names_of(features))
    return make_recipe(content, source="the options of `fpgajet data generate`")
