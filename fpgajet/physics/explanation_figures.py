"""Figures of ``fpgajet explain``: thresholds of channels, what channels add, and three jets pair by pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.plotting import COLOURS, DASHES, physics_axes
from quant.explanation.brief import relative
from quant.explanation.constraints import switch_on
from quant.explanation.document import MASSES, Explained, example_jets

#: GeV, range of the jet mass in figures
MASS_RANGE = (10.0, 250.0)
#: lines of a jet's picture: the pairs that add most to its score
SHOWN_PAIRS = 60


def plot_thresholds(found: Explained, out: Path, sample: str) -> None:
    """m_ij at which each channel's ReLU switches, against the jet mass, at the median multiplicity.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: ``out`` cannot be written.
    """
    n = int(np.median(found.slots))
    masses = np.linspace(*MASS_RANGE, 241)
    with physics_axes(out) as (axis,):
        for c in range(found.quantised.channels):
            where = [switch_on(found.quantised, c, float(mass), n) for mass in masses]
            values = [np.nan if point.pair_mass is None else point.pair_mass for point in where]
            side = "above" if any(point.above for point in where) else "below"
            axis.plot(masses, values, color=COLOURS[c % 10], linestyle=DASHES[c // 10 % 4],
                      label=f"channel {c + 1}: passes {side}")  # fmt: skip
        _mark_masses(axis)
        axis.set_xlim(*MASS_RANGE)
        axis.set_ylim(bottom=0)
        axis.set_xlabel(r"jet mass $m_J$ [GeV]")
        axis.set_ylabel(r"pair mass $m_{ij}$ at the threshold [GeV]")
        axis.set_title(sample, fontsize="x-small", loc="left")
        axis.legend(title=f"n = {n}, both with p.J = $m_J^2/n$")


def plot_channels(found: Explained, out: Path, sample: str) -> None:
    """Mean contribution of each channel to the score in bins of the jet mass, QCD and top; bands are its error."""
    mass = np.sqrt(np.maximum(found.dots.sum((1, 2)), 0))
    edges = np.linspace(*MASS_RANGE, 25)
    centres = (edges[1:] + edges[:-1]) / 2
    with physics_axes(out) as (axis,):
        for c in range(found.quantised.channels):
            for label, (name, dash) in enumerate((("QCD", "--"), ("top", "-"))):
                inside = found.label == label
                mean, error = _profile(mass[inside], found.channels[inside, c], edges)
                axis.fill_between(centres, mean - error, mean + error, color=COLOURS[c % 10], alpha=0.2)
                axis.plot(centres, mean, dash, color=COLOURS[c % 10], label=f"channel {c + 1}, {name}")
        _mark_masses(axis)
        axis.set_xlim(*MASS_RANGE)
        axis.set_xlabel(r"jet mass $m_J$ [GeV]")
        axis.set_ylabel("mean contribution to the score w")
        axis.set_title(sample, fontsize="x-small", loc="left")
        axis.legend(fontsize="x-small")


def plot_jets(found: Explained, out: Path, sample: str) -> None:
    """Three jets in the eta-phi plane: constituents, and the pairs that add most to the score (red) or take most."""
    part = found.attribution
    chosen = example_jets(found.label, part.score)
    with physics_axes(out, len(chosen)) as axes:
        for axis, (what, jet) in zip(axes, chosen.items(), strict=True):
            eta, phi, share = relative(found.momenta[jet])
            beams = found.dots.shape[1] - found.momenta.shape[1]
            pairs = part.pairs[jet, beams:, beams:] * part.unit
            _draw_pairs(axis, eta, phi, pairs + pairs.T)
            axis.scatter(eta, phi, s=12 + 400 * share, color=COLOURS[3], edgecolor="k", zorder=3)
            axis.set_title(f"{what}: w = {part.score[jet] * part.unit:.2f}", fontsize="small")
            axis.set_xlabel(r"$\Delta\eta$ to the jet axis")
            axis.set_aspect("equal", adjustable="datalim")
        axes[0].set_ylabel(r"$\Delta\phi$ to the jet axis [rad]")
        axes[0].text(0.02, 0.02, sample, transform=axes[0].transAxes, fontsize="xx-small")


def _draw_pairs(axis: Any, eta: NDArray[Any], phi: NDArray[Any], pairs: NDArray[np.float64]) -> None:
    i, j = np.triu_indices(len(eta), 1)
    added = pairs[i, j]
    largest = float(np.abs(added).max()) or 1.0
    for k in np.argsort(-np.abs(added), kind="stable")[:SHOWN_PAIRS]:
        if added[k]:
            share = abs(float(added[k])) / largest
            colour = COLOURS[1] if added[k] > 0 else COLOURS[0]
            axis.plot(eta[[i[k], j[k]]], phi[[i[k], j[k]]], color=colour, alpha=0.15 + 0.6 * share,
                      linewidth=0.5 + 3 * share)  # fmt: skip


def _profile(
    x: NDArray[Any], y: NDArray[Any], edges: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of y and its error in bins of x; nan where fewer than ten entries are."""
    number = np.digitize(x, edges) - 1
    mean, error = np.full((2, len(edges) - 1), np.nan)
    for k in range(len(edges) - 1):
        inside = y[number == k]
        if len(inside) >= 10:
            mean[k], error[k] = inside.mean(), inside.std(ddof=1) / len(inside) ** 0.5
    return mean, error


def _mark_masses(axis: Any) -> None:
    for name, mass in MASSES.items():
        axis.axvline(mass, color="0.6", linewidth=1, linestyle=":")
        axis.text(mass, 0.98, f" $m_{{{name[0] if name == 'W' else 't'}}}$", color="0.4", va="top",
                  transform=axis.get_xaxis_transform(), fontsize="small")  # fmt: skip
