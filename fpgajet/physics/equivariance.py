"""The equivariance study: how scores and AUC move under Lorentz transformations, against bit width.

As mathematics the networks are invariant under boosts and rotations (with beams: under those about and along
the beam axis only). On a grid of momenta, with saturation, they are nearly so; the study says how nearly for
the float model, the quantised one, and the quantised one behind inputs of more or fewer bits. A jet keeps the
constituents that were chosen in its own frame.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.physics.lorentz import boosted, directions, rotated
from quant.metrics import auc

if TYPE_CHECKING:
    from quant.models.quantised import QuantisedNetwork

Real = NDArray[np.float64]
#: four-momenta [B, N, 4] float32 in GeV to scores [B]
Scorer = Callable[[NDArray[np.float32]], Real]

#: bits added to the input's least significant end
INPUT_STEPS = (-4, -2, 2, 4)


@dataclass(frozen=True)
class Transformation:
    """A family of Lorentz transformations with one parameter.

    Attributes:
        name: for tables. unit: of ``sizes``. sizes: what is looked at.
        about_beam: the same axis for all jets, the beam's; else a random one for each jet.
        move: (momenta, size, axes) to momenta.
    """

    name: str
    unit: str
    sizes: tuple[float, ...]
    about_beam: bool
    move: Callable[[Real, float, Real], Real]

    def axes(self, jets: int, seed: int) -> Real:
        """[jets, 3]."""
        if self.about_beam:
            return np.tile([0.0, 0.0, 1.0], (jets, 1))
        return directions(jets, np.random.default_rng(seed))


def _turn(p: Real, degrees: float, axes: Real) -> Real:
    return rotated(p, float(np.deg2rad(degrees)), axes)


TRANSFORMATIONS = (
    Transformation("boost", "beta", (0.1, 0.3, 0.5, 0.7, 0.9), False, boosted),
    Transformation("boost along z", "beta", (0.1, 0.3, 0.5, 0.7, 0.9), True, boosted),
    Transformation("rotation", "degrees", (10.0, 45.0, 80.0), False, _turn),
    Transformation("rotation about z", "degrees", (10.0, 45.0, 80.0), True, _turn),
)


def scorers(
    float_scores: Scorer, quantised: QuantisedNetwork, steps: Sequence[int] = INPUT_STEPS
) -> dict[str, Scorer]:
    """What is studied: the float model, and the quantised one behind its own and other input grids.

    Args:
        float_scores: of the float model. quantised: the quantised model.
        steps: bits added at the input's least significant end, or taken away. An input form that has tables
            for its own grid (trigger integers) is studied on that grid only.
    """
    precision = quantised.wiring.input_type
    if quantised.wiring.form.input_type is not None:
        steps = ()
    found: dict[str, Scorer] = {"float": float_scores}
    for step in sorted({0, *steps}, reverse=True):
        bits = precision.bits + step
        if not 2 <= bits <= EXACT_BITS // 2:
            continue
        other = FixedType(
            precision.signed, bits, precision.fraction + step, precision.rounding, precision.overflow
        )
        variant = copy.copy(quantised)
        variant.wiring = replace(quantised.wiring, input_type=other)
        found[f"{bits}-bit input" + ("" if step else ", as trained")] = variant.scores
    return found


def study(
    precisions: Mapping[str, Scorer],
    constituents: NDArray[Any],
    label: NDArray[Any],
    jets: int = 2000,
    seed: int = 1,
    advance: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Change of score and AUC for every transformation, size and precision.

    Args:
        precisions: what to evaluate, see :func:`scorers`.
        constituents: four-momenta [jets, N, 4] in GeV, empty slots zero and last; features behind them stay.
        label: [jets], 0 or 1.
        jets: how many of them to use, chosen at random; both classes must be among them.
        advance: called with the precision's name before each of its evaluations, for progress.

    Returns:
        ``jets``, ``still`` (AUC at rest by precision), and ``rows``: transformation, unit, size, precision,
        median and 90 % quantile of |change of the score| / standard deviation of the scores, AUC, its change.
    """
    chosen = np.random.default_rng(seed).permutation(len(constituents))[:jets]
    p, y = np.asarray(constituents[chosen], dtype=np.float64), np.asarray(label)[chosen]
    rows, still = [], {}
    for precision, scores in precisions.items():
        advance(precision)
        at_rest = scores(p.astype(np.float32))
        unit, still[precision] = float(at_rest.std()) or 1.0, auc(y, at_rest)
        for transformation, size in settings():
            advance(precision)
            axes = transformation.axes(len(p), seed)
            turned = np.concatenate([transformation.move(p[..., :4], size, axes), p[..., 4:]], -1)
            moved = scores(turned.astype(np.float32))
            change = np.abs(moved - at_rest) / unit
            rows.append(
                {
                    "transformation": transformation.name,
                    "unit": transformation.unit,
                    "size": size,
                    "precision": precision,
                    "median": float(np.median(change)),
                    "quantile_90": float(np.quantile(change, 0.9)),
                    "auc": auc(y, moved),
                    "auc_change": auc(y, moved) - still[precision],
                }
            )
    return {"jets": len(p), "seed": seed, "still": still, "rows": rows}


def settings() -> Iterator[tuple[Transformation, float]]:
    """Every transformation at every size."""
    for transformation in TRANSFORMATIONS:
        for size in transformation.sizes:
            yield transformation, size


def evaluations(precisions: Mapping[str, Scorer]) -> int:
    """How often :func:`study` calls ``advance``."""
    return len(precisions) * (1 + len(list(settings())))
