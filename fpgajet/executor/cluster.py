"""Workers on a cluster, by Dask: any scheduler by its address, or jobs of a batch system (dask-jobqueue).

Dask places tasks, and begins those again whose node has died. What tasks tell comes as events of the scheduler. A task
that runs cannot be stopped by Dask.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput, ToolFailed, require_extra
from fpgajet.executor.place import Place, Tell, raise_first

if TYPE_CHECKING:
    from distributed import Client

#: classes of dask-jobqueue by the name of a batch system; their options are in Dask's own configuration
BATCH = {"slurm": "SLURMCluster", "htcondor": "HTCondorCluster", "lsf": "LSFCluster", "pbs": "PBSCluster"}
#: of the connection to a scheduler
TIMEOUT = "30s"
#: so often a task is begun again that failed
RETRIES = 2


def run_on_cluster(
    function: Callable[[Any, Tell], Any],
    tasks: Sequence[Any],
    place: Place,
    told: Tell,
    done: Callable[[int, Any], None],
    keep_going: bool,
) -> None:
    """See :func:`fpgajet.executor.run_tasks`."""
    with connected(place) as client:
        run_on(client, function, tasks, told, done, keep_going)


def run_on(
    client: Client,
    function: Callable[[Any, Tell], Any],
    tasks: Sequence[Any],
    told: Tell,
    done: Callable[[int, Any], None],
    keep_going: bool,
) -> None:
    """The same on a client; an interrupt here cancels tasks that have not begun."""
    news: SimpleQueue[tuple[int | None, Any]] = SimpleQueue()  # from threads of the client to this one
    topic = f"fpgajet-{secrets.token_hex(8)}"
    client.subscribe_topic(topic, lambda event: news.put((None, event[1])))
    futures = []
    errors: list[BaseException] = []
    try:
        for index, task in enumerate(tasks):
            future = client.submit(_task, function, task, topic, pure=False, retries=RETRIES)
            future.add_done_callback(lambda future, index=index: news.put((index, future)))
            futures.append(future)
        left = len(futures)
        while left and (keep_going or not errors):
            number, value = news.get()
            if number is None:
                told(value)
                continue
            left -= 1
            if value.status == "finished":
                done(number, value.result())
            else:
                errors.append(_error(value))
    finally:
        client.cancel(futures)
        client.unsubscribe_topic(topic)
    raise_first(errors, len(tasks))


def _error(future: Any) -> BaseException:
    """Why a task has no result; cancelled ones and those of a lost scheduler know of none."""
    error: BaseException | None = future.exception() if future.status == "error" else None
    if error is None:
        return ToolFailed(
            f"the cluster gave a task up ({future.status}). Give the same command again to go on."
        )
    return error


def _task(function: Callable[[Any, Tell], Any], task: Any, topic: str) -> Any:
    """A task on a worker."""
    from distributed import get_worker

    worker = get_worker()
    return function(task, lambda message: worker.log_event(topic, message))


@contextlib.contextmanager
def connected(place: Place) -> Iterator[Client]:
    """A client of a scheduler; of a batch system, whose jobs end with the block.

    Raises:
        BadInput: no such batch system, or no scheduler answers. MissingTool: Dask is not installed.
    """
    require_extra("distributed")
    from distributed import Client

    cluster = place.cluster or ""
    if "://" in cluster:
        try:
            client = Client(cluster, timeout=TIMEOUT)
        except (OSError, ValueError) as error:
            raise BadInput(f"--cluster {cluster}: no Dask scheduler answers ({error}).") from error
        with client:
            yield client
        return
    with batch_system(cluster) as jobs:
        jobs.scale(place.workers)
        with Client(jobs) as client:
            yield client


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """The import of dask-jobqueue sets handlers of its own for Ctrl-C and SIGTERM: ours stay."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def batch_system(name: str, **options: Any) -> Any:
    """The cluster of dask-jobqueue of that name, without jobs yet.

    Args:
        options: over those of Dask's configuration.

    Raises:
        BadInput: there is none, or its configuration lacks something. MissingTool: dask-jobqueue is not installed.
    """
    if name not in BATCH:
        raise BadInput(
            f"--cluster {name!r}: give the address of a Dask scheduler (tcp://HOST:8786), or one of {', '.join(BATCH)}."
        )
    require_extra("dask_jobqueue")
    with _signals_kept():
        import dask_jobqueue

    started: Any = getattr(dask_jobqueue, BATCH[name])
    of_jobs = {key: value for key, value in options.items() if key != "scheduler_options"}
    try:
        # A job first: a cluster whose jobs lack something is left half made, and warns of that when it is collected.
        started.job_cls("tcp://scheduler:8786", "job", **of_jobs)
        return started(**options)
    except (ValueError, OSError) as error:
        raise BadInput(
            f"--cluster {name}: {error}. Its options are in ~/.config/dask/jobqueue.yaml."
        ) from error
