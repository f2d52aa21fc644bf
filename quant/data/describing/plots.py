"""One page that shows a set of jets, with a second set beside it if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.plotting import COLOURS, check_image, pyplot, save_figure
from quant.data.describing.statistics import mass_auc, multiplicity_auc
from quant.data.jets import Jets


def plot_page(jets: Jets, out: Path, title: str) -> None:
    """Draw pT, eta, mass, multiplicity, leading fraction and constituent pT per class into ``out``.

    Raises:
        BadInput: unknown image format.
        MissingTool: matplotlib is not installed.
    """
    check_image(out)
    plt = pyplot()
    pt = np.hypot(jets.constituents[..., 1], jets.constituents[..., 2])
    panels: Sequence[tuple[str, Any, tuple[float, float], bool]] = (
        ("jet $p_T$ [GeV]", jets.jet[:, 0], spread(jets.jet[:, 0]), False),
        (r"jet $\eta$", jets.jet[:, 1], spread(jets.jet[:, 1]), False),
        ("jet mass [GeV]", jets.jet[:, 3], (0.0, 300.0), False),
        ("constituents", jets.multiplicity, (0.0, 120.0), False),
        ("leading constituent / jet $p_T$", pt[:, 0] / np.maximum(jets.jet[:, 0], 1e-9), (0.0, 1.0), False),
        ("constituent $p_T$ [GeV]", pt, (0.0, 200.0), True),
    )
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), layout="constrained")
    for axis, (label, values, limits, logarithmic) in zip(axes.flat, panels, strict=True):
        for index, name in enumerate(jets.classes):
            mine = values[jets.label == index]
            mine = mine[mine > 0] if logarithmic else mine
            colour = COLOURS[index % len(COLOURS)]
            axis.hist(
                mine.ravel(), bins=40, range=limits, histtype="step", density=True, color=colour, label=name
            )
        axis.set_xlabel(label)
        axis.set_ylabel("share per unit")
        if logarithmic:
            axis.set_yscale("log")
    axes.flat[0].legend(frameon=False)
    figure.suptitle(f"{title}: {len(jets):,} jets{separation(jets)}")
    save_figure(figure, out)


def spread(values: Any) -> tuple[float, float]:
    """A range that shows nearly all values."""
    low, high = (float(v) for v in np.percentile(values, [0.1, 99.9]))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def separation(jets: Jets) -> str:
    """The AUCs of single variables for the title."""
    if len(np.unique(jets.label > 0)) != 2:
        return ""
    return f"; AUC of mass {mass_auc(jets):.3f}, of multiplicity {multiplicity_auc(jets):.3f}"
