"""A whole data set: shards made by several processes, stopped and continued at will.

Shard k of a data set is a function of (recipe, seed, k, shard size) alone. So the number of processes,
an interruption, or a larger total do not change what is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.executor import Place, run_tasks
from quant.data.generation.generator import generate, require_generator
from quant.data.generation.order import Order, claim, finished, shard_path
from quant.data.generation.pool import Pool
from quant.data.generation.processes import process_named
from quant.data.generation.shared_pool import make_pool_file, needs_pool, pool_of
from quant.data.jets import Jets, concatenate
from quant.data.writing.jet_writer import write_jets

# Streams of random numbers of one shard: one for each class, and one for the order of the rows.
SHUFFLE_STREAM = 1_000


def produce(
    out: Path, order: Order, *, place: Place, progress: Callable[[int], None] = lambda _: None
) -> list[Path]:
    """Make every shard of ``order`` that is not in ``out`` yet; return the paths of all.

    Args:
        place: where shards are made, in processes of their own. A cluster has to see ``out``.
        progress: called with the number of jets finished so far, shards found included.

    Raises:
        MissingTool: the extra ``gen`` is not installed.
        BadInput: ``out`` holds another order's jets, or there is no such cluster.
        CannotWrite: ``out`` cannot be written.
        ToolFailed: a process died.
    """
    require_generator()
    claim(out, order)
    todo = [shard for shard in range(order.shards) if not finished(out, order, shard)]
    made = order.jets - sum(len(order.rows(shard)) for shard in todo)
    progress(made)

    def more(jets: int) -> None:
        nonlocal made
        made += jets
        progress(made)

    if todo:
        if needs_pool(order):
            run_tasks(_make_pool, [(out, order)], Place(apart=True))
        place = Place(min(place.workers, len(todo)), place.cluster, apart=True)
        run_tasks(_make_shard, [(out, order, shard) for shard in todo], place, told=more)
    return [shard_path(out, shard) for shard in range(order.shards)]


def _make_pool(task: tuple[Path, Order], tell: Callable[[int], None]) -> int:
    return make_pool_file(*task)


def _make_shard(task: tuple[Path, Order, int], tell: Callable[[int], None]) -> int:
    """Generate one shard and write it; tells of accepted jets, and returns their number."""
    out, order, shard = task
    pool = pool_of(out, order) if needs_pool(order) else None
    jets = shard_content(order, shard, tell, pool)
    write_jets(shard_path(out, shard), jets)
    return len(jets)


def shard_content(
    order: Order, shard: int, progress: Callable[[int], None] = lambda _: None, pool: Pool | None = None
) -> Jets:
    """The jets of one shard, classes mixed; ``pool``: the order's minimum-bias events, if it needs any."""
    rows = order.rows(shard)
    classes = order.recipe.classes
    wanted = [sum(1 for row in rows if row % len(classes) == index) for index in range(len(classes))]
    made = {
        name: generate(order.recipe, name, wanted[index], (order.seed, shard, index), progress, pool)
        for index, name in enumerate(classes)
        if wanted[index]
    }
    jets = concatenate(list(made.values()))
    mixed = np.random.default_rng((order.seed, shard, SHUFFLE_STREAM)).permutation(len(jets))
    sections = {name: part.provenance for name, part in made.items()}
    facts = {**provenance(order, shard), "cross_sections": sections}
    return Jets(**{**vars(jets[mixed]), "provenance": facts})


def provenance(order: Order, shard: int) -> dict[str, Any]:
    """Everything needed to make the shard again; no time or place, so that equal jets give equal files."""
    settings = {
        name: [*order.recipe.common_settings, *process_named(name).settings] for name in order.recipe.classes
    }
    windows = {name: list(order.recipe.window(name)) for name in order.recipe.classes}
    # Not the total: the first shards of a larger order are the same files.
    asked = {key: value for key, value in order.as_json().items() if key != "jets"}
    return {
        "source": "fpgajet data generate",
        **asked,
        "shard": shard,
        "pythia_settings": settings,
        "pthat_windows_gev": windows,
    }
