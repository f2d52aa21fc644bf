"""Workers on a cluster, by Dask: any scheduler by its address, or jobs of a batch system (dask-jobqueue).

Every worker is a task that asks the study for trials until there are enough, as a local process does. Dask places
tasks and starts them again where a node dies; the study itself says what was lost. A task that runs cannot be stopped
by Dask, so each asks before a trial whether the process that leads it still lives.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput, FpgajetError, ToolFailed, require_extra
from fpgajet.search.claims import Claims
from fpgajet.search.worker import Run, Work, tell, work

if TYPE_CHECKING:
    from distributed import Client

#: classes of dask-jobqueue by the name of a batch system; their options are in Dask's own configuration
BATCH = {"slurm": "SLURMCluster", "htcondor": "HTCondorCluster", "lsf": "LSFCluster", "pbs": "PBSCluster"}
#: of the connection to a scheduler
TIMEOUT = "30s"


def run_on_cluster(
    given: Work, cluster: str, workers: int, say: Callable[[str], None], run: Run | None = None
) -> None:
    """Work on a cluster until the study has enough trials.

    Args:
        cluster: address of a Dask scheduler (tcp://HOST:8786), or one of :data:`BATCH`. workers: tasks, and jobs of a
            batch system.

    Raises:
        BadInput: no such batch system, or no scheduler answers. ToolFailed: a task failed; those of others are kept.
        MissingTool: Dask is not installed.
    """
    with connected(cluster, workers) as client, Claims(given.out).owning() as owner:
        say(f"{workers} workers on {cluster}")
        run_on(client, replace(given, owner=owner), workers, run)


def run_on(client: Client, given: Work, workers: int, run: Run | None = None) -> None:
    """The same on a client; an interrupt here cancels tasks that have not begun."""
    from distributed import wait

    tasks = [client.submit(_task, given, run, number, pure=False, retries=2) for number in range(workers)]
    try:
        wait(tasks)
        errors = [task.exception() for task in tasks if task.status != "finished"]
    finally:
        client.cancel(tasks)
    if errors:
        first = errors[0]
        if isinstance(first, FpgajetError):
            raise first
        raise ToolFailed(
            f"{len(errors)} of {workers} workers failed ({type(first).__name__}: {first}); the log of the cluster says "
            "more. Give the same command again to go on."
        ) from first


def _task(given: Work, run: Run | None, number: int) -> int:
    """One worker; lines go into the log of its job."""
    return work(given, tell, run)


@contextlib.contextmanager
def connected(cluster: str, workers: int) -> Iterator[Client]:
    """A client of a scheduler; of a batch system, whose jobs end with the block."""
    require_extra("distributed")
    from distributed import Client

    if "://" in cluster:
        try:
            client = Client(cluster, timeout=TIMEOUT)
        except (OSError, ValueError) as error:
            raise BadInput(f"--cluster {cluster}: no Dask scheduler answers ({error}).") from error
        with client:
            yield client
        return
    if cluster not in BATCH:
        raise BadInput(
            f"--cluster {cluster!r}: give the address of a Dask scheduler (tcp://HOST:8786), or one of "
            f"{', '.join(BATCH)}."
        )
    require_extra("dask_jobqueue")
    import dask_jobqueue

    started: Any = getattr(dask_jobqueue, BATCH[cluster])
    try:
        jobs = started()
    except (ValueError, OSError) as error:
        raise BadInput(
            f"--cluster {cluster}: {error}. Its options are in ~/.config/dask/jobqueue.yaml."
        ) from error
    with jobs:
        jobs.scale(workers)
        with Client(jobs) as client:
            yield client
