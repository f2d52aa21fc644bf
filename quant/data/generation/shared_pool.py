"""The pool of minimum-bias events of a data set: one file, made first and read by every process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quant.data.generation.generator import POOL_STREAM
from quant.data.generation.order import Order
from quant.data.generation.pool import Pool, load_pool, make_pool, save_pool

POOL_FILE = "minimum-bias.npz"
_pools: dict[str, Pool] = {}


def needs_pool(order: Order) -> bool:
    """Are there minimum-bias events to lay over?"""
    return order.recipe.mode == "level1-pileup"


def made_from(order: Order) -> dict[str, Any]:
    """All that the pool depends on; the number of interactions per crossing is not among it."""
    recipe, pileup = order.recipe, order.recipe.pileup
    return {
        "seed": [order.seed, POOL_STREAM],
        "collision_energy": recipe.collision_energy,
        **{name: getattr(pileup, name) for name in ("pool_events", "vertex_spread", "track_pt_min")},
        "versions": order.as_json()["versions"],
    }


def make_pool_file(out: Path, order: Order) -> int:
    """Make the order's minimum-bias events unless they are there; returns how many there are."""
    pool = load_pool(out / POOL_FILE, made_from(order))
    if pool is None:
        pool = make_pool(order.recipe, (order.seed, POOL_STREAM))
        save_pool(out / POOL_FILE, pool, made_from(order))
    return len(pool)


def pool_of(out: Path, order: Order) -> Pool:
    """The minimum-bias events in ``out``, read once per process; made again where they are missing or damaged."""
    key = str(out / POOL_FILE)
    if key not in _pools:
        stored = load_pool(out / POOL_FILE, made_from(order))
        _pools[key] = stored or make_pool(order.recipe, (order.seed, POOL_STREAM))
    return _pools[key]
