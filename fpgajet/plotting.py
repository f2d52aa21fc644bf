"""Figures for people: one way to start matplotlib, and one to write a file that is the same every time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput, require_extra
from fpgajet.files import atomic_path

FORMATS = (".png", ".svg", ".pdf")
#: Distinct without colour vision: the ten colours of arXiv:2107.02270. With :data:`DASHES` 20 lines differ.
COLOURS = (
    "#3f90da", "#bd1f01", "#ffa90e", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"
)  # fmt: skip
DASHES = ("-", "--", ":", "-.")

# Without a date and with fixed identifiers the same content gives the same file.
_NO_DATE: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def check_image(out: Path) -> None:
    """Raise before the work, not after it.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is not installed.
    """
    if out.suffix not in FORMATS:
        raise BadInput(f"{out}: the image must end in one of {', '.join(FORMATS)}.")
    pyplot()


def pyplot() -> Any:
    """``matplotlib.pyplot``, drawing into files only.

    Raises:
        MissingTool: matplotlib is not installed.
    """
    require_extra("matplotlib", "mplhep")
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def save_figure(figure: Any, out: Path, dpi: int = 90) -> None:
    """Write and close a figure, whole or not at all.

    Raises:
        BadInput: unknown image format. CannotWrite: the file cannot be written.
    """
    check_image(out)
    plt = pyplot()
    with atomic_path(out) as temporary, plt.rc_context({"svg.hashsalt": "fpgajet"}):
        figure.savefig(temporary, format=out.suffix[1:], dpi=dpi, metadata=_NO_DATE[out.suffix])
    plt.close(figure)


@contextlib.contextmanager
def physics_axes(out: Path, columns: int = 1) -> Iterator[list[Any]]:
    """Axes side by side in the style of mplhep (plain matplotlib without it); written to ``out`` at the end.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is not installed.
        CannotWrite: ``out`` cannot be written.
    """
    check_image(out)
    plt = pyplot()
    with plt.style.context(_style()):
        figure, axes = plt.subplots(1, columns, figsize=(8.0 * columns, 7.0), layout="constrained")
        yield [axes] if columns == 1 else list(axes)
        save_figure(figure, out, dpi=72)


def _style() -> Any:
    try:
        from mplhep import style
    except ImportError:
        return {"font.size": 16}
    return [style.CMS, {"font.size": 18, "legend.fontsize": 15, "figure.autolayout": False}]
