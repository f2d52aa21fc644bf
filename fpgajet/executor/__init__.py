"""Where work runs: in this process, in several of this machine, or on a cluster. The one place that knows.

`fpgajet search`, `fpgajet data generate`, `fpgajet compare` and the scripts of tables give their work to
:func:`run_tasks`. What may crash runs in :func:`run_apart`.
"""

from fpgajet.executor.apart import run_apart
from fpgajet.executor.place import Place
from fpgajet.executor.tasks import run_tasks

__all__ = ["Place", "run_apart", "run_tasks"]
