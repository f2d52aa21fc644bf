"""Tasks: the same function of each, wherever they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from fpgajet.executor.place import Place, Tell

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    function: Callable[[Task, Tell], Result],
    tasks: Sequence[Task],
    place: Place,
    *,
    told: Tell = lambda message: None,
    done: Callable[[int, Result], None] = lambda number, result: None,
    keep_going: bool = False,
) -> list[Result]:
    """Results of a function of each task, in the order of the tasks.

    An interrupt of this process interrupts its local workers, which ends what they do as Ctrl-C would. On a cluster it
    cancels what has not begun.

    Args:
        function: of a module, not of another function, unless the place is this process; gets the task and ``tell``.
        tasks: everything in them, and results, can be pickled.
        told: called here with what tasks tell, as it comes. done: called here with the place of a task in ``tasks``
            and its result, as soon as it is there.
        keep_going: whether others go on after a task has failed; its error is raised at the end either way.

    Raises:
        ToolFailed: a worker died. MissingTool: Dask is not installed. BadInput: there is no such cluster. Else what
        the function raises.
    """
    results: dict[int, Result] = {}

    def keep(number: int, result: Result) -> None:
        results[number] = result
        done(number, result)

    if place.cluster is not None:
        from fpgajet.executor.cluster import run_on_cluster

        run_on_cluster(function, tasks, place, told, keep, keep_going)
    elif place.workers == 1 and not place.apart:
        for number, task in enumerate(tasks):
            keep(number, function(task, told))
    else:
        from fpgajet.executor.local import run_in_processes

        run_in_processes(function, tasks, place.workers, told, keep, keep_going)
    return [results[number] for number in range(len(tasks))]
