"""Where workers run: in this process, in several of this machine, or on a cluster. The one place that knows."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from fpgajet import signals
from fpgajet.errors import FpgajetError, ToolFailed
from fpgajet.processes import end_with_parent
from fpgajet.search.worker import Run, Work, tell, work

#: seconds that workers get to put their trials back into the queue
PATIENCE = 20.0


def run_workers(
    given: Work, workers: int, say: Callable[[str], None], run: Run | None = None, cluster: str | None = None
) -> None:
    """Work until the study has enough trials: here, or in so many processes of this machine or of a cluster.

    Raises:
        ToolFailed: a process ended before that; the trials of the others are kept.
    """
    if cluster is not None:
        from fpgajet.search.cluster import run_on_cluster

        run_on_cluster(given, cluster, workers, say, run)
        return
    if workers == 1:
        work(given, say, run)
        return
    context = multiprocessing.get_context("spawn")
    processes: list[BaseProcess] = [
        context.Process(target=_process, args=(given, run), name=f"worker {number}")
        for number in range(1, workers + 1)
    ]
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    finally:
        _end(processes)
    failed = [process.name for process in processes if process.exitcode]
    if failed:
        raise ToolFailed(
            f"{', '.join(failed)} of {workers} ended early, perhaps for lack of memory; what it said stands above. "
            "Give the same command again to go on."
        )


def _end(processes: list[BaseProcess]) -> None:
    """Stop those that still run: politely, then not."""
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        if process.pid is not None:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()


def _process(given: Work, run: Run | None) -> None:
    """A worker: it ends with its parent, and when the parent says so."""
    signals.install()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent passes it on
    end_with_parent()
    try:
        work(given, tell, run)
    except KeyboardInterrupt:
        sys.exit(signals.exit_code())
    except FpgajetError as error:
        tell(f"error: {error}")
        sys.exit(error.exit_code)
