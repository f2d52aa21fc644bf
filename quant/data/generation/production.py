"""A whole data set: shards made by several processes, stopped and continued at will.

Shard k of a data set is a function of (recipe, seed, k, shard size) alone. So the number of processes,
an interruption, or a larger total do not change what is in it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet import signals
from fpgajet.errors import ToolFailed
from fpgajet.processes import end_with_parent
from quant.data.generation.generator import generate, require_generator
from quant.data.generation.order import Order, claim, finished, shard_path
from quant.data.generation.pool import Pool
from quant.data.generation.processes import process_named
from quant.data.generation.shared_pool import make_pool_file, needs_pool, pool_of
from quant.data.jets import Jets, concatenate
from quant.data.writing.jet_writer import write_jets

POLL_SECONDS = 0.2
# Streams of random numbers of one shard: one for each class, and one for the order of the rows.
SHUFFLE_STREAM = 1_000


def produce(
    out: Path, order: Order, *, processes: int, progress: Callable[[int], None] = lambda _: None
) -> list[Path]:
    """Make every shard of ``order`` that is not in ``out`` yet; return the paths of all.

    Args:
        progress: called with the number of jets finished so far, shards found included.

    Raises:
        MissingTool: the extra ``gen`` is not installed.
        BadInput: ``out`` holds another order's jets.
        CannotWrite: ``out`` cannot be written.
    """
    require_generator()
    claim(out, order)
    todo = [shard for shard in range(order.shards) if not finished(out, order, shard)]
    done = order.jets - sum(len(order.rows(shard)) for shard in todo)
    progress(done)
    if todo:
        context = multiprocessing.get_context("spawn")
        counter, stop = context.Value("q", 0), context.Event()
        with ProcessPoolExecutor(
            min(processes, len(todo)), context, initializer=start_worker, initargs=(counter, stop)
        ) as pool:
            pending: set[Future[int]] = set()
            try:
                if needs_pool(order):
                    follow({pool.submit(make_pool_file, out, order)}, lambda: progress(done))
                pending |= {pool.submit(make_shard, out, order, shard) for shard in todo}
                follow(pending, lambda: progress(done + counter.value))
            except BaseException:
                # Workers look at this after each batch of events, so they end within a second.
                stop.set()
                pool.shutdown(cancel_futures=True)
                raise
    return [shard_path(out, shard) for shard in range(order.shards)]


def follow(pending: set[Future[int]], report: Callable[[], None]) -> None:
    """Call ``report`` every :data:`POLL_SECONDS` until all are done; raise the first failure."""
    while pending:
        done, pending = wait(pending, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                future.result()
            except BrokenProcessPool as error:
                raise ToolFailed(
                    "a generating process died, perhaps for lack of memory: repeat the command to continue, "
                    "with fewer --processes."
                ) from error
        report()


class Stopped(Exception):
    """Raised inside a worker when its work is no longer wanted."""


_counter: Synchronized[int] | None = None
_stop: Event | None = None


def start_worker(counter: Synchronized[int], stop: Event) -> None:
    """Prepare a process: signals are the parent's to handle, banners must not reach standard output.

    The process ends with its parent, also where that is killed.
    """
    global _counter, _stop
    _counter, _stop = counter, stop
    for number in signals.ENDING:  # a batch system sends them to every process of a job
        signal.signal(number, signal.SIG_IGN)
    end_with_parent()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)


def make_shard(out: Path, order: Order, shard: int) -> int:
    """Generate one shard and write it; returns its number of jets."""
    pool = pool_of(out, order) if needs_pool(order) else None
    jets = shard_content(order, shard, count, pool)
    write_jets(shard_path(out, shard), jets)
    return len(jets)


def count(jets: int) -> None:
    """Tell the parent of accepted jets, and stop if it says so."""
    if _counter is not None:
        with _counter.get_lock():
            _counter.value += jets
    if _stop is not None and _stop.is_set():
        raise Stopped


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
